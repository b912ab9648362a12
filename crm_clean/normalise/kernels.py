"""The readers of each kind of value as functions of plain texts that give plain tuples, fit to be sent to a worker.

Findings are texts of `field|code` joined by SEPARATOR; missing when there are none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pyarrow as pa

from crm_clean.normalise import flags
from crm_clean.normalise.business import companies, job_titles
from crm_clean.normalise.distinct import rows
from crm_clean.normalise.figures import numbers
from crm_clean.normalise.findings import SEPARATOR
from crm_clean.normalise.letters import plain
from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.mail import email_cells, emails
from crm_clean.normalise.moments.dates import is_no_date
from crm_clean.normalise.people import names
from crm_clean.normalise.post import addresses, cities
from crm_clean.normalise.telephony import phone_cells, phones
from crm_clean.normalise.web import profiles, urls
from crm_clean.normalise.wording import languages
from crm_clean.normalise.workers import Kernel
from crm_clean.text import fold

TEXT, FLAG, CODES = pa.string(), pa.bool_(), pa.string()

EMAIL = pa.schema(
    {
        "value": TEXT,
        "key": TEXT,
        "is_role": FLAG,
        "is_free": FLAG,
        "is_disposable": FLAG,
        "is_placeholder": FLAG,
        "codes": CODES,
    }
)
PHONE = pa.schema(
    {"value": TEXT, "key": TEXT, "extension": TEXT, "label": TEXT, "is_placeholder": FLAG, "kind": TEXT, "codes": CODES}
)
VALUE = pa.schema({"value": TEXT, "key": TEXT, "codes": CODES})
COMPANY = pa.schema({"value": TEXT, "key": TEXT, "legal_form": TEXT, "codes": CODES})
PROFILE = pa.schema({"value": TEXT, "key": TEXT, "label": TEXT, "codes": CODES})
STREET = pa.schema({"street": TEXT, "unit": TEXT, "key": TEXT, "codes": CODES})
CITY_CELLS = pa.schema(dict.fromkeys(("city", "region", "postal_code", "codes"), TEXT))
CELLS = pa.schema(dict.fromkeys(addresses.AddressCells._fields[1:], TEXT))
NAME = pa.schema(
    {f: FLAG if f.startswith("is_") else TEXT for f in names.Name._fields if f != "codes"} | {"codes": CODES}
)
FLAG_VALUE = pa.schema({"value": FLAG, "codes": CODES})
COUNT = pa.schema({"value": pa.int64(), "codes": CODES})
AMOUNT = pa.schema({"value": pa.float64(), "codes": CODES})
LABEL = pa.schema({"label": TEXT})
PIECES = pa.schema({"pieces": pa.list_(TEXT)})


def _join(codes: tuple[str, ...]) -> str | None:
    return SEPARATOR.join(codes) or None


def _coded(found: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*found[:-1], _join(found[-1]))


def email(raw: str, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of EMAIL."""
    return _coded(emails.read_email(raw, words=words))


