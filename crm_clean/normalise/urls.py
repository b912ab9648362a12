"""Web sites and profiles in one form, and the domain a company writes from."""

from __future__ import annotations

import re

from crm_clean.normalise.guard import look

_MAX = 2_000
_DOMAIN = re.compile(r"^(?=.{4,253}$)(?:(?!-)[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,63})$")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/*", re.IGNORECASE)
_LINKEDIN = re.compile(r"(?:^|\.)linkedin\.com/(in|pub|company|school)/([^/?#]+)", re.IGNORECASE)
_X = re.compile(r"(?:^|\.)(?:twitter|x)\.com/@?([A-Za-z0-9_]{1,15})(?:[/?#]|$)", re.IGNORECASE)
_FACEBOOK = re.compile(r"(?:^|\.)(?:facebook|fb)\.com/(?:profile\.php\?id=)?([A-Za-z0-9.]+)", re.IGNORECASE)
_INSTAGRAM = re.compile(r"(?:^|\.)instagram\.com/([A-Za-z0-9._]+)", re.IGNORECASE)
_HANDLE = re.compile(r"^@([A-Za-z0-9_]{1,15})$")
_NOT_HANDLES = frozenset({"share", "home", "intent", "search", "login", "sharer", "p", "explore", "pages", "groups"})


def normalise_website(raw: str) -> str | None:
    """`https://host/path` with the host in lower case and no tracking part, or None when `raw` is no web address."""
    bare = _bare(raw)
    if bare is None:
        return None
    host, slash, path = bare.partition("/")
    path = re.split(r"[?#]", path)[0].rstrip("/")
    return f"https://{host}{slash}{path}" if path else f"https://{host}"


def website_key(value: str) -> str:
    """The key of a normalised web site: without scheme, `www.` and case."""
    return re.sub(r"^https://(?:www\.)?", "", value).casefold()


def normalise_domain(raw: str) -> str | None:
    """The bare domain in a web address, e-mail or domain cell, without `www.`; or None."""
    bare = _bare(raw.strip().rpartition("@")[2] if "@" in raw and "://" not in raw else raw)
    return bare.partition("/")[0].removeprefix("www.") if bare else None


def normalise_profile(raw: str, *, label: str | None = None) -> str | None:
    """The canonical address of a LinkedIn, X, Facebook or Instagram profile, any other as a web site, or None.

    A bare `@handle` is X's unless `label` names another network.
    """
    text = look(raw[:_MAX]).value
    handle = _HANDLE.match(text)
    if handle:
        network = (label or "").casefold()
        site = "instagram.com" if "insta" in network else "x.com"
        return f"https://{site}/{handle.group(1).lower()}"
    return _network(_SCHEME.sub("", text)) or normalise_website(text)


def _network(bare: str) -> str | None:
    linkedin = _LINKEDIN.search(bare)
    if linkedin:
        kind, name = linkedin.group(1).lower(), linkedin.group(2).lower()
        return f"https://www.linkedin.com/{kind}/{name}"
    for pattern, site in ((_X, "x.com"), (_FACEBOOK, "facebook.com"), (_INSTAGRAM, "instagram.com")):
        found = pattern.search(bare)
        if found and found.group(1).lower() not in _NOT_HANDLES | {"profile.php"}:
            return f"https://{site}/{found.group(1).lower().rstrip('.')}"
    return None


def _bare(raw: str) -> str | None:
    """`host/path?query` with the host in lower case, without scheme, login and port; None when no host stands there."""
    text = _SCHEME.sub("", look(raw[:_MAX]).value)
    host, slash, path = (
        re.sub(r"([?#])", r"/\1", text, count=1).partition("/") if "/" not in text else text.partition("/")
    )
    host = host.rpartition("@")[2].partition(":")[0].rstrip(".").lower()
    return f"{host}{slash}{path}" if _DOMAIN.match(host) and " " not in path else None
