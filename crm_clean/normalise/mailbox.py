"""What an e-mail address stands for: one person's mailbox, a role that many read, or nothing."""

from __future__ import annotations

import re

from crm_clean.normalise.lexicon import Lexicons

_PARTS = re.compile(r"[._-]+")
_DIGITS = re.compile(r"\d+$")
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})
_SAMPLE_DOMAINS = frozenset({"example.com", "example.org", "example.net"})


def mailbox_key(local: str, domain: str, *, words: Lexicons) -> str:
    """The key under which all spellings of one mailbox meet.

    Case never matters; dots do not at Google; what follows a plus does not where the provider says so. The domain is
    in its ASCII form.
    """
    name = local.casefold()
    if domain in _GOOGLE:
        name, domain = name.partition("+")[0].replace(".", ""), "gmail.com"
    elif domain in words.sets["emails.plus_tags"]:
        name = name.partition("+")[0]
    return f"{name or local.casefold()}@{_ascii(domain)}"


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain


def is_role(local: str, *, words: Lexicons) -> bool:
    """Whether a mailbox belongs to a function (`info`, `sales-uk`, `kontakt2`) rather than to a person."""
    roles = words.sets["emails.role"]
    name = local.casefold().partition("+")[0]
    if name in roles:
        return True
    if name[-1:].isdecimal():
        name = _DIGITS.sub("", name)
        if name in roles:
            return True
    first, *rest = _PARTS.split(name)
    return bool(rest) and first in roles and all(len(p) <= 3 or p in roles for p in rest)


def is_placeholder(local: str, domain: str, *, words: Lexicons) -> bool:
    """Whether an address was typed because the field had to be filled.

    At the domains kept for examples only the local part tells, since whole made-up data sets live there.
    """
    sets = words.sets
    name, label = local.casefold(), domain.partition(".")[0]
    if name in sets["emails.placeholder_locals"] or label in sets["emails.placeholder_domains"]:
        return True
    if name not in sets["emails.weak_locals"]:
        return False
    if domain in _SAMPLE_DOMAINS:
        return name not in {"a", "b", "x", "me"}
    return name == label or label in sets["emails.weak_domains"]
