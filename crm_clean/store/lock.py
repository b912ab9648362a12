"""One run at a time: a lock on a file that the operating system drops with the process, however it dies.

Nothing is left behind by a killed run, so there is no stale lock to clear by hand.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm_clean.errors import StoreLocked, UsageError

LOCK_NAME = "run.lock"
# What the system says to those who may not.
FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)


def not_ours(path: Path, why: str, what: str) -> UsageError:
    """What to say of a file or folder that cannot be read, or written to, because the system says so."""
    return UsageError(
        f"{path} cannot be {what} ({why.lower()}): ask for the right to it and its folder, or work on a copy elsewhere."
    )


@contextmanager
def may_change(folder: Path) -> Iterator[None]:
    """A block that writes in `folder`; raises UsageError when that is not allowed, or something else lies there."""
    try:
        yield
    except OSError as error:
        if error.errno in (*FORBIDDEN, errno.ENOTDIR, errno.EEXIST):
            raise not_ours(folder, os.strerror(error.errno), "written to") from error
        raise


@contextmanager
def private_files() -> Iterator[None]:
    """Whatever is created inside the block is readable by its owner alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Hold the store in `folder` for one run; raises StoreLocked at once when another process or thread holds it."""
    with private_files(), may_change(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise StoreLocked(
                f"Another run holds the store in {folder}: wait until it has ended, then run again."
            ) from taken
        yield
    finally:
        os.close(handle)
