"""E-mail addresses: taken out of a cell, checked, put in normal form, and told apart by what kind of mailbox they are.

An address as people and mail programs paste it (`Jane <jane@example.com>`, `mailto:`, trailing dot, a comma for a dot)
is read; one that cannot be read has neither value nor key. Nothing is looked up: no name service is asked.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.guard import look
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.mailbox import is_placeholder, is_role, mailbox_key
from crm_clean.normalise.plain import is_blank

_MAX = 1_000
_MAX_PARTS = 20
_TLD = re.compile(r"^(?:xn--[a-z0-9-]+|[a-z]{2,63}|.*[^\x00-\x7f].*)$")
# What email-validator takes as it is: no length limit near, no label that may be punycode.
_SIMPLE = re.compile(
    r"^[A-Za-z0-9_+-]{1,40}(?:\.[A-Za-z0-9_+-]{1,20}){0,1}@(?:[a-z0-9](?:[a-z0-9]|-(?!-)){0,38}[a-z0-9]\.){1,3}[a-z]{2,20}$"
)
_SEPARATORS = re.compile(r"[;\n\r|]|:::|,(?=[^,]*@)|\s/\s|(?<=[a-zA-Z])\s+(?=[^\s@<>\"]+@)(?![^\s@]+\s*<)")
_BRACKETS = re.compile(r"<\s*(?:mailto:)?([^<>]*@[^<>]*?)\s*>")
_AROUND = "\"'`<>()[]{},;:. \t*"
_AT = re.compile(r"\s*(?:\(at\)|\[at\]|\{at\})\s*|\s+@\s*|\s*@\s+|@{2,}", re.IGNORECASE)
_DOT = re.compile(r"\s*(?:\(dot\)|\[dot\])\s*", re.IGNORECASE)
_COMMA_DOT = re.compile(r",(?=(?:com|net|org|fr|de|es|it|uk|co\.uk|eu|edu|nl|be|ch|at|pt|br)$)", re.IGNORECASE)
_X500 = re.compile(r"^(?:ex:|imceaex-|x500:)?\s*/o=", re.IGNORECASE)


class Email(NamedTuple):
    """One address: value and key are missing when it cannot be read, the key alone when it is a placeholder."""

    value: str | None
    key: str | None
    is_role: bool
    is_free: bool
    is_disposable: bool
    is_placeholder: bool
    codes: tuple[str, ...]


def split_emails(raw: str) -> list[str]:
    """The addresses in one cell, each as written; the cell itself when it holds one or none."""
    if raw.count("@") < 2 or len(raw) > 10 * _MAX:
        return [raw]
    parts = [p.strip() for p in _SEPARATORS.split(raw) if p and p.strip(_AROUND)]
    whole = all("@" in p for p in parts) and len(parts) <= _MAX_PARTS
    return parts if whole else [raw]


def read_email(raw: str, *, words: Lexicons) -> Email:
    """The address in `raw`, which holds one at most."""
    text = look(raw, limit=_MAX)
    if _X500.match(text.value):
        return _nothing(*text.codes, "email.x500")
    if is_blank(text.value, words=words) or text.value.casefold() in words.sets["emails.placeholder_locals"]:
        return _nothing(*text.codes, *(("email.placeholder",) if text.value else ()), placeholder=bool(text.value))
    address = _bare(text.value)
    mended = address if _SIMPLE.match(address) else _mend(address)
    value = _normal(mended)
    if value is None:
        return _nothing(*text.codes, "email.invalid")
    repaired = ("email.repaired",) if mended != address else ()
    return _judge(value, (*text.codes, *repaired), words)


def normalise_email(raw: str, *, words: Lexicons) -> str | None:
    """The address in `raw` in normal form, or None when there is no valid one."""
    return read_email(raw, words=words).value


def _nothing(*codes: str, placeholder: bool = False) -> Email:
    return Email(None, None, False, False, False, placeholder, codes)


def _bare(text: str) -> str:
    bracketed = _BRACKETS.search(text)
    address = bracketed.group(1) if bracketed else text
    if address[:7].lower() == "mailto:":
        address = address[7:].partition("?")[0]
    stripped = address.strip(_AROUND)
    return address if address.startswith('"') and '"@' in address else stripped


def _mend(address: str) -> str:
    """Slips that have one reading only: blanks round the @, `(at)`, `@@`, a comma for the last dot."""
    return _COMMA_DOT.sub(".", _DOT.sub(".", _AT.sub("@", address)))


def _normal(address: str) -> str | None:
    """Normal form by the rules of mail (RFC 5321, 5322, 6531), domain in lower case; None for an invalid address."""
    local, at, domain = address.rpartition("@")
    if not at:
        return None
    domain = domain.lower()
    candidate = f"{local}@{domain}"
    if _SIMPLE.match(candidate):
        value: str | None = None if is_special(domain) else candidate
    else:
        value = _validated(candidate)
    if value is None or not _TLD.match(value.rpartition(".")[2]):
        return None
    local, _, domain = value.rpartition("@")
    return f"{local.lower()}@{domain}" if local.isascii() and local == local.upper() else value


def _validated(candidate: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(candidate, check_deliverability=False, strict=True, allow_quoted_local=True).normalized
    except (EmailNotValidError, ValueError):
        return None


@lru_cache(maxsize=1)
def _special() -> tuple[str, ...]:
    from email_validator import SPECIAL_USE_DOMAIN_NAMES

    return tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)


def is_special(domain: str) -> bool:
    """Whether `domain` is kept for something else than mail, such as `.local` or `.invalid`."""
    return f".{domain}".endswith(_special())


@lru_cache(maxsize=1)
def _disposable() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


def _judge(value: str, codes: tuple[str, ...], words: Lexicons) -> Email:
    local, _, domain = value.rpartition("@")
    placeholder = is_placeholder(local, domain, words=words)
    is_typo = domain in words.maps["emails.typos"]
    disposable = domain in _disposable() and not is_typo  # slips of the big domains are caught by squatters
    found = [
        *codes,
        *(["email.placeholder"] if placeholder else []),
        *(["email.domain_typo"] if is_typo else []),
        *(["email.disposable"] if disposable else []),
    ]
    return Email(
        value,
        None if placeholder else mailbox_key(local, domain, words=words),
        is_role(local, words=words) and not placeholder,
        domain in words.sets["emails.free"],
        disposable,
        placeholder,
        tuple(found),
    )
