"""A draft of a source profile: what was made of a table, as the TOML that `profile.load` reads back.

A table that is staged by it gives the records that the plan gave, but for ids, which begin with the name of the source,
and for cells that surely say nothing, which a draft of our own making has as nulls. Columns that share one name cannot
be told apart by a profile; the first of them is taken.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from crm_clean.sources.cells import filled
from crm_clean.sources.grid import Grid
from crm_clean.sources.plan import Feed, Plan
from crm_clean.sources.profile import Profile, built_in, loosely
from crm_clean.sources.spec import OURS
from crm_clean.sources.survey import sure_nulls
from crm_clean.text import fold

_MOST_TELLING = 6
_NO_NAME = "contacts"
_WIDTH = 100
_HEAD = (
    "Draft of a source profile, made from {file}. Check the lines marked with (?).",
    "Save it as {name}.toml in a folder of a project, and name that folder in the project's crm_clean.toml, under"
    ' [sources]: profiles = "profiles". It is tried before the built-in profiles.',
)


def draft(
    grid: Grid, plan: Plan, *, source_file: str, known: Profile | None = None, default_region: str | None = None
) -> str:
    """The TOML of a profile for tables like `grid`, which `plan` was made for; "" when it makes nothing of any column.

    `known`: the profile that recognised it, whose source the draft keeps. `default_region`: ISO 3166 code of national
    numbers, where the user said so.
    """
    if not plan.feeds:
        return ""
    name = _name(source_file, known)
    title = f"{known.title}, as we export them" if known else name.replace("_", " ").capitalize()
    parts = [
        "\n".join(_comment(line.format(file=source_file, name=name)) for line in _HEAD) + "\n",
        f"name = {_quoted(name)}\n"
        f"source = {_quoted(known.source if known else name)}  # ids of records begin with it: settle it now, keep it\n"
        f"title = {_quoted(title)}\n",
        *_region(default_region or plan.default_region),
        *_nulls(plan.nulls if known else _seen_nulls(grid, plan)),
        "\n".join(_signature(grid.header, plan)),
        "\n".join(_columns(grid, plan)),
        *_from_file_name(known),
    ]
    return "\n".join(parts)


def _name(source_file: str, known: Profile | None) -> str:
    """The name of the profile: the file's own without its date, or the known profile's with a mark."""
    if known is not None:
        return f"{known.name}_own"
    last = re.split(r"[/#]", source_file)[-1]
    words = re.sub(r"\.[A-Za-z]{2,7}(\.gz)?$", "", last)
    slug = re.sub(r"[^a-z0-9]+", "_", fold(re.sub(r"[\d_.-]{4,}", " ", words))).strip("_")
    taken = {profile.name for profile in built_in()}
    return (f"{slug}_own" if slug in taken else slug)[:60] or _NO_NAME


def _region(region: str | None) -> Iterator[str]:
    if region:
        yield f"default_region = {_quoted(region)}  # country of national phone numbers, postcodes and dates\n"
    else:
        yield '# default_region = "US"  # (?) country of national phone numbers, postcodes and dates\n'


def _seen_nulls(grid: Grid, plan: Plan) -> set[str]:
    return {*plan.nulls, *(null for column in grid.columns for null in sure_nulls(filled(column)))}


def _nulls(nulls: Iterable[str]) -> Iterator[str]:
    seen = sorted(nulls)
    if seen:
        yield f"# Cells that hold one of these hold nothing.\nnulls = {_listed(seen)}\n"


def _signature(header: Sequence[str], plan: Plan) -> Iterator[str]:
    telling = _telling(header, plan)
    yield "# An export is this one when it has every column of `all`."
    yield "# (?) Name columns that it always has and others do not."
    likely = [p for p in built_in() if p.name != plan.profile and set(map(loosely, telling)) <= _names(p)]
    none = sorted({name for profile in likely for name in _marks(profile)} - set(header))
    if likely:
        yield _comment(f"These columns stand in {', '.join(p.title for p in likely)} too; `none` keeps those apart.")
    yield f"signatures = [{{ all = {_listed(telling)}{f', none = {_listed(none)}' if none else ''} }}]\n"


def _marks(profile: Profile) -> set[str]:
    """The columns by which an export of `profile` is known first of all."""
    return {name for signature in profile.signatures for name in signature.all + signature.first or signature.any}


def _telling(header: Sequence[str], plan: Plan) -> list[str]:
    """The columns that tell this table apart: those that no known export has first, then those that are mapped."""
    common = {name for profile in built_in() for name in _names(profile)}
    mapped = {feed.column for feed in plan.feeds}
    usable = [at for at, name in enumerate(header) if name.strip() and name not in header[:at]]
    ranked = sorted(usable, key=lambda at: (loosely(header[at]) in common, at not in mapped, at))
    return [header[at] for at in sorted(ranked[:_MOST_TELLING])] or list(header[:1])


def _names(profile: Profile) -> set[str]:
    return {loosely(name) for column in profile.columns for name in column.named}


def _columns(grid: Grid, plan: Plan) -> Iterator[str]:
    yield "columns = ["
    for feed in plan.feeds:
        yield from _entry(feed, grid.header)
    yield "]"
    mapped = {feed.column for feed in plan.feeds} | {feed.label_from for feed in plan.feeds}
    kept = [name for at, name in enumerate(grid.header) if at not in mapped and name.strip()]
    if kept:
        yield _comment(f"Kept as they are, in `custom`: {', '.join(kept)}")
    yield ""


def _entry(feed: Feed, header: Sequence[str]) -> Iterator[str]:
    name = header[feed.column]
    if feed.target.field in OURS or "{n}" in name:
        yield _comment(f"(?) {name}: rename this column in the export, a profile cannot name it")
        return
    if header.index(name) != feed.column:
        yield _comment(f"(?) A second column is called {name}: rename it, a profile takes the first alone.")
        return
    said = {"to": _quoted(feed.target.field), "named": _listed([name])}
    if feed.target.label and feed.target.kind != "text":
        said["label"] = _quoted(feed.target.label)
    if feed.label_from is not None:
        said["label_from"] = _listed([header[feed.label_from]])
    if feed.split is not None:
        said["split"] = _quoted(feed.split)
    if feed.when is not None:
        pairs = ", ".join(f"{_quoted(raw)} = {_quoted(value)}" for raw, value in feed.when.items())
        said["when"] = f"{{ {pairs} }}"
    yield f"  {{ {', '.join(f'{key} = {value}' for key, value in said.items())} }},"


def _from_file_name(known: Profile | None) -> Iterator[str]:
    for rule in known.from_file_name if known else ():
        yield "[[from_file_name]]"
        yield f"pattern = {_quoted(rule.pattern)}"
        yield f"set = {{ {', '.join(f'{key} = {_quoted(value)}' for key, value in rule.set.items())} }}\n"


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, names))}]"


def _quoted(text: str) -> str:
    """A basic string of TOML, which escapes as JSON does; what no eye sees is escaped too."""
    seen = (c if c.isprintable() else f"\\U{ord(c):08X}" for c in json.dumps(text, ensure_ascii=False))
    return "".join(seen)


def _comment(text: str) -> str:
    """`text` as comment lines, without controls."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return textwrap.fill(plain, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
