"""Scored pairs of records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_clean.link.columns import Ints
from crm_clean.link.score import Floats

MUST, CANNOT = 1e3, -1e3


@dataclass(frozen=True)
class Links:
    """Scored pairs: positions left < right, and bits; MUST and CANNOT are a person's word."""

    left: Ints
    right: Ints
    bits: Floats

    def __len__(self) -> int:
        return len(self.left)

    def at(self, where: Ints | npt.NDArray[np.bool_]) -> Links:
        return Links(self.left[where], self.right[where], self.bits[where])

    def over(self, bits: float) -> Links:
        return self.at(self.bits >= bits)
