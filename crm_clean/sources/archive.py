"""Bytes of a file, a zip member or a gzip file, read in memory and never unpacked to a path.

Refuses bombs before and while reading: sizes an archive declares are claims, the bytes it yields are counted.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crm_clean.errors import UnreadableInput
from crm_clean.sources.spec import Limits

_CHUNK = 1 << 20
_HARMLESS = 1 << 20  # what unpacks to less than this is no bomb, whatever its ratio
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


def read(path: Path, member: str | None, limits: Limits, *, name: str) -> bytes:
    """The content of `path`, or of its zip `member`, or unpacked when it is gzip. `name` is for the error message."""
    if member is not None:
        return _member(path, member, limits, name=name)
    data = path.read_bytes()
    return _gunzip(data, limits, name=name) if data[:2] == b"\x1f\x8b" else data


def members(path: Path, *, name: str) -> list[str]:
    """The names of a zip's files in order, folders and the leftovers of operating systems apart."""
    with _opened(path, name=name) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        locked = any(info.flag_bits & 1 for info in infos)
    if locked:
        raise UnreadableInput(name, "encrypted", "the archive is locked with a password; unpack it and give the files.")
    return sorted({info.filename for info in infos if not _is_leftover(info.filename)})


def display_name(member: str) -> str:
    """A member's name without what could climb out of a folder."""
    parts = [part for part in member.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "member"


def check_book(data: bytes, limits: Limits, *, name: str) -> None:
    """Refuse a workbook, which is a zip, that would unpack to far more than it holds."""
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                _check_sizes(info.file_size, info.compress_size, limits, name=name)
    except _BROKEN as error:
        raise UnreadableInput(name, "truncated", "the workbook is cut or damaged; export it again.") from error


def _is_leftover(member: str) -> bool:
    parts = member.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or any(part.startswith((".", "~$")) and part not in (".", "..") for part in parts)


def _opened(path: Path, *, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _BROKEN as error:
        raise UnreadableInput(name, "truncated", "the archive is cut or damaged; download it again.") from error


def _member(path: Path, member: str, limits: Limits, *, name: str) -> bytes:
    with _opened(path, name=name) as archive:
        try:
            info = archive.getinfo(member)
            _check_sizes(info.file_size, info.compress_size, limits, name=name)
            with archive.open(info) as stream:
                return b"".join(_counted(stream, info.compress_size, limits, name=name))
        except (*_BROKEN, KeyError, RuntimeError) as error:
            raise UnreadableInput(name, "truncated", "the archive is cut or damaged; download it again.") from error


def _gunzip(data: bytes, limits: Limits, *, name: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return b"".join(_counted(stream, len(data), limits, name=name))
    except _BROKEN as error:
        raise UnreadableInput(name, "truncated", "the gzip file is cut or damaged; download it again.") from error


def _counted(stream: IO[bytes] | gzip.GzipFile, packed: int, limits: Limits, *, name: str) -> Iterator[bytes]:
    read_so_far = 0
    while chunk := stream.read(_CHUNK):
        read_so_far += len(chunk)
        _check_sizes(read_so_far, packed, limits, name=name)
        yield chunk


def _check_sizes(unpacked: int, packed: int, limits: Limits, *, name: str) -> None:
    too_dense = unpacked > _HARMLESS and unpacked > limits.max_zip_ratio * max(packed, 1)
    if too_dense or unpacked > limits.max_member_bytes:
        raise UnreadableInput(
            name, "bomb", "it unpacks to far more than it holds; unpack it yourself if you trust it, and give the file."
        )
