"""What an e-mail address stands for: one person's mailbox, a role that many read, or nothing.

All that its domain says is found once for each domain: how the provider tells mailboxes apart, whether anybody may have
one there, whether it lives for minutes, whether it is a slip.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.letters.lookalikes import has_lookalikes
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.mail.email_syntax import DomainName, domain_name
from crm_clean.normalise.mail.typos import suggest

_PARTS = re.compile(r"[._-]+")
_HEAD = re.compile(r"[^._+-]*")
_SAMPLE_DOMAINS = frozenset({"example.com", "example.org", "example.net"})
_REGIONS = frozenset({"usa", "int", "emea", "apac", "dach", "benelux", "latam"})


class Domain(NamedTuple):
    """A domain of mailboxes, in the form shown, and what is known of it."""

    shown: str
    ascii: str
    main: str  # the domain that stands for all that share their mailboxes
    owner: str | None  # whose mailbox it all goes to, where the provider hands out subdomains
    has_tags: bool  # name+anything@ is name@
    ignored: str  # signs that make no difference in a name
    same: str  # two signs, the first of which is read as the second; or empty
    is_free: bool
    is_disposable: bool
    is_nobody: bool  # made up to fill a field
    meant: str | None  # the domain that this one may be a slip of
    codes: tuple[str, ...]


@lru_cache(maxsize=65_536)
def read_domain(domain: str, words: Lexicons) -> Domain | None:
    """What is known of `domain`, given in small letters; None when no mail can be sent there."""
    name = domain_name(domain)
    if name is None:
        return None
    sets, maps = words.sets, words.maps
    main = maps["emails.same_domain"].get(name.ascii, name.ascii)
    user, _, above = main.partition(".")
    owner = user if above in sets["emails.subdomain_tags"] else None
    main = above if owner else main
    meant = suggest(name.ascii, words=words)
    disposable = meant is None and _is_disposable(name.ascii, words)  # slips of big domains are caught by squatters
    is_odd = not name.shown.isascii() and _is_forged(name)
    return Domain(
        name.shown,
        name.ascii,
        main,
        owner,
        main in sets["emails.plus_tags"],
        maps["emails.ignored_signs"].get(main, ""),
        maps["emails.same_signs"].get(main, ""),
        name.ascii in sets["emails.free"] or main in sets["emails.free"],
        disposable,
        name.shown.partition(".")[0] in sets["emails.placeholder_domains"],
        meant,
        (*(["email.confusable"] if is_odd else []), *(["email.disposable"] if disposable else [])),
    )


def _is_forged(name: DomainName) -> bool:
    has_latin_ending = not name.ascii.rpartition(".")[2].startswith("xn--")
    return has_lookalikes(name.shown, among_latin=has_latin_ending)


def mailbox_key(local: str, domain: Domain) -> str:
    """The key under which all spellings of one mailbox meet.

    Case never matters; some signs, and what follows a plus, do not where the provider says so. The domain is in its
    ASCII form.
    """
    name = local.lower()
    if not name.isascii():
        name = unicodedata.normalize("NFC", name)
    return f"{domain.owner or _told_apart(name, domain)}@{domain.main}"


def _told_apart(name: str, domain: Domain) -> str:
    short = name.partition("+")[0] if domain.has_tags else name
    for sign in domain.ignored:
        short = short.replace(sign, "")
    if domain.same:
        short = short.replace(domain.same[0], domain.same[1])
    return short or name


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


def _is_disposable(domain: str, words: Lexicons) -> bool:
    """Whether `domain` or one it stands below is a provider of throw-away mailboxes."""
    while "." in domain:
        if domain in words.sets["emails.not_disposable"]:
            return False
        if domain in _listed() or domain in words.sets["emails.disposable"]:
            return True
        domain = domain.partition(".")[2]
    return False


def is_role(local: str, *, words: Lexicons) -> bool:
    """Whether a mailbox belongs to a function (`info`, `sales-uk`, `kontakt2`) rather than to a person."""
    roles = words.sets["emails.role"]
    name = local.lower()
    if name in roles:
        return True
    if "+" in name:
        name = name.partition("+")[0]
        if name in roles:
            return True
    if name[-1:].isdecimal():
        name = name.rstrip("0123456789")
        if name.rstrip("._-") in roles:
            return True
    head = _HEAD.match(name)
    return head is not None and head.group() in roles and _narrows(name, roles)


def _narrows(name: str, roles: frozenset[str]) -> bool:
    """Whether all that follows a role narrows it (`sales-uk`, `info.marketing`); two letters may be initials."""
    first, *rest = _PARTS.split(name)
    return bool(rest) and all(p in roles or (len(first) > 2 and (len(p) <= 2 or p in _REGIONS)) for p in rest)


def is_placeholder(local: str, domain: Domain, *, words: Lexicons) -> bool:
    """Whether an address was typed because the field had to be filled.

    At the domains kept for examples only the local part tells, since whole made-up data sets live there.
    """
    sets, name = words.sets, local.lower()
    if domain.is_nobody or name in sets["emails.placeholder_locals"]:
        return True
    if name not in sets["emails.weak_locals"]:
        return False
    if domain.ascii in _SAMPLE_DOMAINS:
        return name not in {"a", "b", "x", "me"}
    label = domain.shown.partition(".")[0]
    return name == label or label in sets["emails.weak_domains"]
