"""A model in words: what agreeing on a level is worth, and what changed from one model to another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crm_clean.link.model_file import ModelFile
from crm_clean.link.score import LevelModel, Model

# Less than this many bits is the same for a reader.
_SAME = 0.5


def described(file: ModelFile) -> list[str]:
    """A model line by line: what it was learnt from, then each comparison with the bits of its levels."""
    lines = [_learnt(file)]
    for k, comparison in enumerate(file.model.comparisons):
        lines.append(f"{_spaced(comparison.name)}:")
        lines += [f"  {_level(level)} {_signed(bits)}" for level, bits in _bits(file.model, k).items()]
    return lines


def compared(before: ModelFile, after: ModelFile) -> list[str]:
    """What changed from one model to the other, line by line."""
    lines = [f"before: {_learnt(before)}", f"after:  {_learnt(after)}"]
    told = [line for name in _names(before, after) for line in _changed(name, before.model, after.model)]
    return lines + (told or [f"no level counts more or less by {_SAME} bits or more"])


def _names(before: ModelFile, after: ModelFile) -> list[str]:
    ours = [c.name for c in before.model.comparisons]
    return ours + [c.name for c in after.model.comparisons if c.name not in ours]


def _changed(name: str, before: Model, after: Model) -> Iterator[str]:
    """The lines about one comparison; none where all its levels count as before."""
    one, two = _place(before, name), _place(after, name)
    if one is None or two is None:
        yield f"{_spaced(name)}: only {'before' if two is None else 'after'}"
        return
    old, new = _bits(before, one), _bits(after, two)
    moved = [level for level in new if abs(new[level] - old.get(level, np.inf)) >= _SAME]
    if moved:
        yield f"{_spaced(name)}:"
    for level in moved:
        if level not in old:
            yield f"  {_level(level)} {_signed(new[level])}, a level that was not there before"
        else:
            more = "more" if new[level] > old[level] else "less"
            yield f"  {_level(level)} {_signed(old[level])} -> {_signed(new[level])}: counts {more} for one person"


def _place(model: Model, name: str) -> int | None:
    return next((k for k, c in enumerate(model.comparisons) if c.name == name), None)


def _bits(model: Model, k: int) -> dict[str, float]:
    """log2(m / u) of each level, u averaged over the kinds of strangers by their shares."""
    comparison: LevelModel = model.comparisons[k]
    shares = np.array([s.share for s in model.strangers])
    u = np.average([s.u[k] for s in model.strangers], axis=0, weights=shares)
    return dict(zip(comparison.levels, np.log2(np.array(comparison.m) / u).tolist(), strict=True))


def _learnt(file: ModelFile) -> str:
    return f"learnt from {file.trained_on:,} records; {file.model.prior:.1%} of the pairs looked at were one person"


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _level(name: str) -> str:
    return f"{_spaced(name):<12}"


def _signed(bits: float) -> str:
    return f"{bits + 0.0:+.1f} bits"
