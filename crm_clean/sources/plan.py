"""What every column of a table feeds: the plan that a profile or a guess makes and the user may overrule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crm_clean.errors import UsageError
from crm_clean.records.fields import Target, parse_target
from crm_clean.sources.spec import SourcesSpec
from crm_clean.text import squeeze

GUESSED = "guessed"
_CONTACT_FIELDS = frozenset({"full_name", "first_name", "last_name", "birth_date", "company"})
_CONTACT_KINDS = frozenset({"email", "phone", "address", "profile"})


@dataclass(frozen=True)
class Feed:
    """One column feeding one target.

    `split`: text between several values of a cell. `label_from`: the column that labels its values. `when`: raw value
    (case aside, `*` for any other) -> value of the target; a raw value that is not there gives nothing.
    """

    column: int
    target: Target
    split: str | None = None
    label_from: int | None = None
    when: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Plan:
    """How one table is staged. Feeds of one target stand in order of preference.

    `profile`: name of the profile, or `guessed`. `source`: the system, or None where the file's name stands for it.
    `constants`: scalar field -> value of every record. `nulls`: values that mean nothing.
    """

    feeds: tuple[Feed, ...]
    profile: str = GUESSED
    source: str | None = None
    constants: tuple[tuple[str, str], ...] = ()
    nulls: frozenset[str] = frozenset()
    default_region: str | None = None

    def mapping(self, width: int) -> list[str]:
        """The target of each column, "" where it is kept in `custom` only."""
        names = [""] * width
        for feed in reversed(self.feeds):
            names[feed.column] = feed.target.field
        for feed in self.feeds:
            if feed.when is None:
                names[feed.column] = feed.target.field
        return names

    def scalar_feeds(self, field: str) -> list[Feed]:
        return [feed for feed in self.feeds if feed.target.kind is None and feed.target.field == field]

    def consumed(self) -> set[int]:
        """Columns whose every value stands in a staged field, so that `custom` need not keep them."""
        whole: set[int] = set()
        first: set[str] = set()
        for feed in self.feeds:
            if feed.when is not None:
                continue
            if feed.target.kind is not None:
                whole.add(feed.column)
            elif feed.target.field not in first:
                whole.add(feed.column)
                first.add(feed.target.field)
        return whole | {feed.label_from for feed in self.feeds if feed.label_from is not None}

    @property
    def n_contact_fields(self) -> int:
        """How many columns say who somebody is or how to reach them."""
        return len({feed.column for feed in self.feeds if _is_contact(feed.target)})

    @property
    def has_texts(self) -> bool:
        """Whether a column is compared as plain text."""
        return any(feed.target.kind == "text" for feed in self.feeds)

    @property
    def holds_contacts(self) -> bool:
        """Whether this is a table of people, and not just of something that has a name."""
        if any(feed.target.kind in ("email", "phone") for feed in self.feeds):
            return True
        named = {feed.target.field for feed in self.feeds} & {"first_name", "last_name"}
        return bool(named) or self.n_contact_fields > 1


def _is_contact(target: Target) -> bool:
    return target.field in _CONTACT_FIELDS or target.kind in _CONTACT_KINDS


def find_column(header: Sequence[str], name: str) -> int | None:
    """The position of `name` in `header`: as it stands, else with case, accents and punctuation aside."""
    if name in header:
        return list(header).index(name)
    wanted = squeeze(name)
    return next((i for i, column in enumerate(header) if wanted and squeeze(column) == wanted), None)


def overrule(plan: Plan, header: Sequence[str], spec: SourcesSpec) -> Plan:
    """`plan` with the columns the user mapped or wants ignored; columns that are not in `header` are passed over."""
    ignored = {at for name in spec.ignore if (at := find_column(header, name)) is not None}
    told: list[Feed] = []
    for name, field in spec.mapping.items():
        at, target = find_column(header, name), parse_target(field)
        if at is not None and target is not None:
            told.append(Feed(at, target))
    if not told and not ignored:
        return plan
    taken = {feed.column for feed in told} | ignored
    claimed = {feed.target.field for feed in told if feed.target.kind in (None, "address", "text")}
    kept = [feed for feed in plan.feeds if feed.column not in taken and feed.target.field not in claimed]
    kept = [replace(feed, label_from=None) if feed.label_from in taken else feed for feed in kept]
    return replace(plan, feeds=(*told, *kept))


def missing_columns(headers: Iterable[Sequence[str]], spec: SourcesSpec) -> None:
    """Raise UsageError when the user names a column that no file has."""
    seen = list(headers)
    absent = [
        name for name in (*spec.mapping, *spec.ignore) if all(find_column(header, name) is None for header in seen)
    ]
    if absent and seen:
        present = ", ".join(sorted({column for header in seen for column in header if column.strip()})[:60])
        raise UsageError(f"no column {', '.join(map(repr, absent))}; the files have {present}. Mend --map or --ignore.")
