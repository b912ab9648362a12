"""Issues gathered while columns are read: who, which field, what was found, and the value as it came."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.tables import ISSUES

_MAX_RAW = 10_000
_MAX_SUGGESTION = 500
SEPARATOR = "\n"  # between the findings of one value; never part of a cleaned value
SUGGESTS = "="  # between a code and what the value may have been meant to be


class Findings:
    """Collects codes column by column and gives them back as one ISSUES frame, in order of records."""

    def __init__(self) -> None:
        self._found: list[pd.DataFrame] = []

    def add(self, at: np.ndarray[Any, Any], raw: pa.Array, codes: pa.Array, *, field: str) -> None:
        """Note `codes` (texts of `code`, `field|code` or `code=suggestion`, joined by SEPARATOR; missing for none).

        `at` is the position of each value's record, `raw` the value as it came, `field` what a bare code belongs to.
        """
        where = np.flatnonzero(pc.is_valid(codes).to_numpy(zero_copy_only=False))
        if not len(where):
            return
        chosen = pa.array(where)
        frame = pd.DataFrame(
            {"at": at[where], "raw": raw.take(chosen).to_pylist(), "code": codes.take(chosen).to_pylist()}
        )
        frame = frame.assign(code=frame["code"].str.split(SEPARATOR)).explode("code", ignore_index=True)
        suggested = frame["code"].str.partition(SUGGESTS)
        frame = frame.assign(code=suggested[0], suggestion=suggested[2].mask(suggested[2] == ""))
        named = frame["code"].str.contains("|", regex=False)
        split = frame["code"].str.split("|", n=1, expand=True)
        frame["field"] = np.where(named, split[0], field)
        frame["code"] = np.where(named, split[1] if split.shape[1] > 1 else split[0], frame["code"])
        self._found.append(frame)

    def add_names(self, at: np.ndarray[Any, Any], raws: dict[str, pa.Array], codes: pa.Array) -> None:
        """Note `field|code` findings whose values stand in `raws` by field."""
        for field, raw in raws.items():
            mine = pc.if_else(pc.fill_null(pc.match_substring(codes, f"{field}|"), False), codes, None)
            picked = [_of_field(c, field) for c in mine.to_pylist()]
            self.add(at, raw, pa.array(picked, pa.string()), field=field)

    def table(self, record_ids: pa.Array) -> pa.Table:
        """All findings as an ISSUES table, ordered by record, field and code."""
        if not self._found:
            return ISSUES.schema.empty_table()
        found = pd.concat(self._found, ignore_index=True)
        found = found.sort_values(["at", "field", "code", "raw", "suggestion"], kind="stable", ignore_index=True)
        ids = record_ids.take(pa.array(found["at"].to_numpy()))
        raw, suggestion = found["raw"].str.slice(0, _MAX_RAW), found["suggestion"].str.slice(0, _MAX_SUGGESTION)
        said = {"field": found["field"], "code": found["code"], "raw": raw, "suggestion": suggestion}
        columns = {"record_id": ids, **{n: pa.array(c, pa.string(), from_pandas=True) for n, c in said.items()}}
        return pa.table([columns[n] for n in ISSUES.columns], schema=ISSUES.schema)


def _of_field(codes: str | None, field: str) -> str | None:
    if codes is None:
        return None
    return SEPARATOR.join(c for c in codes.split(SEPARATOR) if c.startswith(f"{field}|")) or None
