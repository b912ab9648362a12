"""The names of records: plain first and last names column by column, every other name by its own cells."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise import kernels as k
from crm_clean.normalise.distinct import flat, over
from crm_clean.normalise.points import Positions, Tools
from crm_clean.records.fields import NAME_FIELDS

_PLAIN = ("first_name", "middle_name", "last_name")
_NOT_PLAIN = ("full_name", "suffix", "nickname", "maiden_name", "salutation")


def read_names(records: pa.Table, region: pa.Array, *, tools: Tools) -> dict[str, pa.Array]:
    """The name columns of RECORDS, keys and flags included; `region` stands by record."""
    raw = {f: flat(records[f"{f}_raw"]) for f in NAME_FIELDS}
    plain, is_plain = _plain(raw, tools)
    rest = pa.array(np.flatnonzero(~is_plain))
    cells = [raw[f].take(rest) for f in NAME_FIELDS]
    marker = pc.coalesce(*cells)
    kernel = k.kernel(k.name, k.NAME, words=tools.words)
    found = over(kernel, [marker, *cells, region.take(rest)], workers=tools.workers, memory=tools.memory, kind="name")
    at = np.flatnonzero(~is_plain)
    codes = found["codes"].combine_chunks()
    tools.findings.add_names(at, {f: raw[f].take(rest) for f in NAME_FIELDS}, codes)
    out = {}
    for column in k.NAME.names[:-1]:
        value = found[column].combine_chunks()
        if column.startswith("is_"):
            value = pc.fill_null(value, False)
        out[column] = _merged(plain.get(column), value, is_plain)
    return out


def _plain(raw: dict[str, pa.Array], tools: Tools) -> tuple[dict[str, pa.Array], Positions]:
    """Values and keys of the plain cells, and for which records they are all that is needed."""
    out: dict[str, pa.Array] = {}
    is_plain = np.ones(len(raw["first_name"]), dtype=bool)
    for field in _PLAIN:
        kind = "last" if field == "last_name" else "first"
        kernel = k.kernel(k.plain_name, k.PLAIN, kind=kind, words=tools.words)
        found = over(kernel, [raw[field]], workers=tools.workers)
        out[field], out[f"{field}_key"] = (found[c].combine_chunks() for c in ("value", "key"))
        good = pc.is_valid(out[field]).to_numpy(zero_copy_only=False)
        is_plain &= good | pc.is_null(raw[field]).to_numpy(zero_copy_only=False) if field == "middle_name" else good
    for field in _NOT_PLAIN:
        is_plain &= pc.is_null(raw[field]).to_numpy(zero_copy_only=False)
    return out, is_plain


def _merged(plain: pa.Array | None, other: pa.Array, is_plain: Positions) -> pa.Array:
    """`plain` where that is all, `other` (in order) elsewhere."""
    base = plain if plain is not None else pa.nulls(len(is_plain), other.type)
    if pa.types.is_boolean(other.type):
        base = pc.fill_null(base, False)
    return pc.replace_with_mask(base, pa.array(~is_plain), other)
