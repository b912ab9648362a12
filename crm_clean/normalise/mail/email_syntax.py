"""The normal form of an address that is written as mail requires, and of its domain.

What the library for addresses says (RFC 5321, 5322, 6531, with quoted local parts and the length limits, without
address literals), but for two things: a domain ends in letters, two at least, and a local part in capitals alone is put
in small letters. Nothing is looked up: no name service is asked.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

MAX_LOCAL, MAX_ADDRESS = 64, 254

# What the library takes as it is; it looks closer at a hyphen pair, which may be punycode.
_PLAIN_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,9}[a-z]{2,63}")
_ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_ENDING = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]+|.*[^\x00-\x7f].*")


class DomainName(NamedTuple):
    """A domain in the form that is shown and in the form that travels."""

    shown: str
    ascii: str


def normal_form(address: str) -> str | None:
    """Normal form of `address`, or None for an invalid one."""
    local, at, domain = address.rpartition("@")
    if not at:
        return None
    domain = domain.lower()
    name = domain_name(domain)
    if name is None:
        return None
    plain = name.ascii == domain and len(local) <= MAX_LOCAL and len(address) <= MAX_ADDRESS
    if plain and _ATOMS.fullmatch(local):
        return f"{tidy_local(local)}@{domain}"
    value = _validated(f"{local}@{domain}")
    if value is None:
        return None
    local, _, domain = value.rpartition("@")
    return f"{tidy_local(local)}@{domain}"


def tidy_local(local: str) -> str:
    """Small letters for the names that every domain must know (RFC 2142), and for what is shouted."""
    small = local.lower()
    return small if local.isascii() and (local.isupper() or small in everywhere()) else local


@lru_cache(maxsize=65_536)
def domain_name(domain: str) -> DomainName | None:
    """The forms of `domain`, given in small letters, or None when no mail can be sent there by its name alone."""
    if _PLAIN_DOMAIN.fullmatch(domain) and "--" not in domain and len(domain) <= 200:
        return None if is_special(domain) else DomainName(domain, domain)
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(f"a@{domain}", check_deliverability=False)
    except (EmailNotValidError, ValueError):
        return None
    is_named = _ENDING.fullmatch(found.domain.rpartition(".")[2]) is not None
    return DomainName(found.domain, found.ascii_domain) if is_named else None


def _validated(address: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(address, check_deliverability=False, strict=True, allow_quoted_local=True).normalized
    except (EmailNotValidError, ValueError):
        return None


@lru_cache(maxsize=1)
def everywhere() -> frozenset[str]:
    """The mailbox names whose case means nothing at any domain."""
    from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

    return frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)


@lru_cache(maxsize=1)
def _special() -> tuple[str, ...]:
    from email_validator import SPECIAL_USE_DOMAIN_NAMES

    return tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)


def is_special(domain: str) -> bool:
    """Whether `domain` is kept for something else than mail, such as `.local` or `.invalid`."""
    return f".{domain}".endswith(_special())
