"""Intake: files to staged frames, one file at a time, every row in the frames or in quarantine.

A file named by the user must hold contacts; one found in a folder or archive may hold none and is then passed over
with a notice. What cannot be read at all is an error either way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from crm_clean.errors import UnreadableInput
from crm_clean.records.ids import file_id
from crm_clean.sources.identity import Ids, import_decisions
from crm_clean.sources.locate import Location, content, find, read
from crm_clean.sources.plan import GUESSED, Plan, missing_columns
from crm_clean.sources.recognise import recognise
from crm_clean.sources.spec import SourcesSpec
from crm_clean.sources.staging import Origin, Taken, stage

__all__ = ["Location", "Taken", "find", "import_decisions", "take"]

_NO_CONTACTS = "no column looks like a name, an e-mail or a phone; say which is with --map COLUMN=field."
_NO_SLUG = re.compile(r"[^\w.-]+")


@dataclass
class _Run:
    """What one call has seen so far."""

    spec: SourcesSpec
    taken_at: datetime
    ids: Ids = field(default_factory=Ids)
    headers: list[tuple[str, ...]] = field(default_factory=list)
    contents: dict[str, int] = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)

    def file_id(self, content_id: str) -> str:
        """The content's hash; with `-2`, `-3` when the very same content comes again."""
        count = self.contents[content_id] = self.contents.get(content_id, 0) + 1
        return content_id if count == 1 else f"{content_id}-{count}"

    def slug(self, source_file: str) -> str:
        """The source's name of a file that no profile knows: its path, and a mark where two paths look alike."""
        slug = _NO_SLUG.sub("-", source_file).strip("-.").lower() or "file"
        if self.slugs.setdefault(slug, source_file) != source_file:
            slug = f"{slug}-{blake2b(source_file.encode(), digest_size=3).hexdigest()}"
        return slug


def take(
    paths: Sequence[Path],
    *,
    spec: SourcesSpec,
    taken_at: datetime,
    taken: AbstractSet[str] = frozenset(),
    on_file: Callable[[str, int, int], None] | None = None,
    on_skip: Callable[[str, str], None] | None = None,
) -> Iterator[Taken]:
    """The frames of each table in `paths`, in order.

    `taken`: file ids that the store has and that are passed over. `on_file(source_file, n, of)` is called as the n-th
    table is begun, `on_skip(source_file, reason)` for one passed over: `already_taken`, `no_contacts`, `no_rows`.
    Raises UnreadableInput for a file that cannot be read, holds no rows, or was named and holds no contacts; UsageError
    for a mapping of a column that no file has.
    """
    locations = find(paths, spec=spec)
    run, n_taken, skipped = _Run(spec, taken_at), 0, []
    for n, location in enumerate(locations, start=1):
        if on_file is not None:
            on_file(location.source_file, n, len(locations))
        found = _take(location, run, taken)
        if isinstance(found, Taken):
            n_taken += 1
            yield found
        else:
            skipped.append(found)
            if on_skip is not None:
                on_skip(location.source_file, found)
    missing_columns(run.headers, spec)
    if not n_taken and "already_taken" not in skipped:
        raise UnreadableInput(str(paths[0]) if paths else "input", "no_contacts", _nothing(skipped))


def _nothing(skipped: Sequence[str]) -> str:
    if "no_rows" in skipped:
        return "the files have headers and no rows; export them again with their contacts."
    return f"in none of its files {_NO_CONTACTS}" if skipped else "there is no file to read; name one."


def _take(location: Location, run: _Run, taken: AbstractSet[str]) -> Taken | str:
    """The frames of one table, or why it is passed over."""
    data = content(location, run.spec)
    is_one_of_several = location.sheet is not None and location.source_file.endswith(f"#{location.sheet}")
    content_id = file_id([data, f"#{location.sheet}".encode()] if is_one_of_several else [data])
    if content_id in taken:
        return "already_taken"
    try:
        grid = read(location, run.spec, data)
    except UnreadableInput as error:
        if error.code == "no_contacts" and location.is_searched:
            return "no_contacts"
        if error.code == "no_rows" and location.member is not None:
            return "no_rows"
        raise
    plan = recognise(grid, source_file=location.source_file, spec=run.spec)
    run.headers.append(grid.header)
    if not _is_wanted(plan, location):
        if location.is_searched:
            return "no_contacts"
        missing_columns(run.headers, run.spec)
        raise UnreadableInput(location.source_file, "no_contacts", _NO_CONTACTS)
    source = plan.source or run.slug(location.source_file)
    origin = Origin(run.file_id(content_id), location.source_file, source, run.spec.default_region, run.taken_at)
    return stage(grid, plan, origin, run.ids)


def _is_wanted(plan: Plan, location: Location) -> bool:
    """A known export always is; a guessed table when it holds contacts, or was named and holds any sign of them or a
    column that is to be compared as plain text."""
    if plan.profile != GUESSED or plan.holds_contacts:
        return True
    return not location.is_searched and (plan.n_contact_fields > 0 or plan.has_texts)
