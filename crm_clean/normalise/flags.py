"""Yes and no, in five languages and several CRMs' own words; and what an export means by consent."""

from __future__ import annotations

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_MAX = 80
_TICKS = {"+": True, "✓": True, "✔": True, "☑": True, "-": False, "☐": False, "✗": False}


def normalise_flag(raw: str, *, words: Lexicons) -> bool | None:
    """Whether `raw` says yes (`1`, `x`, `oui`, `Do Not Allow`) or no (`0`, `non`, `Allow`); None when it says neither.

    Meant for fields that forbid something: `Do Not Allow` in `email_opt_out` is yes.
    """
    if len(raw) > _MAX:
        return None
    if raw.strip() in _TICKS:
        return _TICKS[raw.strip()]
    said = fold(raw)
    if said in words.sets["flags.yes"]:
        return True
    return False if said in words.sets["flags.no"] else None


def normalise_consent(raw: str, *, words: Lexicons) -> str | None:
    """`subscribed`, `unsubscribed`, `pending` or `unknown`; None when `raw` says nothing we know."""
    return words.maps["flags.consent"].get(fold(raw)) if len(raw) <= _MAX else None


def says_bounced(raw: str) -> bool:
    """Whether a consent status in fact tells of an address that bounced."""
    return len(raw) <= _MAX and fold(raw) in {"bounced", "hard bounced", "cleaned", "hard bounce", "soft bounced"}


def normalise_gender(raw: str, *, words: Lexicons) -> str | None:
    """`m`, `f` or `x`; None when `raw` does not tell."""
    return words.maps["flags.gender"].get(fold(raw)) if len(raw) <= _MAX else None
