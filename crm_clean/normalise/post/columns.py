"""Address points normalised part by part, each part over its own distinct values.

The same as `addresses.read_address` row by row, which a test holds it to.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise import kernels as k
from crm_clean.normalise.distinct import over
from crm_clean.normalise.points import Batch, Tools
from crm_clean.normalise.post import cities
from crm_clean.normalise.post.subdivisions import PREFIX, WITH_POSTCODES
from crm_clean.records.fields import ADDRESS_PARTS

_NOTHING = pa.scalar(None, pa.string())


def take_apart(batch: Batch, *, tools: Tools) -> Batch:
    """Addresses that came whole in one cell, taken apart into `*_raw` parts; `raw` tells for all how they came."""
    columns = dict(batch.columns)
    parts = [columns[f"{p}_raw"] for p in ADDRESS_PARTS]
    street, *others = parts[:-1]
    alone = _none_of(others)
    whole = pc.if_else(pc.and_(alone, pc.is_null(street)), columns["raw"], _NOTHING)
    is_street = pc.and_(pc.and_(alone, pc.is_null(columns["raw"])), pc.match_substring_regex(street, "[,\n]"))
    is_street = pc.fill_null(is_street, False)
    whole = pc.if_else(is_street, street, whole)
    if pc.count(whole).as_py():
        cells = [whole, pc.if_else(is_street, pa.scalar("yes"), _NOTHING)]
        found = over(
            k.kernel(k.cells, k.CELLS, words=tools.words),
            cells,
            workers=tools.workers,
            memory=tools.memory,
            kind="address",
        )
        columns["street_raw"] = pc.if_else(is_street, _NOTHING, street)
        for name in ADDRESS_PARTS:
            columns[f"{name}_raw"] = pc.coalesce(columns[f"{name}_raw"], found[name].combine_chunks())
    columns["raw"] = pc.coalesce(columns["raw"], _line(", ", *parts))
    return replace(batch, columns=columns)


def _none_of(parts: list[pa.Array]) -> pa.Array:
    """Whether all of `parts` are missing, row by row."""
    missing = [pc.is_null(part) for part in parts]
    return reduce(pc.and_, missing)


def read_countries(batch: Batch, *, tools: Tools) -> Batch:
    """The `country` of each address."""
    return _part(batch, "country", k.kernel(k.part, k.VALUE, field="country", words=tools.words), [], tools)


def first_country(batch: Batch, n_records: int) -> pa.Array:
    """For each record the country of its first address that has one."""
    order = np.lexsort((batch.cell, batch.at))
    countries = batch.columns["country"].take(pa.array(order))
    known = np.flatnonzero(pc.is_valid(countries).to_numpy(zero_copy_only=False))
    records, firsts = np.unique(batch.at[order][known], return_index=True)
    place = np.full(n_records, -1, dtype=np.int64)
    place[records] = known[firsts]
    return countries.take(pa.array(place, mask=place < 0))


def read_addresses(batch: Batch, *, region: pa.Array, tools: Tools) -> Batch:
    """Addresses whose country is read, with all parts, value and key; `region` stands by record, for those without."""
    words, columns = tools.words, batch.columns
    default = region.take(pa.array(batch.at))
    country = columns["country"]
    batch = _cities(_street(batch, tools), default, tools)
    for name in ("unit", "city"):
        batch = _part(batch, name, k.kernel(k.part, k.VALUE, field=name, words=words), [], tools)
    batch = _part(batch, "postal_code", k.kernel(k.postal, k.VALUE, words=words), [country, default], tools)
    batch = _part(batch, "region", k.kernel(k.region, k.VALUE, words=words), _around(batch, default), tools)
    done = dict(batch.columns)
    done["unit"] = pc.coalesce(done["unit"], done.pop("street_unit"))
    return replace(batch, columns=done | _joined(done))


def _cities(batch: Batch, default: pa.Array, tools: Tools) -> Batch:
    """City cells that hold a postal code or a region, taken apart into the `*_raw` columns."""
    columns = batch.columns
    nothing = pa.scalar(None, pa.string())
    city = columns["city_raw"]
    suspect = pc.if_else(pc.match_substring_regex(city, cities.HINTS), city, nothing)
    if not pc.count(suspect).as_py():
        return batch
    cells = [suspect, columns["region_raw"], columns["postal_code_raw"], columns["country"], default]
    found = over(k.kernel(k.city_cells, k.CITY_CELLS, words=tools.words), cells, workers=tools.workers)
    tools.findings.add(batch.at, city, found["codes"].combine_chunks(), field="city")
    seen = pc.is_valid(suspect)
    new = {
        f"{p}_raw": pc.if_else(seen, found[p].combine_chunks(), columns[f"{p}_raw"])
        for p in cities.CityCells._fields[:3]
    }
    return replace(batch, columns=columns | new)


def _around(batch: Batch, default: pa.Array) -> list[pa.Array]:
    """What a region is read with: its country, whether the address names it, and how its postal code begins."""
    country = batch.columns["country"]
    nothing = pa.scalar(None, pa.string())
    said = pc.if_else(pc.is_valid(country), pa.scalar("yes"), nothing)
    prefix = pc.utf8_slice_codeunits(batch.columns["postal_code"], 0, PREFIX)
    return [
        pc.coalesce(country, default),
        said,
        pc.if_else(pc.is_in(country, value_set=pa.array(WITH_POSTCODES)), prefix, nothing),
    ]


def _street(batch: Batch, tools: Tools) -> Batch:
    raw = batch.columns["street_raw"]
    has_unit = pc.if_else(pc.is_valid(batch.columns["unit_raw"]), pa.scalar("yes"), pa.scalar(None, pa.string()))
    found = over(
        k.kernel(k.street, k.STREET, words=tools.words),
        [raw, has_unit],
        workers=tools.workers,
        memory=tools.memory,
        kind="street",
    )
    new = {c: found[c].combine_chunks() for c in found.column_names}
    tools.findings.add(batch.at, raw, new["codes"], field="street")
    columns = {"street": new["street"], "street_unit": new["unit"], "street_key": new["key"]}
    return replace(batch, columns=batch.columns | columns)


def _part(batch: Batch, name: str, kernel: Any, contexts: list[pa.Array], tools: Tools) -> Batch:
    raw = batch.columns[f"{name}_raw"]
    found = over(kernel, [raw, *contexts], workers=tools.workers)
    tools.findings.add(batch.at, raw, found["codes"].combine_chunks(), field=name)
    new = {name: found["value"].combine_chunks(), f"{name}_key": found["key"].combine_chunks()}
    return replace(batch, columns=batch.columns | new)


def _joined(columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """The address in one line, its key, and whether it is a placeholder: something was written, nothing is left."""
    street, postcode = columns["street_key"], columns["postal_code_key"]
    empty = pc.and_(pc.is_null(street), pc.is_null(postcode))
    nothing = pa.scalar(None, pa.string())
    key = pc.binary_join_element_wise(pc.fill_null(street, ""), pc.fill_null(postcode, ""), "|")
    line = _line(", ", columns["street"], columns["unit"])
    place = _line(" ", columns["postal_code"], columns["city"])
    value = _line(", ", line, place, columns["region"], columns["country"])
    flags = dict.fromkeys(("is_role", "is_free", "is_disposable"), pa.array(np.zeros(len(empty), dtype=bool)))
    return flags | {"key": pc.if_else(empty, nothing, key), "value": value, "is_placeholder": pc.is_null(value)}


def _line(separator: str, *parts: pa.Array) -> pa.Array:
    """The parts that are there, joined row by row; missing where none is."""
    # Joining with nulls skipped loses the rows in which every part is null, so that each row begins with a blank one.
    nothing = pa.repeat(pa.scalar("", pa.string()), len(parts[0]))
    joined = pc.binary_join_element_wise(nothing, *parts, separator, null_handling="skip")
    joined = pc.utf8_slice_codeunits(joined, len(separator))
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
