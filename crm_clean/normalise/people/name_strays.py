"""What stands in name fields and is no name: addresses, numbers, remarks, pictures, lost letters.

An e-mail address, a web address or a phone number is taken out, and so is a remark in brackets or behind a dash
(`(duplicate)`, `- do not use`, `(she/her)`); a code says so, and what is left is read as the name. Pictures and fancy
letters stay, since they were meant, and letters that an export has lost cannot be told.
"""

from __future__ import annotations

import re

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.people.name_kinds import is_company
from crm_clean.text import fold

_EMAIL = re.compile(
    r"(?:mailto:)?[<(\[]*[^\s@<>()\[\],;:\"]{1,64}@[^\s@<>()\[\],;:\"]{1,190}\.[^\W\d_]{2,24}[>)\]]*", re.IGNORECASE
)
_URL = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w.@-])[a-z0-9-]{3,63}(?:\.[a-z0-9-]{2,63})*\.(?:com|org|net|info|io|biz|co\.uk|eu)(?![\w.@-])/?\S*",
    re.IGNORECASE,
)
_BARE_SITE = re.compile(r"^[a-z0-9-]{3,63}(?:\.[a-z0-9-]{2,63})*\.[a-z]{2}$")
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d(?:[ ().\-/]{0,3}\d){6,17}(?!\w)")
_HINT = re.compile(
    r"[@\d]|://|www\.|\.(?:com|org|net|info|io|biz|eu)\b|^[a-z0-9-]{3,}\.[a-z0-9.-]*[a-z]{2}$", re.IGNORECASE
)
_ENDS = " -–—,;:/|<>()[]*_#~\"'."
_ASIDE = re.compile(r"\s*[(\[{<]([^()\[\]{}<>]{1,60})[)\]}>]")
_BEHIND = re.compile(r"\s+(?:[-–—|:/*]+)\s*([^\s\-–—|:/*][^\-–—|:*]{1,40})$")
_BEFORE = re.compile(r"^([^\-–—|:*]{2,40}?)\s*(?:\s[-–—|/*]+|:)\s+(?=\S)")
_NUMBERED = re.compile(r"(?<=[^\W\d_])[\s_]+#?\d{1,2}$")
_BESIDE = re.compile(r"(?:,|\s[-–—|/@])\s+(?=\S)")
_CARE_OF = re.compile(r"\s+c/o\s+\S.*$", re.IGNORECASE)
_SORTED_LAST = re.compile(r"^(?:z{2,}|x{3,}|\*+|#+|~+)[\s_.*-]+(?=[^\W\d_]{2})", re.IGNORECASE)
_DECORATED = re.compile(
    "[\u1d00-\u1d7f\u2190-\u23ff\u2460-\u27bf\u2900-\u2bff\ufe0f\U0001d400-\U0001d7ff\U0001f000-\U0001faff]"
)
_LOST = re.compile(r"�|[^\W\d_]\?[^\W\d_]")


def take_strays(text: str, *, words: Lexicons) -> tuple[str, tuple[str, ...]]:
    """`text` without addresses and numbers, and the codes of what was found; empty when nothing else was there."""
    if not _HINT.search(text):
        return text, ()
    codes = []
    for pattern, code in (
        (_EMAIL, "name.is_email"),
        (_URL, "name.is_url"),
        (_BARE_SITE, "name.is_url"),
        (_PHONE, "name.is_phone"),
    ):
        without = pattern.sub(" ", text)
        if without != text:
            text = without
            codes.append(code)
    return (_rest(text, words), tuple(codes)) if codes else (text, ())


def _rest(text: str, words: Lexicons) -> str:
    labels = words.sets["names.stray_labels"]
    tokens = [t for t in text.split() if fold(t)]
    while (
        tokens
        and fold(tokens[-1]) in labels
        and (tokens[-1][-1] in ":.=" or len(tokens) == 1 or len(fold(tokens[-1])) > 2)
    ):
        tokens.pop()
    while tokens and fold(tokens[0]) in labels and (tokens[0][-1] in ":.=" or len(tokens) == 1):
        tokens.pop(0)
    return (
        " ".join(tokens)
        .strip(_ENDS.replace(".", "").replace(")", "").replace("'", "").replace('"', ""))
        .removesuffix("(")
        .strip()
    )


def take_remarks(text: str, *, words: Lexicons) -> tuple[str, bool]:
    """`text` without remarks about the record, and whether there were any; a remark alone stays."""
    rest = _SORTED_LAST.sub("", text)
    if any(c in rest for c in "([{<"):
        rest = _ASIDE.sub(lambda found: "" if is_remark(found[1], words=words) else found[0], rest)
    rest = _CARE_OF.sub("", _addressed(rest, words))
    behind = _BEHIND.search(rest)
    if behind and is_remark(behind[1], words=words):
        rest = rest[: behind.start()]
    before = _BEFORE.search(rest)
    if before and is_remark(before[1], words=words):
        rest = rest[before.end() :]
    rest = _NUMBERED.sub("", _employer(rest, words)).strip()
    return (rest, rest != text) if fold(rest) else (text, False)


def _addressed(text: str, words: Lexicons) -> str:
    """`Attn: Anna Keller` and `z.Hd. Frau Keller` without what comes before the name."""
    tokens = text.split()
    known = words.sets["names.forwarding"]
    longest = min(4, len(tokens) - 1)
    n = next((n for n in range(longest, 0, -1) if fold(" ".join(tokens[:n])) in known and _is_short(tokens[:n])), 0)
    return " ".join(tokens[n:]) if n else text


def _is_short(tokens: list[str]) -> bool:
    """Whether the words before a name are marked as an abbreviation, or are no single plain word such as `Re`."""
    return len(tokens) > 1 or not tokens[0].istitle() or not tokens[0].isalpha()


def _employer(text: str, words: Lexicons) -> str:
    """`Anna Keller, Huber GmbH` without the company; the name of a company stays whole."""
    found = _BESIDE.search(text)
    if not found or " " not in text[: found.start()]:
        return text
    name, company = text[: found.start()], text[found.end() :]
    if is_company(name, whole=True, words=words):
        return text
    is_beside = is_company(company, whole=False, words=words)
    if not is_beside and found.group().strip() in ("/", "|", "@") and " " not in company:
        is_beside = fold(company) not in words.sets["names.given"]
    return name if is_beside else text


def is_remark(text: str, *, words: Lexicons) -> bool:
    """Whether `text` speaks of the record or of how to speak to the person."""
    said = fold(text)
    return said in words.sets["names.remarks"] or not any(c.isalpha() for c in said)


def oddities(text: str) -> tuple[str, ...]:
    """Codes of pictures and fancy letters, and of letters that were lost before the export."""
    codes = []
    if not text.isascii() and _DECORATED.search(text):
        codes.append("name.decorated")
    if _LOST.search(text):
        codes.append("name.letters_lost")
    return tuple(codes)
