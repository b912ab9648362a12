"""Brings the schemas of a project to what this version knows: numbered migrations, each applied once, in order.

A migration is written once, for both engines: what it says of tables is put into PostgreSQL's words here. The views
hold nothing and are made anew, from texts of their own. A store of a newer version is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crm_clean.errors import UsageError
from crm_clean.store.digests import KEPT
from crm_clean.store.migrate import migrations, newest
from crm_clean.store.postgres import indexes
from crm_clean.store.postgres.address import Address
from crm_clean.store.postgres.connection import statement
from crm_clean.store.postgres.locks import WRITING, key
from crm_clean.store.postgres.views import view_texts

if TYPE_CHECKING:
    import psycopg

OLDEST_SERVER = 140000
# Ids are ordered by code point, as everywhere else, whatever the language of the database.
_WORDS = {
    r"\bVARCHAR\b": 'text COLLATE "C"',
    r'\btext COLLATE "C"\[\]': 'text[] COLLATE "C"',
    r"\bTIMESTAMP WITH TIME ZONE\b": "timestamptz",
    r"\bDOUBLE\b(?! PRECISION)": "double precision",
}
_OF_VIEWS = re.compile(r"^(CREATE( OR REPLACE)?|DROP|ALTER) (VIEW|MACRO)\b", re.IGNORECASE)


def version(connection: psycopg.Connection[Any], address: Address) -> int:
    """The schema version of the project, 0 where there is none; raises UsageError when it is newer than ours."""
    name = f"{address.kept}.schema_version"
    if _value(connection, f"SELECT to_regclass('{name}') IS NULL"):
        return 0
    return checked(int(_value(connection, f"SELECT coalesce(max(version), 0) FROM {name}")))


def checked(found: int) -> int:
    """`found` itself, unless it is of a version to come."""
    if found > newest():
        raise UsageError(
            f"The store has schema version {found}, this crm-clean knows {newest()}: "
            "use the crm-clean that wrote it, or a later one."
        )
    return found


def migrate(connection: psycopg.Connection[Any], address: Address) -> None:
    """Apply what is missing, all of it or nothing; waits until whoever is writing has ended."""
    if int(_value(connection, "SHOW server_version_num")) < OLDEST_SERVER:
        raise UsageError(f"PostgreSQL at {address.shown} is older than version 14: use a newer server.")
    statement(connection, "BEGIN")
    statement(connection, f"SELECT pg_advisory_xact_lock({key(address, WRITING)})")
    at = version(connection, address)
    if at < newest():
        for schema in (address.views, address.kept, address.memory):
            if _value(connection, f"SELECT to_regnamespace('{schema}') IS NULL"):
                statement(connection, f"CREATE SCHEMA {schema}")
        for number, sql in migrations().items():
            if number > at:
                _apply(connection, address, number, sql)
        for table in KEPT:
            indexes.make(connection, address, table.name)
        _make_views(connection, address)
    statement(connection, "COMMIT")


def translated(sql: str, address: Address) -> list[str]:
    """The statements of a migration that speak of tables, in PostgreSQL's words and the project's schemas."""
    bare = re.sub(r"--[^\n]*", "", sql)
    out = []
    for part in (" ".join(piece.split()) for piece in bare.split(";")):
        if not part or _OF_VIEWS.match(part) or part.upper().startswith("CREATE SCHEMA"):
            continue
        said = re.sub(r"\bkept\.", f"{address.kept}.", part)
        said = re.sub(r"\bmemory\.", f"{address.memory}.", said)
        for theirs, ours in _WORDS.items():
            said = re.sub(theirs, ours, said)
        out.append(said)
    return out


def _apply(connection: psycopg.Connection[Any], address: Address, number: int, sql: str) -> None:
    statement(connection, f"CREATE TABLE IF NOT EXISTS {address.kept}.schema_version (version integer NOT NULL)")
    for part in translated(sql, address):
        statement(connection, part)
    statement(connection, f"INSERT INTO {address.kept}.schema_version VALUES ({number})")


def _make_views(connection: psycopg.Connection[Any], address: Address) -> None:
    found = connection.execute("SELECT viewname FROM pg_views WHERE schemaname = %s", [address.views]).fetchall()
    texts = view_texts(address)
    for (name,) in found:
        if name in texts:
            statement(connection, f'DROP VIEW {address.views}."{name}"')
    for name, text in texts.items():
        statement(connection, f"CREATE VIEW {address.views}.{name} AS\n{text}")


def _value(connection: psycopg.Connection[Any], sql: str) -> Any:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return row[0]
