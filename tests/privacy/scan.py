"""Looks for words in everything a folder holds: bytes as they are, and whatever is packed, compressed or escaped.

A store compresses texts and an archive packs them, so that bytes alone prove nothing: tables are read cell by cell.
"""

from __future__ import annotations

import gzip
import html
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
from pyarrow import parquet as pq

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def found(folder: Path, words: Iterable[str]) -> dict[str, list[str]]:
    """Each word with the places below `folder` that hold it, in small letters; a word nobody holds is not in it."""
    wanted = [word.casefold() for word in words]
    places: dict[str, set[str]] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
        for where, text in texts(path):
            for word in wanted:
                if word in text:
                    places.setdefault(word, set()).add(f"{path.relative_to(folder)}{where}")
    return {word: sorted(held) for word, held in sorted(places.items())}


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Everything a file says, in small letters, with where in it: read as bytes first, then as what it is."""
    data = path.read_bytes()
    yield from _of_bytes(path.name, data)
    if path.suffix == ".duckdb":
        yield from _of_duckdb(path)
    if data.startswith(b"SQLite format 3"):
        yield from _of_sqlite(path)


def _of_bytes(name: str, data: bytes, where: str = "") -> Iterator[tuple[str, str]]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        text = data.decode(encoding, "replace")
        yield where, text.casefold()
        if encoding == "utf-8" and data[:2] != b"PK":
            plain = html.unescape(_ESCAPED.sub(lambda code: chr(int(code.group(1), 16)), text))
            yield where, plain.casefold()
    if data[:2] == b"\x1f\x8b":
        yield from _of_bytes(name, gzip.decompress(data), f"{where}!gz")
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from _of_bytes(member, archive.read(member), f"{where}!{member}")
    if data[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(data))
        yield where, json.dumps(table.to_pylist(), ensure_ascii=False, default=str).casefold()


def _of_duckdb(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        listed = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        for schema, table in listed:
            rows = connection.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall()
            yield f"!{schema}.{table}", str(rows).casefold()


def _of_sqlite(path: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            rows = database.execute(f'select * from "{table}"').fetchall()
            yield f"!{table}", str(rows).casefold()
