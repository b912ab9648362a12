"""Postal addresses: parts in one form, and a key of street and postal code.

The country decides how the postal code and the region are read. Nothing is looked up: a street is never corrected, only
written one way.
"""

from __future__ import annotations

from typing import NamedTuple

from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.post import cities
from crm_clean.normalise.post.countries import normalise_country, suggest_country
from crm_clean.normalise.post.one_cell import split_address
from crm_clean.normalise.post.place_case import place_case
from crm_clean.normalise.post.postcodes import read_postcode
from crm_clean.normalise.post.streets import read_line
from crm_clean.normalise.post.subdivisions import PREFIX, contradicts_country, contradicts_postcode, name_region
from crm_clean.text import fold

_MAX = 500
_LONGEST_FILLER = 30
_COUNTED = "123456789"


class AddressCells(NamedTuple):
    """An address as it came: in parts, or whole in one cell."""

    whole: str | None = None
    street: str | None = None
    unit: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Address(NamedTuple):
    """An address in one line, its key and parts. `codes` are `field|code`."""

    value: str | None
    key: str | None
    street: str | None
    unit: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None
    is_placeholder: bool
    codes: tuple[str, ...]


class Street(NamedTuple):
    """A street line fit to show, the unit found in it, its key, and `field|code` findings."""

    street: str | None
    unit: str | None
    key: str | None
    codes: tuple[str, ...]


class Part(NamedTuple):
    """Another part of an address with its key, where it has one, and `field|code` findings."""

    value: str | None
    key: str | None
    codes: tuple[str, ...]


def read_address(cells: AddressCells, *, default_region: str | None = None, words: Lexicons) -> Address:
    """The address in `cells`; `default_region` is the country of those that name none, for reading only."""
    cells = whole_or_parts(cells, words=words)
    country = read_country(cells.country, words=words)
    given = cities.CityCells(cells.city, cells.region, cells.postal_code)
    apart = cities.take_apart(given, country=country.value, default_region=default_region, words=words)
    postcode = read_postal(apart.postal_code, country=country.value, default_region=default_region, words=words)
    street = read_street(cells.street, has_unit=bool(cells.unit), words=words)
    unit = read_unit(cells.unit, words=words)
    city = read_city(apart.city, words=words)
    where = country.value or default_region
    prefix = (postcode.value or "")[:PREFIX] if country.value else ""
    region = read_region(apart.region, country=where, is_said=bool(country.value), prefix=prefix, words=words)
    key = f"{street.key or ''}|{postcode.key or ''}" if street.key or postcode.key else None
    parts = (street.street, unit.value or street.unit, city.value, region.value, postcode.value, country.value)
    found = [*street.codes, *unit.codes, *apart.codes, *city.codes, *region.codes, *postcode.codes, *country.codes]
    return Address(_one_line(parts), key, *parts, not any(parts) and any(cells), tuple(found))


def whole_or_parts(cells: AddressCells, *, words: Lexicons) -> AddressCells:
    """`cells` with the whole address taken apart, where no street, city or postal code is given beside it.

    A street that is given alone is taken apart too, where a street, a postal code and a city are found in it.
    """
    _, street, *others, _ = cells
    if cells.whole and not any(cells[1:6]):
        parts = split_address(cells.whole[:_MAX], words=words)
    elif street and not cells.whole and not any(others) and ("," in street or "\n" in street):
        parts = split_address(street[:_MAX], words=words)
        if not parts.keys() >= {"street", "city", "postal_code"}:
            return cells
    else:
        return cells
    return AddressCells(None, **(parts | ({"country": cells.country} if cells.country else {})))


def read_country(raw: str | None, *, words: Lexicons) -> Part:
    """The ISO code of the country `raw` names; what names none is told, with the code it may have been meant for."""
    text, codes = _cell("country", raw, words)
    value = normalise_country(text, words=words) if text else None
    unknown = text and not value and fold(text) not in words.sets["countries.placeholders"]
    if unknown:
        meant = suggest_country(text, words=words)
        codes = (*codes, f"country|country.unknown={meant}" if meant else "country|country.unknown")
    return Part(value, None, codes)


def read_city(raw: str | None, *, words: Lexicons) -> Part:
    """The city, case repaired."""
    text, codes = _cell("city", raw, words)
    if not text:
        return Part(None, None, codes)
    if cities.is_filler(text, words=words):
        return Part(None, None, (*codes, "city|city.placeholder"))
    return Part(place_case(text.strip(" ,"), words=words) or None, None, codes)


