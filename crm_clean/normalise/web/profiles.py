"""Pages of people on networks, each in one form: the many addresses of one page are one value.

What is no page of one person (a company's, a group's, a video) is kept as an address but has no key, as it says nothing
about who somebody is. Where a network knows people by a number or a secret, that is kept as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.web.urls import Split, split, website_key, whole
from crm_clean.text import fold

_MAX = 2_000
_HANDLE = re.compile(r"^@?[^\W_][\w.+-]{0,99}$|^@?_[\w.+-]{1,99}$")
_MASTODON = re.compile(r"^@([\w.-]{1,60})@([\w-]+(?:\.[\w-]+)+)$")
_MEMBER = re.compile(r"^AC[ow]AA[\w-]{20,}$")  # a member's number in letters; case counts
# The plainest address of all, which is read at once; a test holds it to the long way.
_PLAIN = re.compile(
    r"^(?:https?://)?(?:[a-z]{2,3}\.)?linkedin\.com/in/([A-Za-z0-9][A-Za-z0-9-]{2,98})/?(?:\?[\w=&%.-]*)?$"
)
_PLAIN_FORM = "https://www.linkedin.com/in/{}"
_SECRET = re.compile(r"^[\w-]{8,80}$")


class Profile(NamedTuple):
    """The address of a page, its key, its network, and what was found: `profile.invalid`, `profile.no_person`, ..."""

    value: str | None
    key: str | None
    label: str | None
    codes: tuple[str, ...]


def read_profile(raw: str, *, label: str | None = None, words: Lexicons) -> Profile:
    """The page that `raw` names; a bare name is one of the network that `label` names, and of none without."""
    plain = _PLAIN.match(raw) if raw.isascii() and raw.isprintable() else None
    if plain and words.maps["profiles.templates"].get("linkedin") == _PLAIN_FORM:
        name = plain[1].lower()
        if name not in words.sets["profiles.not_handles"] and not name.startswith("ac"):
            return Profile(f"https://www.linkedin.com/in/{name}", f"linkedin.com/in/{name}", "linkedin", ())
    return read_slowly(raw, label=label, words=words)


def read_slowly(raw: str, *, label: str | None = None, words: Lexicons) -> Profile:
    """The same for any value."""
    text = look(raw[:_MAX]).value.strip("<>\"' ")
    if is_blank(text, words=words):
        return Profile(None, None, None, ())
    network = _called(label, words)
    handle = _bare_handle(text, network, words)
    if handle is not None:
        return handle
    found = split(text.replace("/#!/", "/"))
    if isinstance(found, str):
        return Profile(None, None, None, (found,))
    if found is None:
        return Profile(None, None, None, ("profile.invalid",))
    return _of_address(found, words)


def normalise_profile(raw: str, *, label: str | None = None, words: Lexicons) -> str | None:
    """The value of `read_profile`."""
    return read_profile(raw, label=label, words=words).value


def _called(label: str | None, words: Lexicons) -> str | None:
    known = words.maps["profiles.labels"]
    said = fold(label or "")
    return known.get(said) or next((known[word] for word in said.split() if word in known), None)


def _bare_handle(text: str, network: str | None, words: Lexicons) -> Profile | None:
    """A name without an address; None when `text` is more than that."""
    mastodon = _MASTODON.match(text)
    if mastodon:
        return _page(f"https://{mastodon[2].lower()}/@{mastodon[1].lower()}", "mastodon")
    if network == "linkedin" and re.match(r"^/?in/[^/]+/?$", text):
        text = text.strip("/")[3:]
    if network == "whatsapp" and re.match(r"^\+?[\d\s().-]{7,20}$", text):
        return _template("whatsapp", re.sub(r"\D", "", text), words)
    if not _HANDLE.match(text) or isinstance(split(text), Split):
        return None
    if network is None:
        return Profile(text, None, None, ("profile.unknown_network",)) if text.startswith("@") else None
    return _template(network, text.removeprefix("@"), words)


def _of_address(found: Split, words: Lexicons) -> Profile:
    network = _network(found.host, words)
    if network is None:
        return _page(whole(found, words=words), None)
    parts = [part for part in _decoded(found.path).split("/") if part]
    parts = parts[1:] if parts[:1] == ["mwlite"] else parts
    address = whole(found, words=words)
    if (not parts or parts == ["in"]) and "?" not in address:
        return Profile(None, None, network, ("profile.invalid",))
    page = _READERS.get(network, _no_page)(parts, found.query) or _plain(network, parts, words)
    return page or Profile(address, None, network, ("profile.no_person",))


def _network(host: str, words: Lexicons) -> str | None:
    """The network at `host` or above it: `de.linkedin.com`, `m.facebook.com`."""
    known = words.maps["profiles.hosts"]
    names = host.split(".")
    return next((known[said] for at in range(len(names) - 1) if (said := " ".join(names[at:])) in known), None)


def _decoded(path: str) -> str:
    for _ in range(3):
        if "%" not in path:
            break
        path = unquote(path)
    return look(path).value


def _plain(network: str, parts: list[str], words: Lexicons) -> Profile | None:
    """A name where the network's template has it, or right behind the host."""
    template = words.maps["profiles.templates"].get(fold(network))
    if template is None or not parts:
        return None
    *lead, last = template.partition("://")[2].split("/")[1:]
    mark = last.partition("{}")[0]
    if lead and [part.lower() for part in parts[: len(lead)]] == lead:
        parts = parts[len(lead) :]
    elif lead or (mark and not parts[0].startswith(mark)):
        return None
    name = parts[0].removeprefix("@") if parts else ""
    return _template(network, name, words) if name and fold(name) not in words.sets["profiles.not_handles"] else None


