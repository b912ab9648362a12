"""A frame of contacts that somebody tidied himself, as the tables that the linker reads.

One row a contact, all text. Takes values as they are but for case, marks and blanks: what is a phone or a legal form is
not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_clean.errors import UsageError
from crm_clean.records.tables import CONTACT_POINTS, RECORDS
from crm_clean.text import fold, squeeze

Values = npt.NDArray[np.object_]

_NAMES = ("first_name", "last_name", "middle_name", "maiden_name", "nickname", "suffix", "company")
_PARTS = ("street", "city", "postal_code")
_POINT = re.compile(r"^(email|role_email|phone|profile|street|city|postal_code)(?:_(\d+))?$")


def tables(frame: pd.DataFrame, *, texts: Iterable[str] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """RECORDS and CONTACT_POINTS of `frame`; the record ids are the row numbers, 0-based, in twelve digits.

    Columns as `toolkit.Contacts` names them; `texts` are those to be compared as plain text. Raises UsageError for one
    of `texts` that `frame` does not have, and for a column that is there twice.
    """
    named = [str(name) for name in frame.columns]
    again = sorted({name for name in named if named.count(name) > 1})
    if again:
        raise UsageError(f"The column {again[0]} is there twice: rename one of them.")
    absent = sorted(set(texts) - set(named))
    if absent:
        raise UsageError(f"There is no column {absent[0]} to be compared as text; there are {', '.join(named)}.")
    ids = np.array([f"{at:012d}" for at in range(len(frame))], dtype=object)
    record: dict[str, Any] = {"record_id": ids, "source": "frame", "content_hash": _content(frame)}
    record |= {f"{name}_key": _made(frame[name], fold) for name in _NAMES if name in frame}
    if "birth_date" in frame:
        record["birth_date"] = _made(frame["birth_date"], str.strip)
    points = [p.assign(record_id=ids[p["at"]]).drop(columns="at") for p in _points(frame, texts)]
    held = pd.concat(points, ignore_index=True) if points else CONTACT_POINTS.empty()
    return RECORDS.frame(record), CONTACT_POINTS.frame(held)


def _content(frame: pd.DataFrame) -> Values:
    """A hash of what each row says, so that the order of rows says nothing."""
    if not len(frame.columns):
        return np.full(len(frame), "", dtype=object)
    said = frame.reindex(columns=sorted(frame.columns, key=str)).astype("string").fillna("").astype(object)
    hashes = pd.util.hash_pandas_object(said, index=False).to_numpy()
    return np.array([f"{value:020d}" for value in hashes], dtype=object)


def _made(values: pd.Series[Any], key: Callable[[str], str | None]) -> Values:
    """Keys of a text column, made once a distinct value; None where nothing is left."""
    text = values.astype("string")
    keys = {value: key(value) or None for value in text.dropna().unique()}
    return np.array([None if pd.isna(value) else keys[value] for value in text], dtype=object)


def _points(frame: pd.DataFrame, texts: Iterable[str]) -> Iterator[pd.DataFrame]:
    """Contact points by the row they stand in: at, kind, ordinal, key, ..."""
    found = [(m[1], int(m[2] or 1), str(name)) for name in frame.columns if (m := _POINT.match(str(name)))]
    for part, number, name in sorted(found):
        if part not in _PARTS:
            kind = "email" if part == "role_email" else part
            ordinal = number + (500 if part == "role_email" else 0)
            yield _held(kind, ordinal, key=_made(frame[name], _lower), is_role=part == "role_email")
    for number in sorted({number for part, number, _ in found if part in _PARTS}):
        parts = {part: name for part, each, name in found if each == number and part in _PARTS}
        yield _addresses(frame, parts, number)
    for ordinal, name in enumerate(sorted(texts), start=1):
        yield _held("text", ordinal, key=_made(frame[name], fold), label=name)


def _held(kind: str, ordinal: int, *, key: Values, **more: Any) -> pd.DataFrame:
    at = np.flatnonzero(np.array([value is not None for value in key], dtype=bool))
    return pd.DataFrame({"at": at, "kind": kind, "ordinal": ordinal, "key": key[at], **more})


def _addresses(frame: pd.DataFrame, parts: dict[str, str], ordinal: int) -> pd.DataFrame:
    """Addresses with street and postcode in one key, which is missing where both are."""
    said = {part: _made(frame[name], str.strip) for part, name in parts.items()}
    nothing = pd.Series(None, index=frame.index, dtype="string")
    street = _made(frame[parts["street"]] if "street" in parts else nothing, fold)
    code = _made(frame[parts["postal_code"]] if "postal_code" in parts else nothing, squeeze)
    key = np.array(
        [f"{s or ''}|{c or ''}" if s or c else None for s, c in zip(street, code, strict=True)], dtype=object
    )
    is_there = [any(part is not None for part in row) for row in zip(*said.values(), strict=True)]
    at = np.flatnonzero(np.array(is_there, dtype=bool))
    told = {part: values[at] for part, values in said.items()}
    return pd.DataFrame({"at": at, "kind": "address", "ordinal": ordinal, "key": key[at], **told})


def _lower(value: str) -> str:
    return value.strip().lower()