def read_region(
    raw: str | None, *, country: str | None, is_said: bool = False, prefix: str = "", words: Lexicons
) -> Part:
    """The region as its `country` writes it.

    `is_said` tells that the address names the country itself, and `prefix` is how its postal code begins: a region that
    lies elsewhere is kept and told.
    """
    text, codes = _cell("region", raw, words)
    if not text or fold(text) in words.sets["countries.placeholders"]:
        return Part(None, None, codes)
    value = name_region(text, country=country, words=words)
    if country and is_said:
        if contradicts_country(text, country=country, words=words):
            codes = (*codes, "region|region.other_country")
        elif prefix and contradicts_postcode(value, country=country, prefix=prefix, words=words):
            codes = (*codes, "region|region.other_postal_code")
    return Part(value, None, codes)


def read_unit(raw: str | None, *, words: Lexicons) -> Part:
    """The flat, suite or floor as given."""
    text, codes = _cell("unit", raw, words)
    return Part(text.strip(" ,") or None, None, codes)


def read_postal(raw: str | None, *, country: str | None, default_region: str | None, words: Lexicons) -> Part:
    """The postal code; `default_region` counts where the record names no country and the code has its full length."""
    text, codes = _cell("postal_code", raw, words)
    if not text:
        return Part(None, None, codes)
    if not text.strip("0 -."):
        return Part(None, None, (*codes, "postal_code|postal_code.placeholder"))
    found = read_postcode(text, country=country)
    if country is None and default_region:
        guess = read_postcode(text, country=default_region)
        if (
            guess.is_valid
            and guess.code is None
            and (_length(text) >= _length(guess.value or "") or text.endswith(".0"))
        ):
            found = guess
    code = found.code or ("postal_code.invalid" if found.is_valid is False else None)
    return Part(found.value, found.key, (*codes, f"postal_code|{code}") if code else codes)


def read_street(raw: str | None, *, has_unit: bool, words: Lexicons) -> Street:
    """The street line; a unit is looked for in it only when the record has none of its own."""
    if not raw:
        return Street(None, None, None, ())
    if "\n" in raw or "\r" in raw:
        raw = ", ".join(part.strip(" ,") for part in raw[: 4 * _MAX].splitlines() if part.strip(" ,"))
    text = look(raw, limit=_MAX)
    value = text.value
    codes = tuple(f"street|{c}" for c in text.codes)
    if not value or _says_nothing(value, words):
        placeholder = any(c.isalnum() for c in value) and not is_blank(value, words=words)
        return Street(None, None, None, (*codes, "street|address.placeholder") if placeholder else codes)
    line = read_line(value, has_unit=has_unit, words=words)
    if line.key is None or line.street is None:
        return Street(None, None, None, codes)
    bare = read_line(value, has_unit=False, words=words) if has_unit else line
    if bare.unit and _says_nothing(bare.street or "", words):
        return Street(None, line.unit, None, (*codes, "street|address.placeholder"))
    if line.key in words.sets["addresses.example_streets"]:
        codes = (*codes, "street|address.example")
    return Street(line.street, line.unit, line.key, codes)


def _says_nothing(value: str, words: Lexicons) -> bool:
    """Whether `value` stands for no street: a blank, a word that fills the cell, one sign over and over."""
    if len(value) > _LONGEST_FILLER or (" " in value and (value[0] in _COUNTED or value[-1] in _COUNTED)):
        return False
    said = fold(value)
    return (
        not said
        or is_blank(value, words=words)
        or said in words.sets["addresses.placeholders"]
        or (len(set(said)) == 1 and (len(said) > 2 or said == "0" * len(said)))
    )


def _length(text: str) -> int:
    return sum(c.isalnum() for c in text)


def _cell(field: str, raw: str | None, words: Lexicons) -> tuple[str, tuple[str, ...]]:
    if not raw:
        return "", ()
    text = look(raw, limit=_MAX)
    codes = tuple(f"{field}|{c}" for c in text.codes)
    return ("" if is_blank(text.value, words=words) else text.value), codes


def _one_line(parts: tuple[str | None, ...]) -> str | None:
    street, unit, city, region, postcode, country = parts
    line = ", ".join(filter(None, (street, unit)))
    place = " ".join(filter(None, (postcode, city)))
    return ", ".join(filter(None, (line, place, region, country))) or None
