"""The levels of a pair in one sentence that a CRM admin understands.

Says what speaks for the two being one person, strongest first, then what speaks against it, then what could not be
compared. The words are in `words.toml`; the weights are the model's, and this module does not judge them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

# What a comparison saw: the value left and right. A pair of equal values is said once.
Values = Mapping[str, tuple[str | None, str | None]]

# `text:NAME` may hold blanks, so an item ends at its bits, not at the next blank.
_ITEM = re.compile(r"(\S[^=]*)=(\w+):(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)(?:\s+|$)")
NEGLIGIBLE_BITS = 0.05
# Levels that differ. The others agree; where they weigh against a match it is because strangers agree on that too.
DISAGREEING = {"different", "conflict", "one_sided", "first_only", "last_only", "familiar", "near", "partly"}


@dataclass(frozen=True)
class Evidence:
    """One comparison of a pair: its level and what it weighs, in bits for (+) or against (-) a match."""

    comparison: str
    level: str
    bits: float


@cache
def words() -> dict[str, dict[str, Any]]:
    """The word tables, by comparison."""
    return tomllib.loads(files("crm_clean.review").joinpath("words.toml").read_text(encoding="utf-8"))


def parse(levels: str) -> list[Evidence]:
    """`name=exact:8.1 email=null:0.0 ...` taken apart, in its order. Raises ValueError for anything else."""
    found = [Evidence(m[1], m[2], float(m[3])) for m in _ITEM.finditer(levels)]
    if _ITEM.sub("", levels).strip():
        raise ValueError("levels are written `comparison=level:bits`, with blanks between them")
    return found


def reason(levels: str, values: Values | None = None) -> str:
    """One sentence on a pair, from its `pairs.levels` and, when `values` are given, naming what agrees or differs.

    `values` has, by comparison (`name`, `email`, `text:NAME`, ...), the value left and right, either may be None.
    Equal evidence is said in the order of `levels`. Raises ValueError when `levels` cannot be read.
    """
    seen = parse(levels)
    told = [e for e in seen if e.level != "null" and (e.comparison, e.level) != ("source", "other")]
    given = values or {}
    for_it = _clauses([e for e in told if e.bits >= NEGLIGIBLE_BITS], given)
    against = _clauses([e for e in told if e.bits <= -NEGLIGIBLE_BITS and e.level in DISAGREEING], given)
    common = _clauses([e for e in told if e.bits <= -NEGLIGIBLE_BITS and e.level not in DISAGREEING], given)
    aside = _clauses([e for e in told if abs(e.bits) < NEGLIGIBLE_BITS], given)
    parts = [_join(for_it, "and")] if for_it else []
    doubt = [f"but {_join(against, 'and')}"] if against else []
    if for_it:
        parts += doubt
    if common:
        parts.append(f"{_join(common, 'and')}, as with many who are not one person")
    if aside:
        parts.append(f"{_join(aside, 'and')}, which says little by itself")
    if not for_it:
        parts = (parts or ["nothing speaks for a match"]) + doubt
    gaps = [gap for e in seen if e.level == "null" and (gap := missing(e.comparison))]
    if gaps:
        parts.append(f"there is no {_join(gaps, 'or')} to compare")
    sentence = "; ".join(parts)
    return sentence[0].upper() + sentence[1:] + "."


def _clauses(evidence: list[Evidence], values: Values) -> list[str]:
    strongest_first = sorted(evidence, key=lambda e: -abs(e.bits))
    return [clause(e, *values.get(e.comparison, (None, None))) for e in strongest_first]


def clause(evidence: Evidence, left: str | None = None, right: str | None = None) -> str:
    """What one comparison saw, as a clause that fits "..., and ..., but ..."; names the values it is given."""
    kind, name = _kind(evidence.comparison)
    table = words().get(kind, {})
    both = table.get("both", {}).get(evidence.level)
    if both and left and left == right:
        return str(both).format(name=name, left=left)
    said = str(table.get(evidence.level, f"{name} is {evidence.level.replace('_', ' ')}")).format(name=name)
    if left and right and left != right:
        return f"{said} ({left} / {right})"
    return f"{said} ({left})" if left and left == right else said


def missing(comparison: str) -> str | None:
    """What to call a comparison that had nothing to go on; None where that is not worth a word."""
    kind, name = _kind(comparison)
    word = words().get(kind, {}).get("missing")
    return str(word).format(name=name) if word else None


def _kind(comparison: str) -> tuple[str, str]:
    kind, _, name = comparison.partition(":")
    return kind, name or kind.replace("_", " ")


def _join(clauses: list[str], last: str) -> str:
    if len(clauses) < 2:
        return "".join(clauses)
    return f"{', '.join(clauses[:-1])} {last} {clauses[-1]}"
