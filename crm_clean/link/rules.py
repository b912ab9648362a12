"""The blocking rules: which keys bring two records together, strongest first.

Each rule finds what the ones before it cannot: another mailbox, a typo in one name, a moved house, a married name.
Broad keys (a birth date, a surname in a town) are cut by further keys where a table is too large for them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crm_clean.link.block import Keys, Rule
from crm_clean.link.columns import MISSING, Bag, Column, Ints
from crm_clean.link.compare.names import formal_names
from crm_clean.link.people import People

_PREFIX = 3
# Of the budget of pairs for rules whose keys many strangers share.
_BROAD = 0.3


def blocking_rules(people: People) -> list[Rule]:
    """The rules that have something to work on in this table."""
    return [rule for rule in [*_contact(people), *_name(people), *_place(people), *_text(people)] if len(rule.keys.key)]


def _contact(p: People) -> list[Rule]:
    return [
        Rule("email", Keys.of_bag(p.emails), (_sound(p), _initial(p))),
        Rule("phone", Keys.of_bag(p.phones), (_sound(p), _initial(p))),
        Rule("profile", Keys.of_bag(p.profiles), (_sound(p),)),
        Rule("email_user", Keys.of_bag(p.users), (_sound(p), _initial(p))),
        Rule("role_mailbox+initial", Keys.of_bag(p.roles).narrowed(_initial(p)()), (_sound(p),)),
        Rule("role_mailbox+surname", Keys.of_bag(p.roles).narrowed(p.sound.codes), (_initial(p),)),
    ]


def _name(p: People) -> list[Rule]:
    first_then = (_birth(p), _first(p.postcodes), _codes(p.company), _first(p.cities))
    return [
        Rule("name", Keys.of(p.full.codes), first_then),
        Rule("nickname+surname", _formal(p).narrowed(p.last.codes), first_then),
        Rule("first+maiden", _surnames(p).narrowed(p.first.codes), first_then),
        Rule(
            "birth_date+first", Keys.of(p.birth.codes).narrowed(p.first.codes), (_first(p.postcodes), _first(p.cities))
        ),
        Rule("birth_date", Keys.of(p.birth.codes), (_codes(p.sound), _initial(p)), share=_BROAD),
        Rule(
            "first+surname_start",
            Keys.of(p.first.codes).narrowed(_start(p.last)),
            (_first(p.cities), _codes(p.company)),
            share=_BROAD,
        ),
        Rule(
            "initial+surname",
            Keys.of(p.sound.codes).narrowed(_initial(p)()),
            (_first(p.cities), _year(p)),
            share=_BROAD,
        ),
    ]


def _place(p: People) -> list[Rule]:
    company = Keys.of(p.company.codes)
    return [
        Rule("address", Keys.of_bag(p.addresses), (_initial(p), _sound(p))),
        Rule("postcode+surname", Keys.of_bag(p.postcodes).narrowed(p.sound.codes), (_initial(p),)),
        Rule("postcode+first", Keys.of_bag(p.postcodes).narrowed(p.first.codes), (_start_of(p.last),)),
        Rule("street+initial", Keys.of_bag(p.streets).narrowed(_initial(p)()), (_sound(p),)),
        Rule("company+surname", company.narrowed(p.sound.codes), (_initial(p),)),
        Rule("company+first", company.narrowed(p.first.codes), (_start_of(p.last),)),
        Rule(
            "city+surname", Keys.of_bag(p.cities).narrowed(p.sound.codes), (_initial(p), _codes(p.first)), share=_BROAD
        ),
        Rule("city+first", Keys.of_bag(p.cities).narrowed(p.first.codes), (_start_of(p.last),), share=_BROAD),
    ]


def _text(p: People) -> list[Rule]:
    rules = []
    for label, bag in p.texts.items():
        rules.append(Rule(f"text:{label}+surname", Keys.of_bag(bag).narrowed(p.sound.codes), (_initial(p), _year(p))))
        rules.append(
            Rule(f"text:{label}+first", Keys.of_bag(bag).narrowed(p.first.codes), (_start_of(p.last), _year(p)))
        )
        rules.append(Rule(f"text:{label}+birth_date", Keys.of_bag(bag).narrowed(p.birth.codes), (_initial(p),)))
        if not any(len(c.values) for c in (p.first, p.last)):
            rules.append(Rule(f"text:{label}", Keys.of_bag(bag)))
    return rules


def _codes(column: Column) -> Callable[[], Ints]:
    return lambda: column.codes


def _sound(p: People) -> Callable[[], Ints]:
    return lambda: p.sound.codes


def _birth(p: People) -> Callable[[], Ints]:
    return lambda: p.birth.codes


def _year(p: People) -> Callable[[], Ints]:
    return lambda: p.birth.mapped([v[:4] if v[:1].isdigit() else None for v in p.birth.values]).codes


def _initial(p: People) -> Callable[[], Ints]:
    return lambda: p.first.mapped([v[:1] for v in p.first.values]).codes


def _start(column: Column) -> Ints:
    return column.mapped([v[:_PREFIX] for v in column.values]).codes


def _start_of(column: Column) -> Callable[[], Ints]:
    return lambda: _start(column)


def _first(bag: Bag) -> Callable[[], Ints]:
    """The first value that each record holds."""

    def codes() -> Ints:
        padded = np.append(bag.codes, MISSING)
        return np.where(bag.has, padded[np.minimum(bag.starts[:-1], len(bag.codes))], MISSING)

    return codes


def _formal(p: People) -> Keys:
    """The formal names that a first name or nickname may stand for, as keys of the record."""
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
    return Keys(np.repeat(record, times), flat[np.repeat(starts[code], times) + within])


def _surnames(p: People) -> Keys:
    """Last and maiden name as keys of the record, in one vocabulary; only where the table knows maiden names."""
    if p.maiden.is_empty:
        return Keys.of(np.full(p.n, MISSING))
    names = sorted(set(p.last.values) | set(p.maiden.values))
    rank = {name: i for i, name in enumerate(names)}
    found = [
        np.append(np.array([rank[v] for v in c.values], dtype=np.int64), MISSING)[c.codes] for c in (p.last, p.maiden)
    ]
    record = np.tile(np.arange(p.n), 2)
    key = np.concatenate(found)
    return Keys(record[key >= 0], key[key >= 0])
