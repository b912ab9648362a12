"""The journal of an erasure: what it takes to go on after a kill, without a word about whom.

Records are named by keyed hashes; rows of the store go last, so that the hashes find them as long as there is
something left to do.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from crm_clean import files
from crm_clean.privacy.hashes import Key
from crm_clean.records.tables import RAW_ROWS
from crm_clean.store.base import Store

_NAME = "erasing.json"
_RECORD = "journal"


@dataclass(frozen=True)
class Journal:
    """What was asked, and how far it has come."""

    erasure_id: str
    erased_at: str
    erased_by: str
    reason: str
    golden_ids: tuple[str, ...]
    records: tuple[str, ...]  # keyed hashes
    renamed: dict[str, str] = field(default_factory=dict)
    removed: dict[str, dict[str, int]] = field(default_factory=dict)
    pages: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def with_more(self, place: str, counts: dict[str, int]) -> Journal:
        """The same with what was removed at one place, on top of what was before."""
        before = self.removed.get(place, {})
        summed = {what: before.get(what, 0) + counts.get(what, 0) for what in (*before, *counts)}
        return replace(self, removed={**self.removed, place: summed})


def hashed(record_id: str, key: Key) -> str:
    """How the journal names a record."""
    return key.hash(_RECORD, record_id)


def write(folder: Path, journal: Journal) -> Journal:
    """Keep it in the store's folder; returns it."""
    files.write_text(folder / _NAME, json.dumps(asdict(journal), indent=1, sort_keys=True))
    return journal


def begun(folder: Path) -> Journal | None:
    """The erasure that was begun and has not ended, if there is one."""
    path = folder / _NAME
    if not path.exists():
        return None
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    lists = {name: tuple(said[name]) for name in ("golden_ids", "records", "pages", "left")}
    return Journal(**{**said, **lists})


def end(folder: Path) -> None:
    """It has ended."""
    files.remove(folder / _NAME)


def records_of(journal: Journal, store: Store, key: Key) -> tuple[str, ...]:
    """The ids of the records that are still to be erased, sorted; none once the store has let go of them."""
    wanted = set(journal.records)
    every = store.standing(RAW_ROWS, columns=["record_id"])["record_id"].unique().drop_null().to_pylist()
    return tuple(sorted(record for record in every if hashed(record, key) in wanted))
