"""Record ids, and what sources say of identity themselves: the same id twice, a merge that has already happened."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.tables import DECISIONS, STAGED_RECORDS

_ID = r"[^\s;,|]+"
_SAID = ("record_id", "source", "source_record_id", "file_id", "source_row", "master_record_id", "merged_ids")


class Ids:
    """Mints record ids over the files of one run: `source:native id`, else `source:file_id:row`.

    An id that comes again gets `#2`, `#3`, ... in the order it comes.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._repeats: dict[str, int] = {}

    def assign(self, source: str, native: pa.Array, *, file_id: str, rows: np.ndarray) -> pa.Array:
        """The record ids of a file's rows; `native` is missing where the source gives none."""
        own = pc.binary_join_element_wise(f"{source}:{file_id}", pc.cast(pa.array(rows), pa.string()), ":")
        wanted = pc.coalesce(pc.binary_join_element_wise(source, native, ":"), own)
        values = wanted.to_pylist()
        fresh = set(values)
        if len(fresh) == len(values) and fresh.isdisjoint(self._seen):
            self._seen |= fresh
            return wanted
        return pa.array(self._numbered(values), pa.string())

    def _numbered(self, values: list[str]) -> list[str]:
        out = list(values)
        for i, value in enumerate(values):
            if value in self._seen:
                out[i] = self._next(value)
            self._seen.add(out[i])
        return out

    def _next(self, value: str) -> str:
        count = self._repeats.get(value, 1) + 1
        while f"{value}#{count}" in self._seen:
            count += 1
        self._repeats[value] = count
        return f"{value}#{count}"


def import_decisions(staged_records: pd.DataFrame, *, at: datetime) -> pd.DataFrame:
    """What the sources say is the same, as a DECISIONS frame: `same`, decided by `import`, left_id < right_id, sorted.

    `staged_records` is a STAGED_RECORDS frame of all files of a run. Said by: an id that comes again; a file whose
    content comes again; a master record or merged ids that name a present record of the same source.
    """
    records = STAGED_RECORDS.check(staged_records)[list(_SAID)]
    found = [_repeats(records), _twin_files(records), _masters(records), _merged(records)]
    pairs = pd.concat(found, ignore_index=True)
    swapped = pairs["left"] > pairs["right"]
    left, right = pairs["left"].where(~swapped, pairs["right"]), pairs["right"].where(~swapped, pairs["left"])
    said = pd.DataFrame({"left_id": left, "right_id": right, "reason": pairs["reason"]})
    said = said[said["left_id"] != said["right_id"]].drop_duplicates(["left_id", "right_id"])
    said = said.sort_values(["left_id", "right_id"], ignore_index=True)
    return DECISIONS.frame(said.assign(verdict="same", decided_by="import", decided_at=pd.Timestamp(at)))


def _pairs(left: pd.Series, right: pd.Series, reason: str) -> pd.DataFrame:
    return pd.DataFrame({"left": left.astype(object), "right": right.astype(object), "reason": reason})


def _present(records: pd.DataFrame, left: pd.Series, right: pd.Series, reason: str) -> pd.DataFrame:
    """Those pairs whose right side is a record of the run."""
    ids = records["record_id"]
    present = ids[ids.isin(right.unique().tolist()).astype(bool)].tolist()
    there = right.isin(present).astype(bool)
    return _pairs(left[there], right[there], reason)


def _repeats(records: pd.DataFrame) -> pd.DataFrame:
    with_id = records[records["source_record_id"].notna()]
    base = with_id["source"] + ":" + with_id["source_record_id"]
    again = (with_id["record_id"] != base).astype(bool)
    return _pairs(with_id.loc[again, "record_id"], base[again], "the same id at the source")


def _twin_files(records: pd.DataFrame) -> pd.DataFrame:
    """Rows of a file taken twice in one run: its second id has the suffix `-2`."""
    files = records["file_id"]
    first_of = {file: file.partition("-")[0] for file in files.unique() if "-" in file}
    rows = records[["file_id", "source_row", "record_id"]]
    again = rows[files.isin(list(first_of)).astype(bool)]
    again = again.assign(file_id=again["file_id"].map(first_of).astype(object))
    firsts = rows[files.isin(list(first_of.values())).astype(bool)].astype({"file_id": object})
    both = again.merge(firsts, on=["file_id", "source_row"], suffixes=("", "_first"))
    return _pairs(both["record_id"], both["record_id_first"], "the same file twice")


def _masters(records: pd.DataFrame) -> pd.DataFrame:
    said = records[records["master_record_id"].notna()]
    master = said["source"] + ":" + said["master_record_id"].str.strip()
    return _present(records, said["record_id"], master, "merged at the source: master record")


def _merged(records: pd.DataFrame) -> pd.DataFrame:
    said = records[records["merged_ids"].notna()]
    ids = said["merged_ids"].astype(object).str.findall(_ID)
    each = said.assign(merged=ids)[["source", "record_id", "merged"]].explode("merged")
    each = each[each["merged"].notna()]
    other = each["source"].astype(object) + ":" + each["merged"].astype(object).str.replace(r":.*$", "", regex=True)
    return _present(records, each["record_id"], other, "merged at the source: merged ids")
