"""What the values of a column look like: shares of a sample, never a verdict on one value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa

from crm_clean.sources.lexicon import value_words
from crm_clean.text import fold

SAMPLE = 4000
_EMAIL = re.compile(r"^\s*(mailto:)?[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]{2,}\s*([,;]\s*[^@\s]+@[^@\s]+\s*)*$")
_PHONE = re.compile(r"^\s*(tel:|p:)?[+(]*[\d\s().\-/+]{6,}((x|ext|poste|#|,|;|dw)\.?\s*\d+)?\s*$", re.IGNORECASE)
_WRITTEN_PHONE = re.compile(r"^\s*(\+\d|00\d\d|\(\d|0\d[\d\s./-]*[\s./-]\d|\d{3}[-. ]\d{3}[-. ]\d{4}\b)")
_DATE = re.compile(
    r"^\s*(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(18|19|20)\d{6}|\d{1,2}\s+\w+\s+\d{4}|\w+\s+\d{1,2},?\s+\d{4})(\D|$)"
)
_URL = re.compile(
    r"^\s*(https?://|www\.)\S+\s*$|^\s*[\w-]+(\.[\w-]+)*\.(com|org|net|io|de|fr|es|co\.uk|eu)(/\S*)?\s*$", re.IGNORECASE
)
_SOCIAL = re.compile(r"linkedin\.|twitter\.|//x\.com|facebook\.|instagram\.|xing\.|github\.", re.IGNORECASE)


class Contents:
    """A sample of one column's filled values, evenly spaced over the rows, and what share of it looks like what."""

    def __init__(self, column: pa.Array) -> None:
        self._column = column

    @cached_property
    def values(self) -> list[str]:
        n = len(self._column)
        take = pa.array(np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).astype(np.int64))) if n else None
        sample: Sequence[str] = self._column.take(take).to_pylist() if take is not None else []
        return [value for value in sample if value and not value.isspace()]

    def share(self, looks: Callable[[str], bool]) -> float:
        """The share of filled values that `looks` accepts; 0 when nothing is filled."""
        return sum(map(looks, self.values)) / len(self.values) if self.values else 0.0

    @property
    def is_empty(self) -> bool:
        return not self.values


def is_email(value: str) -> bool:
    return "@" in value and bool(_EMAIL.match(value))


def is_phone(value: str) -> bool:
    """Digits and phone punctuation, 6 to 20 digits, and no date."""
    return bool(_PHONE.match(value)) and 6 <= sum(c.isdigit() for c in value) <= 20 and not is_date(value)


def is_written_phone(value: str) -> bool:
    """A phone that looks like nothing else: with its country code, its brackets or its groups."""
    return is_phone(value) and bool(_WRITTEN_PHONE.match(value))


def is_date(value: str) -> bool:
    return bool(_DATE.match(value))


def is_url(value: str) -> bool:
    return bool(_URL.match(value))


def is_social(value: str) -> bool:
    return bool(_SOCIAL.search(value))


def is_civility(value: str) -> bool:
    return bool(fold(value)) and all(word in value_words("civilities") for word in fold(value).split())


def is_status(value: str) -> bool:
    return fold(value) in value_words("statuses")


def is_yes(value: str) -> bool | None:
    """Whether `value` says yes, or no; None when it says neither."""
    said = fold(value)
    return True if said in value_words("yes") else False if said in value_words("no") else None


def is_consent(value: str) -> bool:
    """Words of consent that mean nothing else."""
    return fold(value) in value_words("consents")


def says_consent(value: str) -> bool:
    """What a cell of consent may say: yes or no, a word of consent, or when."""
    if is_yes(value) is not None or is_date(value):
        return True
    return fold(value) in value_words("consents") or fold(value) in value_words("consents_too")


def is_basis(value: str) -> bool:
    """A legal ground of the GDPR, as CRMs write it."""
    return any(word in fold(value) for word in value_words("bases"))


def is_figure(value: str) -> bool:
    """A number that is neither 0 nor 1."""
    return value.strip().isdecimal() and len(value.strip()) < 5 and is_yes(value) is None


def is_company(value: str) -> bool:
    return any(word in value_words("legal_forms") for word in fold(value).split()[-2:])


def is_several_words(value: str) -> bool:
    return len(value.split()) > 1


def is_words(value: str) -> bool:
    """Letters, and no digits at all: what names are made of."""
    return any(c.isalpha() for c in value) and not any(c.isdigit() or c in "@/\\_" for c in value)


def is_whole_address(value: str) -> bool:
    """Street and city in one cell: a comma or line break between, and a figure."""
    return bool(re.search(r"[,\n;]|  ", value.strip())) and any(c.isdigit() for c in value)
