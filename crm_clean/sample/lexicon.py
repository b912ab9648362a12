"""The lexicons: one TOML file a country, checked on reading.

A misspelt key is refused. What the words are used for is no matter here.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

# The order of countries in every grouped pool.
CODES = ("US", "GB", "FR", "ES", "DE", "IT", "NL", "PT")


def _words(text: object) -> object:
    return tuple(text.split(", ")) if isinstance(text, str) else text


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Town(_Closed):
    """A town with its region, the patterns of its postal codes, and its area code with the digits that follow it."""

    name: str
    region: str
    postal_codes: tuple[str, ...]
    area: str
    lead: str


def _town(text: object) -> object:
    if not isinstance(text, str):
        return text
    name, region, codes, area = (part.strip() for part in text.split("|"))
    area, _, lead = area.partition(":")
    return Town(name=name, region=region, postal_codes=tuple(codes.split("/")), area=area, lead=lead)


class Places(_Closed):
    """Towns and streets; a street type is its long and its short form."""

    towns: tuple[Annotated[Town, BeforeValidator(_town)], ...]
    streets: Words
    street_types: tuple[tuple[str, str], ...]
    line: str
    highest_number: int
    units: Words
    regions: dict[str, str] = {}


class Phone(_Closed):
    """Numbering: `digits` of area code and number together; `mobile_digits` 0 means 7 digits after the prefix."""

    code: str
    trunk: str = ""
    mobile: tuple[str, ...]
    digits: int
    mobile_digits: int
    lowest: int
    groups: tuple[str, ...]
    formats: tuple[str, ...]
    extension: tuple[str, ...]


class Work(_Closed):
    """What firms are called, and what people do there."""

    sectors: Words
    form: str
    legal: tuple[str, ...]
    titles: Words


class Email(_Closed):
    providers: Words


class Lexicon(_Closed):
    """All words of one country."""

    code: str
    share: float
    country_names: tuple[str, ...]
    tld: tuple[str, ...]
    umlaut: bool
    double_surname: float
    female: Words
    male: Words
    last: Words
    last_roots: Words
    last_ends: Words
    nicknames: dict[str, Words]
    places: Places
    phone: Phone
    work: Work
    email: Email


@cache
def lexicons() -> tuple[Lexicon, ...]:
    """The lexicons in the order of CODES."""
    folder = files("crm_clean.sample") / "lexicons"
    texts = ((folder / f"{code.lower()}.toml").read_text("utf-8") for code in CODES)
    return tuple(Lexicon.model_validate(tomllib.loads(text)) for text in texts)
