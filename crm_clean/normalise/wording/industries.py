"""What line of business a text means, out of one closed list; what nobody knows stays as it was written.

Reads the words that people type in seven languages, the constants of CRMs (`COMPUTER_SOFTWARE`) and codes of NACE and
its national forms, NAICS and SIC, where a code says which it is by its name or its form. Bare figures of four or five
digits could be any of them, and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_MAX = 200
_CODE = re.compile(
    r"^(?P<system>naics|us sic|sic|uk sic|nace|naf|ape|wz|ateco|cnae|sbi)?"
    r"(?:\s*(?:19|20)\d\d(?=\W+[a-s]?\d))?(?: ?rev\.? ?2)?(?: code)?\s*[:.#-]?\s*"
    r"(?P<code>[a-s]?\d{2}(?:\.\d{1,2}){0,2}[a-z]?|\d{3,6}[a-z]?)(?![\w.])(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_NACE = re.compile(r"[a-s]?\d{2}\.\d{1,2}(?:\.\d)?[a-z]?|\d{4}[a-z]", re.IGNORECASE)
_STEPS = re.compile(r"\s[-–—]\s|[:>→»\n]")  # from the general to the particular
_CHOICES = re.compile(r"[/,;|()]")
_AND = re.compile(r"\s(?:and|et|und|y|e|en)\s|&|\+", re.IGNORECASE)


class Industry(NamedTuple):
    """One of the list, None when the text is not understood; the rule that found it (listed, phrase, code); codes."""

    value: str | None
    rule: str
    codes: tuple[str, ...]


def read_industry(raw: str, *, words: Lexicons) -> Industry:
    """What `raw` means."""
    text = raw[:_MAX].strip()
    if is_blank(text, words=words):
        return Industry(None, "", ())
    listed = words.maps["industries.industries"].get(fold(text))
    if listed:
        return Industry(listed, "listed", ())
    coded, rest = _by_code(text, words)
    if coded:
        return Industry(coded, "code", ())
    found = _by_words(rest, words)
    return Industry(found, "phrase", ()) if found else Industry(None, "unknown", ("industry.unknown",))


def _by_code(text: str, words: Lexicons) -> tuple[str | None, str]:
    """The industry of the code that `text` begins with, and what stands behind the code."""
    found = _CODE.match(text)
    if not found:
        return None, text
    system, digits = _system(found), re.sub(r"\D", "", found["code"])
    known = words.maps[f"industries.{system}"] if system else {}
    starts = (digits[:size] for size in range(len(digits), 1, -1))
    return next((known[start] for start in starts if start in known), None), found["rest"].strip(" -–:") or text


def _system(found: re.Match[str]) -> str | None:
    """Which system a code is of: the one that is named, else the only one that writes codes so."""
    name, code = (found["system"] or "").lower(), found["code"]
    if name in ("naics", "sic", "us sic"):
        return name.removeprefix("us ")
    if name or _NACE.fullmatch(code):
        return "nace"
    return "naics" if len(code) == 6 and code.isdigit() else None


def _by_words(text: str, words: Lexicons) -> str | None:
    whole = _known(fold(text), words)
    if whole:
        return whole
    steps = _STEPS.split(text)
    if len(steps) > 1:
        found = [said for said in (_of_choices(step, words) for step in steps) if said]
        return found[-1] if found else None
    return _of_choices(text, words)


def _of_choices(text: str, words: Lexicons) -> str | None:
    """The industry that all the parts which are understood agree on; of `a and b` both must be."""
    found = {said for part in _CHOICES.split(text) if (said := _of_both(part, words))}
    return found.pop() if len(found) == 1 else None


def _of_both(text: str, words: Lexicons) -> str | None:
    whole = _known(fold(text), words)
    if whole:
        return whole
    found = {_known(fold(part), words) for part in _AND.split(text)}
    return found.pop() if len(found) == 1 else None


def _known(said: str, words: Lexicons) -> str | None:
    """The industry of folded words: as they stand, without what says no more, or without the ending of a compound."""
    known = words.maps["industries.industries"]
    return next((known[form] for form in _forms(said, words) if form in known), None)


def _forms(said: str, words: Lexicons) -> Iterator[str]:
    yield said
    fillers = words.sets["industries.fillers"]
    bare = " ".join(word for word in said.split() if word not in fillers)
    if bare != said:
        yield bare
    if " " not in bare:
        for ending in _endings(words):
            if bare.endswith(ending) and len(bare) - len(ending) >= 2:
                stem = bare.removesuffix(ending)
                yield from (stem, stem.removesuffix("s"), f"{stem}e", stem.removesuffix("en"))


@lru_cache(maxsize=4)
def _endings(words: Lexicons) -> tuple[str, ...]:
    return tuple(sorted(words.sets["industries.endings"], key=lambda ending: (-len(ending), ending)))
