"""The blocking rules: which keys bring two records together, strongest first.

Each rule finds what the ones before it cannot: another mailbox, a typo in one name, a moved house, a married name.
Broad keys (a birth date, a surname in a town) are cut by further keys where a table is too large for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crm_clean.link.block import Keys, Rule
from crm_clean.link.columns import MISSING, Bag, Column, Ints
from crm_clean.link.compare.names import formal_names
from crm_clean.link.people import People, sound_of

_PREFIX = 3
# Of the budget of pairs for rules whose keys many strangers share.
_BROAD = 0.3
# The same where a table has little else to go by.
_BROAD_OF_THIN = 2.0
_MAILBOX_START, _COMPANY_START, _STREET_START = 5, 5, 4
# Columns of plain text that share the budget of one rule: more of them do not make more pairs.
_TEXTS = 4


def blocking_rules(people: People) -> list[Rule]:
    """The rules that have something to work on in this table. Keys are made when a rule's turn comes."""
    parts = _Parts(people)
    rules = [*_contact(parts), *_name(parts), *_place(parts), *_text(parts)]
    return [*rules, *(_company(parts) if parts.nameless else []), *(_bare(parts) if parts.is_thin else [])]


@dataclass(frozen=True)
class _Part:
    """One part of a blocking key, named in words. `make` gives its column or bag, `told` the text of a record's."""

    word: str
    make: Callable[[], Column | Bag]
    told: Callable[[int], str] | None = None

    @cached_property
    def of(self) -> Column | Bag:
        return self.make()

    @property
    def is_empty(self) -> bool:
        return self.of.is_empty

    def keys(self) -> Keys:
        return Keys.of(self.of.codes) if isinstance(self.of, Column) else Keys.of_bag(self.of)

    @cached_property
    def codes(self) -> Ints:
        """One code a record: of several values the first."""
        if isinstance(self.of, Column):
            return self.of.codes
        padded = np.append(self.of.codes, MISSING)
        return np.where(self.of.has, padded[np.minimum(self.of.starts[:-1], len(self.of.codes))], MISSING)

    def said(self, records: Ints) -> str:
        """The value that these records share, in words."""
        if self.told is not None:
            return f"{self.word} {self.told(int(records[0]))}"
        if isinstance(self.of, Column):
            return f"{self.word} {self.of.values[self.of.codes[records[0]]]}"
        held = [self.of.codes[self.of.starts[r] : self.of.starts[r + 1]] for r in records.tolist()]
        codes, times = np.unique(np.concatenate(held), return_counts=True)
        return f"{self.word} {self.of.values[codes[np.argmax(times)]]}"


class _Parts:
    """The parts that keys are made of; each is made once, when first needed."""

    def __init__(self, p: People) -> None:
        self.people = p
        self.email, self.role = _Part("mailbox", lambda: p.emails), _Part("mailbox", lambda: p.roles)
        self.user, self.phone = _Part("mailbox user", lambda: p.users), _Part("phone", lambda: p.phones)
        self.profile, self.address = _Part("profile", lambda: p.profiles), _Part("address", lambda: p.addresses)
        self.street, self.postcode = _Part("street", lambda: p.streets), _Part("postcode", lambda: p.postcodes)
        self.city, self.company = _Part("city", lambda: _squeezed(p.cities)), _Part("company", lambda: p.company)
        self.first, self.last = _Part("first name", lambda: p.first), _Part("surname", lambda: p.last)
        self.nobodys = _Part("name", lambda: p.nobodys)
        self.full = _Part("name", lambda: p.full, self._name)
        self.sound = _Part("surname like", lambda: p.sound, lambda r: p.last.values[p.last.codes[r]])
        self.initial = _Part("initial", lambda: p.first.mapped([v[:1] for v in p.first.values]))
        self.first_start = _Part("first name from", lambda: _start(p.first))
        self.last_start = _Part("surname from", lambda: _start(p.last))
        self.birth, self.year = _Part("birth date", lambda: p.birth), _Part("birth year", lambda: _year(p.birth))
        self.formal = _Part("first name", lambda: _formal(p))
        self.surname = _Part("surname", lambda: _surnames(p))
        self.first_like = _Part("first name like", lambda: p.first.mapped([sound_of(v) for v in p.first.values]))
        self.mail_start = _Part("mailbox from", lambda: p.emails.mapped([v[:_MAILBOX_START] for v in p.emails.values]))
        self.is_thin = p.is_thin
        self.broad = _BROAD_OF_THIN if self.is_thin else _BROAD
        self.last_end = _Part("surname to", lambda: p.last.mapped([v[-_PREFIX:] for v in p.last.values]))
        self.either = _Part("name", lambda: _either(p.first, p.last, n=p.n))
        self.street_start = _Part("street from", lambda: p.streets.mapped([_street_start(v) for v in p.streets.values]))
        self.street_name = _Part("street", lambda: p.streets.mapped([_street_name(v) for v in p.streets.values]))
        self.company_start = _Part(
            "company from", lambda: p.company.mapped([v.replace(" ", "")[:_COMPANY_START] for v in p.company.values])
        )
        self.nameless = p.first.is_empty and p.last.is_empty
        self.of_texts = min(1.0, _TEXTS / max(len(p.texts), 1))
        self.texts = {label: _Part(label, lambda bag=bag: bag) for label, bag in p.texts.items()}  # type: ignore[misc]

    def _name(self, record: int) -> str:
        codes = (self.people.first.codes[record], self.people.last.codes[record])
        held = zip((self.people.first, self.people.last), codes, strict=True)
        return " ".join(column.values[code] for column, code in held if code >= 0)


