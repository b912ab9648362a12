"""What the columns of an unknown table mean, guessed from their headers, their values and their neighbours.

A header proposes, the values dispose: a column called `email` that holds none is not taken for one. Answers to the
question who is who (`cluster`, `person_id`, ...) and numbers of identity papers are never evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.fields import Target, parse_target
from crm_clean.sources import consents
from crm_clean.sources import contents as look
from crm_clean.sources.contents import Contents
from crm_clean.sources.grid import Grid, blank
from crm_clean.sources.lexicon import Heading, read_heading
from crm_clean.sources.plan import Feed, Plan

_LABELS = frozenset({"mobile", "work", "home", "fax", "other"})
_PARTS = ("street", "unit", "city", "region", "postal_code", "country")
_POINTS = ("email", "phone", "website", "profile")
# A column goes by its header only if at least this share of its values looks the part.
_MUST_LOOK: dict[str, tuple[Callable[[str], bool], float]] = {
    "email": (look.is_email, 0.3),
    "phone": (look.is_phone, 0.3),
    "first_name": (look.is_words, 0.5),
    "last_name": (look.is_words, 0.5),
    "full_name": (look.is_words, 0.5),
    "city": (look.is_words, 0.5),
}


@dataclass
class _Table:
    """The columns under scrutiny and what has been settled so far."""

    grid: Grid
    headings: list[Heading]
    contents: list[Contents]
    feeds: list[Feed] = field(default_factory=list)
    places: dict[tuple[str, int], int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def has(self, *concepts: str) -> bool:
        return any(heading.concept in concepts for heading in self.headings)


def guess(grid: Grid) -> Plan:
    """The plan of an unknown table."""
    headings = [consents.read_heading(name) for name in grid.header]
    table = _Table(grid, headings, [Contents(column) for column in grid.columns])
    for column, heading in enumerate(table.headings):
        concept = _concept(table, column, heading)
        if concept is not None:
            _add(table, column, concept)
    return Plan(feeds=tuple(_in_order(table)))


def _concept(table: _Table, column: int, heading: Heading) -> str | None:
    """The concept of one column once its values have been heard, or None."""
    values, concept = table.contents[column], heading.concept
    if concept is None:
        return _by_contents(values)
    if concept == "never":
        return None
    if concept.startswith("?"):
        concept = _AMBIGUOUS[concept[1:]](table, column)
    if concept is None or concept == "id":
        return "source_record_id" if concept and _is_key(table.grid.columns[column]) else None
    if consents.is_concept(concept) or concept == "status":
        return consents.heard(concept, values)
    base = concept.split(":")[0] if concept else ""
    if base in _MUST_LOOK and not values.is_empty:
        looks, share = _MUST_LOOK[base]
        if values.share(looks) < share:
            return _by_contents(values)
    return concept or None


def _by_contents(values: Contents) -> str | None:
    """What a column is, whatever it is called: only where there is no mistaking it."""
    if values.is_empty:
        return None
    if values.share(look.is_email) >= 0.8:
        return "email"
    if values.share(look.is_written_phone) >= 0.8:
        return "phone"
    if values.share(look.is_social) >= 0.8:
        return "profile"
    return "consent_status" if consents.is_plain(values) else None


def _name(table: _Table, column: int) -> str | None:
    """`Name`, `Nom`, `Nombre`, `Contact`: a surname beside a first name, a given name beside a surname, else a whole
    name; or a company, by its legal forms; or whatever the values plainly are."""
    values = table.contents[column]
    plain = _by_contents(values)
    if plain:
        return plain
    if values.share(look.is_company) > 0.2:
        return "company"
    word = read_heading(table.grid.header[column]).concept
    has_first, has_last = table.has("first_name"), table.has("last_name")
    if word is None or (has_first and has_last):
        return "full_name"
    if has_last:
        return "first_name"
    if has_first or (_is_french(table.grid.header[column]) and values.share(look.is_several_words) < 0.3):
        return "last_name"
    return "full_name"


def _is_french(header: str) -> bool:
    return header.strip().lower().startswith("nom") and not header.strip().lower().startswith("nombre")


def _title(table: _Table, column: int) -> str:
    return "salutation" if table.contents[column].share(look.is_civility) >= 0.5 else "job_title"


def _state(table: _Table, column: int) -> str:
    """`State`, `Estado`: a status when its values are status words, else a region."""
    return "status" if table.contents[column].share(look.is_status) >= 0.3 else "region"


def _address(table: _Table, column: int) -> str:
    """`Address` is the street beside a city or postcode (and `Address 2` what goes with it), else the whole of it."""
    values, number = table.contents[column], table.headings[column].number
    if values.share(look.is_email) >= 0.3:
        return "email"
    if number is not None and number > 1:
        return "unit"
    if table.has("city", "postal_code", "suburb"):
        return "street"
    return "address" if values.share(look.is_whole_address) >= 0.5 else "street"


def _link(table: _Table, column: int) -> str | None:
    values = table.contents[column]
    if values.share(look.is_social) >= 0.3:
        return "profile"
    return "website" if values.share(look.is_url) >= 0.5 else None


_AMBIGUOUS: dict[str, Callable[[_Table, int], str | None]] = {
    "name": _name,
    "title": _title,
    "state": _state,
    "address": _address,
    "link": _link,
}


def _is_key(column: pa.Array) -> bool:
    """Whether every value is filled and none repeats."""
    if not len(column) or pc.any(blank(column)).as_py():
        return False
    return bool(pc.count_distinct(column).as_py() == len(column))


def _add(table: _Table, column: int, concept: str) -> None:
    """Settle that `column` is `concept`, unless another column already is."""
    heading = table.headings[column]
    base, _, label = concept.partition(":")
    if consents.is_concept(concept):
        table.feeds.extend(consents.feeds(table.grid.columns[column], column, concept))
    elif base in _POINTS:
        label = label or (heading.qualifier if heading.qualifier in _LABELS else "") or ""
        ordinal = table.counts[base] = table.counts.get(base, 0) + 1
        table.feeds.append(Feed(column, _target(base, ordinal, label)))
    elif base == "text" or (parse_target(base) is not None and base not in (*_PARTS, "address")):
        target = parse_target(concept)
        if target is not None and all(feed.target.field != concept for feed in table.feeds):
            table.feeds.append(Feed(column, target))
    else:
        _add_to_address(table, column, base)


def _add_to_address(table: _Table, column: int, concept: str) -> None:
    heading = table.headings[column]
    part = {"street_number_before": "street", "street_number_after": "street", "suburb": "city"}.get(concept, concept)
    if concept == "suburb" and table.has("city"):
        return
    place = (heading.qualifier or "", heading.number or 1)
    is_line = heading.concept in ("?address", "street", "unit")  # their number counts lines, not addresses
    if is_line:
        place = (place[0], 1)
        part = "unit" if (heading.number or 1) > 1 and part == "street" else part
    ordinal = table.places.setdefault(place, len(table.places) + 1)
    target = _target(part, ordinal, heading.qualifier if heading.qualifier in _LABELS else "")
    joins = concept.startswith("street_number") or part in ("street", "unit")
    if joins or all(feed.target.field != target.field for feed in table.feeds):
        table.feeds.append(Feed(column, target))


def _target(base: str, ordinal: int, label: str | None) -> Target:
    target = parse_target(base if ordinal == 1 else f"{base}_{ordinal}", label=label or None)
    assert target is not None
    return target


def _in_order(table: _Table) -> Iterable[Feed]:
    """Feeds by position, but a house number before its street, or behind it, as the language has it."""

    def rank(feed: Feed) -> tuple[float, int]:
        concept = table.headings[feed.column].concept
        shift = {"street_number_before": -1000.0, "street_number_after": 1000.0}.get(concept or "", 0.0)
        return (feed.column + shift if shift else float(feed.column), feed.column)

    return sorted(table.feeds, key=rank)


def inspect(header: Sequence[str], plan: Plan) -> list[tuple[str, str]]:
    """Column and target, side by side, for people."""
    return list(zip(header, plan.mapping(len(header)), strict=True))
