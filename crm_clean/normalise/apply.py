"""Staged records and points made comparable: normalised values and keys beside the raw ones, findings as issues.

Every value is read once however often it occurs. The result depends on the input alone, not on workers, on the order
of rows or on what was remembered from an earlier run, and has exactly the columns of RECORDS, CONTACT_POINTS and
ISSUES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import pyarrow as pa

from crm_clean.normalise.flow import Flow
from crm_clean.normalise.memory import Memory
from crm_clean.normalise.spec import NormaliseSpec
from crm_clean.records.tables import CONTACT_POINTS, ISSUES, RECORDS, STAGED_POINTS, STAGED_RECORDS, VOCABULARY

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Normalised:
    """What came of it: frames of RECORDS, CONTACT_POINTS, ISSUES and VOCABULARY."""

    records: pd.DataFrame
    contact_points: pd.DataFrame
    issues: pd.DataFrame
    vocabulary: pd.DataFrame


@dataclass(frozen=True)
class Tables:
    """The same as Arrow tables."""

    records: pa.Table
    contact_points: pa.Table
    issues: pa.Table
    vocabulary: pa.Table


def normalise(
    staged_records: pd.DataFrame,
    staged_points: pd.DataFrame,
    *,
    spec: NormaliseSpec,
    workers: int = 1,
    now: datetime | None = None,
    on_progress: Progress | None = None,
) -> Normalised:
    """STAGED_RECORDS and STAGED_POINTS, normalised.

    Records keep their order; points stand by record, kind and ordinal, those without any content left out. `workers`
    processes share the values that are dear to read; dates beyond `now` have not happened; `on_progress` is told how
    many of how many steps are done.
    Raises BadFrame when a frame breaks its table or a point has no record, BadSettings for bad lexicons.
    """
    records = STAGED_RECORDS.to_arrow(STAGED_RECORDS.check(staged_records))
    points = STAGED_POINTS.to_arrow(STAGED_POINTS.check(staged_points))
    found = normalise_tables(records, points, spec=spec, workers=workers, now=now, on_progress=on_progress)
    return Normalised(
        RECORDS.to_pandas(found.records),
        CONTACT_POINTS.to_pandas(found.contact_points),
        ISSUES.to_pandas(found.issues),
        VOCABULARY.to_pandas(found.vocabulary),
    )


def normalise_tables(
    staged_records: pa.Table,
    staged_points: pa.Table,
    *,
    spec: NormaliseSpec,
    workers: int = 1,
    memory: Memory | None = None,
    vocabulary: pd.DataFrame | None = None,
    now: datetime | None = None,
    on_progress: Progress | None = None,
) -> Tables:
    """The same from and to Arrow tables, which are trusted to fit.

    With `memory`, values read before are recalled; the choices of `vocabulary` (VOCABULARY of the last run) are kept.
    Raises BadFrame when a point has no record, BadSettings for bad lexicons.
    """
    found = Flow(staged_records, staged_points, spec, memory, vocabulary, now).run(
        workers=workers, on_progress=on_progress
    )
    return Tables(*found)
