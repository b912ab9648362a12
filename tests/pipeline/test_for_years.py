"""Loads, decisions, splits, rollbacks and erasures in any order: what is promised of a store holds after each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from years import Years, copied, copied_on, made

from crm_clean.project import Project


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in a file, loaded once; to be copied."""
    return made(tmp_path_factory.mktemp("years") / "project")


@pytest.fixture(scope="module")
def loaded_on_server(tmp_path_factory: pytest.TempPathFactory, postgres_server) -> Project:
    """A project in a database, loaded once; to be copied."""
    postgres_server.say("CREATE DATABASE loaded")
    return made(tmp_path_factory.mktemp("years") / "project", store=postgres_server.url("loaded"))


def live(begin: Callable[[], object], *, examples: int, steps: int, is_random: bool = False) -> None:
    machine = type("Years", (Years,), {"begin": staticmethod(begin)})
    asked = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=not is_random,
        database=None,
        print_blob=is_random,
        phases=[Phase.generate, Phase.shrink] if is_random else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=asked)


def test_what_is_promised_holds_in_a_file(loaded: Project) -> None:
    live(lambda: copied(loaded), examples=3, steps=6)


@pytest.mark.soak
def test_what_is_promised_holds_in_a_file_for_long(loaded: Project) -> None:
    live(lambda: copied(loaded), examples=200, steps=12, is_random=True)


def test_what_is_promised_holds_in_a_database(loaded_on_server: Project, postgres_server) -> None:
    live(lambda: copied_on(postgres_server, loaded_on_server, "loaded"), examples=1, steps=7)


@pytest.mark.soak
def test_what_is_promised_holds_in_a_database_for_long(loaded_on_server: Project, postgres_server) -> None:
    begin = lambda: copied_on(postgres_server, loaded_on_server, "loaded")  # noqa: E731
    live(begin, examples=100, steps=12, is_random=True)
