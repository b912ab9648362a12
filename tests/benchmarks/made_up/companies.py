"""Companies with a street, a postcode, a city and a phone.

Assumes: a name comes with or without its legal form, in capitals, shortened, with "The" or "&"; one company in eight
has branches, which are companies of their own here: the name with the town behind it, an address and a phone of their
own. Several companies share an office building; a family's firms share a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from . import words
from .dice import Dice, Weighted
from .names import Names

COLUMNS = ("company", "street", "postcode", "city", "phone")
LONG_FORMS = {"Inc": "Incorporated", "Ltd": "Limited", "Corp": "Corporation", "Co": "Company", "LLC": "L.L.C."}
SHORT = {"Consulting": "Cons.", "Engineering": "Eng.", "International": "Intl", "Industries": "Ind.", "Group": "Grp"}


@dataclass(frozen=True)
class Office:
    """A company in one place."""

    name: str
    legal: str
    street: str
    postcode: str
    city: str
    phone: str


class Register:
    """Makes companies and writes them down."""

    def __init__(self, dice: Dice) -> None:
        self.dice, self.names = dice, Names(dice, surnames=4000)
        self.places = Weighted([(f"{dice.randrange(1000, 99999):05}", self.names.town()) for _ in range(500)], flat=20)
        self.buildings = [(self.names.street(), *dice.common(self.places)) for _ in range(300)]

    def offices(self) -> list[Office]:
        """A company and its branches, each a company of its own."""
        dice = self.dice
        head = self._office(self.names.company(), dice.one(words.LEGAL))
        if not dice.chance(0.12):
            return [head]
        branches = [self._office(head.name, head.legal) for _ in range(dice.randrange(1, 4))]
        return [head, *(replace(b, name=f"{b.name} {b.city}") if dice.chance(0.7) else b for b in branches)]

    def _office(self, name: str, legal: str) -> Office:
        dice = self.dice
        street, postcode, city = (
            dice.one(self.buildings) if dice.chance(0.06) else (self.names.street(), *dice.common(self.places))
        )
        phone = f"{dice.one(words.AREAS)}{dice.randrange(220, 999)}{dice.randrange(10000):04}"
        return Office(name, legal, street, postcode, city, phone)

    def record(self, office: Office) -> tuple[str, ...]:
        dice = self.dice
        kind = office.street.rpartition(" ")[2]
        street = f"{office.street.removesuffix(kind)}{words.STREET_KINDS[kind]}" if dice.chance(0.5) else office.street
        street = dice.slip(street) if dice.chance(0.06) else street
        phone = office.phone if dice.chance(0.85) else f"{office.phone[:6]}{dice.randrange(10000):04}"  # a direct line
        phone = dice.digit_slip(phone) if dice.chance(0.02) else phone
        cells = (
            self._name(office),
            "" if dice.chance(0.12) else street,
            "" if dice.chance(0.12) else office.postcode,
            "" if dice.chance(0.1) else office.city,
            "" if dice.chance(0.3) else f"({phone[:3]}) {phone[3:6]}-{phone[6:]}" if dice.chance(0.5) else phone,
        )
        return tuple(cell.upper() for cell in cells) if dice.chance(0.08) else cells

    def _name(self, office: Office) -> str:
        dice, name, legal = self.dice, office.name, office.legal
        for long, short in SHORT.items():
            if long in name and dice.chance(0.3):
                name = name.replace(long, short)
        name = name.replace("&", "and") if dice.chance(0.4) else name
        name = dice.slip(name) if dice.chance(0.08) else name
        name = f"The {name}" if dice.chance(0.03) else name
        if not legal or dice.chance(0.35):
            return name
        form = LONG_FORMS.get(legal, legal) if dice.chance(0.3) else f"{legal}{dice.one(('', '.'))}"
        return f"{name}{dice.one((' ', ', '))}{form}"


def rows(n: int, *, seed: int) -> Iterator[tuple[str, ...]]:
    """`n` records in no order, each with its company's number last."""
    dice = Dice(f"companies {seed}")
    register = Register(dice)
    made: list[tuple[str, ...]] = []
    found = 0
    while len(made) < n:
        for office in register.offices():
            found += 1
            made += [(*register.record(office), f"c{found}") for _ in range(dice.one((1, 1, 1, 2, 2, 3, 4)))]
    del made[n:]
    dice.shuffle(made)
    yield from made
