"""E-mail addresses: taken out of a cell, checked, put in normal form, and told apart by what kind of mailbox they are.

An address as people and mail programs paste it (`Jane <jane@example.com>`, `mailto:`, trailing dot, a comma for a dot)
is read; one that cannot be read has neither value nor key. What looks like a slip in the domain is said together with
what may have been meant, never put right. Nothing is looked up: no name service is asked.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.email_cells import MAX, readings
from crm_clean.normalise.email_syntax import MAX_ADDRESS, MAX_LOCAL, normal_form, tidy_local
from crm_clean.normalise.findings import SUGGESTS
from crm_clean.normalise.guard import look
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.lookalikes import has_lookalikes
from crm_clean.normalise.mailbox import Domain, is_placeholder, is_role, mailbox_key, read_domain
from crm_clean.normalise.plain import is_blank
from crm_clean.normalise.typos import complete

# Written as nearly all addresses are: whatever its domain allows, it needs no mending and no closer look.
PLAIN = r"([A-Za-z0-9_+-][A-Za-z0-9_+&'-]*(?:\.[A-Za-z0-9_+&'-]+)*)@([A-Za-z0-9.-]+)"
# Addresses inside Exchange, wrapped for the way through another mail server.
WRAPPED = "imcea"
_PLAIN = re.compile(PLAIN)
_X500 = re.compile(
    r"ex:\s*/|x[45]00:|imcea\w+-|/(?:o|ou|cn|c|dc|g|s)=|(?:c|g|s|a|p|o)=[^;@]*;\s*\w+=[^;@]*;", re.IGNORECASE
)
_TYPO, _INVALID = "email.domain_typo", "email.invalid"


class Email(NamedTuple):
    """One address: value and key are missing when it cannot be read, the key alone when it is a placeholder."""

    value: str | None
    key: str | None
    is_role: bool
    is_free: bool
    is_disposable: bool
    is_placeholder: bool
    codes: tuple[str, ...]


def read_email(raw: str, *, words: Lexicons) -> Email:
    """The address in `raw`, which holds one at most."""
    plain = _PLAIN.fullmatch(raw)
    if plain and len(raw) <= MAX_ADDRESS:
        local, name = plain.groups()
        domain = read_domain(name.lower(), words)
        if domain and len(local) <= MAX_LOCAL and local[:5].lower() != WRAPPED:
            return _judge(tidy_local(local), domain, (), words)
    return _read_closely(raw, words)


def normalise_email(raw: str, *, words: Lexicons) -> str | None:
    """The address in `raw` in normal form, or None when there is no valid one."""
    return read_email(raw, words=words).value


def _read_closely(raw: str, words: Lexicons) -> Email:
    text = look(raw, limit=MAX)
    if _X500.match(text.value) and "smtp:" not in text.value.lower():
        return _nothing(*text.codes, "email.x500")
    if is_blank(text.value, words=words) or text.value.casefold() in words.sets["emails.placeholder_locals"]:
        return _nothing(*text.codes, *(("email.placeholder",) if text.value else ()), placeholder=bool(text.value))
    for address, is_mended in readings(text.value, words=words):
        value = normal_form(address)
        if value:
            return _valid(value, (*text.codes, *(("email.repaired",) if is_mended else ())), words)
    return _nothing(*text.codes, _invalid(text.value, words))


def _valid(value: str, codes: tuple[str, ...], words: Lexicons) -> Email:
    local, _, name = value.rpartition("@")
    domain = read_domain(name, words)
    if domain is None:  # a form that the library makes and would not take
        return _nothing(*codes, _INVALID)
    # An address is one word to whoever looks at any text: `иван@example.com` mixes nothing.
    codes = tuple(c for c in codes if c != "text.confusable")
    is_odd = not local.isascii() and has_lookalikes(local, among_latin=domain.shown.isascii())
    return _judge(local, domain, (*codes, *(["email.confusable"] if is_odd else [])), words)


def _nothing(*codes: str, placeholder: bool = False) -> Email:
    return Email(None, None, False, False, False, placeholder, codes)


def _invalid(text: str, words: Lexicons) -> str:
    """The code of an address that cannot be read, with the address it may have been meant to be."""
    plain = _PLAIN.fullmatch(text.strip(" .,;"))
    if plain is None:
        return _INVALID
    local, name = plain.groups()
    meant = complete(name.lower(), words=words)
    return f"{_INVALID}{SUGGESTS}{local}@{meant}" if meant else _INVALID


def _judge(local: str, domain: Domain, codes: tuple[str, ...], words: Lexicons) -> Email:
    placeholder = is_placeholder(local, domain, words=words)
    if placeholder or domain.meant or domain.codes:
        codes = (*codes, *_findings(local, domain, placeholder))
    return Email(
        f"{local}@{domain.shown}",
        None if placeholder else mailbox_key(local, domain),
        not (placeholder or domain.owner) and is_role(local, words=words),
        domain.is_free,
        domain.is_disposable,
        placeholder,
        tuple(dict.fromkeys(codes)) if len(codes) > 1 else codes,
    )


def _findings(local: str, domain: Domain, placeholder: bool) -> list[str]:
    slip = [f"{_TYPO}{SUGGESTS}{local}@{domain.meant}"] if domain.meant and not placeholder else []
    return [*(["email.placeholder"] if placeholder else []), *slip, *domain.codes]
