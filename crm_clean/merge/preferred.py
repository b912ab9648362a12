"""Contact points that a person put first: one that the golden record has, or a new one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.bundles import KIND
from crm_clean.merge.column import positions, whole
from crm_clean.merge.groups import NONE, BoolArray, IntArray
from crm_clean.merge.overrides import Override
from crm_clean.merge.voices import text_key

_TEXT = pa.large_string()


@dataclass(frozen=True, eq=False)
class Placed:
    """`first`: numbers of the bundles put first. The others are arrays of the points that nobody has."""

    first: IntArray
    row: IntArray
    kind: IntArray
    group: IntArray
    key: pa.Array
    value: pa.Array

    def is_second(self, n_bundles: int) -> BoolArray:
        """Whether each bundle, the new ones last, is not put first."""
        second = np.ones(n_bundles, dtype=bool)
        second[self.first] = False
        second[n_bundles - len(self.row) :] = False
        return second


@dataclass(frozen=True, eq=False)
class Preferred:
    """Overrides of points, at most one a golden record and kind. `points`: CONTACT_POINTS, for keys of new ones."""

    overrides: tuple[Override, ...]
    points: pa.Table

    def among(self, crowd: IntArray, key: pa.Array, value: pa.Array) -> Placed:
        """Where they are among the bundles; `crowd`: golden record and kind in one number, ascending."""
        first: list[int] = []
        new: list[Override] = []
        for override in self.overrides:
            number = override.group * len(KIND) + KIND[override.field]
            start, end = np.searchsorted(crowd, [number, number + 1]).tolist()
            held = zip(key[start:end].to_pylist(), value[start:end].to_pylist(), strict=True)
            wanted = _forms(override.value or "")
            found = [start + at for at, forms in enumerate(held) if wanted & {*filter(None, forms)}]
            if not found:
                alike = [at for at in range(start, end) if text_key(value[at].as_py() or "") in wanted]
                found = alike
            first += found[:1]
            new += [] if found else [override]
        values = pa.array([override.value for override in new], _TEXT)
        return Placed(
            first=np.array(first, dtype=np.int64),
            row=np.array([override.row for override in new], dtype=np.int64),
            kind=np.array([KIND[override.field] for override in new], dtype=np.int64),
            group=np.array([override.group for override in new], dtype=np.int64),
            key=self._keys(new, values),
            value=values,
        )

    def _keys(self, new: list[Override], values: pa.Array) -> pa.Array:
        """The key that normalising gave the same value elsewhere; else one made of it."""
        made = pa.array([_key(override) for override in new], _TEXT)
        if not new:
            return made
        at = positions(values, whole(self.points["value"]))
        known = whole(self.points["key"]).take(pa.array(at, mask=at == NONE))
        return pc.coalesce(known, made)


def _forms(value: str) -> set[str]:
    return {value, value.lower(), text_key(value)}


def _key(override: Override) -> str:
    value = override.value or ""
    return value.lower() if override.field == "email" else value if override.field == "phone" else text_key(value)
