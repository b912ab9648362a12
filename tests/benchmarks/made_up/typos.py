"""People with a name, a birth date, a city and an e-mail, as in tables that teach linking, but larger.

Assumes: one to seven records a person; most records are wrong somewhere: a fifth of all cells is empty, names, cities
and addresses are mistyped (often in several places), first name and surname stand in each other's column, a birth date
is days, a month or years off. Addresses hold the name and mostly belong to one person only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from . import words
from .dice import Dice, Weighted
from .names import Names, mailable

COLUMNS = ("first_name", "surname", "dob", "city", "email")


def _mailbox(dice: Dice, first: str, last: str, domains: list[str]) -> str:
    given, family = mailable(first), mailable(last)
    user = dice.one((f"{given}{family}", f"{given}.{family}", f"{given}{family[0]}", f"{given[0]}.{family}"))
    return f"{user}{dice.one(('', dice.randrange(1, 100)))}@{dice.one(domains)}"


def _mistyped(dice: Dice, text: str) -> str:
    """`text` with one slip, or two, or three."""
    for _ in range(dice.one((1, 1, 1, 2, 3))):
        text = dice.slip(text)
    return text


def _misdated(dice: Dice, day: str) -> str:
    """A date near `day`: some days off, another month, a wrong digit in the year, or day and month swapped."""
    year, month, number = day.split("-")
    kind = dice.random()
    if kind < 0.3:
        return (date.fromisoformat(day) + timedelta(days=dice.randrange(-31, 32))).isoformat()
    if kind < 0.6:
        return f"{year}-{dice.randrange(1, 13):02}-{min(int(number), 28):02}"
    if kind < 0.7 and int(number) <= 12:
        return f"{year}-{number}-{month}"
    return f"{int(year) + dice.one((-10, -2, -1, 1, 2, 10))}-{month}-{min(int(number), 28):02}"


def _record(dice: Dice, names: Names, true: tuple[str, ...]) -> tuple[str, ...]:
    first, last, born, city, email = true
    if dice.chance(0.05):
        first = names.nickname(first)
    if dice.chance(0.10):
        first, last = last, first
    first, last, city, email = (
        _mistyped(dice, cell) if dice.chance(share) else cell
        for cell, share in ((first, 0.21), (last, 0.25), (city, 0.25), (email, 0.27))
    )
    if dice.chance(0.36):
        born = _misdated(dice, born)
    kept = (first, last, born, city, email)
    return tuple(
        "" if dice.chance(share) else cell for cell, share in zip(kept, (0.17, 0.18, 0, 0.19, 0.21), strict=True)
    )


def rows(n: int, *, seed: int) -> Iterator[tuple[str, ...]]:
    """`n` records in no order, each with its person's number last."""
    dice = Dice(f"typos {seed}")
    names = Names(dice, surnames=1500)
    cities = Weighted([names.town() for _ in range(60)], flat=-0.2)
    domains = [*words.WEBMAIL]
    domains += [f"{mailable(names.last())}{dice.one(('', f'-{mailable(names.last())}'))}.com" for _ in range(n // 5)]
    made: list[tuple[str, ...]] = []
    people = 0
    while len(made) < n:
        people += 1
        first, last = names.first(woman=dice.chance(0.5)), names.last()
        born = names.born(since=1965, until=2018)
        true = (first, last, born, dice.common(cities), _mailbox(dice, first, last, domains))
        made += [(*_record(dice, names, true), f"p{people}") for _ in range(dice.randrange(1, 8))]
    del made[n:]
    dice.shuffle(made)
    yield from made
