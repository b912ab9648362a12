"""People of the past with many records each, drawn from works that disagree on their names, dates and places.

Assumes: one to thirty records a person, ten on average; a name comes with a title, middle names or initials, or as
"sir", or is the peerage ("1st baron dunmore"), or wholly another name that the person also went by; the birth date has
a wrong digit, is the first of January or is missing; the birth place is the town, the parish or the county; the
postcode is mostly one. About some people the works agree, about others hardly: more than half of all records is poor,
wrong or silent in most cells, so that no method finds every pair. Fathers and sons of one name and place are two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from . import words
from .dice import Dice, Weighted
from .names import Names

COLUMNS = ("full_name", "first_name", "surname", "dob", "birth_place", "postcode_fake", "occupation")
ORDINALS = ("1st", "1st", "1st", "2nd", "3rd", "4th", "5th")
POOR = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9)
PEERS = ("baron", "viscount", "earl", "baronet")


@dataclass(frozen=True)
class Notable:
    """One person; `places` are town, parish and county; `other` is a name of his own choice, mostly none."""

    first: str
    middle: str
    last: str
    peerage: str
    other: str
    born: str
    places: tuple[str, ...]
    postcode: str
    poor: float  # the share of records that are
    trades: tuple[str, ...]


class Archive:
    """Makes people and copies out what a source says of one."""

    def __init__(self, dice: Dice) -> None:
        self.dice, self.names = dice, Names(dice, surnames=3000)
        self.counties = [f"{self.names.town().partition(' ')[0]}shire" for _ in range(40)]
        self.towns = Weighted([(self.names.town(), dice.one(self.counties)) for _ in range(600)], flat=4)
        letters = "ABCDEFGHIKLMNOPRSTUWY"
        self.areas = [f"{dice.one(letters)}{dice.one(letters)}{dice.randrange(1, 30)}" for _ in range(900)]

    def postcode(self) -> str:
        dice = self.dice
        return f"{dice.one(self.areas)} {dice.randrange(1, 10)}{dice.one('ABDEFGHJLN')}{dice.one('ABDEFGHJLN')}"

    def people(self) -> list[Notable]:
        """One person, or a father and a son."""
        one = self._person()
        if not self.dice.chance(0.08):
            return [one]
        year = int(one.born[:4]) + self.dice.randrange(22, 40)
        son = replace(
            self._person(),
            last=one.last,
            places=one.places,
            born=f"{year}{self.names.born(since=1900, until=1900)[4:]}",
        )
        return [one, replace(son, first=one.first) if self.dice.chance(0.5) else son]

    def _person(self) -> Notable:
        dice, names = self.dice, self.names
        woman = dice.chance(0.15)
        town, county = dice.common(self.towns)
        middle = " ".join(names.first(woman=woman) for _ in range(dice.one((0, 0, 1, 1, 1, 2))))
        peerage = f"{dice.one(ORDINALS)} {dice.one(PEERS)} {names.last()}" if dice.chance(0.06) else ""
        other = f"{names.first(woman=woman)} {names.last()}" if dice.chance(0.4) else ""
        return Notable(
            first=names.first(woman=woman), middle=middle, last=names.last(), peerage=peerage, other=other,
            born=names.born(since=1780, until=1930), places=(town, f"{names.town()}, {county}", county),
            postcode=self.postcode(), poor=dice.one(POOR), trades=tuple(dice.sample(words.OCCUPATIONS, 2)),
        )  # fmt: skip

    def record(self, one: Notable) -> tuple[str, ...]:
        dice = self.dice
        poor = dice.chance(one.poor)
        full, first, last = self._name(one, poor=poor)
        told = (full, first, last, self._born(one, poor=poor), self._place(one, poor=poor))
        occupation = "" if dice.chance(0.35) else one.trades[dice.chance(0.2)]
        return (*(cell.lower() for cell in told), self._postcode(one, poor=poor), occupation)

    def _name(self, one: Notable, *, poor: bool) -> tuple[str, str, str]:
        """Full name, first name and surname as a source has them."""
        dice, first, middle, last = self.dice, one.first, one.middle, one.last
        if one.other and dice.chance(0.6 if poor else 0.25):
            full = one.other
            first, _, last = full.partition(" ")
            return full, first, last
        how = dice.random()
        if how < 0.08:
            first = f"{first[0]}." if dice.chance(0.6) else self.names.nickname(first)
        elif how < 0.12 and middle:
            first, middle = middle.partition(" ")[0], ""
        first = dice.slip(first) if dice.chance(0.15 if poor else 0.04) else first
        last = dice.slip(last) if dice.chance(0.2 if poor else 0.05) else last
        shown = (
            middle if dice.chance(0.45) else " ".join(f"{m[0]}." for m in middle.split()) if dice.chance(0.15) else ""
        )
        full = " ".join(filter(None, (first, shown, last)))
        if one.peerage and dice.chance(0.4):
            return f"{full}, {one.peerage}", first, one.peerage.rpartition(" ")[2] if dice.chance(0.3) else last
        if dice.chance(0.05):
            return f"sir {full}", "sir" if dice.chance(0.3) else first, last
        return full, "" if dice.chance(0.02) else first, "" if dice.chance(0.03) else last

    def _born(self, one: Notable, *, poor: bool) -> str:
        dice, how = self.dice, self.dice.random()
        if how < (0.4 if poor else 0.08):
            return ""
        if how < (0.65 if poor else 0.15):
            return f"{one.born[:4]}-01-01"
        if how < 0.34:
            return (
                dice.digit_slip(one.born[:4]) + one.born[4:]
                if dice.chance(0.4)
                else f"{one.born[:8]}{dice.randrange(1, 29):02}"
            )
        return one.born

    def _place(self, one: Notable, *, poor: bool) -> str:
        dice = self.dice
        if dice.chance(0.4 if poor else 0.1):
            return ""
        place = one.places[0 if dice.chance(0.4 if poor else 0.8) else dice.randrange(1, 3)]
        return dice.slip(place) if dice.chance(0.04) else place

    def _postcode(self, one: Notable, *, poor: bool) -> str:
        dice, how = self.dice, self.dice.random()
        if how < (0.35 if poor else 0.1):
            return ""
        if how < (0.55 if poor else 0.2):
            return f"{one.postcode.partition(' ')[0]} {self.postcode().partition(' ')[2]}"
        if how < (0.8 if poor else 0.22):
            return self.postcode()
        return dice.digit_slip(one.postcode) if dice.chance(0.06) else one.postcode


def _copies(dice: Dice) -> int:
    return min(30, 1 + int(dice.expovariate(1 / 10)))


def rows(n: int, *, seed: int) -> Iterator[tuple[str, ...]]:
    """`n` records in no order, each with its person's number last."""
    dice = Dice(f"variants {seed}")
    archive = Archive(dice)
    made: list[tuple[str, ...]] = []
    people = 0
    while len(made) < n:
        for one in archive.people():
            people += 1
            made += [(*archive.record(one), f"p{people}") for _ in range(_copies(dice))]
    del made[n:]
    dice.shuffle(made)
    yield from made