def _template(network: str, name: str, words: Lexicons) -> Profile | None:
    name = name if _MEMBER.match(name) else name.rstrip(".").lower()
    template = words.maps["profiles.templates"].get(fold(network))
    if template is None or not _HANDLE.match(name):
        return None
    if network == "facebook" and name.isdecimal():
        return _facebook([], f"id={name}")
    return _page(template.replace("{}", name), network)


def _page(value: str, network: str | None) -> Profile:
    """`value` with its key; the dots in a name on Facebook do not count, nor does case but in numbers of letters."""
    bare = value.removeprefix("https://").removeprefix("www.")
    head, slash, name = bare.rpartition("/")
    if network == "facebook" and "?" not in name:
        return Profile(value, f"{head}{slash}{name.replace('.', '')}", network, ())
    return Profile(value, bare if network else website_key(value), network, ())


def _no_page(_parts: list[str], _query: str) -> Profile | None:
    return None


def _linkedin(parts: list[str], query: str) -> Profile | None:
    kind, rest = (parts[0].lower(), parts[1:]) if parts else ("", [])
    if kind == "pub" and rest:  # the numbers behind a name tell its bearers apart
        name = "/".join(part.lower() for part in (rest[:4] if len(rest) >= 4 else rest[:1]))
        return _page(f"https://www.linkedin.com/pub/{name}", "linkedin") if " " not in name else None
    secret = rest[1].partition(",")[0] if len(rest) > 1 else ""
    if kind in ("sales", "talent") and _SECRET.match(secret):
        place = "sales/lead" if kind == "sales" and rest[0] in ("lead", "people", "profile") else "talent/profile"
        return _page(f"https://www.linkedin.com/{place}/{secret}", "linkedin")
    number = _asked(query, "id") if kind == "profile" else ""
    if number and _SECRET.match(number.rjust(8, "0")):
        return _page(f"https://www.linkedin.com/profile/view?id={number}", "linkedin")
    return None


def _facebook(parts: list[str], query: str) -> Profile | None:
    number = parts[2] if parts[:1] == ["people"] and len(parts) > 2 else _asked(query, "id")
    is_there = not parts or parts[0] in ("people", "profile.php")
    if is_there and number.isdecimal():
        return _page(f"https://facebook.com/profile.php?id={number}", "facebook")
    return None


def _x(parts: list[str], query: str) -> Profile | None:
    if parts[:2] == ["i", "user"] and len(parts) > 2 and parts[2].isdecimal():
        return _page(f"https://x.com/i/user/{parts[2]}", "x")
    name = _asked(query, "screen_name") if parts[:1] == ["intent"] else ""
    return _page(f"https://x.com/{name.lower()}", "x") if re.match(r"^\w{1,15}$", name) else None


def _youtube(parts: list[str], _query: str) -> Profile | None:
    if len(parts) > 1 and parts[0] in ("channel", "c", "user") and _HANDLE.match(parts[1]):
        name = parts[1] if parts[0] == "channel" else parts[1].lower()  # case counts in numbers of channels
        return _page(f"https://www.youtube.com/{parts[0]}/{name}", "youtube")
    return None


def _whatsapp(parts: list[str], query: str) -> Profile | None:
    number = re.sub(r"\D", "", _asked(query, "phone") or (parts[0] if parts else ""))
    return _page(f"https://wa.me/{number}", "whatsapp") if 7 <= len(number) <= 15 else None


def _instagram(parts: list[str], _query: str) -> Profile | None:
    if parts[:1] == ["stories"] and len(parts) > 1 and _HANDLE.match(parts[1]) and parts[1] != "highlights":
        return _page(f"https://instagram.com/{parts[1].lower().rstrip('.')}", "instagram")
    return None


def _stackoverflow(parts: list[str], _query: str) -> Profile | None:
    if parts[:1] == ["users"] and len(parts) > 1 and parts[1].isdecimal():
        return _page(f"https://stackoverflow.com/users/{parts[1]}", "stackoverflow")
    return None


def _asked(query: str, name: str) -> str:
    return parse_qs(query, max_num_fields=50).get(name, [""])[0] if query and query.count("&") < 50 else ""


_READERS: dict[str, Callable[[list[str], str], Profile | None]] = {
    "linkedin": _linkedin,
    "facebook": _facebook,
    "x": _x,
    "youtube": _youtube,
    "whatsapp": _whatsapp,
    "instagram": _instagram,
    "stackoverflow": _stackoverflow,
}