def _rule(name: str, *parts: _Part, cuts: tuple[_Part, ...] = (), share: float = 1.0) -> list[Rule]:
    """The rule that joins records which share all `parts`, or none where the table lacks one of them."""
    if any(part.is_empty for part in parts):
        return []

    def keys() -> Keys:
        found = parts[0].keys()
        for part in parts[1:]:
            found = found.narrowed(part.codes)
        return found

    def value(records: Ints) -> str:
        return ", ".join(part.said(records) for part in parts)

    further = [_codes(part) for part in cuts if not part.is_empty]
    return [Rule(name, keys, further, share=share, value=value)]


def _codes(part: _Part) -> Callable[[], Ints]:
    return lambda: part.codes


def _contact(p: _Parts) -> list[Rule]:
    return [
        *_rule("email", p.email, cuts=(p.sound, p.initial)),
        *_rule("phone", p.phone, cuts=(p.sound, p.initial)),
        *_rule("profile", p.profile, cuts=(p.sound,)),
        *_rule("email_user", p.user, cuts=(p.sound, p.initial)),
        *_rule("role_mailbox", p.role, cuts=(p.sound, p.initial)),
    ]


def _name(p: _Parts) -> list[Rule]:
    where = (p.birth, p.postcode, p.company, p.city)
    return [
        *_rule("nobodys_name", p.nobodys, share=0.0),
        *_rule("name", p.full, cuts=where),
        *_rule("nickname+surname", p.formal, p.last, cuts=where),
        *_rule("first+maiden", p.surname, p.first, cuts=where),
        *_rule("birth_date+first", p.birth, p.first, cuts=(p.postcode, p.city)),
        *_rule("birth_date", p.birth, cuts=(p.sound, p.initial), share=p.broad),
        *_rule("first+surname_start", p.first, p.last_start, cuts=(p.city, p.company), share=p.broad),
        *_rule("first+surname_end", p.first, p.last_end, cuts=(p.city, p.company), share=p.broad),
        *_rule("first_start+surname", p.first_start, p.last, cuts=(p.city, p.company), share=p.broad),
        *_rule("initial+surname", p.sound, p.initial, cuts=(p.city, p.year), share=p.broad),
    ]


def _place(p: _Parts) -> list[Rule]:
    return [
        *_rule("address", p.address, cuts=(p.initial, p.sound)),
        *_rule("postcode+surname", p.postcode, p.sound, cuts=(p.initial,)),
        *_rule("street+initial", p.street, p.initial, cuts=(p.sound,)),
        *_rule("company+surname", p.company, p.sound, cuts=(p.initial,)),
        *_rule("company+first", p.company, p.first, cuts=(p.last_start,)),
        *_rule("city+surname", p.city, p.sound, cuts=(p.initial, p.first), share=p.broad),
    ]


def _company(p: _Parts) -> list[Rule]:
    """Rules for tables of companies, in which no person is named."""
    return [
        *_rule("company", p.company, cuts=(p.postcode, p.city, p.street_start)),
        *_rule("company_start+postcode", p.company_start, p.postcode, cuts=(p.company,)),
        *_rule("company_start+city", p.company_start, p.city, cuts=(p.company,)),
        *_rule("company_start+street", p.company_start, p.street_start, cuts=(p.company,)),
        *_rule("street+city", p.street, p.city, cuts=(p.company_start,)),
        *_rule("street_start+postcode", p.street_start, p.postcode, cuts=(p.company_start,)),
    ]


