"""Company names fit to show, their legal forms apart, and their keys: `ACME GmbH & Co. KG` and `Acme` are one.

What stands for no company (`n/a`, `self-employed`, an e-mail address) is found; a name is never corrected.
"""

from __future__ import annotations

from typing import NamedTuple

from crm_clean.normalise.business.company_case import company_case
from crm_clean.normalise.business.company_keys import company_key
from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_MAX = 500
_LONGEST_FILLER = 40


class Company(NamedTuple):
    """A company name, its key and legal form, and what was found; a placeholder has neither."""

    value: str | None
    key: str | None
    legal_form: str | None
    codes: tuple[str, ...]


def read_company(raw: str, *, words: Lexicons) -> Company:
    """The company that `raw` names; `N/A`, `self-employed`, `-` and an e-mail address name none."""
    text = look(raw, limit=_MAX)
    value, codes = text.value.strip(" ,;"), text.codes
    said = fold(value)
    nothing = _why_nothing(value, said, words)
    if nothing is not None:
        return Company(None, None, None, (*codes, nothing) if nothing else codes)
    found = company_key(value, folded=said, words=words)
    if found.key is None:
        return Company(None, None, None, codes)
    if found.legal_form is None and _is_person(said, words):
        codes = (*codes, "company.is_person")
    return Company(company_case(value, words=words), found.key, found.legal_form, codes)


def _why_nothing(value: str, said: str, words: Lexicons) -> str | None:
    """The code of why `value`, folded `said`, is no company, empty for an empty cell; None when it is one."""
    if not said:
        return ""
    if "@" in value and _is_email(value):
        return "company.is_email"
    if len(value) > _LONGEST_FILLER:
        return None
    if (
        said in words.sets["companies.placeholders"]
        or said in words.sets["text.blanks"]
        or (value[0] == "#" and is_blank(value, words=words))
    ):
        return "company.placeholder"
    one_sign = len(said) > 3 and len(set(said)) == 1
    return "company.placeholder" if one_sign or not said.strip("0 ") else None


def _is_email(value: str) -> bool:
    local, at, domain = value.partition("@")
    return bool(at and local and "." in domain) and " " not in value


def _is_person(said: str, words: Lexicons) -> bool:
    head, blank, _ = said.partition(" ")
    return bool(blank) and head in words.sets["companies.person_titles"]
