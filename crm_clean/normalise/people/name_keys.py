"""Keys under which spellings of a name meet: `O'Brien`, `OBrien`; `de la Cruz`, `Delacruz`; `Jean-Luc`, `Jean Luc`.

Given names keep their parts apart, since one of them may stand alone elsewhere. Surnames keep two surnames apart, but
what belongs to one of them (particles, `Mc`, `O'`) is joined to it. Every key is in Latin letters (`scripts`); a
Chinese, Japanese or Korean surname that people write in one way only has that one (`김` is `kim`, `田中` is `tanaka`).
"""

from __future__ import annotations

import re

from crm_clean.normalise.letters.scripts import latin_fold
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_FIRST_ASIAN = "\u1100"
_JOINS = frozenset(["y", "e", "i", "und"])
_OFFSPRING = re.compile(r"(?<!\S)(?:[sd]/o|a/[lp])(?!\S)", re.IGNORECASE)
_APOSTROPHES = str.maketrans("", "", "'’`´ʼ‘.")


def given_key(value: str) -> str | None:
    """The key of a given, middle or nick name, its parts parted by blanks."""
    if value.isalpha() or "." in value:
        return latin_fold(value) or None
    return latin_fold(value.translate(_APOSTROPHES)) or None


def first_and_initials(key: str) -> tuple[str, str | None]:
    """A given-name key without the initials behind it, and those initials: `john q` is `john` and `q`."""
    if " " not in key:
        return key, None
    parts = key.split(" ")
    count = len(parts)
    while count > 1 and len(parts[count - 1]) == 1:
        count -= 1
    if count == len(parts) or len(parts[0]) == 1:
        return key, None
    return " ".join(parts[:count]), " ".join(parts[count:])


def family_key(value: str, *, words: Lexicons) -> str | None:
    """The key of a surname; two surnames are parted by a blank."""
    if value.isascii():
        if value.isalpha():
            return value.lower()
    elif value[:1] >= _FIRST_ASIAN:
        known = words.pairs("names.surname_readings").get(fold(value))
        if known:
            return known
    if "/" in value:
        value = _OFFSPRING.sub(" ", value)
    parts = latin_fold(value.translate(_APOSTROPHES)).split()
    parts = [p for at, p in enumerate(parts) if p not in _JOINS or at in (0, len(parts) - 1)]
    if len(parts) > 1 and parts[-1] in words.sets["names.surname_generations"]:
        parts = parts[:-1]
    if len(parts) < 2:
        return parts[0] if parts else latin_fold(value) or None
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


def surname_generation(last: str, *, words: Lexicons) -> str | None:
    """The generation that stands as the last of several surnames: `Silva Filho` is a son."""
    parts = fold(last).split()
    if len(parts) < 2 or parts[-1] not in words.sets["names.surname_generations"]:
        return None
    return words.pairs("names.generations").get(parts[-1])
