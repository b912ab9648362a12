"""Connections to PostgreSQL, opened late and closed early, and its refusals as sentences.

Rows travel as Arrow through the driver of ADBC, which also runs the statements of one transaction; what is said to
the server otherwise goes through psycopg. No message of the server is passed on: it may quote values.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crm_clean.errors import CrmCleanError, StoreLocked, UsageError
from crm_clean.store.postgres.address import Address

if TYPE_CHECKING:
    import psycopg
    from adbc_driver_manager.dbapi import Connection

PATIENCE_SECONDS = 60.0
_NOTHING_HALF = "what stood before still stands"


@contextmanager
def session(address: Address, *, patience: float = PATIENCE_SECONDS) -> Iterator[psycopg.Connection[Any]]:
    """A connection that commits every statement by itself; refusals come as sentences."""
    import psycopg

    with told(address), psycopg.connect(address.url, autocommit=True) as connection:
        connection.execute(_manners(address, patience))
        yield connection


@contextmanager
def transaction(
    address: Address, *, patience: float = PATIENCE_SECONDS, one_state: bool = False
) -> Iterator[Connection]:
    """A connection for rows, in a transaction that stands when the block ends and not if it fails.

    With `one_state`, all reads of the block see the same. Raises StoreLocked when somebody else still holds what a
    statement needs after `patience` seconds, UsageError when the server refuses or goes away.
    """
    import adbc_driver_postgresql.dbapi as adbc

    with told(address):
        connection = adbc.connect(address.url)
        try:
            if one_state:
                statement(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            statement(connection, _manners(address, patience))
            yield connection
            statement(connection, "COMMIT")
        finally:
            # A connection that is broken says so once more when it is let go: the first word counts.
            for let_go in (connection.rollback, connection.close):
                with suppress(adbc.Error):
                    let_go()


def statement(connection: Connection | psycopg.Connection[Any], sql: str) -> None:
    """Run one statement. Every change to a store passes through here, so that a test can fail each in turn."""
    if sql == "COMMIT" and not hasattr(connection, "pgconn"):
        connection.commit()
        return
    with connection.cursor() as cursor:
        cursor.execute(sql)
        if sql.startswith("SELECT"):
            cursor.fetchall()  # a query has not happened until its rows have come


def rows(connection: Connection, sql: str) -> pa.Table:
    """What a query gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetch_arrow_table()


def first_row(connection: Connection, sql: str) -> tuple[Any, ...]:
    """The first row of a query that always has one."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    assert row is not None
    return row


def ingest(
    connection: Connection, name: str, batches: pa.RecordBatchReader | pa.Table, *, schema: str | None = None
) -> None:
    """Copy rows into the table `name` of `schema`, or into a temporary one."""
    where = {"temporary": True} if schema is None else {"db_schema_name": schema}
    with connection.cursor() as cursor:
        cursor.adbc_ingest(name, batches, mode="append", **where)


def quoted(value: str) -> str:
    """A text as SQL; raises ValueError for one that the server cannot hold."""
    if "\0" in value:
        raise ValueError("a NUL stands in the text")
    from psycopg import sql

    return sql.Literal(value).as_string()


@contextmanager
def told(address: Address) -> Iterator[None]:
    """Whatever a driver raises inside the block comes out as one of our errors, without what it said."""
    import adbc_driver_manager
    import psycopg

    try:
        yield
    except (psycopg.Error, adbc_driver_manager.Error) as error:
        raise _sentence(address, getattr(error, "sqlstate", None), str(error)) from None


def _manners(address: Address, patience: float) -> str:
    """How the server is to treat a connection; one that died in the middle of a statement is noticed in a second."""
    settings = {
        "TimeZone": "UTC",
        "DateStyle": "ISO",
        "search_path": f"{address.views}, {address.kept}",
        "lock_timeout": f"{max(1, round(patience * 1000))}",
        "client_connection_check_interval": "1000",
        "work_mem": "64MB",
        "maintenance_work_mem": "256MB",
        "tcp_keepalives_idle": "30",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
    }
    return "SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())


def _sentence(address: Address, state: str | None, message: str) -> Exception:
    state = (state or "").strip("\0 ")
    for codes, words, tell in _REFUSALS:
        if state.startswith(codes) if state else any(word in message for word in words):
            return tell(address)
    if not state or state == "00000":
        return _gone(address)
    return CrmCleanError(
        f"PostgreSQL at {address.shown} refused a statement (SQLSTATE {state}), {_NOTHING_HALF}; this should not "
        "happen: please report it with that code."
    )


def _gone(address: Address) -> Exception:
    return UsageError(
        f"PostgreSQL at {address.shown} cannot be reached or has gone away, {_NOTHING_HALF}: see that the server is up "
        "and the address is right, then run again."
    )


def _held(address: Address) -> Exception:
    return StoreLocked(
        f"Somebody else is changing the store in {address.shown}: wait until that has ended, then try again."
    )


def _not_let_in(address: Address) -> Exception:
    return UsageError(
        f"PostgreSQL at {address.shown} does not let us in: check the user in the address, and the password in "
        "PGPASSWORD, ~/.pgpass or CRM_CLEAN_STORE."
    )


def _no_database(address: Address) -> Exception:
    return UsageError(f"PostgreSQL has no database {address.shown}: create it (`createdb`), or mend the address.")


def _no_rights(address: Address) -> Exception:
    return UsageError(
        f"The user may not do this in {address.shown}: let the owner of the database GRANT CREATE ON DATABASE to them, "
        f"or create the schemas {address.views}, {address.kept} and {address.memory} for them."
    )


def _read_only(address: Address) -> Exception:
    return UsageError(f"The database {address.shown} is read only: name the primary server, or open it for writing.")


def _full(address: Address) -> Exception:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"the server of {address.shown}")


def _not_text(address: Address) -> Exception:
    return UsageError(
        f"A value holds a NUL or broken text, which PostgreSQL at {address.shown} cannot keep, {_NOTHING_HALF}: take "
        "it out of the export, then run again."
    )


def _in_the_way(address: Address) -> Exception:
    return UsageError(
        f"Views or tables of others rest on the views in schema {address.views} of {address.shown}, which are to be "
        "made anew: drop them, run again, and make them again."
    )


_Tell = Callable[[Address], Exception]
# By the first characters of the SQLSTATE; while connecting the server gives none, and English words must do.
_REFUSALS: tuple[tuple[tuple[str, ...], tuple[str, ...], _Tell], ...] = (
    (("55P03", "40P01"), (), _held),
    (("28",), ("authentication failed", "no password supplied", "pg_hba.conf", 'role "'), _not_let_in),
    (("3D000",), ('database "',), _no_database),
    (("42501",), ("permission denied",), _no_rights),
    (("25006",), (), _read_only),
    (("53100",), (), _full),
    (("22021",), (), _not_text),
    (("2BP01",), (), _in_the_way),
    (("57P", "08"), (), _gone),
)
