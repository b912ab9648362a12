"""The key of a street: `12 N. Main Street`, `12 MAIN ST N`; `Hauptstr. 5`, `5 Hauptstraße`.

The house number comes first, then a direction, then the name with its kind in short form. Only position, known
abbreviations and spelling are levelled: another word, another number or another order of the name is another street.
"""

from __future__ import annotations

from crm_clean.normalise.post.street_words import Words, is_house, is_number_sign

_SUFFIXES = frozenset({"bis", "ter", "quater"})
_TO = frozenset({"a", "to", "et", "and", "bis", "und", "y"})
_DATE = frozenset({"de", "di"})
_STREETS = frozenset({"strasse", "str", "straat"})


def street_key(tokens: list[str], known: Words) -> str | None:
    """The key of the folded words of a street line, or None when they say nothing."""
    if not tokens:
        return None
    house, name, leads = _parted(tokens, known)
    if name:
        name = _named(name, leads, known)
    return " ".join([house, *name] if house else name) or None


def _parted(tokens: list[str], known: Words) -> tuple[str, list[str], bool]:
    """The house number, the other words, and whether the number stood first."""
    if len(tokens) > 1 and is_number_sign(tokens[0]) and is_house(tokens[1]):
        tokens = tokens[1:]
    if is_house(tokens[0]) and not _is_date(tokens):
        house, used = _suffixed(tokens, known) if len(tokens) > 1 else (tokens[0], 1)
        return house, tokens[used:], True
    house, used = _behind(tokens)
    if not used:
        return "", tokens, False
    name = tokens[:-used]
    return house, name[:-1] if len(name) > 1 and is_number_sign(name[-1]) else name, False


def _is_date(tokens: list[str]) -> bool:
    """Whether the street is called after a day: `16 de Septiembre 123`."""
    return len(tokens) > 3 and tokens[1] in _DATE and is_house(tokens[-1])


def _suffixed(tokens: list[str], known: Words) -> tuple[str, int]:
    """The number that `tokens` begin with, with what belongs to it, and of how many words it was made."""
    house, second = tokens[0], tokens[1]
    if second in _TO and len(tokens) > 3 and is_house(tokens[2]):
        return f"{house}-{tokens[2]}", 3
    if len(tokens) < 3 or not house.isdigit():
        return house, 1
    if second in _SUFFIXES:
        return house + second, 2
    if len(second) == 1 and second.isalpha() and second not in known.directions:
        # `500 C Street` stands in C Street, `12 B rue Foch` in rue Foch.
        is_name = tokens[2] in known.kinds and (
            len(tokens) == 3 or (len(tokens) == 4 and tokens[3] in known.directions)
        )
        if not is_name:
            return house + second, 2
    return house, 1


def _behind(tokens: list[str]) -> tuple[str, int]:
    """The number at the end of `tokens` (`hauptstr 5`, `hauptstr 5 a`, `calle 10 43-21`) and its count of words."""
    last = tokens[-1]
    if len(tokens) > 1 and is_house(last):
        return last, 1
    if len(tokens) > 2 and tokens[-2].isdigit() and (last in _SUFFIXES or (len(last) == 1 and last.isalpha())):
        return tokens[-2] + last, 2
    return "", 0


def _named(name: list[str], leads: bool, known: Words) -> list[str]:
    """The words of the name in short form, the direction before them."""
    short, directions = known.short, known.directions
    if directions.keys().isdisjoint((name[0], name[-1])) or len(name) < 2:
        return _shortened(name, leads, known)
    first, last, before = name[0], name[-1], ""
    if first in directions and name[1] not in known.kinds:
        before, name = directions[first], name[1:]
        if last in directions and len(name) > 1 and name[-2] in known.kinds:
            name = [*name[:-1], directions[last]]
    elif last in directions and first not in directions and len(name) > 2 and name[-2] not in known.articles:
        if name[-2] in known.kinds:
            before, name = directions[last], name[:-1]
        elif first in known.heads:
            name = [*name[:-1], directions[last]]
    if not before:
        # A street called North is another than one called N.
        return [first, *_rest(name, short)] if first in directions else _shortened(name, leads, known)
    return [before, *_shortened(name, leads, known)]


def _rest(name: list[str], short: dict[str, str]) -> list[str]:
    return [short.get(word, word) for word in name[1:]]


def _shortened(name: list[str], leads: bool, known: Words) -> list[str]:
    short = known.short
    if len(name) == 1:
        return [short.get(name[0], name[0])]
    first = known.heads.get(name[0])
    out = [first or short.get(name[0], name[0]), *_rest(name, short)]
    if first and name[1] == "s":
        out[1] = "san"  # `Via S. Giovanni`
    if not _STREETS.isdisjoint(name):
        return _glued(name, out, leads)
    return out


def _glued(name: list[str], short: list[str], leads: bool) -> list[str]:
    """`Kölner Straße` as `kolnerstr`; behind a leading number `Str.` is English and stands alone."""
    out = [short[0]]
    for word, said in zip(name[1:], short[1:], strict=True):
        if word in _STREETS and out[-1].isalpha() and (word != "str" or not leads):
            out[-1] += "str"
        else:
            out.append("st" if word == "str" else said)
    return out
