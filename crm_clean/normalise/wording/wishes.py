"""What an admin wishes of the words of a column: `"old" = "New"` writes old as New, `"old" = ""` takes it out.

A wish meets its word in any spelling, an exact one first, and takes plurals and near-synonyms along when it renames.
`"Kunde" = "Kunde"` leaves a word as it is and apart from those it would be taken for. Wishes in a circle are void.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crm_clean.normalise.wording.tag_keys import spelling_key

_MAX_STEPS = 20


class Wishes:
    """The map of one field, ready to be asked."""

    def __init__(self, named: Mapping[str, str]) -> None:
        """`named`: old writing to new one, or to ""."""
        self.named = {old: new.replace(";", ",").strip() for old, new in sorted(named.items())}
        self.apart = frozenset(spelling_key(old) for old, new in self.named.items() if old == new)
        self._by_key = {spelling_key(old): new for old, new in reversed(self.named.items())}
        self._targets: dict[str, str] = {}
        ends = {self.of(old) for old in self.named}
        self._targets = {end: spelling_key(end) for end in sorted(filter(None, ends))}

    def of(self, writing: str) -> str | None:
        """What is wished of `writing`: its new writing, "" to take it out, None when nothing is."""
        if not self.named:
            return None
        now, seen = writing, {writing}
        for _ in range(_MAX_STEPS):
            then = self.named.get(now, self._by_key.get(spelling_key(now)))
            if not then:
                ended = now if now != writing or now in self._targets else None
                return ended if then is None else ""
            if then == now:
                return now
            if then in seen:
                return None
            seen.add(then)
            now = then
        return None

    def targets(self, writings: Iterable[str], family: set[str]) -> list[str]:
        """The new writings that are wished for words of this family, or that are spelt like one."""
        if not self.named:
            return []
        moved = {self.of(w) for w in writings if spelling_key(w) not in self.apart}
        spelt = {target for target, key in self._targets.items() if key in family}
        return sorted(filter(None, moved | spelt))
