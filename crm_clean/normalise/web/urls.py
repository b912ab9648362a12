"""Web addresses in one form: host in small letters, no tracking, no login, no default port, no fragment.

The value names an international host in its own letters, the key in ASCII. What a browser would run or open from a disk
is refused, and an e-mail address is none of ours.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons

_MAX = 2_000
_DOMAIN = re.compile(r"^(?=.{4,253}$)(?:(?!-)[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,63})$")
_WEB = re.compile(
    r"^(?:(?:h{0,2}t{1,3}p{1,2}s?\s?[:;.]?\s?|https?\s?:\s?|view-source:)+[/\\]+\s?|https?[:;]|[/\\]{2}(?=\w))", re.I
)
# The plainest address of all, which is read at once; a test holds it to the long way.
_PLAIN = re.compile(r"^(?:https?://)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,24}))/?$")
_SCHEME = re.compile(r"^([a-z][a-z0-9+-]{1,20}):", re.IGNORECASE)
_UNSAFE = frozenset({
    "javascript", "data", "file", "vbscript", "blob", "about", "chrome", "ms-word", "ms-excel", "smb", "jar",
})  # fmt: skip
_DISK = re.compile(r"^(?:[A-Za-z]:[\\/]|\\\\)")
_EMAIL = re.compile(r"^(?:mailto:)?[^\s@/:]+@[^\s@/:]+\.[^\s@/:]{2,}$", re.IGNORECASE)
_PORT = re.compile(r"^(.*?):(\d{1,5})?$")


class Web(NamedTuple):
    """A web address, its key, and what was found: `url.unsafe`, `url.email`, `website.invalid`."""

    value: str | None
    key: str | None
    codes: tuple[str, ...]


class Split(NamedTuple):
    """A web address without its scheme: `host` with a port unless it is the usual one, `path` from its slash on."""

    host: str
    path: str
    query: str


def read_website(raw: str, *, words: Lexicons) -> Web:
    """`https://host/path` and its key, or what stands there instead."""
    plain = _PLAIN.match(raw) if len(raw) < 200 and raw.isprintable() else None
    if plain and "xn--" not in raw and raw[:4] != "www." and _is_top(plain[2]):
        host = plain[1]
        if host[:4] != "www." or host.count(".") > 1:
            return Web(f"https://{host}", host.removeprefix("www."), ())
    return read_slowly(raw, words=words)


def read_slowly(raw: str, *, words: Lexicons) -> Web:
    """The same for any value."""
    found = split(raw)
    if isinstance(found, str):
        return Web(None, None, (found,))
    if found is None:
        nothing = is_blank(raw, words=words) or not _WEB.sub("", raw.strip()).strip("w./ ")
        return Web(None, None, () if nothing else ("website.invalid",))
    value = whole(found, words=words)
    return Web(value, website_key(value), ())


def normalise_website(raw: str, *, words: Lexicons) -> str | None:
    """`https://host/path` with the host in lower case and no tracking part, or None when `raw` is no web address."""
    return read_website(raw, words=words).value


def normalise_domain(raw: str) -> str | None:
    """The bare domain in a web address, e-mail or domain cell, without `www.`; or None."""
    found = split(raw.strip().rpartition("@")[2] if "@" in raw and "://" not in raw else raw)
    domain = found.host.partition(":")[0].removeprefix("www.") if isinstance(found, Split) else ""
    return domain if "." in domain and _is_top(domain.rpartition(".")[2]) else None


def whole(found: Split, *, words: Lexicons) -> str:
    """The address in one form."""
    path = found.path.rstrip("/")
    query = _told(found.query, words) if found.query else ""
    return f"https://{found.host}{path}{'?' + query if query else ''}"


def _told(query: str, words: Lexicons) -> str:
    """`query` without the parameters that follow visitors about."""
    tracking = words.sets["profiles.tracking"]
    kept = []
    for part in query.split("&"):
        name = " ".join(part.partition("=")[0].lower().replace("-", "_").split("_")).strip()
        if name and name not in tracking and not name.startswith("utm "):
            kept.append(part)
    return "&".join(kept)


def website_key(value: str) -> str:
    """The key of a normalised web address: without scheme and `www.`, host in ASCII, path in small letters."""
    bare = value.removeprefix("https://").removeprefix("www.")
    if bare.isascii() and "?" not in bare:
        return bare.lower()
    address, mark, query = bare.partition("?")
    host, slash, path = address.partition("/")
    return f"{ascii_host(host)}{slash}{path.casefold()}{mark}{query}"


def split(raw: str) -> Split | str | None:
    """The parts of a web address; a code for what must not be one; None for what is none."""
    text = look(raw[:_MAX]).value.strip("<>\"'()[]{},; ").replace("\\/", "/")
    scheme = _SCHEME.match(text)
    if _DISK.match(text) or (scheme and "." not in scheme[1] and scheme[1].lower() in _UNSAFE):
        return "url.unsafe"
    bare = _WEB.sub("", _WEB.sub("", text, count=1), count=1)
    if bare == text:
        if "@" in text and _EMAIL.match(text):
            return "url.email"
        if scheme and not text[scheme.end() : scheme.end() + 1].isdigit():
            return None
    return _parted(bare, is_sure=bare != text)


def _parted(bare: str, *, is_sure: bool) -> Split | None:
    end = min((at for mark in "/?#\\" if (at := bare.find(mark)) >= 0), default=len(bare))
    host, rest = bare[:end].rpartition("@")[2], bare[end:].replace("\\", "/")
    port = _PORT.match(host)
    if port:
        host = port[1]
    name = unicode_host(host.rstrip(".").lower())
    rest = rest.partition("#")[0]
    path, _, query = rest.partition("?")
    if " " in rest or name is None or not _DOMAIN.match(name):
        return None
    if not is_sure and not rest and not name.startswith("www.") and not _is_top(name.rpartition(".")[2]):
        return None  # `John.Smith`
    away = f":{int(port[2])}" if port and port[2] and port[2] not in ("80", "443") else ""
    return Split(name + away, path, query)


def unicode_host(host: str) -> str | None:
    """A host in its own letters; None when its ASCII form stands for nothing."""
    if host.isascii() and "xn--" not in host:
        return host
    return _decoded(host)


@lru_cache(maxsize=4096)
def _decoded(host: str) -> str | None:
    import idna

    try:
        return idna.decode(idna.encode(host, uts46=True), uts46=True)
    except (idna.IDNAError, UnicodeError):
        return None


@lru_cache(maxsize=4096)
def ascii_host(host: str) -> str:
    """A host as the name service knows it."""
    import idna

    try:
        return host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return host


@lru_cache(maxsize=4096)
def _is_top(name: str) -> bool:
    """Whether hosts end in `name`."""
    return _suffixes().publicsuffix(f"x.{name}", accept_unknown=False) is not None  # type: ignore[attr-defined]


@lru_cache(maxsize=1)
def _suffixes() -> object:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)
