"""Flats, floors, doors, buildings and `c/o` taken out of a street line.

A word of units counts only with a number or letter behind it; one that streets are named after (`Hall`, `Porte`) only
behind a house number. What cannot be told apart stays with the street.
"""

from __future__ import annotations

import re

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.post.street_words import CARE_OF, Words, is_house
from crm_clean.text import fold

_PARTS = re.compile(r"(\s*[,;]+\s*|\s+[-–—|/]{1,2}\s+)")
_SEPARATORS = re.compile(r"[,;]| [-–—|/]")
_ORDINAL = re.compile(r"^\d{1,2}(?:st|nd|rd|th|e|er|eme|ème|è|º|ª|°|o|a|\.|\.º|\.ª|\.°)?$", re.IGNORECASE)
_MARKED = re.compile(r"^\d{1,2}\.?[ºª°]$")
_GLUED = re.compile(r"^([^\W\d_]{2,})[.\s#-]*(\d+[a-z]?)$")
_UNIT_AND_HOUSE = re.compile(r"^\d{1,4}[a-z]?/\d{1,5}[a-z]?$", re.IGNORECASE)
_MAX_LONE = 3
_LONGEST = 9
_ENDS = " ,;-/|"


def split_unit(text: str, *, known: Words, words: Lexicons) -> tuple[str, str | None]:
    """`text` without its units, and these joined by blanks or commas as they came; None where there are none."""
    return split_plainly(text, known=known) or split_thoroughly(text, known=known, words=words)


def split_plainly(text: str, *, known: Words) -> tuple[str, str] | None:
    """What `split_thoroughly` says of the commonest kind of line, `12 Main St Apt 4` or `12 Main St, #4`; else None."""
    tokens = text.split(" ")
    last = tokens[-1]
    if last[:1] == "#":
        head = tokens[:-1]
        fits = last[1:].isalnum() and len(last) <= _LONGEST and is_house(tokens[0].casefold())
    elif len(tokens) > 3 and last.isalnum() and _is_number(last):
        head, word = tokens[:-2], known[tokens[-2]]
        fits = len(word) == 1 and word[0] in known.units and word[0] not in known.weak
    else:
        return None
    if not fits or len(head) < 2 or not known.odd.isdisjoint(head):
        return None
    folded = known.of(head)
    before = head[-1]
    is_named = folded and folded[-1] in known.articles and before.isalpha()
    if is_named or not known.hints.isdisjoint(folded) or not before[:1].isalnum():
        return None
    line = " ".join(head).strip(_ENDS)
    return (
        (line, text[-len(last) :] if last[:1] == "#" else " ".join(tokens[-2:]))
        if any(map(str.isalpha, line))
        else None
    )


def split_thoroughly(text: str, *, known: Words, words: Lexicons) -> tuple[str, str | None]:
    """`split_unit` for any line."""
    pieces = _PARTS.split(text) if _SEPARATORS.search(text) else [text]
    street: list[str] = []
    units: list[str] = []
    lists = _Lists(words, known)
    for at in range(0, len(pieces), 2):
        rest, found = _split(pieces[at], _has_number(street), lists)
        if found:
            units.append(found)
        if rest:
            street += [pieces[at - 1], rest] if street else [rest]
    line = "".join(street).strip(_ENDS)
    if not units or not any(c.isalpha() for c in line):
        return text, None
    tokens = line.split(" ")
    if known.hints.isdisjoint(known.of(tokens)) and known.odd.isdisjoint(tokens):
        return line, ", ".join(units)
    rest, more = split_thoroughly(line, known=known, words=words)  # what is taken away may uncover another
    return rest, ", ".join([more, *units] if more else units)


def _has_number(street: list[str]) -> bool:
    return any(c.isdigit() for part in street for c in part)


class _Lists:
    """The word lists a line is read with."""

    __slots__ = ("floors", "heads", "known", "lone", "sides", "units", "weak")

    def __init__(self, words: Lexicons, known: Words) -> None:
        sets = words.sets
        self.units, self.weak = sets["addresses.unit_words"], sets["addresses.weak_unit_words"]
        self.lone, self.floors = sets["addresses.lone_units"], sets["addresses.floor_words"]
        self.sides, self.heads, self.known = sets["addresses.sides"], known.heads, known


