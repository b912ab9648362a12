"""People with a name, a birth date and an address, as registers of residents have them.

Assumes: two thirds of the records are true; the others are copies with one to five slips, at most two in a cell: typed,
heard or scanned wrong, a cell left out, day and month swapped, first name and surname swapped, street and suburb
shifted. One or several copies a person; people who live together are rare, people with one name are not.
"""

from __future__ import annotations

from collections.abc import Iterator

from .dice import Dice, Weighted
from .names import Names

COLUMNS = ("given_name", "surname", "date_of_birth", "street_number", "street", "suburb", "postcode")
HEARD = (
    ("ph", "f"),
    ("ck", "k"),
    ("ie", "y"),
    ("y", "ie"),
    ("c", "k"),
    ("ll", "l"),
    ("nn", "n"),
    ("s", "z"),
    ("w", "wh"),
)
SCANNED = (("m", "rn"), ("l", "1"), ("o", "0"), ("i", "l"), ("e", "c"), ("u", "v"), ("b", "h"))


def _damaged(dice: Dice, cell: str) -> str:
    """`cell` with one slip of hand, ear or scanner; a number keeps its length."""
    if cell.replace("-", "").isdigit():
        return dice.digit_slip(cell)
    how = dice.random()
    changes = [(a, b) for a, b in (HEARD if how < 0.25 else SCANNED) if a in cell]
    if how < 0.4 and changes:
        return cell.replace(*dice.one(changes), 1)
    if how < 0.48 and len(cell) > 4:
        at = dice.randrange(2, len(cell) - 1)
        return f"{cell[:at]} {cell[at:]}"
    return dice.slip(cell)


def _copy(dice: Dice, names: Names, true: tuple[str, ...]) -> tuple[str, ...]:
    cells = list(true)
    for _ in range(dice.one((1, 1, 2, 2, 3, 4, 5))):
        how, at = dice.random(), dice.randrange(len(cells))
        if how < 0.10:
            cells[at] = ""
        elif how < 0.14:
            cells[0], cells[1] = cells[1], cells[0]
        elif how < 0.17:
            cells[4], cells[5] = cells[5], cells[4]
        elif how < 0.22 and len(cells[2]) == 10 and int(cells[2][8:]) <= 12:
            cells[2] = f"{cells[2][:5]}{cells[2][8:]}-{cells[2][5:7]}"
        elif how < 0.27:
            cells[0] = names.nickname(true[0].title()).lower()
        else:
            cells[at] = _damaged(dice, cells[at])
    return tuple(cells)


def rows(n: int, *, seed: int) -> Iterator[tuple[str, ...]]:
    """`n` records in no order, each with its person's number last."""
    dice = Dice(f"people {seed}")
    names = Names(dice)
    towns = Weighted([(names.town(), f"{dice.randrange(200, 9999):04}") for _ in range(800)], flat=30)
    made: list[tuple[str, ...]] = []
    people = 0
    while len(made) < n:
        people += 1
        suburb, postcode = dice.common(towns)
        number, _, street = names.street().partition(" ")
        first, last = names.first(woman=dice.chance(0.5)), names.last()
        born = names.born(since=1925, until=2008)
        true = tuple(cell.lower() for cell in (first, last, born, number, street, suburb, postcode))
        copies = dice.one((0, 0, 0, 1, 1, 2, 3))
        made += [(*cells, f"p{people}") for cells in (true, *(_copy(dice, names, true) for _ in range(copies)))]
    del made[n:]
    dice.shuffle(made)
    yield from made
