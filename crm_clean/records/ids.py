"""Ids: one type, one mint and one order each. They are plain strings in frames."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import NewType

RecordId = NewType("RecordId", str)
GoldenId = NewType("GoldenId", str)
FileId = NewType("FileId", str)


def file_id(content: Iterable[bytes]) -> FileId:
    """The id of a file: 16 bytes of BLAKE2b over its content, as hex."""
    digest = blake2b(digest_size=16)
    for chunk in content:
        digest.update(chunk)
    return FileId(digest.hexdigest())


def record_id(source: str, native_id: str) -> RecordId:
    """The id of a record that has one at its source."""
    return RecordId(f"{source}:{native_id}")


def rowwise_record_id(source: str, file: FileId, source_row: int) -> RecordId:
    """The id of a record whose source gives none."""
    return RecordId(f"{source}:{file}:{source_row}")


def mint_golden_id(members: Iterable[RecordId], *, run: int) -> GoldenId:
    """The id of a cluster first seen in `run`; later runs carry it over and never mint it again."""
    digest = blake2b(f"{run}|{min(members)}".encode(), digest_size=10).hexdigest()
    return GoldenId(f"G-{digest}")
