"""Languages as ISO 639-1 codes, from codes (`fra`, `fre`), locales (`fr_FR`, `zh-Hant-TW`) and names in seven languages
and their own. A country in brackets or behind the name says nothing about the language; two languages are not one."""

from __future__ import annotations

import gettext
import re
from functools import lru_cache

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_MAX = 60
_TONGUES = ("fr", "es", "de", "it", "pt", "nl", "pt_BR")
_LOCALE = re.compile(
    r"^([A-Za-z]{2,3})(?:[-_](?:[A-Za-z]{4}|[A-Za-z]{2}|\d{3}|\d[A-Za-z0-9]{3}|[A-Za-z0-9]{5,8})){1,3}(?:\.[\w-]+)?(?:@\w+)?$"
)
_ASIDE = re.compile(r"[([\u3010\uff08].*$")
_SEVERAL = re.compile(r"[;/,|&+]")


def normalise_language(raw: str, *, words: Lexicons) -> str | None:
    """The two-letter code of the language `raw` names, or None; several names of one language are that language."""
    if len(raw) > _MAX:
        return None
    known = _code(fold(raw), words)
    if known:
        return known
    locale = _LOCALE.match(raw.strip())
    if locale:
        return _code(locale[1].lower(), words)
    bare = _ASIDE.sub("", raw)
    found = {_code(fold(name), words) for name in _SEVERAL.split(bare) if fold(name)}
    if len(found) == 1 and (only := found.pop()):
        return only
    before, _, behind = bare.partition(" - ")
    return _code(fold(before), words) if behind and not _code(fold(behind), words) else None


def _code(said: str, words: Lexicons) -> str | None:
    return words.maps["languages.names"].get(said) or _names().get(said)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    import pycountry

    names: dict[str, str] = {}
    languages = [x for x in pycountry.languages if hasattr(x, "alpha_2")]
    for tongue in reversed(_TONGUES):
        say = gettext.translation("iso639-3", pycountry.LOCALES_DIR, languages=[tongue], fallback=True).gettext
        for language in languages:
            names |= dict.fromkeys(_written(say(language.name)), language.alpha_2)
    for language in languages:
        names |= dict.fromkeys(_written(language.name), language.alpha_2)
        names[language.alpha_3] = language.alpha_2
        names[getattr(language, "bibliographic", language.alpha_3)] = language.alpha_2
    return names | {x.alpha_2: x.alpha_2 for x in languages}


def _written(name: str) -> list[str]:
    """A name as a list has it, and each of several: `Spanish; Castilian`, `Greek, Modern (1453-)` without its years."""
    bare = name.partition("(")[0]
    parts = (name, bare, *bare.split(";"), bare.partition(",")[0])
    return [folded for part in parts if len(folded := fold(part)) > 3]
