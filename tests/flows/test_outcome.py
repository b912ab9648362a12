"""How a flow went is what its steps say, whatever became of Prefect meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_clean.errors import CrmCleanError, GateFailed, StoreLocked
from flows.journal import Done, Journal
from flows.outcome import judged, told
from flows.server import Server, ServerFailed

STANDING, OURS = Server("http://127.0.0.1:4200/api"), Server("http://127.0.0.1:9999/api", is_ours=True)
INGESTED = Done("ingest", 2, True, {"files": 6, "rows": 2000})
PUBLISHED = Done("publish", 3, True, {"files_written": 18}, "/srv/crm/outbox/run-000003")
UNCHANGED = Done("publish", 2, False, {}, "/srv/crm/outbox/run-000002")


class TerminationSignal(BaseException):
    """As Prefect calls its own."""


def noted(*entries: Done | CrmCleanError) -> Journal:
    steps = [entry.step if isinstance(entry, Done) else "merge" for entry in entries]
    return Journal("f00", dict(zip(steps, entries, strict=True)))


@pytest.mark.parametrize(
    ("stopped", "entries", "is_lost", "code"),
    [
        pytest.param(ConnectionError("no"), [INGESTED], True, 1, id="a server that went away in the middle"),
        pytest.param(RuntimeError("no"), [], False, 1, id="a Prefect that does not work"),
        pytest.param(None, [INGESTED], False, 1, id="a flow that ended too early"),
        pytest.param(GateFailed(["x"]), [INGESTED, GateFailed(["x"])], False, 3, id="a failed gate"),
        pytest.param(ConnectionError("no"), [INGESTED, GateFailed(["x"])], True, 3, id="a failed gate nobody heard of"),
        pytest.param(StoreLocked("held"), [], False, 4, id="a turn that never came"),
    ],
)
def test_what_is_no_good_end_has_the_code_of_the_contract(stopped, entries, is_lost, code):
    with pytest.raises(CrmCleanError) as raised:
        judged("refresh", stopped, noted(*entries), on=STANDING, is_lost=is_lost)
    assert raised.value.exit_code == code


@pytest.mark.parametrize(
    "stopped",
    [pytest.param(KeyboardInterrupt(), id="from the keyboard"), pytest.param(TerminationSignal(), id="asked")],
)
def test_an_interrupt_stays_one(stopped):
    with pytest.raises(KeyboardInterrupt):
        judged("refresh", stopped, noted(INGESTED), on=STANDING, is_lost=False)


def test_a_run_that_was_committed_is_done_although_its_server_went_away():
    outcome = judged("refresh", ConnectionError("no"), noted(INGESTED, PUBLISHED), on=STANDING, is_lost=True)
    shown = told("refresh", Path("/srv/crm"), outcome)
    assert shown.startswith("refresh crm: run 3 is committed.\n")
    assert "went away" in shown


def test_what_is_printed_of_a_run():
    outcome = judged("refresh", None, noted(INGESTED, PUBLISHED), on=STANDING, is_lost=False)
    assert told("refresh", Path("/srv/crm"), outcome).splitlines() == [
        "refresh crm: run 3 is committed.",
        "  ingest     6 files, 2,000 rows",
        "  publish    18 files written",
        "  files      /srv/crm/outbox/run-000003",
        "  report     /srv/crm/outbox/run-000003/report.html",
        "  in Prefect http://127.0.0.1:4200/runs/flow-run/f00",
    ]


def test_no_page_is_named_that_ends_with_the_run():
    outcome = judged("refresh", None, noted(PUBLISHED), on=OURS, is_lost=False)
    assert "http" not in told("refresh", Path("/srv/crm"), outcome)


def test_what_is_printed_when_nothing_changed():
    outcome = judged("refresh", None, noted(UNCHANGED), on=OURS, is_lost=False)
    assert told("refresh", Path("/srv/crm"), outcome).startswith("refresh crm: nothing changed, run 2 stands.\n")


def test_what_is_printed_of_a_flow_that_does_not_publish():
    outcome = judged("ingest", None, noted(INGESTED), on=OURS, is_lost=False)
    assert told("ingest", Path("/srv/crm"), outcome).startswith("ingest crm: done, not yet published.\n")


def test_a_prefect_that_does_not_work_says_what_to_do_instead():
    with pytest.raises(ServerFailed, match="crm-clean run"):
        judged("refresh", RuntimeError("zzcanary7261"), noted(), on=STANDING, is_lost=False)
