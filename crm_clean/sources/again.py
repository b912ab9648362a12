"""Rows that were taken before, staged again from what was kept of them: by today's profiles, guesses and settings.

The ids they were given, the source they came from and the file stay what they are; only what their columns are taken
to mean may be another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.tables import FILES, RAW_ROWS
from crm_clean.sources.grid import Grid
from crm_clean.sources.recognise import recognise
from crm_clean.sources.spec import SourcesSpec
from crm_clean.sources.staging import Origin, Staged, restage

__all__ = ["Staged", "stage_again"]


def stage_again(files: pd.DataFrame, raw_rows: pd.DataFrame, *, spec: SourcesSpec) -> Iterator[Staged]:
    """Arrow tables of STAGED_RECORDS and STAGED_POINTS for every row of `raw_rows` (RAW_ROWS), file by file.

    `files` (FILES) has the files of all of them; one without rows is passed over.
    """
    rows = RAW_ROWS.to_arrow(raw_rows)
    for file in FILES.check(files).to_dict("records"):
        mine = rows.filter(pc.equal(rows["file_id"], file["file_id"]))
        if not len(mine):
            continue
        grid = _grid(mine, file)
        plan = recognise(grid, source_file=file["source_file"], spec=spec)
        origin = Origin(file["file_id"], file["source_file"], file["source"], spec.default_region, file["taken_at"])
        yield restage(grid, plan, origin, mine["record_id"].combine_chunks())


def _grid(rows: pa.Table, file: Mapping[Any, Any]) -> Grid:
    header = tuple(str(name) for name in file["header"])
    cells, width = rows["cells"].combine_chunks(), len(header)
    starts = cells.offsets.to_numpy()[:-1]
    values = cells.values
    columns = tuple(values.take(pa.array(starts + at)) for at in range(width))
    numbers = rows["source_row"].to_numpy()
    return Grid(header, columns, numbers, np.zeros(len(numbers), dtype=np.int64))
