"""Where somebody stands: lead, prospect, customer, former or other. What the source called it stays as the detail."""

from __future__ import annotations

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

STATUSES = ("lead", "prospect", "customer", "former", "other")
_MAX = 200


def normalise_status(raw: str, *, words: Lexicons) -> str | None:
    """The status that `raw` means; `other` for words not in the map, None for nothing at all.

    The whole text decides first, then its parts between `-`, `/`, `:` and `,`, the last known one winning, since
    sources write from the general to the particular (`Closed - Converted`).
    """
    known = words.maps["status.status"]
    said = fold(raw[:_MAX])
    if not said or said in words.sets["text.blanks"]:
        return None
    if said in known:
        return known[said]
    for mark in "-/:,;|":
        raw = raw.replace(mark, "\n")
    parts = [known[part] for part in map(fold, raw[:_MAX].split("\n")) if part in known]
    return parts[-1] if parts else "other"
