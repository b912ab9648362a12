"""Countries as ISO 3166 alpha-2 codes, from codes, from names in forty languages and from what people make of them.

What is no country is not guessed at: a name one slip away from a single country is offered as a suggestion.
"""

from __future__ import annotations

import gettext
from functools import lru_cache

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_MAX = 120
_TONGUES = ("nl", "pt", "it", "es", "fr", "de")
# Tongues in which countries call themselves; a name that two of them use for two countries counts for neither.
_OTHER_TONGUES = (
    "ar bg bs ca cs cy da el et eu fa fi ga gl he hi hr hu id is ja ka ko lt lv mk ms nb nn pl ro ru sk sl sq sr sv "
    "sw th tr uk vi zh_CN zh_TW"
)
_FLAG = range(0x1F1E6, 0x1F200)
_SHORTEST_SLIP = 5
_LONG_NAME = 9
_LONGEST_SLIP = 40


def normalise_country(raw: str, *, words: Lexicons) -> str | None:
    """The alpha-2 code of the country `raw` names, or None when it names none.

    Takes alpha-2, alpha-3, names and nicknames (`UK`, `Deutschland`, `EE.UU.`, `Suomi`, `日本`), former names, flags,
    also with the code beside the name (`Germany (DE)`, `DE - Allemagne`).
    """
    if len(raw) > _MAX:
        return None
    said = fold(raw)
    if not said:
        return _flag(raw)
    found = _one(said, words)
    return found if found or " " not in said else _with_code(said, words)


def suggest_country(raw: str, *, words: Lexicons) -> str | None:
    """The alpha-2 code of the only country whose name is one slip away from `raw` (two in a long name), or None."""
    said = fold(raw)
    if not _SHORTEST_SLIP <= len(said) <= _LONGEST_SLIP:
        return None
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    allowed = 1 if len(said) < _LONG_NAME else 2
    known = _long_names(words)
    close = extract(said, list(known), scorer=OSA.distance, score_cutoff=allowed, limit=None)
    nearest = min((distance for _, distance, _ in close), default=0)
    codes = {known[name] for name, distance, _ in close if distance == nearest}
    return codes.pop() if len(codes) == 1 else None


def _one(said: str, words: Lexicons) -> str | None:
    found = words.maps["countries.aliases"].get(said) or _names().get(said)
    if found or (len(said) <= 3 and said.isascii()):
        return found
    return _other_names().get(said) or _names().get(said.removeprefix("the "))


def _with_code(said: str, words: Lexicons) -> str | None:
    """The country of a name with its code before or behind it."""
    first, _, rest = said.partition(" ")
    head, _, last = said.rpartition(" ")
    for code, name in ((first, rest), (last, head)):
        known = _names().get(code) or words.maps["countries.aliases"].get(code)
        if len(code) in (2, 3) and known and _one(name, words) == known:
            return known
    return None


def _flag(raw: str) -> str | None:
    """The country of a flag, which is written as two letters of its own."""
    letters = [chr(ord(c) - _FLAG.start + ord("a")) for c in raw.strip() if ord(c) in _FLAG]
    return _names().get("".join(letters)) if len(letters) == 2 else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    import pycountry

    countries = list(pycountry.countries)
    names: dict[str, str] = {}
    for tongue in _TONGUES:
        say = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[tongue], fallback=True).gettext
        names |= {fold(say(c.name)): c.alpha_2 for c in countries}
    for country in countries:
        for attribute in ("official_name", "common_name", "name"):
            if hasattr(country, attribute):
                names[fold(getattr(country, attribute))] = country.alpha_2
        names[fold(country.name.split(",")[0])] = names.get(fold(country.name.split(",")[0]), country.alpha_2)
    codes = {c.alpha_3.lower(): c.alpha_2 for c in countries} | {c.alpha_2.lower(): c.alpha_2 for c in countries}
    return names | codes | {"xk": "XK"}


@lru_cache(maxsize=1)
def _other_names() -> dict[str, str]:
    """Names in tongues of which most values need none, read when a name is not known otherwise."""
    import pycountry

    said: dict[str, set[str]] = {}
    for tongue in _OTHER_TONGUES.split():
        say = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[tongue], fallback=True).gettext
        for country in pycountry.countries:
            for attribute in ("name", "common_name", "official_name"):
                name = fold(say(getattr(country, attribute, country.name)))
                if len(name) > 1:
                    said.setdefault(name, set()).add(country.alpha_2)
    return {name: codes.pop() for name, codes in said.items() if len(codes) == 1}


@lru_cache(maxsize=4)
def _long_names(words: Lexicons) -> dict[str, str]:
    known = _names() | words.maps["countries.aliases"]
    return {name: code for name, code in known.items() if len(name) >= _SHORTEST_SLIP - 1}
