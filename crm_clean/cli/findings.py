"""The command that looks behind a finding: `issues`, from how often to which rows."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crm_clean.cli.options import HERE, InProject
from crm_clean.cli.screen import say
from crm_clean.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 50
_SHOWN_SOURCES = 6
_LONGEST = 60
_NO_END = 100_000


def issues(
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE", help="Such as phone.unreadable; left out, how often each is.", show_default=False
        ),
    ] = None,
    project: InProject = HERE,
    source: Annotated[str | None, typer.Option("--source", metavar="S", help="Of one system only.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help=f"How many rows; {_SHOWN} if not given.")
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write the rows there, all of them if no limit is given."),
    ] = None,
) -> None:
    """Say what was wrong with the values, and in which rows.

    Without CODE how often each finding is, system by system; with it the rows, with the value as it came.
    """
    from crm_clean import project as projects

    if csv is not None and csv.exists():
        raise UsageError(f"{csv} is there already; name another file, or move that one away.")
    found = projects.open(project).issues(code, source=source)
    if csv is not None:
        say(_written(found.head(limit or len(found)), csv))
        return
    lines = _counts(found, _width()) if code is None else _rows(found, code, limit or _SHOWN)
    say("\n".join(line.rstrip() for line in lines))


def _width() -> int:
    """The room on a terminal; elsewhere a line is as long as it must be."""
    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else _NO_END


def _written(rows: pd.DataFrame, path: Path) -> str:
    from crm_clean.pipeline.issues import write_issues
    from crm_clean.report.words import plural

    write_issues(path, rows)
    return f"{plural(len(rows), 'row')} with the values as they came: {path}. It holds personal data."


def _counts(found: pd.DataFrame, width: int) -> Iterator[str]:
    """A line a code: how often, by source, and what it is called."""
    from crm_clean.pipeline.issues import by_source
    from crm_clean.report.plain import fitted, shown
    from crm_clean.report.words import finding

    if found.empty:
        yield "No value gave reason to complain."
        return
    table = _few_sources(by_source(found))
    names = [str(name) for name in table.columns[1:]]
    heads = ["in all", *(shown(name) for name in names[1:])]
    room = max(map(len, table["code"]))
    widths = [max(7, min(len(head), 14)) for head in heads]
    yield f"{'code':<{room}}" + "".join(f"  {_right(head, n)}" for head, n in zip(heads, widths, strict=True))
    for row in table.to_dict("records"):
        figures = "".join(f"  {_count(row[name]):>{n}}" for name, n in zip(names, widths, strict=True))
        line, title = f"{fitted(str(row['code']), room)}{figures}", finding(str(row["code"])).title
        if len(line) + len(title) + 2 <= width:
            yield f"{line}  {title}"
        else:
            yield line
            yield f"    {title}"
    yield ""
    yield "The rows behind one: crm-clean issues CODE"


def _few_sources(table: pd.DataFrame) -> pd.DataFrame:
    """As many sources as a line has room for, those with most findings; the others together."""
    sources = table.columns[2:]
    if len(sources) <= _SHOWN_SOURCES:
        return table
    most = table[sources].sum().sort_values(ascending=False, kind="stable").index[: _SHOWN_SOURCES - 1]
    kept = [name for name in sources if name in most]
    rest = table[sources.difference(kept)].sum(axis=1)
    return table[["code", "n", *kept]].assign(**{f"{len(sources) - len(kept)} others": rest})


def _right(text: str, width: int) -> str:
    from crm_clean.report.plain import cut, width_of

    said = cut(text, width)
    return " " * (width - width_of(said)) + said


def _count(number: int) -> str:
    return f"{number:,}" if number else "-"


def _rows(found: pd.DataFrame, code: str, limit: int) -> Iterator[str]:
    """What the code means, how often by source, and its first rows."""
    from crm_clean.report.words import finding, plural

    told = finding(code)
    yield f"{told.title} ({code})"
    for said in (told.means, told.done, told.todo):
        if said:
            yield f"  {said.replace('`', '')}"
    if found.empty:
        yield "Nothing of that kind was found in the last run."
        return
    per = ", ".join(f"{name} {n:,}" for name, n in found["source"].fillna("?").value_counts().items())
    yield f"{plural(len(found), 'time')}, {plural(found['record_id'].nunique(), 'record')}: {per}"
    yield ""
    yield from _table(found.head(limit))
    if len(found) > limit:
        yield f"and {plural(len(found) - limit, 'more', 'more')}: --limit N shows, --csv FILE keeps them"


def _table(rows: pd.DataFrame) -> Iterator[str]:
    from crm_clean.report.plain import fitted, visible, width_of
    from crm_clean.report.view import rows as plain

    lines: list[tuple[str, ...]] = [("row", "record", "field", "value", "suggestion")]
    for row in plain(rows):
        place = f"{visible(str(row['source_file'] or '?'), _LONGEST)}:{row['source_row'] or '?'}"
        values = (visible(str(row[name] or ""), _LONGEST) for name in ("record_id", "field", "raw", "suggestion"))
        lines.append((place, *values))
    widths = [max(width_of(line[at]) for line in lines) for at in range(5)]
    if not any(line[-1] for line in lines[1:]):
        widths.pop()
    for line in lines:
        yield "  ".join(fitted(part, width) for part, width in zip(line, widths, strict=False))
