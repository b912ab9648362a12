"""Dates of the calendar that still cannot be, told by the other dates of the record, of the column, and by the clock.

A birth date on or after the day its record was made, in the future or a lifetime and more ago, and a record made
tomorrow, are not believed. A day that a column holds far too often is suspected to be what a system or a clerk puts in
where none is known; it is kept, and said.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.findings import SEPARATOR

_LONGEST_LIFE = 120
# So often, in number and in share, no day of the calendar comes up by itself.
_OFTEN, _FAR_TOO_OFTEN = 20, 0.02
_AHEAD = timedelta(days=1)  # clocks and zones differ
_FIRST_SYSTEMS = "1990-01-01"  # no record was made before; an earlier day of creation proves nothing


def sound(dates: dict[str, pa.Table], *, now: datetime | None = None) -> dict[str, pa.Table]:
    """`dates` (`value` and `codes` by field, as `instants.read_columns` gives them) without what cannot be.

    `birth_date` is text, the others instants. Without `now` nothing is held to be of the future.
    Finds `birth_date.impossible`, `birth_date.same_as_created`, `date.future` and, keeping the value,
    `date.default_suspected`.
    """
    found = {}
    for field, table in dates.items():
        value, codes = table["value"].combine_chunks(), table["codes"].combine_chunks()
        if field == "birth_date":
            made = dates["created_at"]["value"].combine_chunks() if "created_at" in dates else None
            wrong = _birth_dates(value, made, now)
        else:
            wrong = _instants(value, now)
        kept = pc.if_else(pc.is_valid(wrong), pa.scalar(None, value.type), value)
        suspected = _too_often(kept if field == "birth_date" else _new_years(kept), len(kept) - kept.null_count)
        found[field] = pa.table([kept, _joined(_joined(codes, wrong), suspected)], schema=table.schema)
    return found


def _birth_dates(value: pa.Array, made: pa.Array | None, now: datetime | None) -> pa.Array:
    """A code for each birth date that cannot be."""
    codes = pa.nulls(len(value), pa.string())
    whole = pc.if_else(pc.starts_with(value, "-"), pa.scalar(None, pa.string()), value)
    if whole.null_count == len(whole):
        return codes
    if now is not None:
        eldest = f"{now.year - _LONGEST_LIFE - 1}{now.date().isoformat()[4:]}"
        beyond = pc.or_(pc.greater(whole, now.date().isoformat()), pc.less(whole, eldest))
        codes = _where(beyond, "birth_date.impossible", codes)
    if made is None or made.null_count == len(made):
        return codes
    day = made.cast(pa.date32(), safe=False).cast(pa.string())
    codes = _where(pc.equal(whole, day), "birth_date.same_as_created", codes)
    return _where(
        pc.and_(pc.greater(whole, day), pc.greater_equal(day, _FIRST_SYSTEMS)), "birth_date.impossible", codes
    )


def _instants(value: pa.Array, now: datetime | None) -> pa.Array:
    codes = pa.nulls(len(value), pa.string())
    if now is None or value.null_count == len(value):
        return codes
    return _where(pc.greater(value, pa.scalar(now + _AHEAD, value.type)), "date.future", codes)


def _where(mask: pa.Array, code: str, codes: pa.Array) -> pa.Array:
    return pc.if_else(pc.fill_null(mask, False), pa.scalar(code), codes)


def _new_years(value: pa.Array) -> pa.Array:
    """The first days of years, told to the day alone; the other instants left out."""
    if value.null_count == len(value):
        return value
    is_first = pc.equal(value, pc.floor_temporal(value, unit="year"))
    return pc.if_else(pc.fill_null(is_first, False), value, pa.scalar(None, value.type))


def _too_often(value: pa.Array, n_said: int) -> pa.Array:
    """`date.default_suspected` for those of `value` that make up too much of the `n_said` of their column."""
    none = pa.nulls(len(value), pa.string())
    if len(value) - value.null_count < _OFTEN:
        return none
    counts = value.drop_null().value_counts()
    n = counts.field("counts")
    often = pc.and_(pc.greater_equal(n, _OFTEN), pc.greater_equal(n, _FAR_TOO_OFTEN * n_said))
    if not pc.any(often).as_py():
        return none
    suspects = counts.field("values").filter(often)
    return _where(pc.is_in(value, value_set=suspects), "date.default_suspected", none)


def _joined(codes: pa.Array, more: pa.Array) -> pa.Array:
    if more.null_count == len(more):
        return codes
    both = pc.binary_join_element_wise(codes, more, SEPARATOR, null_handling="replace", null_replacement="")
    both = pc.utf8_trim(both, SEPARATOR)
    return pc.if_else(pc.equal(both, ""), pa.scalar(None, pa.string()), both)
