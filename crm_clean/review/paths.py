"""Ways between the members of a golden record: the strongest chain from one to another, the fewest links that hold all.

A chain is as strong as its weakest link; of two chains as strong the shorter one is told, then the one whose ids come
first, so that the answer never depends on the order of rows.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

Pair = tuple[str, str]


def strongest_chain(weights: Mapping[Pair, float], start: str, end: str) -> list[str]:
    """The members from `start` to `end` along links of `weights` (unordered pairs); empty when there is no way."""
    neighbours: dict[str, dict[str, float]] = {}
    for (a, b), weight in weights.items():
        neighbours.setdefault(a, {})[b] = weight
        neighbours.setdefault(b, {})[a] = weight
    queue: list[tuple[float, int, list[str]]] = [(-float("inf"), 1, [start])]
    done: set[str] = set()
    while queue:
        weakest, length, path = heapq.heappop(queue)
        here = path[-1]
        if here == end:
            return path
        if here in done:
            continue
        done.add(here)
        for there, weight in sorted(neighbours.get(here, {}).items()):
            if there not in done:
                heapq.heappush(queue, (max(weakest, -weight), length + 1, [*path, there]))
    return []


def holding(weights: Mapping[Pair, float], members: Iterable[str]) -> list[Pair]:
    """The strongest links that leave no member out, strongest first; fewer where `weights` does not reach all."""
    group = {member: {member} for member in members}
    needed = []
    for pair in sorted(weights, key=lambda ends: (-weights[ends], ends)):
        mine, theirs = group[pair[0]], group[pair[1]]
        if mine is not theirs:
            needed.append(pair)
            mine |= theirs
            group.update(dict.fromkeys(theirs, mine))
    return needed
