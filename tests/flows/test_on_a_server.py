"""The flows on a real Prefect server: recorded, scheduled, killed, refused; and nobody's data in its database.

One server stands for all of this file. What takes long was begun together, before the first test: see `begun`.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crm_clean.project import Project
from crm_clean.records.tables import FILES, QUARANTINE, RAW_ROWS
from flows import environment, names
from flows.server import answers

pytestmark = pytest.mark.usefixtures("begun")

STEPS = ["ingest", "normalise", "link", "merge", "validate", "publish"]
PERSON = ("Zzcanary7261", "zzcanary7261@qvogelsang", "Qvogelsang Halyards", "the boathouse")
TELLTALES = ("zzcanary7261", "qvogelsang", "2125550199", "212-555-0199", "qvsecret", "qvcolumn", "qvcell")


class TestARun:
    def test_completes_with_every_task_on_record(self, world, ran):
        assert (ran["demo"].code, ran["demo"].err) == (0, "")
        flow_run = world.flow_run("refresh demo")
        tasks = sorted(world.of_run("task_runs", flow_run), key=lambda task: task["start_time"])
        assert flow_run["state"]["type"] == "COMPLETED"
        assert [(task["name"], task["state"]["type"]) for task in tasks] == [(step, "COMPLETED") for step in STEPS]

    def test_makes_the_very_tables_that_a_run_without_prefect_makes(self, folders, undisturbed):
        assert Project(folders["demo"]).store.digests() == undisturbed

    def test_prints_counts_and_where_the_report_is(self, ran, folders):
        out = ran["demo"].out
        assert out.startswith("refresh demo: run 1 is committed.\n")
        assert all(f"\n  {step} " in out for step in STEPS)
        report = next(line.split()[-1] for line in out.splitlines() if "  report " in line)
        assert Path(report).is_file()
        assert Path(report).is_relative_to(folders["demo"])

    def test_leaves_a_summary_a_score_and_a_link_to_the_report(self, world, folders):
        left = {one["key"]: one for one in world.of_run("artifacts", world.flow_run("refresh demo"))}
        assert set(left) == {"summary-demo", "quality-demo", "report-demo"}
        assert "| People |" in left["summary-demo"]["data"]
        assert [row["quality"] for row in json.loads(left["quality-demo"]["data"])][-1] == "Overall"
        page = (folders["demo"] / "outbox" / "run-000001" / "report.html").resolve()
        assert page.as_uri() in left["report-demo"]["data"]

    def test_tells_prefect_paths_and_no_more(self, world, folders, exports):
        told = world.flow_run("refresh demo")["parameters"]
        asked = {"project": str(folders["demo"]), "inputs": [str(exports)], "workers": None, "full": False}
        assert told == asked | {"truth": None}

    def test_gives_its_turn_back(self, world, folders):
        limit = world.server.ask(f"/v2/concurrency_limits/{names.limit(folders['demo'])}")
        assert (limit["limit"], limit["active_slots"]) == (1, 0)

    def test_sends_nothing_home(self, world):
        settings = world.server.ask("/admin/settings")
        assert settings["server"]["analytics_enabled"] is False
        asked = "from prefect.analytics import is_telemetry_enabled as on; print(on())"
        env = {name: value for name, value in os.environ.items() if name not in environment.TELEMETRY_OFF}
        said = subprocess.run(
            [sys.executable, "-c", f"import flows; {asked}"], env=env, capture_output=True, text=True, check=True
        )
        assert said.stdout == "False\n"


class TestARunThatMayNotBeCommitted:
    def test_has_the_exit_code_of_a_failed_gate(self, ran):
        assert (ran["refused"].code, ran["refused"].out) == (3, "")
        assert ran["refused"].err.startswith("flows: 1 critical expectation(s) failed, nothing was committed")
        assert ran["refused"].err.count("\n") == 1

    def test_is_a_failed_flow_run_in_the_same_words(self, world, ran):
        state = world.flow_run("refresh refused")["state"]
        assert (state["type"], state["name"]) == ("FAILED", "Failed")
        assert ran["refused"].err.removeprefix("flows: ").strip() in state["message"]

    def test_links_to_the_page_about_it_and_lists_what_was_not_met(self, world):
        left = {one["key"]: one for one in world.of_run("artifacts", world.flow_run("refresh refused"))}
        assert {key: one["type"] for key, one in left.items()} == {
            "refused-refused": "markdown",
            "refused-report-refused": "markdown",  # which is what Prefect makes of a link
        }
        assert "golden: expect&#95;table&#95;row&#95;count" in left["refused-refused"]["data"]
        page = left["refused-report-refused"]["data"].partition("(file://")[2].partition(")")[0]
        assert Path(page).is_file()

    def test_is_not_tried_again_and_leaves_nothing(self, world, folders):
        tasks = {task["name"]: task for task in world.of_run("task_runs", world.flow_run("refresh refused"))}
        assert (tasks["validate"]["state"]["type"], tasks["validate"]["run_count"]) == ("FAILED", 1)
        assert "publish" not in tasks
        assert Project(folders["refused"]).store.last_run() == 0


def test_a_step_that_breaks_is_told_by_kind_and_place(world, ran, folders):
    assert (ran["broken"].code, ran["broken"].out) == (1, "")
    assert ran["broken"].err.startswith("flows: Something went wrong inside crm-clean (ValueError at ")
    assert ran["broken"].err.count("\n") == 1
    state = world.flow_run("refresh broken")["state"]
    assert state["type"] == "FAILED"
    assert "(ValueError at " in state["message"]
    assert Project(folders["broken"]).store.last_run() == 0


def test_a_store_that_is_held_is_tried_again_and_then_told(world, ran):
    assert (ran["held"].code, ran["held"].out) == (4, "")
    assert ran["held"].err.startswith("flows: Another run holds the store in ")
    assert ran["held"].err.count("\n") == 1
    (task,) = world.of_run("task_runs", world.flow_run("refresh held"))
    assert (task["state"]["type"], task["run_count"]) == ("FAILED", 3)


def test_a_run_that_is_killed_leaves_the_store_as_it_was(ran, folders):
    assert ran["killed"].code == -signal.SIGKILL
    assert Project(folders["stood"]).store.last_run() == 0
    assert list((folders["stood"] / "outbox").iterdir()) == []


def test_a_run_before_it_that_does_not_end_is_told(world, ran, folders):
    assert (ran["late"].code, ran["late"].out) == (4, "")
    assert (
        ran["late"].err == "flows: Another run of this project goes on and on: look at it in Prefect, then run again.\n"
    )
    assert world.flow_run("refresh late")["state"]["type"] == "FAILED"
    assert Project(folders["late"]).store.last_run() == 0


@pytest.fixture(scope="module")
def checkout(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The flows and their deployments in another place, where the project they name is none."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(root / "flows", folder / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "prefect.yaml", folder)
    return folder


@pytest.fixture(scope="module")
def serving(world, begin, checkout) -> tuple[subprocess.Popen[str], list[str]]:
    """`python -m flows serve`, and what it said until it served."""
    process = begin("serve", env=world.env | {"PREFECT_WORKER_QUERY_SECONDS": "2"}, cwd=checkout)
    return process, list(iter(process.stdout.readline, "Ctrl-C stops it all.\n"))


class TestServing:
    def test_deploys_and_schedules_by_the_calendar(self, world, serving, until):
        _, said = serving
        assert [line.split(": next on ")[0] for line in said[1:]] == [
            "refresh/daily works on data/demo",
            "refresh/monthly works on data/demo",
        ]
        (daily,) = [one for one in self.deployments(world) if one["name"] == "daily"]
        asked = {
            "deployments": {"id": {"any_": [daily["id"]]}},
            "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        }
        coming = until(lambda: world.server.ask("/flow_runs/filter", asked), "a run on the calendar", patience=90)
        assert all(run["expected_start_time"][14:19] == "00:00" for run in coming)
        assert daily["schedules"][0]["schedule"] == {
            "cron": "0 2 * * *",
            "timezone": "Europe/Berlin",
            "day_or": True,
        }

    @pytest.mark.usefixtures("serving")
    def test_carries_out_what_is_due(self, world, until, make_project, exports, undisturbed):
        folder = make_project("due")
        (daily,) = [one for one in self.deployments(world) if one["name"] == "daily"]
        asked = {"parameters": {"project": str(folder), "inputs": [str(exports)]}}
        run = world.server.ask(f"/deployments/{daily['id']}/create_flow_run", asked)

        def ended() -> Any:
            now = world.server.ask(f"/flow_runs/{run['id']}")
            return now if now["state"]["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

        end = until(ended, "the worker")
        assert (end["name"], end["state"]["type"]) == ("refresh due", "COMPLETED")
        assert Project(folder).store.digests() == undisturbed

    def test_ends_with_all_it_started(self, serving):
        process, _ = serving
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
        ).stdout.split()
        assert children
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=240)
        assert (process.returncode, out, err) == (0, "Stopped.\n", "")
        assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []

    def deployments(self, world: Any) -> list[Any]:
        return list(world.server.ask("/deployments/filter", {}))


def test_the_page_of_a_run_is_seen_without_a_network(world, tmp_path):
    from playwright.sync_api import sync_playwright

    flow_run, asked = world.flow_run("refresh demo"), []
    picture = tmp_path / "flow.png"
    drawn = ["--no-sandbox", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]  # its graph is drawn by WebGL
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=drawn)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.on("request", lambda request: asked.append(request.url.removeprefix("blob:")))
        page.goto(f"{world.server.pages}/runs/flow-run/{flow_run['id']}")
        page.get_by_text("6 Task runs").first.wait_for(timeout=120_000)
        page.get_by_text("publish: ").first.wait_for(timeout=120_000)
        page.locator("canvas").first.wait_for(timeout=120_000)
        page.wait_for_timeout(4000)  # until the graph has come to rest, which nothing tells
        page.screenshot(path=picture)
        browser.close()
    assert picture.stat().st_size > 30_000
    assert any(url.endswith(".js") for url in asked)
    assert [url for url in asked if not url.startswith(world.server.pages)] == []
    if wanted := os.environ.get("CRM_CLEAN_PICTURES"):
        shutil.copy(picture, Path(wanted) / "flow.png")


def test_the_next_run_takes_up_what_was_killed_and_another_waits_for_it(ran, folders, undisturbed):
    """Both were begun right after the kill, and wait for the slot that the killed run still held, too."""
    said = [ran["next"], ran["beside"]]
    assert [(one.code, one.err) for one in said] == [(0, ""), (0, "")]
    assert sorted(one.out.splitlines()[0] for one in said) == [
        "refresh killed: nothing changed, run 1 stands.",
        "refresh killed: run 1 is committed.",
    ]
    assert Project(folders["killed"]).store.digests() == undisturbed


def test_a_server_that_dies_in_the_middle_of_a_run_takes_nothing_along(dying, ran, folders, undisturbed):
    assert not answers(dying[0].server.api)
    assert (ran["bereft"].code, ran["bereft"].err) == (0, "")
    assert ran["bereft"].out.startswith("refresh bereft: run 1 is committed.\n")
    assert "Prefect's server went away meanwhile" in ran["bereft"].out
    assert Project(folders["bereft"]).store.digests() == undisturbed


class TestNobodysData:
    """Looked for when all has been run and written; each search finds something that is known to be there, first."""

    def test_is_in_prefects_tables(self, world):
        cells = list(cells_of(world.home / "prefect.db"))
        for known in ("refresh demo", "(valueerror at ", "golden: expect&#95;table", "1 critical expectation"):
            assert any(known in cell for cell in cells), known
        assert [cell for cell in cells if any(telltale in cell for telltale in TELLTALES)] == []

    def test_is_in_any_file_of_prefects(self, world):
        whole = b"\n".join(path.read_bytes() for path in world.home.rglob("*") if path.is_file())
        assert b"refresh demo" in whole
        assert b"(ValueError at " in whole
        assert in_base64("Something went wrong", whole)  # errors are kept by Prefect, pickled
        assert [telltale for telltale in TELLTALES if telltale.encode() in whole.lower()] == []
        assert [value for value in PERSON if in_base64(value, whole)] == []

    def test_is_printed(self, ran):
        said = "\n".join(one.out + one.err for one in ran.all()).lower()
        assert "refresh demo" in said
        assert [telltale for telltale in TELLTALES if telltale in said] == []

    def test_would_be_found(self, folders):
        store = Project(folders["demo"]).store
        kept = "\n".join(store.read(table).to_csv() for table in (FILES, RAW_ROWS, QUARANTINE)).lower()
        assert [telltale for telltale in TELLTALES if telltale not in kept] == []
        assert in_base64(PERSON[0], base64.b64encode(f"as {PERSON[0]} says".encode()))


def cells_of(path: Path) -> Iterator[str]:
    """Every cell of every table of a SQLite file, in small letters."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        assert {"flow_run", "flow_run_state", "task_run", "log", "artifact", "events"} <= set(tables)
        for table in tables:
            for row in database.execute(f'select * from "{table}"'):
                yield from (str(cell).lower() for cell in row)


def in_base64(word: str, whole: bytes) -> bool:
    """Whether a word is in there as base64 writes it, wherever its groups of three bytes and its lines begin."""
    unbroken = whole.replace(b"\\n", b"").replace(b"\n", b"")
    shifted = [base64.b64encode(b"\0" * n + word.encode()) for n in range(3)]
    return any(written[4 if n else 0 : -4] in unbroken for n, written in enumerate(shifted))
