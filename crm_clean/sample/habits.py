"""How a row was typed: in capitals, without accents, through the wrong encoding. One row, one hand."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.compute as pc

from crm_clean.sample.columns import Column, Mask, Rng, chance, edit, where
from crm_clean.sample.dirt import misprint, mojibake, spaced, unaccented

CAPITALS, SMALL, PLAIN, BROKEN, BLANKS = 0.05, 0.03, 0.10, 0.012, 0.02


@dataclass(frozen=True)
class Hand:
    """Masks over the rows of one export."""

    capitals: Mask
    small: Mask
    plain: Mask
    broken: Mask

    @staticmethod
    def draw(rng: Rng, n: int) -> Hand:
        shares = (CAPITALS, SMALL, PLAIN, BROKEN)
        return Hand(*(chance(rng, n, share) for share in shares))

    def write(self, rng: Rng, values: Column, *, typos: float) -> Column:
        """The values as this hand writes them, a share of them misspelt."""
        n = len(values)
        values = edit(values, chance(rng, n, typos), misprint, rng)
        foreign = ~pc.string_is_ascii(values).to_numpy(zero_copy_only=False)
        values = edit(values, self.plain & foreign, unaccented, rng)
        values = where(self.capitals, pc.utf8_upper(values), values)
        values = where(self.small, pc.utf8_lower(values), values)
        values = edit(values, self.broken & foreign, mojibake, rng)
        return edit(values, chance(rng, n, BLANKS / 2), spaced, rng)
