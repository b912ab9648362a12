"""What is compared of a company's name, and its legal form apart: `Müller & Söhne GmbH`, `Mueller u. Soehne`.

Dropped are the legal form, connectors, leading articles and words for `firm`, a trading name, what stands in brackets,
and the ending of a domain. German digraphs are umlauts in listed words only, since `Boeing` and `Blue` are none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_MOST_WORDS = 6
_DOTTED = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]\.\s?){2,}(?:[^\W\d_](?![^\W\d_]))?")
_SLASHED = re.compile(r"(?<![^\W_])([^\W\d_])/([^\W\d_])(?![^\W_])")
_TRADING_AS = re.compile(
    r"\s+(?:d/?b/?a|t/a|trading as|doing business as|also known as|aka|a/k/a|formerly|previously|ehemals|vormals"
    r"|c/o)\b.*$",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_DOMAIN = re.compile(
    r"(?<![\w.@-])(?:https?://)?(?:www\.)?([^\W_][\w-]*)((?:\.[^\W\d_]{2,6}){1,2})(?![\w.@])/?", re.IGNORECASE
)
_SINGLES = re.compile(r"(?<!\S)(?:[^\W\d_] ){2,}[^\W\d_](?!\S)")
_SIGNS = re.compile(
    r"[/(\[\'’]|(?<![^\W_])[^\W\d_]\.|\.[^\W\d_]|&[^\W_]|[^\W_]&|(?<![^\W_])[^\W\d_] & [^\W\d_](?![^\W_])"
)
_TRADES = frozenset(["dba", "aka", "trading", "doing", "also", "formerly", "previously", "ehemals", "vormals"])
_APART = re.compile(r"(?<![^\W_])(?:([^\W\d_]) ?& ?([^\W\d_])|([^\W\d_]{1,2})&([^\W\d_]{1,2}))(?![^\W_])")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’](?=s(?![^\W_]))|(?<=(?<![^\W_])[Oo])['’]", re.IGNORECASE)
_NEVER_IN_CAPITALS = frozenset({"me", "ad"})
_IN_SMALL_LETTERS = frozenset({"ag", "ab", "ev", "ek"})


class Named(NamedTuple):
    """The key of a company and its legal form in one writing; each None where there is none."""

    key: str | None
    legal_form: str | None


class _Lists:
    """The word lists that keys are made with."""

    __slots__ = ("articles", "connectors", "endings", "forms", "heads", "lasts", "leading", "strong", "umlauts", "weak")

    def __init__(self, words: Lexicons) -> None:
        sets = words.sets
        self.forms = words.maps["companies.legal_forms"]
        self.lasts = frozenset(phrase.rpartition(" ")[2] for phrase in self.forms)
        self.weak, self.strong = sets["companies.weak_forms"], sets["companies.strong_forms"]
        self.heads, self.leading = sets["companies.leading_forms"], sets["companies.leading_words"]
        self.articles, self.connectors = sets["companies.leading_articles"], sets["companies.connectors"]
        self.endings = sets["companies.domain_endings"]
        listed = sorted(words.maps["companies.umlauts"], key=lambda w: (-len(w), w))
        self.umlauts = re.compile("|".join(map(re.escape, listed)) or r"(?!)")


@lru_cache(maxsize=4)
def _lists(words: Lexicons) -> _Lists:
    return _Lists(words)


def company_key(value: str, *, folded: str | None = None, words: Lexicons) -> Named:
    """Key and legal form of the company `value`; the key is what is left in full when nothing else is.

    `folded` is `value` folded, where that is known already.
    """
    lists = _lists(words)
    said = fold(value) if folded is None else folded
    written, glued = value, None
    plain = value.replace(" ", "").isalnum()
    if (not plain and _SIGNS.search(value)) or not _TRADES.isdisjoint(said.split(" ")):
        written = _unsigned(value, words)
    if not value.isascii():
        written, glued = _unglued(written, words)
    tokens = (said if written is value else fold(written)).split()
    if not lists.connectors.isdisjoint(tokens):
        tokens = [t for t in tokens if t not in lists.connectors]
    kept, form = _without_forms(tokens or said.split(), written, lists)
    if form == "AS" and "/" in value:
        form = "A/S"
    if len(kept) == 1 and kept[0] in lists.leading:
        kept, form = tokens or kept, None  # nothing is left of `The Company`
    return Named(_joined(_without_leading(kept, lists), words) or None, form or glued)


def _joined(tokens: list[str], words: Lexicons) -> str:
    """`tokens` in one text, letters that stand apart joined, in Latin letters, without umlauts."""
    key = " ".join(tokens)
    if len(tokens) > 2 and min(map(len, tokens)) == 1:
        key = _SINGLES.sub(lambda run: run.group().replace(" ", ""), key)
    if not key.isascii():
        key = _latin(key)
    if "ue" in key or "oe" in key or "ae" in key:
        key = _lists(words).umlauts.sub(lambda found: words.maps["companies.umlauts"][found.group()], key)
    return key


def _unsigned(value: str, words: Lexicons) -> str:
    """`value` without trading name, brackets, domain endings, and with dotted and slashed letters in one word."""
    text = _TRADING_AS.sub("", value) if "/" in value or not _TRADES.isdisjoint(value.casefold().split()) else value
    if "(" in text or "[" in text:
        text = _BRACKETS.sub(lambda found: _bracketed(found.group(1), words), text).strip() or value
    endings = _lists(words).endings
    if "." in text:
        text = _DOMAIN.sub(lambda m: _undomained(m, endings), text)
        text = _DOTTED.sub(lambda m: m.group().replace(".", "").replace(" ", "").upper() + " ", text)
    if "&" in text:
        text = _APART.sub(lambda m: "".join(g for g in m.groups() if g), text)
    if "'" in text or "’" in text:
        text = _APOSTROPHE.sub("", text)
    return _SLASHED.sub(lambda m: (m.group(1) + m.group(2)).upper(), text) if "/" in text else text


def _bracketed(content: str, words: Lexicons) -> str:
    """What is kept of `content` in brackets: a country, a region of the world, or a legal form, no parent or place."""
    said = fold(content)
    forms = words.maps["companies.legal_forms"]
    kept = said in words.sets["companies.kept_in_brackets"] or said in forms or said in ("haftungsbeschrankt", "publ")
    return f" {content} " if kept or _is_country(said, words) else " "


def _is_country(said: str, words: Lexicons) -> bool:
    from crm_clean.normalise.post.countries import normalise_country

    return len(said) > 3 and normalise_country(said, words=words) is not None


def _undomained(found: re.Match[str], endings: frozenset[str]) -> str:
    parts = found.group(2).casefold().strip(".").split(".")
    return f"{found.group(1)} " if parts[-1] in endings else found.group()


def _unglued(text: str, words: Lexicons) -> tuple[str, str | None]:
    """`text` without a legal form written to it without a blank (`株式会社ひかり`), and that form."""
    plain = (
        text.replace("㈱", "株式会社")
        .replace("(株)", "株式会社")
        .replace("（株）", "株式会社")
        .replace("㈲", "有限会社")
    )
    for form in sorted(words.sets["companies.glued_forms"], key=len, reverse=True):
        if form in plain and plain.strip() != form:
            return plain.replace(form, " "), words.maps["companies.legal_forms"].get(form, form)
    return plain, None


def _without_forms(tokens: list[str], written: str, lists: _Lists) -> tuple[list[str], str | None]:
    """`tokens` without legal forms behind, before and amid the name, and the form nearest to its end."""
    kept, form = tokens, None
    while len(kept) > 1 and kept[-1] in lists.lasts:
        count, found = _form_behind(kept, written, lists)
        if not count:
            break
        kept, form = kept[:-count], form or found
    if len(kept) > 1 and kept[0] in lists.heads:
        form, kept = form or lists.forms.get(kept[0]), kept[1:]
    if len(kept) > 1 and not lists.strong.isdisjoint(kept[1:]):
        amid = next(t for t in kept[1:] if t in lists.strong)
        form, kept = form or lists.forms.get(amid), [kept[0], *(t for t in kept[1:] if t not in lists.strong)]
    return kept, form


def _form_behind(tokens: list[str], written: str, lists: _Lists) -> tuple[int, str | None]:
    """Of how many words the longest legal form at the end of `tokens` is made, and its one writing."""
    for count in range(min(_MOST_WORDS, len(tokens) - 1), 0, -1):
        phrase = tokens[-1] if count == 1 else " ".join(tokens[-count:])
        found = lists.forms.get(phrase)
        if found and (count > 1 or phrase not in lists.weak or _in_capitals(phrase, written)):
            return count, found
    return 0, None


def _in_capitals(form: str, written: str) -> bool:
    """Whether a form that is a word too (`Me`, `As`) was written as a form: `ME`, `A/S`, `e.V.`, `ApS`."""
    if form in _IN_SMALL_LETTERS and written.islower():
        return True
    for word in re.split(r"[\s,.()]+", written):
        if word.casefold() == form and word not in (form, form.capitalize()):
            return form not in _NEVER_IN_CAPITALS or not written.isupper() or "/" in written
    return False


def _without_leading(tokens: list[str], lists: _Lists) -> list[str]:
    kept = tokens
    while len(kept) > 1 and kept[0] in lists.leading:
        kept = kept[1:]
    return kept[1:] if len(kept) > 2 and kept[0] in lists.articles else kept


def _latin(key: str) -> str:
    """`key` in Latin letters, so that a name in another script can meet its transcription."""
    from anyascii import anyascii

    return fold(anyascii(key)) or key
