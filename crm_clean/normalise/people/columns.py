"""The names of records: plain names column by column, every other name by its own cells."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise import kernels as k
from crm_clean.normalise.distinct import flat, over
from crm_clean.normalise.people import plain_names
from crm_clean.normalise.points import Positions, Tools
from crm_clean.records.fields import NAME_FIELDS

_NEVER_PLAIN = ("suffix", "nickname", "maiden_name")
_ASIAN = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
Columns = dict[str, pa.Array]


def read_names(records: pa.Table, region: pa.Array, *, tools: Tools) -> Columns:
    """The name columns of RECORDS, keys and flags included; `region` stands by record."""
    raw = {f: flat(records[f"{f}_raw"]) for f in NAME_FIELDS}
    plain, is_plain = read_plain_names(raw, region, tools=tools)
    at = np.flatnonzero(~is_plain)
    rest = pa.array(at)
    cells = [raw[f].take(rest) for f in NAME_FIELDS]
    kernel = k.kernel(k.name, k.NAME, words=tools.words)
    columns = [pc.coalesce(*cells), *cells, region.take(rest)]
    found = over(kernel, columns, workers=tools.workers, memory=tools.memory, kind="name")
    tools.findings.add_names(at, dict(zip(NAME_FIELDS, cells, strict=True)), found["codes"].combine_chunks())
    out = {}
    for column in k.NAME.names[:-1]:
        value = found[column].combine_chunks()
        if column.startswith("is_"):
            value = pc.fill_null(value, False)
        out[column] = _merged(plain.get(column), value, is_plain)
    return out


def read_plain_names(raw: Columns, region: pa.Array, *, tools: Tools) -> tuple[Columns, Positions]:
    """Values and keys of names that need no thought, and for which records they are all there is to say."""
    kinds: tuple[plain_names.Cell, ...] = ("first", "middle", "last")
    cells = {f: _cell(raw[f"{f}_name"], f, tools) for f in kinds}
    full = _full(raw["full_name"], region, tools)
    salutation = _salutation(raw["salutation"], tools)
    rest = _are_null([raw[f] for f in _NEVER_PLAIN]) & (_is_null(raw["salutation"]) | _is_valid(salutation))
    no_cells = _are_null([raw[f"{f}_name"] for f in cells])
    in_one = rest & no_cells & _is_valid(full["first_name"])
    is_plain = in_one | (rest & _in_cells(raw, cells, full["full_name"]))
    out: Columns = {"full_name": full["full_name"], "salutation": salutation}
    mask = pa.array(in_one)
    for field, (value, key, _) in cells.items():
        out[f"{field}_name"] = pc.if_else(mask, full[f"{field}_name"], value)
        out[f"{field}_name_key"] = pc.if_else(mask, full[f"{field}_key"], key)
    out["middle_name_key"] = pc.coalesce(out["middle_name_key"], cells["first"][2])
    return out, is_plain


def _in_cells(raw: Columns, cells: dict[plain_names.Cell, tuple[pa.Array, ...]], full: pa.Array) -> Positions:
    """Where each cell there is, is plain, and none of them may hold the names of another."""
    first, middle, last = (_is_valid(cells[f][0]) for f in cells)
    no_first, no_middle, no_last = (_is_null(raw[f"{f}_name"]) for f in cells)
    no_full = _is_null(raw["full_name"])
    alone = pc.fill_null(
        pc.match_substring_regex(pc.coalesce(raw["first_name"], raw["last_name"]), f" |{_ASIAN}"), True
    )
    same = pc.and_(pc.equal(raw["first_name"], raw["last_name"]), pc.match_substring(raw["first_name"], " "))
    both = first & last & (no_full | _is_valid(full)) & ~_flags(same)
    one = ((first & no_last) | (no_first & last)) & no_full & ~_flags(alone)
    return (both | one) & (middle | no_middle)


def _cell(raw: pa.Array, kind: plain_names.Cell, tools: Tools) -> tuple[pa.Array, ...]:
    kernel = partial(plain_names.plain_cells, kind=kind, words=tools.words)
    found = over(kernel, [raw], workers=tools.workers, memory=tools.memory, kind=f"plain_{kind}_name")
    return tuple(found[c].combine_chunks() for c in plain_names.CELL.names)


def _full(raw: pa.Array, region: pa.Array, tools: Tools) -> Any:
    kernel = partial(plain_names.plain_full_names, words=tools.words)
    return over(
        kernel, [raw, region], workers=tools.workers, memory=tools.memory, kind="plain_full_name"
    ).combine_chunks()


def _salutation(raw: pa.Array, tools: Tools) -> pa.Array:
    kernel = partial(plain_names.plain_salutations, words=tools.words)
    return over(kernel, [raw], workers=tools.workers)["value"].combine_chunks()


def _is_valid(column: pa.Array) -> Positions:
    return _flags(pc.is_valid(column))


def _is_null(column: pa.Array) -> Positions:
    return _flags(pc.is_null(column))


def _are_null(columns: list[pa.Array]) -> Positions:
    nulls: Positions = np.logical_and.reduce([_is_null(column) for column in columns])
    return nulls


def _flags(column: pa.Array) -> Positions:
    flags: Positions = pc.fill_null(column, False).to_numpy(zero_copy_only=False)
    return flags


def _merged(plain: pa.Array | None, other: pa.Array, is_plain: Positions) -> pa.Array:
    """`plain` where that is all, `other` (in order) elsewhere."""
    base = plain if plain is not None else pa.nulls(len(is_plain), other.type)
    if pa.types.is_boolean(other.type):
        base = pc.fill_null(base, False)
    if base.type != other.type:
        base = base.cast(other.type)
    return pc.replace_with_mask(base, pa.array(~is_plain), other)