def _text(p: _Parts) -> list[Rule]:
    share = p.of_texts
    rules = []
    for label, part in p.texts.items():
        rules += _rule(f"text:{label}+surname", part, p.sound, cuts=(p.initial, p.year), share=share)
        rules += _rule(f"text:{label}+first", part, p.first, cuts=(p.last_start, p.year), share=share)
        rules += _rule(f"text:{label}+birth_date", part, p.birth, cuts=(p.initial,), share=share)
        rules += _rule(f"text:{label}", part, share=share) if p.nameless else []
    return rules


def _bare(p: _Parts) -> list[Rule]:
    """Rules for tables that know little of each record: broader keys, of which the rare ones count."""
    place = [("postcode", p.postcode, 1.0), ("city", p.city, 1.0)]
    place += [(f"text:{label}", part, p.of_texts) for label, part in p.texts.items()]
    rules = [
        *_rule("postcode+name", p.either, p.postcode, cuts=(p.initial,)),
        *_rule("city+name", p.either, p.city, cuts=(p.last_start,), share=p.broad),
        *_rule("street_name+name", p.either, p.street_name, cuts=(p.initial,), share=p.broad),
        *_rule("street_start", p.street_start, cuts=(p.city, p.initial), share=_BROAD),
        *_rule("surname_start+year", p.last_start, p.year, cuts=(p.initial, p.city), share=p.broad),
        *_rule("first_start+year", p.first_start, p.year, cuts=(p.last_start, p.city), share=p.broad),
        *_rule("mailbox_start", p.mail_start, cuts=(p.city, p.year), share=_BROAD),
    ]
    for name, part, share in place:
        rules += _rule(f"{name}+year", part, p.year, cuts=(p.initial,), share=p.broad * share)
        rules += _rule(name, part, cuts=(p.initial, p.sound), share=_BROAD * share)
    return rules


def _year(birth: Column) -> Column:
    return birth.mapped([v[:4] if v[:1].isdigit() else None for v in birth.values])


def _start(column: Column) -> Column:
    return column.mapped([v[:_PREFIX] for v in column.values])


def _formal(p: People) -> Bag:
    """The formal names that a first name or nickname may stand for."""
    formal = formal_names(p.first.values)
    sizes = np.array([len(f) for f in formal], dtype=np.int64)
    names = sorted({name for group in formal for name in group})
    rank = {name: i for i, name in enumerate(names)}
    flat = np.array([rank[name] for group in formal for name in group], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    record = np.flatnonzero(p.first.codes >= 0)
    code = p.first.codes[record]
    times = sizes[code]
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    return Bag.coded(np.repeat(record, times), flat[np.repeat(starts[code], times) + within], names, n=p.n)


def _squeezed(bag: Bag) -> Bag:
    """The values without their spaces, which a slip of the hand adds, moves and swallows."""
    return bag.mapped([v.replace(" ", "") for v in bag.values])


def _street_name(street: str) -> str | None:
    """How a street is called, as far as its first letters tell: `merf` of `97 merfield place`."""
    return "".join(part for part in street.split() if not part[:1].isdigit())[:_STREET_START] or None


def _street_start(street: str) -> str | None:
    """House number and how the street is called: `97merf` of `97 merfield place`."""
    number = "".join(part for part in street.split() if part[:1].isdigit())
    name = _street_name(street)
    return f"{number}{name}" if number and name else None


def _surnames(p: People) -> Bag:
    """Last and maiden name in one vocabulary; only where the table knows maiden names."""
    return _either(p.last, p.maiden, n=p.n) if not p.maiden.is_empty else _either(p.maiden, p.maiden, n=p.n)


def _either(one: Column, other: Column, *, n: int) -> Bag:
    """The values of two columns in one vocabulary."""
    names = sorted(set(one.values) | set(other.values))
    rank = {name: i for i, name in enumerate(names)}
    found = [np.append(np.array([rank[v] for v in c.values], dtype=np.int64), MISSING)[c.codes] for c in (one, other)]
    return Bag.coded(np.tile(np.arange(n), 2), np.concatenate(found), names, n=n)
