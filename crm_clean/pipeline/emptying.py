"""The exports in the landing folder, with the rows of a person emptied; every other row keeps its bytes and its number.

The id of a file is the hash of its content, so what is emptied has another: it is told before the file is replaced,
so that whoever is killed in between can go on.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crm_clean import files
from crm_clean.errors import UnreadableInput
from crm_clean.pipeline.inputs import input_files
from crm_clean.sources.locate import Location, content, find
from crm_clean.sources.spec import SourcesSpec
from crm_clean.sources.without import content_id, emptied, packed

Renamed = dict[str, str]


@dataclass(frozen=True)
class Emptied:
    """`renamed`: ids of files, old to new. `left`: files that hold rows of theirs and could not be written anew."""

    renamed: Renamed
    n_files: int
    n_rows: int
    left: tuple[str, ...]
    seen: frozenset[str]  # ids of all files that were found


def empty_exports(
    landing: Path,
    rows: pd.DataFrame,
    *,
    known: Collection[str],
    spec: SourcesSpec,
    tell: Callable[[Renamed], None],
) -> Emptied:
    """Empty `rows` (file_id, source_row) of the exports below `landing`.

    `known`: the file ids of the store. `tell` is given the ids that a file is about to change, old to new.
    """
    of_file: dict[str, set[int]] = defaultdict(set)
    for file_id, row in zip(rows["file_id"], rows["source_row"], strict=True):
        of_file[_content(str(file_id))].add(int(row))
    renamed: Renamed = {}
    left, seen = [], set()
    n_files = n_rows = 0
    for path in input_files([landing]) if landing.is_dir() else []:
        try:
            held = _Held.read(path, spec)
        except UnreadableInput:
            continue  # no table: no run ever took anything from it
        seen |= {_id for _id in held.ids.values() if _id in of_file}
        try:
            made = held.emptied(of_file, spec)
        except UnreadableInput:
            left.append(str(path.relative_to(landing)))
            continue
        if made is None:
            continue
        new = _new_ids(held, made, {*known, *renamed.values()})
        tell(new)
        renamed |= new
        _replace(path, held, made)
        n_files, n_rows = n_files + 1, n_rows + sum(len(of_file[_id]) for _id in held.ids.values() if _id in of_file)
    return Emptied(renamed, n_files, n_rows, tuple(left), frozenset(seen))


@dataclass(frozen=True, eq=False)
class _Held:
    """A file, the tables in it, and what each part of it (a member of an archive, or "") holds."""

    path: Path
    tables: Sequence[Location]
    parts: dict[str, bytes]
    ids: dict[Location, str]

    @classmethod
    def read(cls, path: Path, spec: SourcesSpec) -> _Held:
        tables = find([path], spec=spec)
        parts = {table.member or "": content(table, spec) for table in tables}
        return cls(path, tables, parts, {table: content_id(table, parts[table.member or ""]) for table in tables})

    def emptied(self, of_file: dict[str, set[int]], spec: SourcesSpec) -> dict[str, bytes] | None:
        """The parts that change, anew; None when none does."""
        made: dict[str, bytes] = {}
        for table in self.tables:
            rows, part = of_file.get(self.ids[table]), table.member or ""
            if rows:
                made[part] = emptied(table, made.get(part, self.parts[part]), rows, spec)
        return made or None


def _content(file_id: str) -> str:
    """The hash in a file id; a file taken twice in one run has `-2` behind it."""
    return file_id.partition("-")[0]


def _new_ids(held: _Held, made: dict[str, bytes], taken: Collection[str]) -> Renamed:
    """What the ids of the tables in a file become. Ids are of one content; where two files now hold the same, the
    second one counts on."""
    new: Renamed = {}
    for table in held.tables:
        part = table.member or ""
        if part not in made:
            continue
        fresh = content_id(table, made[part])
        for old in sorted(known for known in taken if _content(known) == held.ids[table]):
            wanted = fresh + old.removeprefix(held.ids[table])
            n = 1
            while wanted in taken or wanted in new.values():
                n += 1
                wanted = f"{fresh}-{n}"
            if old != wanted:
                new[old] = wanted
    return new


def _replace(path: Path, held: _Held, made: dict[str, bytes]) -> None:
    whole = packed(held.tables[0], path.read_bytes(), made)
    with files.writing(path) as beside:
        beside.write_bytes(whole)
        shutil.copymode(path, beside)
