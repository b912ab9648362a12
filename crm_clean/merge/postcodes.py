"""Which postcodes cannot be of their country: by how many figures and letters they have there."""

from __future__ import annotations

import re

import numpy as np

from crm_clean.merge.column import Column
from crm_clean.merge.groups import NONE, BoolArray

_FIGURES = {
    3: "IS FO",
    4: "AT AU BE BG CH CY DK HU LI LU NO NZ SI ZA TN GE AM",
    5: "DE FR ES IT MX FI HR EE LT MA TR TH UA MY MC SM VA RS ME BA DZ EG KR SA SE GR CZ SK",
    6: "CN IN RU SG RO CO VN KZ",
    7: "JP IL CL PT",
    8: "BR",
}
_FORMS = {
    **{country: rf"\d{{{n}}}" for n, countries in _FIGURES.items() for country in countries.split()},
    "PL": r"\d{5}",
    "PT": r"\d{4}(?:\d{3})?",
    "US": r"\d{5}(?:\d{4})?",
    "PR": r"\d{5}(?:\d{4})?",
    "GB": r"(?:GIR0AA|[A-Z]{1,2}\d[A-Z\d]?(?:\d[A-Z]{2})?)",
    "CA": r"[ABCEGHJ-NPRSTVXY]\d[A-Z](?:\d[A-Z]\d)?",
    "NL": r"[1-9]\d{3}(?:[A-Z]{2})?",
    "IE": r"(?:[A-Z]\d[\dW])(?:[A-Z\d]{4})?",
}
_FORM = {country: re.compile(form) for country, form in _FORMS.items()}
_BETWEEN = re.compile(r"[\s.\-]+|\s*CEDEX.*$")
_LETTERS = re.compile(r"^[A-Z]{1,2}(?=\d)")


def is_foreign(postcode: Column, country: Column) -> BoolArray:
    """Per row, whether the postcode has not the form of the country beside it; a country we do not know has any."""
    both = np.flatnonzero((postcode.code != NONE) & (country.code != NONE))
    foreign = np.zeros(len(postcode.code), dtype=bool)
    width = len(country.words)
    packed, back = np.unique(postcode.code[both] * max(width, 1) + country.code[both], return_inverse=True)
    told = [_misfits(postcode.distinct[pair // width], country.distinct[pair % width]) for pair in packed.tolist()]
    foreign[both] = np.array(told, dtype=bool)[back]
    return foreign


def _misfits(postcode: str, country: str) -> bool:
    form = _FORM.get(country)
    bare = _BETWEEN.sub("", postcode.upper())
    return form is not None and not (form.fullmatch(bare) or form.fullmatch(_LETTERS.sub("", bare)))
