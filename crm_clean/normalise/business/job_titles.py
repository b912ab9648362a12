"""Job titles: a value somebody would put on her card, and a key under which spellings of one title meet.

The value is tidied, never translated or written out: case where it says nothing, capitals of `CEO`, `VP` and `IT`,
blanks and stray signs. In the key abbreviations are written out, small words left out and the rank put in front, so
that `VP Sales`, `Sales VP` and `Vice President of Sales` are one. Languages stay apart.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.business.job_title_keys import title_key
from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_MAX = 500
_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*")
_SLASH = re.compile(r"\s+/\s*|\s*/\s+")
_SMALL = frozenset(["Of", "And", "For", "To"])  # titled by a machine; other small words may be names
_ENDS = " ,;:/|–—•·*_\"'"
_SAME_LETTER = re.compile(r"(.)\1+")
_SHORT = 4  # letters up to which capitals without a vowel were meant
_VOWELS = frozenset("aeiouyäöüáéíóúàèìòùâêîôûãõ")


class JobTitle(NamedTuple):
    """A title fit to show, its key, and the codes of what was found."""

    value: str | None
    key: str | None
    codes: tuple[str, ...]


def read_job_title(raw: str, *, words: Lexicons) -> JobTitle:
    """The title in `raw`; nothing where somebody only filled the field."""
    seen = look(raw, limit=_MAX)
    text = _tidied(seen.value)
    if is_blank(text, words=words):
        return JobTitle(None, None, seen.codes)
    said = fold(text)
    if said in words.sets["job_titles.placeholders"] or (len(said) > 1 and _SAME_LETTER.fullmatch(said)):
        return JobTitle(None, None, (*seen.codes, "job_title.placeholder"))
    value = cased(text, words=words)
    value = value if look(value).value == value else text  # another case may look like damage
    return JobTitle(value, title_key(value, words=words), seen.codes)


def _tidied(text: str) -> str:
    """`text` without signs at its ends that belong to nothing, blanks beside a slash on both sides or on none."""
    if text.isalpha():
        return text
    seen = ""
    while text != seen:
        seen = text
        text = text.strip(_ENDS).removesuffix(" -").removeprefix("- ")
        if text.endswith(".") and text.count(".") == 1 and " " in text and len(text.rpartition(" ")[2]) > _SHORT + 1:
            text = text[:-1]
    return _SLASH.sub(" / ", text) if "/" in text else text


def cased(text: str, *, words: Lexicons) -> str:
    """`text` in the case of titles where it is all capitals or all small; acronyms put right in any."""
    small, large = text.lower(), text.upper()
    if small == large:
        return text
    is_shouted, is_whispered = text == large, text == small
    acronyms = _acronyms(words)
    if not (is_shouted or is_whispered):
        if acronyms.keys().isdisjoint(_WORD.findall(small)) and _SMALL.isdisjoint(text.split()):
            return text
        mended = _WORD.sub(lambda found: _mended(found, acronyms, words), text)
        return cased(mended, words=words) if mended in (mended.upper(), mended.lower()) else mended
    return _WORD.sub(lambda found: _cased_word(found, words, is_shouted=is_shouted), text)


def _mended(found: re.Match[str], acronyms: dict[str, str], words: Lexicons) -> str:
    """A word in mixed text: `Ceo` is CEO, `Of` between others is `of`; anything else was meant."""
    word = found.group()
    if word in _SMALL and found.start() and found.end() < len(found.string):
        return word.lower()
    if word[0].isupper() and word[1:].islower() and word.lower() not in words.sets["job_titles.also_words"]:
        return acronyms.get(word.lower(), word)
    return word


def _cased_word(found: re.Match[str], words: Lexicons, *, is_shouted: bool) -> str:
    word = found.group()
    small = word.lower()
    before = found.string[found.start() - 1 : found.start()]
    if small in _acronyms(words):
        return _acronyms(words)[small]
    if before in ("'", "’") and len(word) == 1:
        return small
    is_inside = found.start() > 0 and found.end() < len(found.string)
    if is_inside and small in words.sets["job_titles.small_words"]:
        return small
    if is_shouted and (any(c.isdigit() for c in word) or _is_acronym(small, words)):
        return word
    head = word[0].upper() if len(word[0].upper()) == 1 else word[0]
    tail = word[1:].lower()
    return head + (tail if len(tail) == len(word) - 1 else word[1:])


def _is_acronym(small: str, words: Lexicons) -> bool:
    """Whether capitals were meant: letters nobody can pronounce that abbreviate no word we know."""
    if "." in small or len(small) > _SHORT or small in words.maps["job_titles.written_out"]:
        return "." in small and all(len(part) == 1 for part in small.split("."))
    return small.isascii() and not _VOWELS & set(small)


@lru_cache(maxsize=4)
def _acronyms(words: Lexicons) -> dict[str, str]:
    """Small letters to the form that is usual: `ceo` to `CEO`, `devops` to `DevOps`."""
    return {word: word.upper() for word in words.sets["job_titles.acronyms"]} | words.maps["job_titles.usual_forms"]
