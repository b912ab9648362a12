"""Whole names in Chinese characters, kana or Hangul, taken apart: the family name stands first.

`王小明` is Wang and Xiaoming, `田中太郎` Tanaka and Taro, `남궁민` Namgung and Min: the longest known surname at the
head. With a blank the head is the surname unless only the end is a known one. A middle dot is how Japanese writes names
of others in their own order. Where no surname is known the whole is kept as one, for a wrong cut makes two wrong names.
"""

from __future__ import annotations

import re

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_ASIAN = re.compile("[\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff66-\uff9f]")
_ALL_ASIAN = re.compile(f"(?:{_ASIAN.pattern}|[ ・·･=＝])+")
_DOT = re.compile("[・·･=＝]")
_LONGEST_SURNAME = 3
_LONGEST_NAME = 7


def is_asian(text: str) -> bool:
    """Whether `text` is of Chinese characters, kana or Hangul alone."""
    return not text.isascii() and _ALL_ASIAN.fullmatch(text) is not None


def split_asian(text: str, *, words: Lexicons) -> tuple[str, str]:
    """The given and the family name in `text`; the given name is empty where none is told apart."""
    if _DOT.search(text):
        parts = [p for p in _DOT.split(text) if p.strip()]
        return (" ".join(parts[:-1]), parts[-1]) if len(parts) > 1 else ("", text)
    parts = text.split()
    if len(parts) > 1:
        if _is_surname(parts[-1], words) and not _is_surname(parts[0], words):
            return " ".join(parts[:-1]), parts[-1]
        return " ".join(parts[1:]), parts[0]
    at = surname_length(text, words=words)
    return text[at:], text[:at]


def surname_length(text: str, *, words: Lexicons) -> int:
    """How many characters of `text` are its surname; all of them where no known surname has a given name behind it."""
    if len(text) > _LONGEST_NAME:
        return len(text)
    lengths = range(min(_LONGEST_SURNAME, len(text) - 1), 0, -1)
    return next((n for n in lengths if _is_surname(text[:n], words)), len(text))


def _is_surname(text: str, words: Lexicons) -> bool:
    said = fold(text)
    return said in words.pairs("names.surname_readings") or said in words.sets["names.han_surnames"]
