"""Bytes in any of the encodings CRMs write, as UTF-8, with the way back to the first byte of each row.

Order: byte order mark, UTF-16 by its zeros, strict UTF-8, cp1252. Bytes that fit the encoding of the file nowhere are
replaced by NUL, one for one where that keeps offsets, and their places are told, so that only their rows are lost.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crm_clean.errors import UnreadableInput

_SEGMENT = 1 << 24
_SURROGATE = re.compile("[\ud800-\udfff]")
_UTF8_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_MAGIC = {
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x89PNG": "a PNG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or an Excel workbook (name it .zip or .xlsx)",
    b"\xd0\xcf\x11\xe0": "an old Excel or Office file (name it .xls)",
    b"PAR1": "a Parquet file (name it .parquet)",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x7fELF": "a program",
    b"{\\rtf": "a rich text document",
}


@dataclass(frozen=True)
class Text:
    """A file as UTF-8, and `original` as it came. `poison`: places in `data` where bytes could not be read."""

    data: bytes
    encoding: str
    poison: np.ndarray
    bom: int
    original: bytes

    def offsets(self, places: Sequence[int]) -> list[int]:
        """The byte of the file that each place of `data` (ascending) came from."""
        if self.encoding in ("utf-8", "utf-8-sig"):
            return [place + self.bom for place in places]
        out, before, offset = [], 0, self.bom
        for place in places:
            offset += len(self.data[before:place].decode("utf-8").encode(self.encoding, "replace"))
            before = place
            out.append(offset)
        return out

    def as_it_came(self, start: int, end: int, *, limit: int) -> str:
        """The file from byte `start` to `end`, at most `limit` of them, unreadable bytes shown as escapes."""
        codec = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        return self.original[start : min(end, start + limit)].decode(codec, "backslashreplace")


def to_text(data: bytes, *, name: str) -> Text:
    """`data` as UTF-8. Raises UnreadableInput when it is empty or no text at all."""
    if not data.strip(b"\0 \t\r\n\x1a\xef\xbb\xbf\xff\xfe"):
        raise UnreadableInput(name, "empty", "the file is empty; export it again.")
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise UnreadableInput(name, "not_csv", f"this is {what}, not a table of text; export the contacts as CSV.")
    wide, bom = _utf16(data)
    utf8_bom = 3 if data.startswith(codecs.BOM_UTF8) else 0
    text = _from_utf16(data, wide, bom) if wide else _from_utf8(data, bom=utf8_bom)
    _refuse_markup(text.data, name=name)
    return text


def _utf16(data: bytes) -> tuple[str | None, int]:
    if data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    head = np.frombuffer(data[:1024], dtype=np.uint8) == 0
    odd, even = (float(head[1::2].mean()) if len(head) > 1 else 0.0), float(head[::2].mean())
    if odd > 0.4 and even < 0.1:
        return "utf-16-le", 0
    if even > 0.4 and odd < 0.1:
        return "utf-16-be", 0
    return None, 0


def _from_utf16(original: bytes, encoding: str, bom: int) -> Text:
    data = original[bom:]
    wide = data[: len(data) // 2 * 2].decode(encoding, "surrogatepass")
    lone = [match.start() for match in _SURROGATE.finditer(wide)]
    places, before, place = [], 0, 0
    for index in lone:
        place += len(wide[before:index].encode("utf-8", "replace"))
        places.append(place)
        before = index
    utf8 = _SURROGATE.sub("\0", wide).encode("utf-8")
    if len(data) % 2:
        places.append(len(utf8))
        utf8 += b"\0"
    return Text(utf8, encoding, np.array(places, dtype=np.int64), bom, original)


def is_utf8(data: bytes) -> bool:
    """Whether `data` is strict UTF-8, told without decoding it."""
    ends = pa.py_buffer(np.array([0, len(data)], dtype=np.int64))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _from_utf8(original: bytes, *, bom: int) -> Text:
    data, encoding = original[bom:], "utf-8-sig" if bom else "utf-8"
    if is_utf8(data):
        return Text(data, encoding, np.array([], dtype=np.int64), bom, original)
    mended, places = _blank_out(data, "utf-8")
    if bom == 0 and _is_cp1252(data, places):
        mended, places = _blank_out(data, "cp1252")
        return Text(mended, "cp1252", places, 0, original)
    return Text(mended, encoding, places, bom, original)


def _blank_out(data: bytes, encoding: str) -> tuple[bytes, np.ndarray]:
    """`data` as UTF-8 with a NUL for every byte that `encoding` does not have, and the places of those NULs."""
    places: list[int] = []
    pieces: list[bytes] = []
    made = 0

    def note(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        found.append((error.start, error.end))
        return "\0" * (error.end - error.start), error.end

    codecs.register_error("crm_clean.blank", note)
    for segment in _segments(data):
        found: list[tuple[int, int]] = []
        piece = segment.decode(encoding, "crm_clean.blank").encode("utf-8")
        if encoding == "utf-8":
            places.extend(made + at for start, end in found for at in range(start, end))
        elif found:
            bare = np.flatnonzero(np.frombuffer(piece, dtype=np.uint8) == 0)
            places.extend((made + bare).tolist())
        pieces.append(piece)
        made += len(piece)
    return b"".join(pieces), np.array(places, dtype=np.int64)


def _segments(data: bytes) -> list[bytes]:
    """`data` cut behind line feeds, where no character of any of our encodings is cut."""
    out, start = [], 0
    while start < len(data):
        end = data.find(b"\n", start + _SEGMENT) + 1 or len(data)
        out.append(data[start:end])
        start = end
    return out


def _is_cp1252(data: bytes, wrong: np.ndarray) -> bool:
    """Whether the lines that are no UTF-8 outnumber those whose accents are.

    One stray line in a UTF-8 file is lost; a file of accents that are all wrong is a Windows file.
    """
    if not len(wrong):
        return False
    bytes_ = np.frombuffer(data, dtype=np.uint8)
    breaks = np.flatnonzero(bytes_ == 10)
    surrogates = [match.start() for match in _UTF8_SURROGATE.finditer(data)]
    bad = set(np.unique(np.searchsorted(breaks, wrong)).tolist())
    accented = set(np.unique(np.searchsorted(breaks, np.flatnonzero(bytes_ >= 0x80))).tolist())
    never = set(np.unique(np.searchsorted(breaks, surrogates)).tolist()) if surrogates else set()
    return len(bad - never) > len(accented - bad)


def _refuse_markup(data: bytes, *, name: str) -> None:
    head = data[:4096].lstrip()
    lower = head[:512].lower()
    tags = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<table")
    if lower.startswith(tags) or (lower.startswith(b"<") and b"<html" in lower):
        advice = "this is a web page, not a table; log in to the CRM and export again as CSV."
        raise UnreadableInput(name, "not_csv", advice)
    if head.startswith((b"{", b"[{", b"[\n", b"[\r", b"[[")) or lower == b"[]":
        raise UnreadableInput(name, "not_csv", "this is JSON, not a table; export the contacts as CSV or XLSX.")
    controls = np.isin(np.frombuffer(data[:4096].rstrip(b"\0"), dtype=np.uint8), _CONTROLS)
    if controls.sum() >= 8 and controls.mean() > 0.05:
        raise UnreadableInput(name, "not_csv", "this is no text; export the contacts as CSV or XLSX.")


_CONTROLS = np.array([*range(9), *range(14, 26), *range(27, 32)], dtype=np.uint8)
