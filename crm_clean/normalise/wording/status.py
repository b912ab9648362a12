"""Where somebody stands: lead, prospect, customer, former or other. What the source called it stays as the detail.

The whole text decides first, by the map that an admin can extend. Else its words do: `not a customer` is none, `no
longer` and `ex` make one a former one, `potential` a prospect; between parts such as `Closed - Converted` the last one
counts, since sources write from the general to the particular. A sentence is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

STATUSES = ("lead", "prospect", "customer", "former", "other")
_MAX = 200
_MOST_WORDS = 8
_LONGEST = 4  # words of the longest phrase that is looked up
_PARTS = re.compile(r"\s[-–—]\s|\s[-–—](?=\w)|[-–—]\s|[/:,;|()\[\]>→»\n]+")
_UNTIL = re.compile(r"\b(?:until|till|bis|jusqu en|jusqu a|jusque|hasta|fino al?|ate|tot) (?:\w+ ){0,2}\d{2,4}\b")
# What the sets of words beside a status make of it.
_SIGNS = {
    "negations": "not", "more": "more", "no_longer": "gone", "not_yet": "not yet", "formerly": "former",
    "prospective": "may",
}  # fmt: skip


class _Said(NamedTuple):
    """A status, and whether it is told by a state (`active`) rather than by naming somebody (`customer`)."""

    value: str
    is_state: bool


class _Phrase(NamedTuple):
    """What a phrase is (who, state, or one of the signs), and its status if it has one."""

    kind: str
    status: str


class Status(NamedTuple):
    """One of STATUSES, or None for nothing at all; the rule by which it was found (listed, phrase, unknown); codes."""

    value: str | None
    rule: str
    codes: tuple[str, ...]


def read_status(raw: str, *, words: Lexicons) -> Status:
    """What `raw` means; `other` with a code for words that nobody knows."""
    said = fold(raw[:_MAX])
    if not said or is_blank(raw[:_MAX].strip(), words=words):
        return Status(None, "", ())
    listed = words.maps["status.status"].get(said)
    if listed:
        return Status(listed, "listed", ())
    found = _of_parts(raw[:_MAX], words) if len(said.split()) <= _MOST_WORDS else None
    return Status(found, "phrase", ()) if found else Status("other", "unknown", ("status.unknown",))


def normalise_status(raw: str, *, words: Lexicons) -> str | None:
    """The status that `raw` means; `other` for words nobody knows, None for nothing at all."""
    return read_status(raw, words=words).value


def _of_parts(raw: str, words: Lexicons) -> str | None:
    """The status of the last part that names somebody; the state somebody is in counts where nobody is named."""
    parts = _joined([part for part in map(fold, _PARTS.split(raw)) if part], words)
    found = [said for said in (_of_part(part, words) for part in parts) if said]
    if len(parts) > 1 and parts[-1] in words.sets["status.no"] and found:
        return _denied(found[0].value, frozenset(["not"]), is_state=found[0].is_state)
    return _together(found)


def _joined(parts: list[str], words: Lexicons) -> list[str]:
    """`parts` with what only qualifies another (`Kunde (potenziell)`) put in front of it."""
    out: list[str] = []
    for part in parts:
        phrases = list(_phrases(part, words))
        is_sign = bool(phrases) and not any(phrase.status for phrase in phrases)
        if is_sign and out and part not in words.sets["status.no"]:
            out[-1] = f"{part} {out[-1]}"
        else:
            out.append(part)
    return out


def _together(found: list[_Said]) -> str | None:
    states = [said.value for said in found if said.is_state]
    named = [said.value for said in found if not said.is_state]
    telling = [value for value in named if value != "other"] or named
    if not telling:
        return states[-1] if states else None
    if "former" in states or "former" in telling:
        return "former" if "customer" in telling or set(telling) == {"former"} else "other"
    if telling[-1] in ("lead", "prospect") and "other" in states:
        return "other"
    return "prospect" if telling[-1] == "lead" and "prospect" in states else telling[-1]


def _of_part(part: str, words: Lexicons) -> _Said | None:
    """What one part says, with `not`, `no longer`, `former` and `potential` counted in."""
    found = list(_phrases(part, words))
    at = next((n for n, phrase in enumerate(found) if phrase.status), None)
    if at is None:
        return None
    said = [_Said(phrase.status, phrase.kind == "state") for phrase in found if phrase.status]
    value, is_state = _together(said), all(one.is_state for one in said)
    signs = {phrase.kind for phrase in found[:at]} | {phrase.kind for phrase in found[at:] if phrase.kind != "not"}
    if value is None:
        return None
    if signs & {"not", "gone", "not yet"}:
        return _Said(_denied(value, signs, is_state=is_state), False)
    if "former" in signs or _UNTIL.search(part):
        return _Said("former" if value in ("customer", "former") else "other", False)
    return _Said("prospect" if "may" in signs and value == "customer" else value, is_state)


def _denied(value: str, signs: Set[str], *, is_state: bool) -> str:
    """What somebody is who is not, not yet or no longer `value`."""
    if value != "customer":
        return value if is_state and value == "lead" else "other"
    if "not yet" in signs:
        return "lead"
    return "former" if "gone" in signs or "more" in signs or is_state else "other"


def _phrases(part: str, words: Lexicons) -> Iterator[_Phrase]:
    """The phrases of `part` that mean something, from left to right, of two that overlap the longer."""
    known = _known(words)
    tokens = part.split()
    at = 0
    while at < len(tokens):
        sizes = range(min(_LONGEST, len(tokens) - at), 0, -1)
        size = next((n for n in sizes if " ".join(tokens[at : at + n]) in known), 0)
        phrase = known.get(" ".join(tokens[at : at + size]))
        follows = tokens[at + size : at + size + 1]
        if phrase and not (phrase.kind == "not" and follows and follows[0].isdigit()):  # `No 5` is a number
            yield phrase
        at += size or 1


@lru_cache(maxsize=4)
def _known(words: Lexicons) -> dict[str, _Phrase]:
    """What each phrase means: a status, or what it makes of the status beside it."""
    known = {word: _Phrase(kind, "") for name, kind in _SIGNS.items() for word in words.sets[f"status.{name}"]}
    states, listed = words.sets["status.states"], words.maps["status.status"]
    return known | {word: _Phrase("state" if word in states else "who", value) for word, value in listed.items()}
