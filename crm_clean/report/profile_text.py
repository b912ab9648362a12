"""A profile as plain text, 80 to 100 columns wide: what the file is and how clean, what stands out, column by column.

Fit to be logged and pasted: names of files, columns and fields, counts and shapes, and no value of anybody. Names are
shown without what could steer a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from crm_clean.report import profile_words, words
from crm_clean.report.plain import cut, fitted, shown, width_of, wrapped
from crm_clean.report.profile_next import next_steps
from crm_clean.report.profiled import Column, FileProfile, TableProfile

NARROW, WIDE = 80, 100
_BAR = 10
_MOST_FINDINGS = 10
_MOST_REMARKS = 5
_LONGEST_NAME, _LONGEST_FIELD = 30, 18
_DIMENSIONS = {
    "completeness": "a name, a way to reach them, a company or country",
    "validity": "usable e-mails, phones, postcodes and dates",
    "uniqueness": "no earlier row has the e-mail, or phone and name",
    "consistency": "written in the normal form",
    "timeliness": "touched within two years of the newest date",
}


def screen(profile: FileProfile, width: int = WIDE) -> str:
    """The profile as text that ends in a line break; the draft of a source profile is not part of it."""
    width = max(NARROW, min(width, WIDE))
    told = [table for table in profile.tables if table.columns]
    is_one = len(profile.tables) == len(told) == 1
    blocks = _one(profile, told[0], width) if is_one else _several(profile, told, width)
    filled = [lines for block in (*blocks, next_steps(profile, width)) if (lines := list(block))]
    return "\n\n".join("\n".join(line.rstrip() for line in lines) for lines in filled) + "\n"


def _one(profile: FileProfile, table: TableProfile, width: int) -> tuple[Iterable[str], ...]:
    return (
        _headline(profile, table, width),
        _quality(profile, width),
        _stands_out(table, width),
        _columns(table, width),
        _findings(profile, width),
    )


def _several(profile: FileProfile, told: list[TableProfile], width: int) -> tuple[Iterable[str], ...]:
    outs = (_stands_out(table, width, most=_MOST_REMARKS, name=_short(table, profile)) for table in told)
    return (_overview(profile, width), _quality(profile, width), *outs, _findings(profile, width))


def _headline(profile: FileProfile, table: TableProfile, width: int) -> Iterator[str]:
    rows, columns = words.plural(table.n_rows, "row"), words.plural(len(table.columns), "column")
    aside = f", {words.count(table.n_unread)} more set aside" if table.n_unread else ""
    yield f"{shown(table.source_file)}: {rows}{aside}, {columns}{_overall(profile)}"
    yield from wrapped(_recognised(table), width, indent="  ")
    yield from wrapped(_format(table), width, indent="  ")
    yield from (cut(line, width) for line in _unread(table))
    if table.n_judged < table.n_rows:
        yield from wrapped(_judged(table), width, indent="  ")


def _overall(profile: FileProfile) -> str:
    """How clean it all is; nothing to say of a file in which no column is known."""
    is_known = any(table.holds_contacts and table.n_judged for table in profile.tables)
    return f", {words.percent(profile.quality['overall'], 0)} clean" if is_known else ""


def _format(table: TableProfile) -> str:
    encoding = profile_words.ENCODINGS.get(table.encoding, table.encoding)
    delimiter = profile_words.DELIMITERS.get(table.delimiter, f"“{table.delimiter}”" if table.delimiter else "")
    said = table.kind + (f" with {delimiter}" if delimiter else "") + (f", in {encoding}" if encoding else "")
    guess = " (a guess: save it as UTF-8 if letters look wrong)" if table.encoding == "cp1252" else ""
    return f"{said}{guess}"


def _recognised(table: TableProfile) -> str:
    if not table.is_guessed:
        return f"Recognised: {table.title or table.profile} (profile {table.profile})"
    if not table.holds_contacts:
        return "No column looks like a name, an e-mail or a phone: say which is with --map COLUMN=field."
    return "No export we know: what the columns hold is guessed from their names and values."


def _unread(table: TableProfile) -> Iterator[str]:
    """How many rows could not be read, and for each reason the first lines it is on."""
    if not table.n_unread:
        return
    yield f"  {words.plural(table.n_unread, 'row')} set aside:"
    for unread in table.unread:
        more = ", ..." if unread.n > len(unread.lines) else ""
        lines = f"{'line' if unread.n == 1 else 'lines'} {', '.join(map(words.count, unread.lines))}{more}"
        yield f"  {words.count(unread.n):>8}  {words.finding(unread.reason).title} ({lines})"


def _judged(table: TableProfile) -> str:
    return f"Judged by its first {words.count(table.n_judged)} rows; all {words.count(table.n_rows)} were read."


def _quality(profile: FileProfile, width: int) -> Iterator[str]:
    """The scorecard, and what each line of it means; of what the data says nothing about, nothing."""
    if not _overall(profile):
        return
    for name, share in profile.quality_of_all.dimensions().items():
        title = words.DIMENSIONS[name][0].lower()
        if share is not None:
            yield cut(f"  {title:<11}{words.percent(share, 0):>4}  {_bar(share)}  {_DIMENSIONS[name]}", width)


def _bar(share: float) -> str:
    full = round(share * _BAR)
    return "█" * full + "░" * (_BAR - full)


def _stands_out(table: TableProfile, width: int, *, most: int | None = None, name: str = "") -> Iterator[str]:
    lines = [(column, text) for column in table.columns for text in remarks(column)]
    empty = [column for column in table.columns if not column.n_filled and table.n_judged]
    if not lines and not empty:
        return
    yield f"What stands out in {name}" if name else "What stands out"
    longest = min(max((width_of(shown(column.name)) for column, _ in lines), default=0), _LONGEST_NAME)
    before = None
    for column, text in lines[:most]:
        label = "" if column is before else shown(column.name)
        before = column
        head = f"  {'!' if label else ' '} {fitted(label, longest)}  "
        yield from wrapped(text, width, indent=head)
    if most is not None and len(lines) > most:
        yield f"    and {words.count(len(lines) - most)} more"
    if empty:
        yield from wrapped(", ".join(shown(column.name) for column in empty), width, indent="  empty throughout: ")


def remarks(column: Column) -> list[str]:
    """What asks for somebody to look at a column, the gravest first."""
    few = profile_words.unusable(column)
    notes = sorted(
        (note for note in column.notes if profile_words.is_grave(note, column)),
        key=lambda note: profile_words.GRAVE.index(note.code),
    )
    return [*([few] if few else []), *(profile_words.remark(note, column) for note in notes)]


def _columns(table: TableProfile, width: int) -> Iterator[str]:
    """The table of columns that hold something."""
    filled = [column for column in table.columns if column.n_filled]
    if not filled:
        return
    names = [shown(column.name) for column in filled]
    name = _room(names, "column", min(_LONGEST_NAME, width - 60))
    field = _room(map(_taken_for, filled), "taken for", _LONGEST_FIELD)
    head = f"  {'filled':>6}  {'distinct':>8}  {'usable':>6}  looks like"
    yield f"    {'column':<{name}}  {'taken for':<{field}}{head}"
    for column, said in zip(filled, names, strict=True):
        mark = "!" if remarks(column) else " "
        share = "" if column.share_usable is None else words.percent(column.share_usable, 0)
        figures = f"{words.percent(column.share_filled, 0):>6}  {words.count(column.n_distinct):>8}  {share:>6}"
        line = f"  {mark} {fitted(said, name)}  {fitted(_taken_for(column), field)}  {figures}  {column.shape}"
        yield cut(line, width)


def _room(texts: Iterable[str], title: str, most: int) -> int:
    return max(len(title), min(max(map(width_of, texts), default=0), most))


def _taken_for(column: Column) -> str:
    if column.field:
        return column.field
    label = next((note.detail for note in column.notes if note.code == "labels"), "")
    return f"label of {label}" if label else "kept as it is"


def _findings(profile: FileProfile, width: int) -> Iterator[str]:
    findings = profile.findings.groupby(["field", "code"])["n"].sum().reset_index()
    findings = findings.sort_values(["n", "field", "code"], ascending=[False, True, True])
    if not len(findings):
        return
    yield "What cleaning would find"
    top = findings.head(_MOST_FINDINGS)
    for n, field, code in zip(top["n"].tolist(), top["field"].astype(str), top["code"].astype(str), strict=True):
        yield cut(f"  {words.count(n):>8}  {fitted(field, 16)}  {words.finding(code).title}", width)
    rest = findings.iloc[_MOST_FINDINGS:]
    if len(rest):
        yield f"  {words.count(rest['n'].sum()):>8}  of {words.plural(len(rest), 'other kind')}"


def _overview(profile: FileProfile, width: int) -> Iterator[str]:
    """The tables of an archive, folder or workbook, one a line."""
    n_rows = sum(table.n_rows for table in profile.tables)
    tables = words.plural(len(profile.tables), "table")
    yield f"{shown(profile.path)}: {tables}, {words.plural(n_rows, 'row')}{_overall(profile)}"
    name = min(max(width_of(_short(table, profile)) for table in profile.tables), width - 46)
    for table in profile.tables:
        share = words.percent(table.quality.overall, 0) if table.columns else ""
        rows = words.count(table.n_rows) if not table.trouble else ""
        yield cut(f"  {fitted(_short(table, profile), name)} {rows:>10}  {share:>4}  {_standing(table)}", width)
    for table in profile.tables:
        yield from _besides(table, f"  {_short(table, profile)}: ", width)


def _besides(table: TableProfile, name: str, width: int) -> Iterator[str]:
    """What else is to be known of one table of several."""
    if table.n_unread:
        reasons = ", ".join(f"{words.finding(u.reason).title.lower()} {words.count(u.n)}" for u in table.unread)
        yield from wrapped(f"{words.plural(table.n_unread, 'row')} set aside ({reasons})", width, indent=name)
    if table.columns and table.n_judged < table.n_rows:
        yield from wrapped(_judged(table), width, indent=name)
    if table.trouble:
        yield from wrapped(table.trouble, width, indent=name)


def _short(table: TableProfile, profile: FileProfile) -> str:
    """The name of a table within what was given: `people.zip/a.csv` is `a.csv` there."""
    return shown(table.source_file.removeprefix(f"{PurePath(profile.path).name}/"))


def _standing(table: TableProfile) -> str:
    if table.trouble:
        return "cannot be read"
    if not table.columns:
        return "holds no contacts"
    return "columns are guessed" if table.is_guessed else table.title or table.profile
