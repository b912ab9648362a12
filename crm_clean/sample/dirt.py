"""What goes wrong with a value on its way into a CRM, one value at a time.

`draw` is a random 30-bit number and the only source of chance; the same value and draw give the same damage.
"""

from __future__ import annotations

import unicodedata

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")
_NEIGHBOURS = {key: row[max(i - 1, 0) : i] + row[i + 1 : i + 2] for row in _KEYS for i, key in enumerate(row)}
_LOOKALIKES = {
    "0": "o", "o": "0", "1": "l", "l": "1", "i": "l", "5": "s", "s": "5", "8": "b", "b": "6", "g": "9", "m": "rn",
    "e": "c", "z": "2", "u": "v", "v": "u", "h": "b", "n": "m", "c": "e", "t": "f", "2": "z", "6": "b", "9": "g",
}  # fmt: skip
_LETTERS = "abcdefghijklmnoprstuvy"


def misprint(text: str, draw: int) -> str:
    """One insertion, deletion, transposition, neighbouring key or misread letter, rarely in the first place."""
    if len(text) < 3:
        return text
    kind, draw = draw % 10, draw // 10
    at, draw = 1 + draw % (len(text) - 1), draw // (len(text) - 1)
    here = text[at]
    if kind < 2:
        return text[:at] + _LETTERS[draw % len(_LETTERS)] + text[at:] if draw % 3 == 0 else text[:at] + here + text[at:]
    if kind < 4:
        return text[:at] + text[at + 1 :]
    if kind < 7:
        return text[: at - 1] + here + text[at - 1] + text[at + 1 :]
    near = _LOOKALIKES if kind == 9 else _NEIGHBOURS
    options = near.get(here.lower(), _LETTERS)
    return (
        text[:at] + (options if kind == 9 and here.lower() in near else options[draw % len(options)]) + text[at + 1 :]
    )


def misdial(text: str, draw: int) -> str:
    """One digit of a phone number wrong, doubled, lost, or two swapped; the signs stay."""
    digits = [i for i, c in enumerate(text) if c.isdigit()]
    if len(digits) < 6:
        return text
    kind, draw = draw % 8, draw // 8
    at = digits[len(digits) // 2 + draw % (len(digits) - len(digits) // 2)]
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    before = digits[digits.index(at) - 1]
    if kind < 5:
        return text[:before] + text[at] + text[before + 1 : at] + text[before] + text[at + 1 :]
    return text[:at] + str((int(text[at]) + 1 + draw // 64 % 9) % 10) + text[at + 1 :]


def unaccented(text: str, draw: int = 0) -> str:
    """Marks lost, as after an export in ASCII; one time in four the letters are lost with them."""
    if draw % 4 == 3:
        return "".join(c if c.isascii() else "?" for c in text)
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def mojibake(text: str, draw: int = 0) -> str:
    """UTF-8 read as Windows-1252, where that gives letters at all."""
    del draw
    try:
        return text.encode("utf-8").decode("cp1252")
    except UnicodeDecodeError:
        return text


def spaced(text: str, draw: int) -> str:
    """A blank too many: before, behind, within, or one that does not break."""
    kind = draw % 4
    if kind == 0:
        return " " + text
    if kind == 1:
        return text + " "
    if kind == 2 and " " in text:
        return text.replace(" ", "  ", 1)
    return text + "\u00a0"
