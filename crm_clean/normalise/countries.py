"""Countries as ISO 3166 alpha-2 codes, from codes and from names in seven languages."""

from __future__ import annotations

import gettext
from functools import lru_cache

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_MAX = 120
_TONGUES = ("nl", "pt", "it", "es", "fr", "de")


def normalise_country(raw: str, *, words: Lexicons) -> str | None:
    """The alpha-2 code of the country `raw` names, or None when it names none.

    Takes alpha-2, alpha-3, names and nicknames (`UK`, `Deutschland`, `EE.UU.`), also with the code beside the name
    (`Germany (DE)`, `DE - Allemagne`).
    """
    if len(raw) > _MAX:
        return None
    aliases, names = words.maps["countries.aliases"], _names()
    said = fold(raw)
    found = aliases.get(said) or names.get(said)
    if found or " " not in said:
        return found
    first, last = said.split(" ")[0], said.split(" ")[-1]
    without = (said[len(first) + 1 :], said[: -len(last) - 1])
    for code, rest in ((first, without[0]), (last, without[1])):
        if len(code) == 2 and names.get(code) is not None and (aliases.get(rest) or names.get(rest)) == names[code]:
            return names[code]
    return None


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
