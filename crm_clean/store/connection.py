"""Sandboxed DuckDB connections, opened late and closed early.

No connection can load an extension, reach a file outside the folders it was given, or loosen either rule. The
database is held only while a statement needs it, so readers and the one writer take turns; both wait a while for
the other before they give up.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from crm_clean.errors import StoreLocked, UsageError
from crm_clean.store.lock import FORBIDDEN, not_ours, private_files

if TYPE_CHECKING:
    import duckdb

Opened = TypeVar("Opened")

PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.05
# What DuckDB says of a file of a version to come, of one it cannot make sense of, and when another process, or another
# kind of connection in this one, holds the file.
_NEWER = ("newer version of DuckDB", "database file with version number")
_DAMAGED = ("not a valid DuckDB database", "Corrupt database file", "Could not read enough bytes", "Is a directory")
_HELD = ("Could not set lock on file", "different configuration")


@contextmanager
def connected(
    file: Path, *, writing: bool = False, folders: Sequence[Path] = (), patience: float = PATIENCE_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to `file` that may also read and write files under `folders`.

    Raises StoreLocked when somebody else still holds the file after `patience` seconds, OSError when the disk is full,
    UsageError for a file that is no database, is damaged, or may not be used in this way.
    """
    import duckdb

    with private_files():
        try:
            connection = _open(file, writing=writing, patience=patience)
            try:
                _seal(connection, folders)
                yield connection
            finally:
                connection.close()
        except duckdb.Error as error:
            told = _told(str(error), file, writing=writing)
            if told is None:
                raise
            raise told from error


def statement(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()) -> Any:
    """Run one statement. Every change to a store passes through here, so that a test can fail each in turn."""
    return connection.execute(sql, list(values))


def first_row(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()) -> tuple[Any, ...]:
    """The first row of a query that always has one; leaves no result open."""
    rows: list[tuple[Any, ...]] = connection.execute(sql, list(values)).fetchall()
    return rows[0]


def undo(connection: duckdb.DuckDBPyConnection) -> None:
    """Roll back what the failed statement left of its transaction, if anything."""
    import duckdb

    with suppress(duckdb.Error):
        connection.execute("ROLLBACK")


def quoted(name: str) -> str:
    """An identifier or path as SQL text between its quotes' escapes."""
    return name.replace("'", "''")


def _told(text: str, file: Path, *, writing: bool) -> Exception | None:
    """What to say of an error of the engine that is not ours, None for any other."""
    if os.strerror(errno.ENOSPC) in text:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
    if forbidden := next((os.strerror(number) for number in FORBIDDEN if os.strerror(number) in text), None):
        return not_ours(file, forbidden, "written to" if writing else "read")
    if any(words in text for words in _NEWER):
        return UsageError(f"{file} was written by a newer DuckDB: use the crm-clean that wrote it, or a later one.")
    if any(words in text for words in _DAMAGED):
        return UsageError(f"{file} is no store, or is damaged: move it away, and put a good copy in its place.")
    return None


def _open(file: Path, *, writing: bool, patience: float) -> duckdb.DuckDBPyConnection:
    import duckdb

    config = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(file.parent / "tmp"),
    }

    def connect() -> duckdb.DuckDBPyConnection:
        while True:
            before = _inode(file)
            connection = duckdb.connect(str(file), read_only=not writing, config=config)
            if writing and _is_sealed(connection):  # held within this process, where no lock of the system shows it
                connection.close()
                raise duckdb.ConnectionException(_HELD[-1])
            if before in (None, _inode(file)):
                return connection
            connection.close()  # another file took the place of this one while it was being opened

    return _waiting(connect, file, patience)


def _inode(file: Path) -> int | None:
    return file.stat().st_ino if file.exists() else None


def attached(connection: duckdb.DuckDBPyConnection, file: Path, *, name: str, patience: float) -> None:
    """Attach another database to `connection`, to read it as `name`; raises StoreLocked as `connected` does."""
    sql = f"ATTACH '{quoted(str(file.resolve()))}' AS {name} (READ_ONLY)"
    _waiting(lambda: statement(connection, sql), file, patience)


def _waiting(opening: Callable[[], Opened], file: Path, patience: float) -> Opened:
    import duckdb

    deadline = time.monotonic() + patience
    while True:
        try:
            return opening()
        except (duckdb.IOException, duckdb.ConnectionException) as error:
            if not any(words in str(error) for words in _HELD):
                raise
            if time.monotonic() > deadline:
                raise StoreLocked(
                    f"{file} is open elsewhere: close what holds it (a notebook, another run), then try again."
                ) from error
        time.sleep(_PAUSE_SECONDS)


def _is_sealed(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(first_row(connection, "SELECT current_setting('lock_configuration')")[0])


def _seal(connection: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> None:
    if _is_sealed(connection):  # another reader of this process has the file open
        return
    allowed = ", ".join(f"'{quoted(str(folder.resolve()))}/'" for folder in folders)
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