def _split(piece: str, numbered: bool, lists: _Lists) -> tuple[str, str]:
    """What of `piece` is street and what is unit; `numbered` if a house number stands before it."""
    tokens = [t for t in piece.split(" ") if t]
    if not tokens:
        return "", ""
    folded = [" ".join(lists.known[t]) for t in tokens]
    if len(tokens) > 2 and folded[0] in lists.units and _UNIT_AND_HOUSE.match(tokens[1]):
        unit, _, house = tokens[1].partition("/")
        return " ".join([house, *tokens[2:]]), f"{tokens[0]} {unit}"
    hints, odd, floors = lists.known.hints, lists.known.odd, lists.floors
    used = _consumed(tokens, folded, (0, numbered), lists)
    if used == len(tokens):
        return "", piece
    if used:
        rest = tokens[used:]
        return (" ".join(rest), " ".join(tokens[:used])) if rest[0][:1].isdigit() else (piece, "")
    for at in range(1, len(tokens)):
        if (
            folded[at] not in hints
            and tokens[at] not in odd
            and (at + 1 == len(tokens) or folded[at + 1] not in floors)
        ):
            continue
        before = numbered or any(t[:1].isdigit() for t in tokens[:at])
        if folded[at - 1] in lists.known.articles and tokens[at - 1].isalpha():
            continue
        if _consumed(tokens, folded, (at, before), lists) == len(tokens):
            return " ".join(tokens[:at]), " ".join(tokens[at:])
    return piece, ""


def _consumed(tokens: list[str], folded: list[str], start: tuple[int, bool], lists: _Lists) -> int:
    """How far the words from `start` on are units; the position of `start` itself when the first is none."""
    at, numbered = start
    begun = at
    while at < len(tokens):
        after = _phrase(tokens, folded, (at, numbered), lists)
        if after == at:
            # Nothing but a lone letter or side may follow what is a unit: `2º B`, `EG links`.
            if at > begun and (folded[at] in lists.sides or (len(folded[at]) == 1 and folded[at].isalpha())):
                after = at + 1
            else:
                break
        at = after
    return at


def _phrase(tokens: list[str], folded: list[str], start: tuple[int, bool], lists: _Lists) -> int:
    """The position behind the unit that begins at `start`, or `start` when none does."""
    at, numbered = start
    token, word = tokens[at], folded[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else ""
    if lists.known[token] == (CARE_OF,):
        return len(tokens) if following else at
    if token.startswith("#"):
        return _hashed(tokens, folded, start, lists)
    if word in lists.units and (numbered or word not in lists.weak) and following:
        length = 2 if _is_number(following) else 3 if following == "#" and at + 2 < len(tokens) else 0
    elif _is_floor(tokens, folded, start, lists):
        length = 2
    elif _is_glued(token, lists) or (numbered and _is_door(token, folded[at + 1] if following else "", lists)):
        length = 1
    else:
        length = 0
    return at + length if length else _lone(folded, at, numbered, lists)


def _is_floor(tokens: list[str], folded: list[str], start: tuple[int, bool], lists: _Lists) -> bool:
    """`2nd floor`, `3. OG`, `2º piso`."""
    at, numbered = start
    return (
        at + 1 < len(tokens)
        and folded[at + 1] in lists.floors
        and (numbered or at == 0)
        and _ORDINAL.match(tokens[at]) is not None
    )


def _is_glued(token: str, lists: _Lists) -> bool:
    """`Apt4`, `Whg.3`."""
    found = _GLUED.match(token.rstrip(".").casefold())
    return found is not None and (word := fold(found.group(1))) in lists.units and word not in lists.weak


def _is_door(token: str, following: str, lists: _Lists) -> bool:
    """`2º`, but for the beginning of a date: `1º de Mayo`."""
    return _MARKED.match(token) is not None and following not in lists.known.articles


def _hashed(tokens: list[str], folded: list[str], start: tuple[int, bool], lists: _Lists) -> int:
    """`#4` is a flat behind a house number, and a house number otherwise (`Carrera 7 # 71-21`, `Av. Juárez #12`)."""
    at, numbered = start
    number = tokens[at][1:] or (tokens[at + 1] if at + 1 < len(tokens) else "")
    end = at + 1 if tokens[at][1:] else at + 2
    if not numbered or not number or len(number) > 8 or not number.replace("-", "").isalnum():
        return at
    numbered_street = at == 2 and folded[0] in lists.heads and folded[1].isdigit()
    return at if numbered_street or (folded[0] in lists.heads and "-" in number) else end


def _lone(folded: list[str], at: int, numbered: bool, lists: _Lists) -> int:
    if at and not folded[at - 1][:1].isdigit():
        return at
    for length in range(min(_MAX_LONE, len(folded) - at), 0, -1):
        if " ".join(folded[at : at + length]) in lists.lone and (numbered or length == len(folded)):
            return at + length
    return at


def _is_number(token: str) -> bool:
    bare = token.strip(" ,.#ºª°()")
    return 0 < len(bare) <= 6 and (any(c.isdigit() for c in bare) or (len(bare) == 1 and bare.isalpha()))