def phone(raw: str, country: str | None, region: str | None, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of PHONE: read in the record's country, then in the region of its source."""
    regions = tuple(dict.fromkeys(r for r in (country, region) if r))
    return _coded(phones.read_phone(raw, regions=regions, words=words))


def text(raw: str, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of VALUE for plain text."""
    seen = look(raw)
    value = None if plain.is_blank(seen.value, words=words) else seen.value
    return value, plain.text_key(value) if value else None, _join(seen.codes)


def note(raw: str, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of VALUE for text of several lines."""
    return plain.normalise_note(raw, words=words), None, None


def job_title(raw: str, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of VALUE for a job title."""
    return _coded(job_titles.read_job_title(raw, words=words))


def company(raw: str, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of COMPANY."""
    return _coded(companies.read_company(raw, words=words))


def website(raw: str, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of VALUE for a web site."""
    return _coded(urls.read_website(raw, words=words))


def profile(raw: str, label: str | None, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of PROFILE; a page that is no known network's keeps the label it came with."""
    found = profiles.read_profile(raw, label=label, words=words)
    return _coded(found._replace(label=found.label or label))


def street(raw: str, unit: str | None, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of STREET; `unit` is anything when the record has a unit of its own."""
    return _coded(addresses.read_street(raw, has_unit=bool(unit), words=words))


def part(raw: str, *, field: str, words: Lexicons) -> tuple[Any, ...]:
    """A row of VALUE for a unit, city or country."""
    readers = {"unit": addresses.read_unit, "city": addresses.read_city, "country": addresses.read_country}
    return _coded(readers[field](raw, words=words))


def region(raw: str, country: str | None, said: str | None, prefix: str | None, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of VALUE for a region; `said` is anything when the address names its country, `prefix` begins its code."""
    found = addresses.read_region(raw, country=country, is_said=bool(said), prefix=prefix or "", words=words)
    return _coded(found)


def city_cells(city: str, *others: str | None, words: Lexicons) -> tuple[Any, ...]:
    """A row of CITY_CELLS from a city, its region and postal code, its country, and that of its source."""
    region, postal_code, country, default = others
    given = cities.CityCells(city, region, postal_code)
    return _coded(cities.take_apart(given, country=country, default_region=default, words=words))


def postal(raw: str, country: str | None, default: str | None, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of VALUE for a postal code."""
    return _coded(addresses.read_postal(raw, country=country, default_region=default, words=words))


def cells(raw: str, is_street: str | None, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of CELLS: a whole address taken apart; `is_street` is anything where it stood in the cell of the street."""
    given = addresses.AddressCells(street=raw) if is_street else addresses.AddressCells(whole=raw)
    return addresses.whole_or_parts(given, words=words)[1:]


def name(*cells_and_region: str | None, words: Lexicons) -> tuple[Any, ...]:
    """A row of NAME from the cells of NameCells and the region; the first argument only says that there is a name."""
    *parts, where = cells_and_region[1:]
    return _coded(names.read_name(names.NameCells(*parts), region=where, words=words))


def said(raw: str, *, field: str, words: Lexicons) -> tuple[Any, ...]:
    """A row of VALUE for a field with a closed list of meanings."""
    if field in ("consent_status", "consent_basis"):
        return (consent if field == "consent_status" else basis)(raw, words=words)
    readers: dict[str, Callable[[], str | None]] = {
        "gender": lambda: flags.normalise_gender(raw, words=words),
        "language": lambda: languages.normalise_language(raw, words=words),
        "company_domain": lambda: urls.normalise_domain(raw),
    }
    value = readers[field]()
    unknown = value is None and not plain.is_blank(raw, words=words)
    return value, None, f"{field}.unknown" if unknown else None


def consent(raw: str, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of VALUE for a consent status."""
    found = flags.read_consent(raw, words=words)
    return found.value, None, "consent_status.unknown" if found.is_unclear else None


def basis(raw: str, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of VALUE for a legal ground; one we do not know stays as it is."""
    found = flags.read_basis(raw, words=words)
    if not found.is_unclear:
        return found.value, None, None
    return look(raw).value, None, "consent_basis.unknown"


def flag(raw: str, *, words: Lexicons) -> tuple[Any, ...]:
    """A row of FLAG_VALUE; the date on which somebody opted out is a yes."""
    value = flags.normalise_flag(raw, words=words)
    unknown = value is None and not plain.is_blank(raw, words=words) and not is_no_date(raw)
    return value, "flag.unreadable" if unknown else None


def number(raw: str, mark: str | None, *, whole: bool, words: Lexicons) -> tuple[Any, ...]:
    """A row of COUNT or AMOUNT; `mark`: the decimal mark of the column, or `mixed`."""
    read = numbers.normalise_count if whole else numbers.normalise_amount
    if mark == "mixed" and numbers.mark_shown(raw) == "both":
        return None, "number.ambiguous"
    value = read(raw, mark=mark)
    unknown = value is None and not plain.is_blank(raw, words=words)
    return value, "number.unreadable" if unknown else None


def label(raw: str, *, kind: str, words: Lexicons) -> tuple[str | None]:
    """What a source calls a point, in one form: phones by the closed list, others in small letters."""
    shown = look(raw.lstrip("* "), limit=100).value.casefold()
    known = words.maps["text.phone_labels"].get(fold(shown)) if kind == "phone" else None
    return (known or shown or None,)


def pieces(raw: str, *, kind: str) -> tuple[list[str]]:
    """A row of PIECES: the several values in one cell."""
    return ((email_cells.split_emails if kind == "email" else phone_cells.split_phones)(raw),)


def kernel(function: Any, schema: pa.Schema, **settings: Any) -> Kernel:
    """`function` with `settings` fixed, as a kernel over lists."""
    return rows(partial(function, **settings), schema)
