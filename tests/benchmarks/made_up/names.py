"""What made-up people, towns and companies are called, for one table."""

from __future__ import annotations

from datetime import date, timedelta

from . import words
from .dice import Dice, Weighted

WOMEN = Weighted(words.WOMEN, flat=20)
MEN = Weighted(words.MEN, flat=20)
STREET_KINDS = tuple(words.STREET_KINDS)


class Names:
    """First names are the same in every table; surnames, towns and companies are made anew from `dice`.

    One in seven people bear one of 190 common surnames of several languages, the rest one of `surnames` that are made
    up from syllables; both by a law like Zipf's.
    """

    def __init__(self, dice: Dice, *, surnames: int = 8000) -> None:
        self.dice = dice
        self.common = Weighted(dice.sample(words.SURNAMES, len(words.SURNAMES)), flat=10)
        self.rare = Weighted([self._coined() for _ in range(surnames)], flat=300)

    def _coined(self) -> str:
        dice = self.dice
        return dice.one(words.STARTS) + (dice.one(words.MIDDLES) if dice.chance(0.4) else "") + dice.one(words.ENDS)

    def first(self, *, woman: bool) -> str:
        return self.dice.common(WOMEN if woman else MEN)

    def last(self) -> str:
        surname = self.dice.common(self.common if self.dice.chance(0.15) else self.rare)
        return f"{surname}-{self.dice.common(self.rare)}" if self.dice.chance(0.01) else surname

    def nickname(self, first: str) -> str:
        """What friends call somebody; `first` itself where there is no such name."""
        return self.dice.one(words.NICKNAMES[first].split()) if first in words.NICKNAMES else first

    def born(self, *, since: int, until: int) -> str:
        """A day of the years asked, both included, as YYYY-MM-DD."""
        start = date(since, 1, 1)
        return (start + timedelta(days=self.dice.randrange((date(until + 1, 1, 1) - start).days))).isoformat()

    def town(self) -> str:
        dice = self.dice
        second = dice.one(("", "", "", "", " Hills", " Park", " Bay", " Springs"))
        return dice.one(words.TOWN_STARTS) + dice.one(words.TOWN_ENDS) + second

    def street(self) -> str:
        """A numbered street, its kind written out."""
        dice = self.dice
        name = dice.one(words.STREETS) if dice.chance(0.6) else self._coined()
        return f"{dice.randrange(1, 2400)} {name} {dice.one(STREET_KINDS)}"

    def company(self) -> str:
        """A name without its legal form."""
        dice = self.dice
        owner = dice.common(self.rare)
        return f"{owner} {f'& {dice.common(self.rare)} ' if dice.chance(0.1) else ''}{dice.one(words.TRADES)}"


def mailable(name: str) -> str:
    """`name` as it stands in an e-mail address: small letters only."""
    return "".join(sign for sign in name.lower() if sign.isalnum())
