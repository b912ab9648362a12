"""Rows of a sheet emptied inside its workbook: cells, the shared texts nobody else uses, links and comments.

Works on the text of the parts, not on a model of the workbook, so that formats, widths and other sheets stay.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator
from html import unescape

_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*?(?:/>|>\s*</(?:\w+:)?Relationship>)")
_ROW = re.compile(r"(<(?:\w+:)?row\b[^>]*?)(/>|>(.*?)</(?:\w+:)?row>)", re.DOTALL)
_CELL = re.compile(r"<(?:\w+:)?c\b[^>]*?(?:/>|>.*?</(?:\w+:)?c>)", re.DOTALL)
_SHARED_CELL = re.compile(r"<(?:\w+:)?c\b[^>]*\bt=\"s\"[^>]*>.*?<(?:\w+:)?v>\s*(\d+)\s*</(?:\w+:)?v>", re.DOTALL)
_ITEM = re.compile(r"<(?:\w+:)?si\b[^>]*?(?:/>|>.*?</(?:\w+:)?si>)", re.DOTALL)
_REF = re.compile(r"\bref=\"\$?[A-Z]+\$?(\d+)(?::\$?[A-Z]+\$?(\d+))?\"")
_AT_CELL = re.compile(r"<(?:\w+:)?(hyperlink|comment|threadedComment)\b[^>]*?(?:/>|>.*?</(?:\w+:)?\1>)", re.DOTALL)
_LINKS = re.compile(r"<(?:\w+:)?hyperlinks>\s*</(?:\w+:)?hyperlinks>")


def emptied(data: bytes, sheet: str, lines: Collection[int]) -> bytes:
    """The workbook `data` (.xlsx, .xlsm) with the rows `lines` (1-based) of the sheet named `sheet` emptied."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {info.filename: book.read(info) for info in book.infolist()}
        made = dict(parts)
        path = _path_of(parts, sheet)
        freed = _empty_rows(made, path, frozenset(lines))
        _forget_texts(made, freed)
        _forget_beside(made, path, frozenset(lines))
        return _again(book, made)


def _path_of(parts: dict[str, bytes], sheet: str) -> str:
    """The part that holds a sheet."""
    tags = _SHEET.findall(_text(parts["xl/workbook.xml"]))
    wanted = next(tag for tag in tags if unescape(_said(tag, "name")) == sheet)
    link = re.search(r"\b\w+:id=\"([^\"]*)\"", wanted)
    relations = _RELATION.findall(_text(parts["xl/_rels/workbook.xml.rels"]))
    target = next(_said(tag, "Target") for tag in relations if link and _said(tag, "Id") == link.group(1))
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _empty_rows(parts: dict[str, bytes], path: str, lines: frozenset[int]) -> set[int]:
    """Empty the rows; returns the numbers of the shared texts that stood in them."""
    freed: set[int] = set()
    at = 0

    def empty(row: re.Match[str]) -> str:
        nonlocal at
        told = _said(row.group(1), "r")
        at = int(told) if told else at + 1
        if at not in lines or row.group(3) is None:
            return row.group(0)
        freed.update(int(n) for cell in _CELL.findall(row.group(3)) for n in _SHARED_CELL.findall(cell))
        prefix = row.group(1)[1:].partition("row")[0]
        blank = f'<{prefix}c r="A{at}" t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve"> </{prefix}t>'
        return f"{row.group(1)}>{blank}</{prefix}is></{prefix}c></{prefix}row>"

    parts[path] = _ROW.sub(empty, _text(parts[path])).encode("utf-8")
    return freed


def _forget_texts(parts: dict[str, bytes], freed: set[int]) -> None:
    """Blank those shared texts that no cell of any sheet uses any more."""
    shared = "xl/sharedStrings.xml"
    if not freed or shared not in parts:
        return
    sheets = (text for name, text in parts.items() if name.startswith("xl/worksheets/") and name.endswith(".xml"))
    used = {int(n) for text in sheets for n in _SHARED_CELL.findall(_text(text))}
    gone, at = freed - used, -1

    def blank(item: re.Match[str]) -> str:
        nonlocal at
        at += 1
        prefix = item.group(0)[1:].partition("si")[0]
        return f"<{prefix}si><{prefix}t/></{prefix}si>" if at in gone else item.group(0)

    parts[shared] = _ITEM.sub(blank, _text(parts[shared])).encode("utf-8")


def _forget_beside(parts: dict[str, bytes], path: str, lines: frozenset[int]) -> None:
    """Take away the links and comments of the rows: they quote addresses, and stand in parts of their own."""
    relations = f"{posixpath.dirname(path)}/_rels/{posixpath.basename(path)}.rels"
    links = _RELATION.findall(_text(parts.get(relations, b"")))
    gone = set(_without_cells(parts, path, lines))
    for link in links:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), _said(link, "Target")))
        if target in parts and "omment" in target:
            list(_without_cells(parts, target, lines))
    if gone:
        kept = _RELATION.sub(lambda m: "" if _said(m.group(0), "Id") in gone else m.group(0), _text(parts[relations]))
        parts[relations] = kept.encode("utf-8")


def _without_cells(parts: dict[str, bytes], path: str, lines: frozenset[int]) -> Iterator[str]:
    """Remove what a part says of cells in `lines`; yields the ids of relationships that were used for it."""
    text, used = _text(parts[path]), []
    kept_ids: set[str] = set()

    def drop(tag: re.Match[str]) -> str:
        ref = _REF.search(tag.group(0))
        link = re.search(r"\b\w+:id=\"([^\"]*)\"", tag.group(0))
        span = range(int(ref.group(1)), int(ref.group(2) or ref.group(1)) + 1) if ref else range(0)
        if lines.isdisjoint(span):
            kept_ids.update([link.group(1)] if link else [])
            return tag.group(0)
        used.extend([link.group(1)] if link else [])
        return ""

    parts[path] = _LINKS.sub("", _AT_CELL.sub(drop, text)).encode("utf-8")
    yield from (one for one in used if one not in kept_ids)


def _again(book: zipfile.ZipFile, parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for info in book.infolist():
            made.writestr(info, parts[info.filename], compress_type=info.compress_type)
    return out.getvalue()


def _text(part: bytes) -> str:
    return part.decode("utf-8-sig")


def _said(tag: str, name: str) -> str:
    found = re.search(rf"\b{name}=\"([^\"]*)\"", tag)
    return found.group(1) if found else ""
