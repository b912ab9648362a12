"""Keys under which spellings of a name meet: `O'Brien`, `OBrien`; `de la Cruz`, `Delacruz`; `Jean-Luc`, `Jean Luc`.

Given names keep their parts apart, since one of them may stand alone elsewhere. Surnames keep two surnames apart, but
what belongs to one of them (particles, `Mc`, `O'`) is joined to it.
"""

from __future__ import annotations

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_JOINS = frozenset("yei")
_APOSTROPHES = str.maketrans("", "", "'’`´ʼ‘.")


def given_key(value: str) -> str | None:
    """The key of a given, middle or nick name, its parts parted by blanks."""
    return fold(value.translate(_APOSTROPHES) if not value.isalpha() and "." not in value else value) or None


def first_and_initials(key: str) -> tuple[str, str | None]:
    """A given-name key without the initials behind it, and those initials: `john q` is `john` and `q`."""
    parts = key.split(" ")
    count = len(parts)
    while count > 1 and len(parts[count - 1]) == 1:
        count -= 1
    if count == len(parts) or len(parts[0]) == 1:
        return key, None
    return " ".join(parts[:count]), " ".join(parts[count:])


def family_key(value: str, *, words: Lexicons) -> str | None:
    """The key of a surname; two surnames are parted by a blank."""
    parts = fold(value.translate(_APOSTROPHES)).split()
    parts = [p for at, p in enumerate(parts) if p not in _JOINS or at in (0, len(parts) - 1)]
    if len(parts) < 2:
        return parts[0] if parts else fold(value) or None
    joining = words.union("names.particles", "names.glued")
    out, held = [], ""
    for part in parts:
        if part in joining:
            held += part
        else:
            out.append(held + part)
            held = ""
    return " ".join([*out, held] if held else out)


def generation_key(suffix: str, *, words: Lexicons) -> str | None:
    """`jr`, `sr`, `ii`, `iii`, `iv` or `v` when `suffix` tells father from son; None for titles and degrees."""
    known = words.pairs("names.generations")
    return next((known[t] for t in fold(suffix).split() if t in known), None)
