"""What values look like without being them: letters as `A` and `a`, digits as `9`, runs as one.

`Ann Lee` is `Aa Aa`, `ann@example.com` is `a@a.a`, `+1 415 555 0101` is `+9 9 9 …`: fit for a screen that is logged.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SAMPLE = 20_000
_LONGEST = 20
_STEPS = (
    (r"\p{M}+", ""),
    (r"[\s\p{Z}\p{C}]+", " "),
    (r"^ | $", ""),
    (r"\p{N}+", "9"),
    (r"[\p{Lu}\p{Lt}]+", "A"),
    (r"[\p{Ll}\p{Lo}\p{Lm}]+", "a"),
    (r"[^ -~€£]+", "·"),
    (r"^(\S+ \S+ \S+) .*$", r"\1 …"),
    (rf"^(.{{{_LONGEST - 1}}}).{{2,}}$", r"\1…"),
)


def shapes(values: pa.Array) -> pa.Array:
    """The shape of each string, at most 20 characters of it; missing stays missing."""
    for pattern, made in _STEPS:
        values = pc.replace_substring_regex(values, pattern, made)
    return values


def commonest(values: pa.Array) -> list[tuple[str, float]]:
    """The shapes of the filled values with their shares, the most frequent first; of a sample of at most 20,000."""
    kept = values.drop_null()
    if len(kept) > SAMPLE:
        kept = kept.take(pa.array(np.unique(np.linspace(0, len(kept) - 1, SAMPLE).astype(np.int64))))
    counted = shapes(kept).value_counts().to_pylist()
    ranked = sorted(counted, key=lambda entry: (-entry["counts"], entry["values"]))
    return [(entry["values"], entry["counts"] / len(kept)) for entry in ranked]
