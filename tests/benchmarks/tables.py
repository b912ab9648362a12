"""Made-up tables whose truth is known, as CSV: `tables.py SHAPE N SEED OUT.csv`.

SHAPE is one of contacts, typos, variants, people, companies; each module of `made_up` says what it assumes. The file
has everyday headers and a last column `truth`: equal where two rows are one person or one company. Equal arguments make
equal files.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from made_up import companies, contacts, people, typos, variants

Rows = Iterator[tuple[str, ...]]


@dataclass(frozen=True)
class Shape:
    """The headers of a kind of table, and what makes `n` rows of it: cells in that order, then the truth."""

    columns: tuple[str, ...]
    rows: Callable[..., Rows]


SHAPES = {
    "contacts": Shape(contacts.COLUMNS, contacts.rows),
    "typos": Shape(typos.COLUMNS, typos.rows),
    "variants": Shape(variants.COLUMNS, variants.rows),
    "people": Shape(people.COLUMNS, people.rows),
    "companies": Shape(companies.COLUMNS, companies.rows),
}


def write_table(shape: str, n: int, *, seed: int, out: Path, **options: Any) -> Path:
    """Writes `n` rows of `shape` with their truth to `out`, UTF-8, and gives `out` back; `options` are the shape's."""
    kind = SHAPES[shape]
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*kind.columns, "truth"))
        writer.writerows(kind.rows(n, seed=seed, **options))
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=sorted(SHAPES))
    parser.add_argument("n", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--birth-dates", type=float, metavar="SHARE", help="contacts: how many have one, 0 to 1")
    parser.add_argument("--any-phones", action="store_true", help="contacts: numbers that no plan vouches for")
    asked = parser.parse_args()
    options: dict[str, Any] = {} if asked.birth_dates is None else {"birth_dates": asked.birth_dates}
    if asked.any_phones:
        options["dialable"] = False
    write_table(asked.shape, asked.n, seed=asked.seed, out=asked.out, **options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
