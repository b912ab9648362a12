"""Staged records and points made comparable: normalised values and keys beside the raw ones, findings as issues.

Every value is read once however often it occurs. The result depends on the input alone, not on workers or on the order
of rows, and has exactly the columns of RECORDS, CONTACT_POINTS and ISSUES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.errors import BadFrame
from crm_clean.normalise import consent, places, points, regions
from crm_clean.normalise.content import content_hashes
from crm_clean.normalise.distinct import Workers, flat
from crm_clean.normalise.findings import Findings
from crm_clean.normalise.lexicon import load
from crm_clean.normalise.people import read_names
from crm_clean.normalise.points import Batch, Positions, Tools
from crm_clean.normalise.scalars import read_scalars
from crm_clean.normalise.spec import NormaliseSpec
from crm_clean.records.fields import POINT_KINDS
from crm_clean.records.tables import CONTACT_POINTS, RECORDS, STAGED_POINTS, STAGED_RECORDS

Progress = Callable[[int, int], None]
_STEPS = 6


@dataclass(frozen=True)
class Normalised:
    """What came of it: frames of RECORDS, CONTACT_POINTS and ISSUES."""

    records: pd.DataFrame
    contact_points: pd.DataFrame
    issues: pd.DataFrame


def normalise(
    staged_records: pd.DataFrame,
    staged_points: pd.DataFrame,
    *,
    spec: NormaliseSpec,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> Normalised:
    """STAGED_RECORDS and STAGED_POINTS, normalised.

    Records keep their order; points stand by record, kind and ordinal, those without any content left out. `workers`
    processes share the values that are dear to read; `on_progress` is told how many of how many steps are done.
    Raises BadFrame when a frame breaks its table or a point has no record, BadSettings for bad lexicons.
    """
    STAGED_RECORDS.check(staged_records)
    STAGED_POINTS.check(staged_points)
    step = _steps(on_progress)
    words = load(str(spec.lexicons) if spec.lexicons else None)
    at = _positions(staged_records, staged_points)
    with Workers(workers) as pool:
        tools = Tools(words, pool, Findings())
        batches: dict[str, Batch] = {k: points.batch_of(k, staged_points, at, tools=tools) for k in POINT_KINDS}
        batches["address"] = places.take_apart(batches["address"], tools=tools)
        batches["address"] = places.read_countries(batches["address"], tools=tools)
        country = places.first_country(batches["address"], len(staged_records))
        region = _regions(staged_records, batches, country, spec)
        step()
        batches |= _read_points(batches, country, pa.array(region, pa.string(), from_pandas=True), tools, step)
        scalars = read_scalars(staged_records, region, tools=tools)
        scalars = consent.settle(scalars, flat(staged_records["consent_status_raw"]))
        step()
        where = pc.coalesce(country, pa.array(region, pa.string(), from_pandas=True))
        names = read_names(staged_records, where, tools=tools)
        step()
    batches = {kind: consent.on_points(batch, scalars) for kind, batch in batches.items()}
    hashes = content_hashes(staged_records, staged_points, at=at)
    ids = flat(staged_records["record_id"])
    result = Normalised(
        _records(staged_records, scalars | names | {"content_hash": hashes}),
        _contact_points(batches, ids),
        tools.findings.frame(ids),
    )
    step()
    return result


def _steps(on_progress: Progress | None) -> Callable[[], None]:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if on_progress:
            on_progress(done, _STEPS)

    return step


def _positions(records: pd.DataFrame, points: pd.DataFrame) -> Positions:
    found = pc.index_in(flat(points["record_id"]), value_set=flat(records["record_id"]))
    if found.null_count:
        raise BadFrame(f"staged_points: {found.null_count} points belong to no record")
    at: Positions = found.to_numpy(zero_copy_only=False).astype(np.int64)
    return at


def _regions(records: pd.DataFrame, batches: dict[str, Batch], country: pa.Array, spec: NormaliseSpec) -> pd.Series:
    phones = batches["phone"]
    sources = records["source"].reset_index(drop=True)
    ballots = [
        regions.country_votes(sources, pd.Series(country.to_pandas(), dtype=object)),
        regions.phone_votes(sources.take(phones.at), phones.columns["raw"]),
    ]
    given = records["default_region"].reset_index(drop=True)
    return regions.decide(sources, given, ballots, default=spec.default_region)


def _read_points(
    batches: dict[str, Batch], country: pa.Array, region: pa.Array, tools: Tools, step: Callable[[], None]
) -> dict[str, Batch]:
    read: dict[str, Batch] = {"email": points.read_emails(batches["email"], tools=tools)}
    step()
    read["phone"] = points.read_phones(batches["phone"], country=country, region=region, tools=tools)
    step()
    read["address"] = places.read_addresses(batches["address"], region=region, tools=tools)
    for kind in ("profile", "website", "text"):
        read[kind] = points.read_others(batches[kind], tools=tools)
    return read


def _records(staged: pd.DataFrame, new: dict[str, Any]) -> pd.DataFrame:
    """What was staged, beside what is new."""
    kept = STAGED_RECORDS.to_arrow(staged)
    columns = {name: _column(name, new, kept).cast(kind) for name, kind in RECORDS.columns.items()}
    return RECORDS.to_pandas(pa.table(columns))


def _column(name: str, new: dict[str, Any], kept: pa.Table) -> Any:
    if name in new:
        return new[name]
    return kept[name] if name in kept.column_names else pa.nulls(len(kept), RECORDS.columns[name])


def _contact_points(batches: dict[str, Batch], ids: pa.Array) -> pd.DataFrame:
    at = np.concatenate([b.at for b in batches.values()])
    kinds = np.concatenate([np.full(len(b), i) for i, b in enumerate(batches.values())])
    tables = [_table(b) for b in batches.values()]
    table = pa.concat_tables(tables).combine_chunks()
    ordinals = table["ordinal"].to_numpy()
    order = np.lexsort((ordinals, kinds, at))
    table = table.take(pa.array(order))
    table = table.set_column(0, "record_id", ids.take(pa.array(at[order])))
    return CONTACT_POINTS.to_pandas(table)


def _table(batch: Batch) -> pa.Table:
    columns = batch.columns | {"kind": pa.array([batch.kind] * len(batch), pa.string())}
    empty = {name: pa.nulls(len(batch), kind) for name, kind in CONTACT_POINTS.columns.items()}
    chosen = {name: columns.get(name, empty[name]).cast(kind) for name, kind in CONTACT_POINTS.columns.items()}
    return pa.table(chosen)
