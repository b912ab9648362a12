"""What a column of consent says yes to, read from the words of its header.

`Newsletter opt-in` says that mail is welcome, `Kein Newsletter` that it is not, `No email opt-out` that it has not been
refused: refusals and negations are counted, and an even number is none. A header with a word that the lexicon does not
know as one of consent is none of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from crm_clean.sources.lexicon import consent_words

ALL_CHANNELS = ("postal_opt_out", "do_not_call", "email_opt_out")
# What a header of consent may be said to be about; anything else (SMS, WhatsApp) has no field and stays apart.
_FIELD = {"email": "email_opt_out", "phone": "do_not_call", "post": "postal_opt_out"}


@cache
def read_consent_heading(words: tuple[str, ...]) -> str | None:
    """The concept that the folded `words` of a header name, or None.

    `consent_status`: yes is consent to mail. `consent_at`: when it was given. `email_opt_out`, `do_not_call`,
    `postal_opt_out`: yes is a refusal, `not:FIELD`: yes is none. `no_contact`: yes refuses every channel.
    """
    kinds = _kinds(_joined(words))
    if kinds is None or "unserved" in kinds or words[:2] == ("no", "of"):  # `No. of calls` is a number
        return None
    is_refusal = "refusal" in kinds or "leaving" in kinds
    n_refusals = kinds.count("negation") + int(is_refusal)
    channel = next((c for c in ("phone", "post", "email") if c in kinds), None)
    if n_refusals % 2:
        return _refused(kinds, channel)
    if "date" in kinds:
        return "consent_at" if n_refusals == 0 and "leave" in kinds and channel in (None, "email") else None
    return _welcome(kinds, channel or "email", is_twice_refused=n_refusals > 0)


def _welcome(kinds: Sequence[str], channel: str, *, is_twice_refused: bool) -> str | None:
    if is_twice_refused:
        return f"not:{_FIELD[channel]}"
    if not ("leave" in kinds or "newsletter" in kinds):
        return None
    return "consent_status" if channel == "email" else f"not:{_FIELD[channel]}"


def _refused(kinds: Sequence[str], channel: str | None) -> str | None:
    if channel or "newsletter" in kinds:
        return _FIELD[channel or "email"]
    if "leaving" in kinds and "date" in kinds:
        return None
    if "contact" in kinds:
        return "no_contact"
    return "email_opt_out" if {"refusal", "leaving", "leave"} & set(kinds) else None


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
