"""Names of any script in plain Latin letters, for keys: `Анна Смирнова` meets `Anna Smirnova`, `王` meets `Wang`.

Letter by letter by anyascii's tables, so that it costs the same for every text, and mended where a letter hangs on its
neighbours: Greek pairs (ELOT 743: `ου` is ou, `μπ` at the head is b), Russian `-ий` (y, as passports and papers mostly
write it), the repeated character of Japanese. Arabic ayn is `a`, since without it `علي` (Ali) would be `لي` (Li).

What romanising brings together stays together: Chinese names of one sound have one key, as they have in Latin letters,
and Arabic and Hebrew are written without most vowels. A word of both Latin and Cyrillic or Greek letters is a slip or a
forgery; its strange letters count as what they look like. Says nothing about what a name's parts are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from crm_clean.text import fold, fold_letter

_MAX_KNOWN = 20_000
_IN_CONTEXT = re.compile("[\u0370-\u052f々\uff61-\uff9fぁぃぅぇぉっゃゅょァィゥェォッャュョ]")
_PLAIN_CYRILLIC = re.compile("[\u0400-\u052f .'’-]+")
_WORD = re.compile(r"\S+")
_GREEK = re.compile("[\u0370-\u03ff]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_FLAGS = range(0x1F1E6, 0x1F200)  # pairs of these letters are pictures of flags
_OWN = {
    "ש": "sh",
    "ع": "a",
    "ا": "a",
    "أ": "a",
    "إ": "i",
    "آ": "a",
    "ؤ": "w",
    "ئ": "y",
    "ى": "y",
    "ґ": "g",
    "є": "ye",
    "Є": "ye",
}
_TWINS = "аa вb еe кk мm нh оo рp сc тt уy хx іi јj ѕs һh ԁd ԛq ԝw гr пn иu лn αa βb εe ηn ιi κk νv οo ρp τt υu χx ωw"
_TO_LATIN = str.maketrans({p[0]: p[1] for p in _TWINS.split()} | dict(zip("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abekmhopctyxijsabezhikmnoptyx", strict=True)))  # fmt: skip
_TO_CYRILLIC = str.maketrans("aceopxykmtbhABCEHKMOPTXYi", "асеорхукмтвнАВСЕНКМОРТХУі")
_TO_GREEK = str.maketrans("aoivABEZHIKMNOPTYXu", "αοινΑΒΕΖΗΙΚΜΝΟΡΤΥΧυ")
_VOWEL_U = re.compile("([αεΑΕ])[υύΥΎ]")
_VOICED = "αεηιουωάέήίόύώβγδζλμνρ"
_PAIRS = (
    (re.compile("[οΟ][υύΥΎ]"), "ou"),
    (re.compile("[γΓ](?=[γξΓΞ])"), "n"),
    (re.compile("[γΓ](?=[χΧ])"), "n"),
    (re.compile(r"\b[μΜ][πΠ]"), "b"),
)
_KANA = re.compile("([\u3040-\u30ff])([ぁぃぅぇぉゃゅょァィゥェォャュョ])|[っッ]([\u3040-\u30ff])")
_SMALL = dict(zip("ぁぃぅぇぉゃゅょァィゥェォャュョ", "aiueoauoaiueoauo", strict=True))
_Y = re.compile(r"[иыИЫ][йЙ]\b")


def latin_fold(value: str) -> str:
    """`fold(value)` in Latin letters; what has none (signs of no script) is folded as it is. May be empty."""
    if value.isascii():
        return fold(value)
    if _PLAIN_CYRILLIC.fullmatch(value):
        value = _Y.sub("y", value)
    elif _IN_CONTEXT.search(value):
        value = _WORD.sub(_word, unicodedata.normalize("NFKC", value))
    return " ".join(value.translate(_ROMAN).split()) or fold(value)


def _letter(letter: str) -> str:
    """What one character becomes: as it folds when that is Latin, else as anyascii writes it, without its signs."""
    folded = fold_letter(letter)
    category = unicodedata.category(letter)
    is_vowel_sign = category in ("Mc", "Mn") and not unicodedata.combining(letter)
    if folded.strip().isascii() and folded.strip():
        return folded
    if folded == "" or (folded == " " and not is_vowel_sign and category != "So"):
        return folded
    roman = _OWN.get(letter) or _anyascii()(letter).lower()
    if category == "So":  # letters in circles and boxes are letters, pictures are not
        return roman if len(roman) == 1 and roman.isalpha() and ord(letter) not in _FLAGS else " "
    return "".join(c for c in roman if c.isalnum())


class _Roman(dict[int, str]):
    """Characters and their Latin letters, found when first met; no more are kept than a few scripts have."""

    def __missing__(self, code: int) -> str:
        roman = _letter(chr(code))
        if len(self) < _MAX_KNOWN:
            self[code] = roman
        return roman


_ROMAN = _Roman()


@lru_cache(maxsize=1)
def _anyascii() -> Any:
    from anyascii import anyascii

    return anyascii


def _word(found: re.Match[str]) -> str:
    """A word with the letters put in place that hang on their neighbours."""
    word = found.group()
    cyrillic, greek, latin = (len(script.findall(word)) for script in (_CYRILLIC, _GREEK, _LATIN))
    if latin and (cyrillic or greek):
        word, cyrillic, greek = _unmasked(word, latin, cyrillic, greek)
    if cyrillic:
        word = _Y.sub("y", word)
    if greek:
        word = _greek(word)
    if _KANA.search(word):
        word = _kana(word)
    at = word.find("々")
    while at > 0:
        word = word[:at] + word[at - 1] + word[at + 1 :]
        at = word.find("々")
    return word


def _kana(word: str) -> str:
    """Small kana said with the one before them: `ジョ` is jo, `キョ` kyo, `ティ` ti; `ッタ` is tta."""
    return _KANA.sub(lambda found: _one_sound(*found.groups()), word)


def _one_sound(large: str | None, small: str | None, doubled: str | None) -> str:
    roman = _anyascii()
    if doubled:
        return f"{roman(doubled)[:1]}{doubled}"
    sound, vowel = roman(large)[:-1], _SMALL[small or ""]
    glides = small in "ゃゅょャュョ" and sound not in ("sh", "ch", "j")  # type: ignore[operator]
    return f"{sound}{'y' if glides else ''}{vowel}"


def _unmasked(word: str, latin: int, cyrillic: int, greek: int) -> tuple[str, int, int]:
    """`word` in the script that most of it is in, and how much Cyrillic and Greek that leaves."""
    if latin >= cyrillic + greek:
        return word.translate(_TO_LATIN), 0, 0
    if cyrillic >= greek:
        return word.translate(_TO_CYRILLIC), 1, 0
    return word.translate(_TO_GREEK), 0, 1


def _greek(word: str) -> str:
    for pattern, roman in _PAIRS:
        word = pattern.sub(roman, word)
    return _VOWEL_U.sub(_v_or_f, word)


def _v_or_f(found: re.Match[str]) -> str:
    behind = found.string[found.end() : found.end() + 1].lower()
    return found[1] + ("v" if behind and behind in _VOICED else "f")
