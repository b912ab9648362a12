"""E-mail addresses: taken out of a cell, checked, put in normal form, and told apart by what kind of mailbox they are.

An address as people and mail programs paste it (`Jane <jane@example.com>`, `mailto:`, trailing dot, a comma for a dot)
is read; one that cannot be read has neither value nor key. What looks like a slip in the domain is said together with
what may have been meant, never put right. Nothing is looked up: no name service is asked.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.findings import SUGGESTS
from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.letters.lookalikes import has_lookalikes
from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.mail.email_cells import MAX, bare, readings
from crm_clean.normalise.mail.email_syntax import MAX_ADDRESS, MAX_LOCAL, normal_form, tidy_local
from crm_clean.normalise.mail.mailbox import Domain, is_placeholder, is_role, mailbox_key, read_domain
from crm_clean.normalise.mail.typos import complete

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
    plain = _plain(raw, words)
    return _judge(*plain, (), words) if plain else _read_closely(raw, words)


def normalise_email(raw: str, *, words: Lexicons) -> str | None:
    """The address in `raw` in normal form, or None when there is no valid one."""
    return read_email(raw, words=words).value


def _plain(address: str, words: Lexicons) -> tuple[str, Domain] | None:
    """Name and domain of an address that is written plainly and valid."""
    found = _PLAIN.fullmatch(address)
    if found is None or len(address) > MAX_ADDRESS:
        return None
    local, name = found.groups()
    domain = read_domain(name.lower(), words)
    if domain is None or len(local) > MAX_LOCAL or local[:5].lower() == WRAPPED:
        return None
    return tidy_local(local), domain


def _read_closely(raw: str, words: Lexicons) -> Email:
    text = look(raw, limit=MAX)
    if _X500.match(text.value) and "smtp:" not in text.value.lower():
        return _nothing(*text.codes, "email.x500")
    plain = _plain(bare(text.value), words)
    if plain:
        return _judge(*plain, _of_address(text.codes), words)
    if is_blank(text.value, words=words) or text.value.casefold() in words.sets["emails.placeholder_locals"]:
        return _nothing(*text.codes, *(("email.placeholder",) if text.value else ()), placeholder=bool(text.value))
    for address, is_mended in readings(text.value, words=words):
        value = normal_form(address)
        if value:
            return _valid(value, (*text.codes, *(("email.repaired",) if is_mended else ())), words)
    if _is_filler(text.value, words):
        return _nothing(*text.codes, "email.placeholder", placeholder=True)
    return _nothing(*text.codes, _invalid(text.value, words))


def _valid(value: str, codes: tuple[str, ...], words: Lexicons) -> Email:
    local, _, name = value.rpartition("@")
    domain = read_domain(name, words)
    if domain is None:  # a form that the library makes and would not take
        return _nothing(*codes, _INVALID)
    is_odd = not local.isascii() and has_lookalikes(local, among_latin=domain.shown.isascii())
    return _judge(local, domain, (*_of_address(codes), *(["email.confusable"] if is_odd else [])), words)


def _of_address(codes: tuple[str, ...]) -> tuple[str, ...]:
    """`codes` of a text without what is said of an address as one word: `иван@example.com` mixes nothing."""
    return tuple(c for c in codes if c != "text.confusable") if codes else codes


def _nothing(*codes: str, placeholder: bool = False) -> Email:
    return Email(None, None, False, False, False, placeholder, codes)


def _is_filler(text: str, words: Lexicons) -> bool:
    """Whether what is no address was typed to fill the field: `test@test`, `n/a@n/a.com`."""
    local, at, name = text.lower().partition("@")
    label, sets = name.partition(".")[0], words.sets
    if not at or local in sets["emails.placeholder_locals"]:
        return bool(at)
    return local in sets["emails.weak_locals"] and (label == local or label in sets["emails.weak_domains"])


def _invalid(text: str, words: Lexicons) -> str:
    """The code of an address that cannot be read, with the address it may have been meant to be."""
    plain = _PLAIN.fullmatch(text.strip(" .,;"))
    if plain is None:
        return _INVALID
    local, name = plain.groups()
    single = re.sub(r"\.{2,}", ".", name.lower()).strip(".-")
    meant = single if read_domain(single, words) else complete(single, words=words)
    is_better = meant is not None and meant != name.lower() and len(local) <= MAX_LOCAL
    return f"{_INVALID}{SUGGESTS}{local}@{meant}" if is_better else _INVALID


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
