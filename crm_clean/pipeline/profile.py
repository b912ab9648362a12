"""A file looked at before anything is done with it: what it is, how clean it is, and a draft of a source profile.

Reads and normalises as a run does, writes nothing. Of a table with more rows than MOST_ROWS only the first are judged;
all are read. A table of an archive or folder that cannot be read is told of, not raised.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from crm_clean.errors import UnreadableInput
from crm_clean.normalise.apply import Normalised, normalise
from crm_clean.pipeline.usable import Use, usability
from crm_clean.report.profiled import Column, FileProfile, Note, TableProfile, Unread
from crm_clean.report.quality import Quality, quality_before
from crm_clean.settings import Settings
from crm_clean.sources.draft import draft
from crm_clean.sources.grid import Grid
from crm_clean.sources.identity import Ids
from crm_clean.sources.locate import Location, find, read
from crm_clean.sources.plan import GUESSED, Plan, missing_columns
from crm_clean.sources.profile import available
from crm_clean.sources.recognise import recognise
from crm_clean.sources.staging import Origin, stage
from crm_clean.sources.survey import Surveyed, survey

__all__ = ["MOST_ROWS", "FileProfile", "profile"]

MOST_ROWS = 200_000
_NO_CONTACTS = "in none of its tables a column looks like a name, an e-mail or a phone; name a file and use --map."
_SHOWN_LINES = 3


@dataclass(frozen=True)
class _Look:
    """What every table is looked at with."""

    settings: Settings
    now: datetime
    ids: Ids
    workers: int


def profile(
    path: str | os.PathLike[str],
    *,
    mapping: Mapping[str, str] | None = None,
    ignore: Iterable[str] = (),
    default_region: str | None = None,
    profiles: str | os.PathLike[str] | None = None,
    now: datetime | None = None,
    workers: int = 1,
) -> FileProfile:
    """Look at the contacts in `path`: a file, an archive or a folder.

    `mapping`: column -> canonical field, stronger than any guess; `profiles`: a folder of profiles of your own; `now`:
    what lies behind it is in the future. Raises UnreadableInput when there is nothing to read, UsageError for a column
    that no table has, BadSettings for a field, region or profile that does not exist.
    """
    settings = _settings(mapping or {}, tuple(ignore), default_region, profiles)
    look = _Look(settings, now or datetime.now(UTC), Ids(), workers)
    looked = list(_tables(Path(path), look))
    tables = [table for table, _ in looked]
    fresh = [normal for _, normal in looked if normal is not None]
    return FileProfile(
        path=str(path),
        tables=tuple(tables),
        quality_of_all=_quality(fresh, sum(table.n_repeats for table in tables), look),
        options={"mapping": dict(mapping or {}), "default_region": default_region, "likely_region": _country(fresh)},
    )


def _settings(
    mapping: Mapping[str, str], ignore: Sequence[str], region: str | None, profiles: str | os.PathLike[str] | None
) -> Settings:
    own = None if profiles is None else os.fspath(profiles)
    given = {
        "sources": {"mapping": dict(mapping), "ignore": ignore, "default_region": region, "profiles": own},
        "normalise": {"default_region": region},
    }
    return Settings.understand(given, origin="options")


def _tables(path: Path, look: _Look) -> Iterator[tuple[TableProfile, Normalised | None]]:
    """Each table with its normalised rows; none of those for a table without contacts. One of them must hold some."""
    spec = look.settings.sources
    headers: list[tuple[str, ...]] = []
    troubles: list[UnreadableInput] = []
    n_contacts = 0
    for location in find([path], spec=spec):
        try:
            grid = read(location, spec)
        except UnreadableInput as error:
            if not location.is_searched:
                raise
            troubles.append(error)
            yield TableProfile(location.source_file, _kind(location), trouble=error.advice), None
            continue
        headers.append(grid.header)
        plan = recognise(grid, source_file=location.source_file, spec=spec)
        if location.is_searched and plan.profile == GUESSED and not plan.holds_contacts:
            yield _without_contacts(location, grid), None
            continue
        n_contacts += 1
        yield _look_at(location, grid, plan, look)
    missing_columns(headers, spec)
    if not n_contacts:
        raise troubles[0] if troubles and not headers else UnreadableInput(str(path), "no_contacts", _NO_CONTACTS)


def _without_contacts(location: Location, grid: Grid) -> TableProfile:
    return TableProfile(
        location.source_file, _kind(location), grid.encoding, grid.delimiter, grid.n_rows, holds_contacts=False
    )


def _look_at(location: Location, grid: Grid, plan: Plan, look: _Look) -> tuple[TableProfile, Normalised]:
    spec = look.settings.sources
    part = _first(grid, MOST_ROWS)
    known = next((p for p in available(spec.profiles) if p.name == plan.profile), None)
    name = location.source_file
    taken = stage(part, plan, Origin(name, name, plan.source or name, spec.default_region, look.now), look.ids)
    fresh = normalise(taken.staged_records, taken.staged_points, spec=look.settings.normalise, workers=look.workers)
    uses = usability(part, plan, fresh, now=pd.Timestamp(look.now))
    n_repeats = _repeats(fresh)
    return TableProfile(
        source_file=name,
        kind=_kind(location),
        encoding=grid.encoding,
        delimiter=grid.delimiter,
        n_rows=grid.n_rows,
        n_judged=part.n_rows,
        profile=plan.profile,
        title=known.title if known else "",
        holds_contacts=plan.n_contact_fields > 0,
        unread=_unread(grid),
        columns=tuple(_column(one, uses.get(one.position), part.n_rows) for one in survey(part, plan)),
        findings=_findings(fresh.issues),
        quality=_quality([fresh], n_repeats, look),
        n_repeats=n_repeats,
        draft=draft(part, plan, source_file=name, known=known, default_region=spec.default_region),
    ), fresh


def _first(grid: Grid, n: int) -> Grid:
    if grid.n_rows <= n:
        return grid
    columns = tuple(column.slice(0, n) for column in grid.columns)
    return replace(grid, columns=columns, source_rows=grid.source_rows[:n], lines=grid.lines[:n], bad=())


def _kind(location: Location) -> str:
    """What the file is, by its name's end."""
    words = {".vcf": "vCard", ".vcard": "vCard", ".parquet": "Parquet", ".tsv": "TSV", ".tab": "TSV", ".ods": "ODS"}
    kind = words.get(location.suffix, "Excel" if location.is_book else "CSV")
    return f"{kind} in a ZIP" if location.member is not None else kind


