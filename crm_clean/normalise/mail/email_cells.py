"""Addresses as they stand in a cell: several parted, and the one found in what people and programs put around it.

Where what stands around leaves more than one reading, nothing is taken: `anna keller@example.com` may be Anna's or
keller's, `anna@example co.uk` may have lost a dot.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

MAX = 1_000
_MAX_PARTS = 100
# What parts two addresses: words and signs in blanks, signs alone, blanks alone, each before the next address.
_AND = r"(?:or|oder|ou|o|and|und|et|y|e|en|of|og|i|bzw\.?|sowie|[-\u2013\u2014])"
_SIGN = r"(?:&amp;|[&+/]|<br\s*/?>|\\n)"
_NEXT = r"(?=(?:[^@<>\":;,\n]{1,20}:\s*)?[^\s@<>\"(]+@)"
_BETWEEN = re.compile(
    rf"(@[^\s@<>/&+;,|()\"]+\.[^\W\d]{{2,}}\.?>?(?:\s*\([^()@]*\))?)"
    rf"(?:\s+{_AND}\s+|\s*{_SIGN}\s*|\s+(?![^\s@]+@[^\s@]+\s*<)){_NEXT}",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[;\n\r|\t\u3001\uff0c\uff1b\u060c]|:::|,(?=[^,]*@)|\s/\s")
_LINK = re.compile(r"mailto:\s*([^\s\"'<>|)\]?]*@[^\s\"'<>|)\]?]*)", re.IGNORECASE)
_BRACKETS = re.compile(r"<\s*([^<>]*@[^<>]*?)\s*>")
_PREFIX = re.compile(r"(?:mailto|smtp|sip):\s*", re.IGNORECASE)
AROUND = "\"'`<>()[]{},;:. \t*\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_QUOTES = '"\u201c\u201e\u00ab'
_BEFORE = AROUND.replace(".", "")  # a dot at the start may have lost what stood before it
_AT = re.compile(r"\s*[(\[{](?:at|a|ät|arroba|arobase|@)[)\]}]\s*|\s+@\s*|\s*@\s+|@{2,}", re.IGNORECASE)
_DOT = re.compile(r"\s*[(\[{](?:dot|punkt|point|punto|ponto|\.)[)\]}]\s*", re.IGNORECASE)
_COMMA_DOT = re.compile(
    r"(?<!\.[a-z]{2}),(?=(?:com|net|org|fr|de|es|it|co\.uk|eu|edu|nl|be|ch|at|pt)$)|(?<=\.co),(?=uk$)|(?<=\.com),(?=br$)",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"&(?:[a-z]{2,8}|#\d{1,5}|#x[0-9a-f]{1,4});", re.IGNORECASE)
_NO_PART = r"\s@<>()\[\],;:|\"\u201c\u201d\u201e\u00ab\u00bb"
_RUN = re.compile(rf"[^{_NO_PART}]+@[^{_NO_PART}/?=&]+")
_BULLET = re.compile(r"\s*(?:\d{1,3}[.)]|[-*\u2022\u00b7\u2013\u2014])\s+")
_WIDE = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3002: ".", 0xFF61: ".", 0xFE6B: "@", 0xFE52: "."}
_NARROW = _WIDE | {base + n: str(n) for base in (0x660, 0x6F0, 0x966) for n in range(10)}


def split_emails(raw: str) -> list[str]:
    """The addresses in one cell, each as written and once; the cell itself when it holds one or none."""
    text = raw if raw.isascii() else raw.translate(_WIDE)
    if text.count("@") < 2 or len(text) > 10 * MAX or _is_one_link(text):
        return [raw]
    pieces = _SEPARATORS.split(_BETWEEN.sub(r"\1;", text))
    parts = _joined([p.strip() for p in pieces if p.strip(AROUND)])
    if not 1 < len(parts) <= _MAX_PARTS:
        return [raw]
    once: dict[str, str] = {}
    for part in parts:
        at = text.find(part)  # each sign stands for one: what was found wide is given back wide
        once.setdefault(part.casefold(), raw[at : at + len(part)] if at >= 0 else part)
    return list(once.values())


def _is_one_link(text: str) -> bool:
    """Whether all addresses in `text` are the one that a `mailto:` in it leads to."""
    if "mailto:" not in text.lower():
        return False
    linked = {a.casefold() for a in _LINK.findall(text)}
    return len(linked) == 1 and linked >= {_trimmed(r).casefold() for r in _RUN.findall(text)}


def _joined(pieces: list[str]) -> list[str]:
    """Pieces without an @ put back to the address they belong to: a name before its bracket, else a word after."""
    parts: list[str] = []
    waiting = ""
    for piece in pieces:
        if "@" in piece:
            parts.append(f"{waiting}, {piece}" if waiting else piece)
            waiting = ""
        elif parts and not _is_name(piece, pieces):
            parts[-1] = f"{parts[-1]}; {piece}"
        else:
            waiting = f"{waiting}, {piece}" if waiting else piece
    return parts


def _is_name(piece: str, pieces: list[str]) -> bool:
    after = pieces.index(piece) + 1
    return after < len(pieces) and "<" in pieces[after]


def readings(text: str, *, words: Lexicons) -> Iterator[tuple[str, bool]]:
    """What may be the one address in `text`, likeliest first, and whether something had to be mended for it."""
    plain = bare(text)
    yield from _narrow_first(plain, is_mended=False)
    if plain != text:
        yield text, False  # what looks like quotes may be all there is
    decoded = _decoded(text)
    address = bare(decoded) if decoded != text else plain
    if address != plain:
        yield from _narrow_first(address, is_mended=True)
    mended = _COMMA_DOT.sub(".", _DOT.sub(".", _AT.sub("@", address)))
    if mended != address:
        yield from _narrow_first(mended, is_mended=True)
    found = _found(decoded, words) or (_found(mended, words) if mended != address else None)
    if found:
        yield from _narrow_first(found, is_mended=True)


def _narrow_first(address: str, *, is_mended: bool) -> Iterator[tuple[str, bool]]:
    """`address`, after what it is in ASCII when all that is not are wide signs and foreign digits."""
    if not address.isascii():
        narrow = address.translate(_NARROW)
        if narrow.isascii():
            yield bare(narrow), True
    yield address, is_mended


def bare(text: str) -> str:
    """`text` without what mail programs put around an address: a display name, brackets, quotes, `mailto:`."""
    bracketed = _BRACKETS.search(text)
    address = bracketed.group(1) if bracketed else text
    linked = _LINK.search(address)
    if linked:
        address = linked.group(1)
        address = unquote(address) if "%" in address else address
    prefix = _PREFIX.match(address)
    if prefix:
        address = address[prefix.end() :]
    return address if address.startswith('"') and '"@' in address else address.rstrip(AROUND).lstrip(_BEFORE)


def _decoded(text: str) -> str:
    """`text` with what a web page, a link or a wide keyboard made of its signs undone."""
    if "&" in text and _ESCAPED.search(text):
        text = html.unescape(html.unescape(text))
    if "%40" in text and "@" not in text:
        text = unquote(text)
    if not text.isascii():
        text = text.translate(_WIDE)
    return " ".join(text.split())


def _found(text: str, words: Lexicons) -> str | None:
    """The one address in running text, where the words around it cannot be part of it."""
    runs = list(_RUN.finditer(text))
    addresses = {_trimmed(r.group()).casefold() for r in runs}
    if len(addresses) != 1 or text.count("@") != len(runs):
        return None
    first, last = runs[0], runs[-1]
    address = _trimmed(first.group())
    end = last.start() + last.group().index(_trimmed(last.group())) + len(_trimmed(last.group()))
    return address if _ends_before(text[: first.start()], address, words) and _begins_after(text[end:]) else None


def _trimmed(run: str) -> str:
    return run.lstrip("'`*=-/{}").rstrip(".'`*!?-/\\{}")


def _ends_before(text: str, address: str, words: Lexicons) -> bool:
    """Whether `text` has come to an end when the address begins."""
    shown = text.rstrip()
    if _BULLET.fullmatch(text) or (not any(c.isalnum() for c in shown) and not shown.endswith(".")):
        return True
    touches = shown == text
    opened = shown.rstrip(_QUOTES)
    if opened != shown:
        return touches and (not opened or opened[-1] in ":=([< ")
    if shown[-1] in ":=<([|>":
        return shown[-1] != ">" or not touches
    if shown[-1] in ",;)]":
        return not touches
    last = fold(shown).rpartition(" ")[2]
    if touches or shown[-1] == ".":
        return False
    own = fold(address.partition("@")[0]).replace(" ", "")
    return last in words.sets["emails.labels"] or (len(last) > 2 and last in own)


def _begins_after(text: str) -> bool:
    """Whether `text` begins anew: after a sign that no domain has, or with more than could be a lost ending."""
    shown = text.lstrip()
    if not any(c.isalnum() for c in shown):
        return "@" not in shown
    if shown[0] in "([<{,;:|/\"'>?!*)]}\u201d\u00bb":
        return not (shown[0] in ",;:" and text[:2].isprintable() and text[:1] == shown[0] and not text[1:2].isspace())
    if shown[0] in "-\u2013\u2014":
        return text[0].isspace()
    if shown[0] == "." or not text[:1].isspace():
        return False
    first, *rest = shown.split()
    return bool(rest) or len(first) > 4 or not (first.isascii() and first.islower())
