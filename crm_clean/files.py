"""Durable files: written beside, flushed to disk, renamed into place.

Whoever reads a path sees the whole old file or the whole new one, never half of either, whatever kills the
writer. Every write of the package passes through here, so that a test can fail each of them in turn.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TEMPORARY_SUFFIX = ".writing"


def sync(path: Path) -> None:
    """Flush a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def rename(source: Path, target: Path) -> None:
    """Move a finished file or folder into place, atomically within one file system."""
    os.replace(source, target)
    sync(target.parent)


def beside(target: Path) -> Path:
    """The path that what is to become `target` is written at."""
    return target.with_name(f".{target.name}{TEMPORARY_SUFFIX}")


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """A temporary path beside `target` that becomes `target` when the block ends well, and goes when it does not."""
    temporary = beside(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        sync(temporary)
        rename(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(target: Path, text: str) -> None:
    """Replace `target` by UTF-8 `text`, line ends as given."""
    with writing(target) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


def remove(path: Path) -> None:
    """Remove a file or folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