def _unread(grid: Grid) -> tuple[Unread, ...]:
    """Rows set aside, by reason, the most frequent first."""
    lines: dict[str, list[int]] = {}
    for row in grid.bad:
        lines.setdefault(row.reason, []).append(row.line if row.line is not None else row.source_row)
    ranked = sorted(lines.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return tuple(Unread(reason, len(found), tuple(found[:_SHOWN_LINES])) for reason, found in ranked)


def _column(one: Surveyed, use: Use | None, n_rows: int) -> Column:
    remarks = {remark.code: remark for remark in (*one.remarks, *(use.remarks if use else ()))}
    return Column(
        name=one.name,
        field=one.field,
        n_filled=one.n_filled,
        share_filled=one.n_filled / n_rows if n_rows else 0.0,
        n_distinct=one.n_distinct,
        shape=one.shape,
        share_usable=use.share if use else None,
        notes=tuple(Note(remark.code, remark.n, remark.detail) for remark in remarks.values()),
    )


def _findings(issues: pd.DataFrame) -> pd.DataFrame:
    counted = issues.groupby(["field", "code"]).size().rename("n").reset_index()
    return counted.sort_values(["n", "field", "code"], ascending=[False, True, True], ignore_index=True)


def _quality(fresh: Sequence[Normalised], n_repeats: int, look: _Look) -> Quality:
    records = pd.concat([one.records for one in fresh], ignore_index=True)
    points = pd.concat([one.contact_points for one in fresh], ignore_index=True)
    return quality_before(records, points, n_golden=len(records) - n_repeats, as_of=pd.Timestamp(look.now))


def _repeats(fresh: Normalised) -> int:
    """Rows whose own e-mail address, or phone together with the name, stands in a row before them."""
    points = fresh.contact_points
    usable = points["key"].notna() & points["kind"].isin(["email", "phone"]) & ~points["is_role"].fillna(False)
    mine = points.loc[usable, ["record_id", "kind", "key"]]
    names = fresh.records.set_index("record_id")[["first_name_key", "last_name_key"]].fillna("")
    said = (names["first_name_key"] + "\t" + names["last_name_key"]).reindex(mine["record_id"]).to_numpy()
    mine = mine.assign(name=np.where(mine["kind"].eq("phone"), said, "-"))
    mine = mine[mine["name"].ne("\t")].drop_duplicates()
    return int(mine["record_id"][mine.duplicated(["kind", "key", "name"])].nunique())


def _country(fresh: Sequence[Normalised]) -> str | None:
    """The country that most addresses are in, if most are in one."""
    countries = pd.concat([one.contact_points["country"] for one in fresh], ignore_index=True).dropna()
    ranked = countries.value_counts()
    return str(ranked.index[0]) if len(ranked) and 2 * ranked.iloc[0] > len(countries) else None
