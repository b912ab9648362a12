"""What a column of consent says yes to, read from the words of its header.

`Newsletter opt-in` says that mail is welcome, `Kein Newsletter` that it is not, `No email opt-out` that it has not been
refused: refusals and negations are counted, and an even number is none. A header with a word that the lexicon does not
know as one of consent is none of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from crm_clean.sources.lexicon import consent_words

TURNED = "not:"
ALL_CHANNELS = ("postal_opt_out", "do_not_call", "email_opt_out")
# What a header of consent may be said to be about; anything else (SMS, WhatsApp) has no field and stays apart.
_FIELD = {"email": "email_opt_out", "newsletter": "email_opt_out", "phone": "do_not_call", "post": "postal_opt_out"}


@cache
def read_consent_heading(words: tuple[str, ...]) -> str | None:
    """The concept that the folded `words` of a header name, or None.

    `consent_status`: yes is consent to mail. `consent_at`: when it was given. `email_opt_out`, `do_not_call`,
    `postal_opt_out` and `no_contact` (all of these): yes is a refusal. With `not:` before them, no is one.
    """
    kinds = _kinds(_joined(words))
    if kinds is None or "unserved" in kinds or words[:2] == ("no", "of"):  # `No. of calls` is a number
        return None
    channel = next((c for c in ("phone", "post", "email", "newsletter") if c in kinds), None)
    is_refusal = "refusal" in kinds or "leaving" in kinds or ("refusal_if_told" in kinds and channel is not None)
    n_refusals = kinds.count("negation") + int(is_refusal)
    if n_refusals % 2:
        return _refused(kinds, channel)
    if "date" in kinds:
        told = n_refusals == 0 and channel in (None, "email", "newsletter")
        return "consent_at" if told and _is_leave(kinds, channel) else None
    if n_refusals:
        return f"{TURNED}{_FIELD[channel or 'email']}"
    return _welcome(kinds, channel)


def _is_leave(kinds: Sequence[str], channel: str | None) -> bool:
    return "leave" in kinds or ("leave_if_told" in kinds and channel is not None)


def _welcome(kinds: Sequence[str], channel: str | None) -> str | None:
    if channel is None and "leave" not in kinds:
        return f"{TURNED}no_contact" if {"contact", "leave_if_told"} <= set(kinds) else None
    if channel != "newsletter" and not _is_leave(kinds, channel):
        return None
    field = _FIELD[channel or "email"]
    return "consent_status" if field == "email_opt_out" else f"{TURNED}{field}"


def _refused(kinds: Sequence[str], channel: str | None) -> str | None:
    if "leaving" in kinds and "date" in kinds and channel is None:
        return None
    if channel is None and "contact" in kinds:
        return "no_contact"
    said = {"refusal", "leaving", "leave"} & set(kinds)
    return _FIELD[channel or "email"] if channel or said else None


def _kinds(words: Sequence[str]) -> list[str] | None:
    """What each word of a header is, fillers left out; None when one is no word of consent."""
    known = consent_words()
    found = [known.get(word) for word in words]
    return None if None in found or not found else [kind for kind in found if kind and kind != "filler"]


def _joined(words: Sequence[str]) -> list[str]:
    """`opt in`, `e mail` and their kin as one word."""
    known, out, at = consent_words(), list[str](), 0
    while at < len(words):
        length = next((n for n in (3, 2) if at + n <= len(words) and " ".join(words[at : at + n]) in known), 1)
        out.append(" ".join(words[at : at + length]))
        at += length
    return out
