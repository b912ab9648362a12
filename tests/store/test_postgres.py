"""What is PostgreSQL's own: who may write when, what a project calls its own, and refusals in one sentence."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import suppress

import pandas as pd
import psycopg
import pytest

from crm_clean.errors import CrmCleanError, StoreLocked, UsageError
from crm_clean.records.tables import DECISIONS, MEMBERSHIP, RAW_ROWS, RECORDS
from crm_clean.store.base import VIEWS
from crm_clean.store.migrate import newest
from crm_clean.store.postgres import connection as connections
from crm_clean.store.postgres.address import address
from crm_clean.store.postgres.store import PostgresStore

HOLD = "import sys, time; from crm_clean.store.postgres.address import address\n\
from crm_clean.store.postgres.store import PostgresStore\n\
with PostgresStore(address(sys.argv[1])).hold(): print('held', flush=True); time.sleep(60)"


@pytest.fixture
def store(postgres: str) -> PostgresStore:
    return PostgresStore(address(postgres))


def say(url: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        for one in statements:
            found = connection.execute(one)
        return found.fetchall() if found.description else []


class TestOneAtATime:
    def test_a_second_run_is_told_at_once_and_exits_4(self, store, postgres):
        with store.hold():
            with pytest.raises(StoreLocked, match="wait until it has ended") as told, store.patient(0).hold():
                pass
            with PostgresStore(address(f"{postgres}&schema=another")).hold():
                pass
        assert told.value.exit_code == 4
        with store.hold():
            pass

    def test_it_holds_the_folder_of_the_project_too(self, postgres, new_postgres, tmp_path):
        here = PostgresStore(address(postgres), folder=tmp_path)
        elsewhere = PostgresStore(address(new_postgres()), folder=tmp_path)
        with here.hold(), pytest.raises(StoreLocked), elsewhere.hold():
            pass

    def test_a_killed_run_leaves_no_lock_behind(self, store, postgres):
        holder = subprocess.Popen([sys.executable, "-c", HOLD, postgres], stdout=subprocess.PIPE, text=True)
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreLocked), store.hold():
            pass
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
        for _ in range(100):
            with suppress(StoreLocked), store.hold():
                return
        pytest.fail("the lock is still held")

    def test_a_run_that_lost_its_lock_commits_nothing(self, store, commit_to, run_1, postgres):
        with store.hold():
            say(
                postgres,
                "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) "
                "WHERE locktype = 'advisory' AND datname = current_database()",
            )
            with pytest.raises(UsageError, match="gone away"):
                commit_to(store, run_1)
        assert store.last_run() == 0

    def test_who_changes_the_store_makes_others_wait_a_while(self, store, commit_to, run_1):
        commit_to(store, run_1)
        said = DECISIONS.frame({"left_id": ["s:1"], "right_id": ["s:2"], "verdict": ["same"]})
        with store._writing():
            assert len(store.read(RECORDS)) == 2
            with pytest.raises(StoreLocked, match="changing the store"):
                store.patient(0.05).append(DECISIONS, said)
        store.append(DECISIONS, said)
        assert len(store.read(DECISIONS)) == 1

    def test_readers_see_the_last_run_while_the_next_is_committed(self, store, commit_to, run_1):
        commit_to(store, run_1)
        with store._writing() as connection:
            connections.statement(connection, "DELETE FROM crm_clean_kept.records")
            assert len(store.read(RECORDS)) == 2
        assert store.read(RECORDS).empty


class TestFailures:
    def test_a_statement_that_fails_leaves_the_last_run(self, store, commit_to, run_1, monkeypatch):
        commit_to(store, run_1)
        stood, calls = store.digests(), [0]
        originals = {"statement": connections.statement, "ingest": connections.ingest}

        def failing(name):
            def call(*args, **options):
                calls[0] += 1
                if calls[0] == limit:
                    raise OSError(28, "No space left on device")
                return originals[name](*args, **options)

            return call

        later = {**run_1, "records": {"record_id": ["s:9"]}, "pairs": {"left_id": ["s:8"], "right_id": ["s:9"]}}
        limit = 0
        while store.last_run() == 1:
            limit, calls[0] = limit + 11, 0
            with monkeypatch.context() as patch, suppress(OSError):
                for module, name in [(m, n) for m in ("commit", "store", "connection") for n in originals]:
                    patch.setattr(f"crm_clean.store.postgres.{module}.{name}", failing(name), raising=False)
                commit_to(store, later)
            if store.last_run() == 1:
                assert store.digests() == stood
        assert store.last_run() == 2
        assert limit > 40

    def test_a_server_that_goes_away_in_mid_commit_keeps_nothing_of_it(
        self, store, commit_to, run_1, monkeypatch, postgres
    ):
        commit_to(store, run_1)
        stood = store.digests()

        def pulling(connection, name, batches, *, schema=None):
            say(postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND datname = current_database()")  # fmt: skip
            real(connection, name, batches, schema=schema)

        real = connections.ingest
        with monkeypatch.context() as patch:
            patch.setattr("crm_clean.store.postgres.memory.ingest", pulling)
            patch.setattr("crm_clean.store.postgres.store.ingest", pulling)
            with pytest.raises(UsageError, match="gone away") as told:
                commit_to(store, {"records": {"record_id": ["s:9"]}})
        assert told.value.exit_code == 2
        assert (store.last_run(), store.digests()) == (1, stood)

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            pytest.param(("host=/", "host=/nowhere/"), "cannot be reached", id="no server"),
            pytest.param(("@/", "@/no"), "no database", id="no database"),
            pytest.param(("postgres@", "stranger@"), "does not let us in", id="an unknown user"),
            pytest.param(("?host", "?colour=red&host"), "the address is right", id="a word libpq does not know"),
        ],
    )
    def test_what_cannot_be_opened_is_told_in_a_sentence(self, postgres, change, told):
        with pytest.raises(UsageError, match=told) as failed:
            PostgresStore(address(postgres.replace(*change, 1))).last_run()
        assert failed.value.exit_code == 2
        assert "\n" not in str(failed.value)

    def test_a_user_without_rights_is_told_what_to_ask_for(self, postgres_server, postgres):
        postgres_server.say("DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN")
        guest = postgres.replace("postgres@", "guest@")
        with pytest.raises(UsageError, match="GRANT CREATE ON DATABASE"):
            PostgresStore(address(f"{guest}&schema=mine")).last_run()
        with pytest.raises(UsageError, match="may not do this"):
            PostgresStore(address(guest)).last_run()

    def test_a_wrong_password_shows_nowhere(self, postgres_server, postgres):
        hba = postgres_server.folder / "pg_hba.conf"
        before = hba.read_text()
        postgres_server.say("DROP ROLE IF EXISTS careful", "CREATE ROLE careful LOGIN PASSWORD 'right'")
        try:
            hba.write_text(f"local all careful scram-sha-256\n{before}")
            postgres_server.say("SELECT pg_reload_conf()")
            asked = PostgresStore(address(postgres.replace("postgres@", "careful:hunter2@")))
            with pytest.raises(UsageError, match="does not let us in") as told:
                asked.last_run()
        finally:
            hba.write_text(before)
            postgres_server.say("SELECT pg_reload_conf()")
        shown = f"{told.value} {told.value!r} {asked!r} {asked.address!r} {told.value.__cause__}"
        assert "hunter2" not in shown

    def test_a_database_that_is_read_only_is_told_of(self, store, commit_to, run_1, postgres):
        commit_to(store, run_1)
        name = address(postgres).url.split("/")[3].split("?")[0]
        say(postgres, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        assert len(PostgresStore(store.address).read(RECORDS)) == 2
        with pytest.raises(UsageError, match="read only"):
            commit_to(store, run_1)

    def test_a_value_that_no_server_can_keep_is_refused_and_not_repeated(self, store, commit_to):
        with pytest.raises(UsageError, match="a NUL") as told:
            commit_to(store, {"records": {"record_id": ["s:1"], "first_name": ["Zebe\0dee"]}})
        assert "Zebe" not in str(told.value)
        assert store.last_run() == 0
        assert store.read(RECORDS, where={"record_id": "s\0"}).empty

    def test_a_store_of_a_newer_version_is_refused_with_a_sentence(self, store, postgres):
        say(postgres, f"INSERT INTO crm_clean_kept.schema_version VALUES ({newest() + 1})")
        with pytest.raises(UsageError, match=f"schema version {newest() + 1}, this crm-clean knows {newest()}"):
            store.last_run()

    def test_our_own_mistake_is_told_by_its_code_alone(self, store, postgres):
        say(postgres, "DROP VIEW crm_clean.crosswalk, crm_clean.golden", "DROP TABLE crm_clean_kept.golden CASCADE")
        with pytest.raises(CrmCleanError, match="SQLSTATE 42P01") as told:
            store.view("golden")
        assert told.value.exit_code == 1


class TestSchemas:
    def test_two_projects_share_a_database(self, postgres, commit_to, run_1):
        one, other = (PostgresStore(address(f"{postgres}&schema={name}")) for name in ("sales", "support"))
        commit_to(one, run_1)
        assert (one.last_run(), other.last_run()) == (1, 0)
        assert say(postgres, "SELECT count(*) FROM sales.golden") == [(1,)]
        assert say(postgres, "SELECT count(*) FROM support.golden") == [(0,)]

    def test_a_user_who_owns_the_schemas_needs_no_right_on_the_database(self, postgres_server, postgres):
        postgres_server.say("DROP ROLE IF EXISTS keeper", "CREATE ROLE keeper LOGIN")
        made = [f"CREATE SCHEMA {name} AUTHORIZATION keeper" for name in ("mine", "mine_kept", "mine_memory")]
        say(postgres, *made)
        keeper = PostgresStore(address(postgres.replace("postgres@", "keeper@") + "&schema=mine"))
        assert keeper.last_run() == 0

    def test_a_store_that_is_up_to_date_is_not_written_to_by_readers(self, postgres):
        url = f"{postgres}&options=-c%20default_transaction_read_only%3Don"
        reader = PostgresStore(address(url))
        assert reader.last_run() == 0
        assert reader.view("golden").empty

    def test_its_views_are_made_anew_with_the_schema(self, store, commit_to, run_1, postgres):
        commit_to(store, run_1)
        say(postgres, "UPDATE crm_clean_kept.schema_version SET version = version - 1", "DROP VIEW crm_clean.lineage")
        say(postgres, f"DELETE FROM crm_clean_kept.schema_version WHERE version = {newest() - 1}")
        say(postgres, "CREATE VIEW public.mine AS SELECT * FROM crm_clean.golden")
        with pytest.raises(CrmCleanError):
            store.prepare()
        assert say(postgres, "SELECT count(*) FROM public.mine") == [(1,)]

    def test_text_is_in_the_order_of_code_points(self, store, commit_to):
        names = ["a", "B", "_", "é", "z", "Z", "10", "9", "\U0001f600", "\uffee"]
        commit_to(store, {"membership": {"record_id": names, "golden_id": names}})
        assert store.read(MEMBERSHIP)["record_id"].tolist() == sorted(names)


@pytest.mark.parametrize("view", VIEWS)
def test_views_have_the_columns_of_the_embedded_store(store, embedded, commit_to, run_1, view):
    commit_to(store, run_1)
    commit_to(embedded, run_1)
    expected, found = embedded.view(view), store.view(view)
    left_out = ["digests"] if view == "runs" else []
    pd.testing.assert_frame_equal(
        found.drop(columns=left_out).sort_values(list(found.columns[:3]), ignore_index=True),
        expected.drop(columns=left_out).sort_values(list(expected.columns[:3]), ignore_index=True),
    )


def test_every_value_comes_back_as_from_the_embedded_store(store, embedded, commit_to):
    at = pd.to_datetime(["2024-02-29T23:59:59.123456Z", None], utc=True, format="ISO8601")
    content = {
        "records": {
            "record_id": ["s:1", "s:2"],
            "first_name": ["", None],
            "notes": ["line\nline\t'\"\\ \u200d", "\U0001f600"],
            "custom": ['{"a": "\\u0000"}', None],
            "source_row": [2**62, None],
            "is_deleted": [True, None],
            "consent_at": at,
            "purchase_total": [0.1 + 0.2, -0.0],
            "survey_score": [7.0, float("nan")],
        },
        "membership": {"record_id": ["s:1", "s:2"], "golden_id": ["G", "G"], "match_probability": [1.0, 1e-300]},
        "golden": {"golden_id": ["G"], "n_records": [2]},
        "raw_rows": {"file_id": ["f"] * 3, "source_row": [1, 2, 3], "cells": [["", None, "x,{}"], [], None]},
    }
    for one in (store, embedded):
        commit_to(one, content)
    for table in (RECORDS, RAW_ROWS, MEMBERSHIP):
        pd.testing.assert_frame_equal(store.read(table), embedded.read(table))
        assert store.standing(table).schema == embedded.standing(table).schema
    pd.testing.assert_frame_equal(store.view("lineage"), embedded.view("lineage"))


def test_one_golden_record_is_found_by_index(store, commit_to, postgres):
    ids = [f"s:{n:05d}" for n in range(3000)]
    people = {"record_id": ids, "first_name": ids}
    golden = {"golden_id": ids, "n_records": [1] * len(ids)}
    points = {"record_id": ids, "kind": ["email"] * len(ids), "ordinal": [1] * len(ids)}
    content = {"membership": {"record_id": ids, "golden_id": ids}, "records": people, "golden": golden}
    commit_to(store, content | {"contact_points": points})
    asked = "EXPLAIN SELECT * FROM crm_clean.lineage WHERE golden_id = 's:00007'"
    plan = "\n".join(str(row[0]) for row in say(postgres, asked))
    assert "Seq Scan on membership" not in plan
    assert "Seq Scan on records" not in plan
    assert "Seq Scan on contact_points" not in plan
