"""Whole columns of cells at once: blanks to missing, words to flags, several values apart, leftovers to JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.sources.grid import blank
from crm_clean.text import fold

# What may stand between several e-mails or phones of a cell, and what a cell must hold to be looked at.
_PHONE_BREAK = r"[;|\n]|:::|,\s|\s/\s|\s(?:or|ou|o|oder|y|et|und|and)\s"
_SEPARATED = {"email": (r"[;,|\n]|:::|\s/\s|\s", r"@.*@"), "phone": (_PHONE_BREAK, _PHONE_BREAK)}
_LABEL_WORDS = {
    "mobile": ("mobile", "mobil", "cell", "iphone", "handy", "portable", "movil", "celular", "gsm", "whatsapp"),
    "fax": ("fax", "telecopie", "telefax"),
    "home": ("home", "domicile", "privat", "private", "particular", "casa", "personal", "personnel"),
    "work": ("work", "business", "office", "bureau", "arbeit", "trabajo", "buro", "main", "dienstlich", "geschaftlich"),
}


def filled(column: pa.Array, nulls: frozenset[str] = frozenset()) -> pa.Array:
    """`column` with missing for cells that hold nothing, or one of `nulls`."""
    nothing = blank(column)
    if nulls:
        nothing = pc.or_(nothing, pc.is_in(column, pa.array(sorted(nulls), pa.string())))
    if not nothing.true_count:
        return column
    return pc.if_else(nothing, pa.scalar(None, pa.string()), column)


def worded(column: pa.Array, when: Mapping[str, str]) -> pa.Array:
    """The value that `when` gives for each raw value, case and outer blanks aside; `*` is any other filled one."""
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(column))
    out = pa.nulls(len(column), pa.string())
    if "*" in when:
        out = pc.if_else(pc.is_valid(column), pa.scalar(when["*"]), out)
    for raw, value in when.items():
        if raw != "*":
            out = pc.if_else(pc.fill_null(pc.equal(plain, raw.lower()), False), pa.scalar(value), out)
    return out


def separate(column: pa.Array, kind: str, split: str | None) -> tuple[np.ndarray, np.ndarray, pa.Array]:
    """The values of a column: the row of each, its place in the cell, the value.

    A cell is taken apart at `split`, and an e-mail or phone cell wherever each part is one by itself: `030 / 12345`
    stays whole.
    """
    rows = np.flatnonzero(pc.is_valid(column).to_numpy(zero_copy_only=False))
    values = column if len(rows) == len(column) else column.take(pa.array(rows))
    separator, hint = _SEPARATED.get(kind, ("", ""))
    patterns = [p for p in (hint, re.escape(split) if split else "") if p]
    if not patterns:
        return rows, np.zeros(len(rows), dtype=np.int64), values
    many = np.flatnonzero(pc.match_substring_regex(values, "|".join(patterns)).to_numpy(zero_copy_only=False))
    if not len(many):
        return rows, np.zeros(len(rows), dtype=np.int64), values
    pattern = re.compile("|".join(p for p in (re.escape(split) if split else "", separator) if p))
    return _expanded(rows, values, many, _taken_apart(values.take(pa.array(many)), pattern, kind))


def _taken_apart(values: pa.Array, pattern: re.Pattern[str], kind: str) -> list[list[str]]:
    """Each value's parts; work is done once for each distinct value."""
    codes = values.dictionary_encode()
    parts = [_parts(value, pattern, kind) for value in codes.dictionary.to_pylist()]
    return [parts[code] for code in codes.indices.to_pylist()]


def _parts(value: str, pattern: re.Pattern[str], kind: str) -> list[str]:
    parts = [part.strip() for part in pattern.split(value) if part.strip()]
    if kind == "email":
        whole = all("@" in part for part in parts)
    elif kind == "phone":
        whole = all(sum(c.isdigit() for c in part) > 5 for part in parts)
    else:
        whole = True
    return parts if whole and parts else [value]


def _expanded(
    rows: np.ndarray, values: pa.Array, many: np.ndarray, parts: list[list[str]]
) -> tuple[np.ndarray, np.ndarray, pa.Array]:
    counts = np.ones(len(rows), dtype=np.int64)
    counts[many] = [len(found) for found in parts]
    starts = np.cumsum(counts) - counts
    place = np.arange(counts.sum()) - np.repeat(starts, counts)
    is_part = np.repeat(np.isin(np.arange(len(rows)), many), counts)
    pieces = pa.array([part for found in parts for part in found], pa.string())
    source = np.repeat(np.arange(len(rows)), counts)
    source[is_part] = len(values) + np.arange(len(pieces))
    return np.repeat(rows, counts), place, pa.concat_arrays([values, pieces]).take(pa.array(source))


def phone_labels(column: pa.Array) -> pa.Array:
    """What a source calls its values (`* Work`, `HOME,FAX`, `iPhone`) in our words."""
    codes = column.dictionary_encode()
    words = pa.array([_label(value) for value in codes.dictionary.to_pylist()], pa.string())
    return words.take(codes.indices) if len(words) else pa.nulls(len(column), pa.string())


def _label(value: str) -> str:
    words = fold(value).split()
    for label, known in _LABEL_WORDS.items():
        if any(word in known for word in words):
            return label
    return "other"


def flags(column: pa.Array) -> pa.Array:
    """Raw text as booleans: 1, true, yes and their kin; 0, false, no and theirs; missing otherwise."""
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(column))
    yes = pc.is_in(plain, pa.array(["1", "true", "yes", "y", "t", "si", "sí", "oui", "ja", "wahr", "vrai"]))
    no = pc.is_in(plain, pa.array(["0", "false", "no", "n", "f", "non", "nein", "falsch", "faux"]))
    return pc.if_else(yes, True, pc.if_else(no, False, pa.scalar(None, pa.bool_())))


def json_objects(names: Sequence[str], columns: Sequence[pa.Array], n_rows: int) -> pa.Array:
    """A JSON object a row of the cells that hold something, by name; missing where none does."""
    members = []
    for name, column in zip(names, columns, strict=True):
        if column.null_count < len(column):
            members.append(_members(name, column))
    if not members:
        return pa.nulls(n_rows, pa.string())
    return pc.binary_join_element_wise("{", joined(members, ", "), "}", "")


def joined(columns: Sequence[pa.Array], separator: str) -> pa.Array:
    """The filled cells of each row, joined; missing where none is. (Arrow's own way of skipping nulls loses rows.)"""
    led = [pc.fill_null(pc.binary_join_element_wise(separator, column, ""), "") for column in columns]
    whole = pc.binary_join_element_wise(*led, "")
    cut = pc.utf8_slice_codeunits(whole, len(separator))
    return pc.if_else(pc.equal(whole, ""), pa.scalar(None, pa.string()), cut)


def _members(name: str, column: pa.Array) -> pa.Array:
    key = json.dumps(name, ensure_ascii=False)
    if not pc.any(pc.match_substring_regex(column, '["\\\\\x00-\x1f]'), min_count=0).as_py():
        return pc.binary_join_element_wise(f'{key}: "', column, '"', "")
    codes = column.dictionary_encode()
    quoted = pa.array([json.dumps(value, ensure_ascii=False) for value in codes.dictionary.to_pylist()], pa.string())
    return pc.binary_join_element_wise(f"{key}: ", quoted.take(codes.indices), "")
