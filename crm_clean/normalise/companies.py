"""Company names fit to show, and their keys without legal form: `ACME GmbH & Co. KG` and `Acme` are one."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.casing import repair_case
from crm_clean.normalise.guard import look
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.plain import is_blank
from crm_clean.text import fold

_MAX = 500
_DOTTED = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]\.\s?){2,}(?:[^\W\d_](?![^\W\d_]))?")
_TRADING_AS = re.compile(r"\s+(?:d/?b/?a|t/a|trading as|c/o)\s+.*$", re.IGNORECASE)


class Company(NamedTuple):
    """A company name, its key, and what was found; both missing for a placeholder."""

    value: str | None
    key: str | None
    codes: tuple[str, ...]


def read_company(raw: str, *, words: Lexicons) -> Company:
    """The company that `raw` names; `N/A`, `self-employed`, `-` name none."""
    text = look(raw, limit=_MAX)
    folded = fold(text.value)
    if is_blank(text.value, words=words) or folded in words.sets["companies.placeholders"]:
        return Company(None, None, (*text.codes, "company.placeholder") if folded else text.codes)
    return Company(repair_case(text.value, kind="company"), company_key(text.value, words=words), text.codes)


def company_key(value: str, *, words: Lexicons) -> str | None:
    """`value` folded, without legal form, article and connectors; what is left of it in full when nothing else is."""
    joined = _DOTTED.sub(lambda m: m.group().replace(".", "").replace(" ", "") + " ", _TRADING_AS.sub("", value))
    connectors = words.sets["companies.connectors"]
    whole = [t for t in fold(joined.replace("/", "")).split() if t not in connectors] or fold(value).split()
    kept = _without_forms(whole, words)
    return " ".join(kept) or None


def _without_forms(tokens: list[str], words: Lexicons) -> list[str]:
    forms, leading = words.sets["companies.legal_forms"], words.sets["companies.leading_forms"]
    kept = list(tokens)
    while len(kept) > 1 and kept[-1] in forms:
        kept.pop()
    while len(kept) > 1 and kept[0] in leading:
        kept.pop(0)
    return kept
