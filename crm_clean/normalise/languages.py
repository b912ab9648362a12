"""Languages as ISO 639-1 codes, from codes, locales (`fr_FR`) and names in English, French, Spanish and German."""

from __future__ import annotations

import gettext
from functools import lru_cache

from crm_clean.text import fold

_MAX = 60
_OWN_NAMES = {
    "english": "en", "francais": "fr", "espanol": "es", "castellano": "es", "deutsch": "de", "italiano": "it",
    "portugues": "pt", "nederlands": "nl", "polski": "pl", "svenska": "sv", "dansk": "da", "norsk": "no", "suomi": "fi",
    "cestina": "cs", "magyar": "hu", "turkce": "tr", "русский": "ru", "українська": "uk", "日本語": "ja", "中文": "zh",
    "한국어": "ko", "العربية": "ar", "עברית": "he", "ελληνικα": "el", "mandarin": "zh", "greek": "el", "farsi": "fa",
}  # fmt: skip


def normalise_language(raw: str) -> str | None:
    """The two-letter code of the language `raw` names, or None."""
    if len(raw) > _MAX:
        return None
    said = fold(raw)
    names = _names()
    if said in names:
        return names[said]
    first = said.split(" ")[0] if said else ""
    return names.get(first) if len(first) in (2, 3) or "(" in raw else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    import pycountry

    names: dict[str, str] = {}
    languages = [x for x in pycountry.languages if hasattr(x, "alpha_2")]
    for tongue in ("fr", "es", "de"):
        say = gettext.translation("iso639-3", pycountry.LOCALES_DIR, languages=[tongue], fallback=True).gettext
        names |= {fold(say(x.name)): x.alpha_2 for x in languages}
    for language in languages:
        names[fold(language.name)] = names[language.alpha_3] = language.alpha_2
        names[getattr(language, "bibliographic", language.alpha_3)] = language.alpha_2
    return names | {x.alpha_2: x.alpha_2 for x in languages} | _OWN_NAMES
