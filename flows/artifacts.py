"""What a run leaves on Prefect's pages: a summary, the quality score before and after, a link to the report.

Counts, shares, codes and the path of the report; no values, no names of files. One key a project and kind, so that
Prefect shows them as a history. A page that could not be written never fails a run: the report has it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.logging import get_run_logger

from crm_clean.errors import GateFailed
from crm_clean.project import RunResult
from crm_clean.report import words
from crm_clean.report.summary import RunSummary
from flows import names
from flows.journal import Done

REPORT = "report.html"
_SHOWN_FAILURES = 20


def tell(project: Path, result: RunResult) -> None:
    """Leave what there is to show of `result`: nothing while a run is on its way, all of it once it was committed."""
    if result.summary is not None:
        _leave(_committed(project, result, result.summary))


def tell_unchanged(done: Done) -> None:
    """Say so where the flow had nothing to do; on the page of that flow run alone, since nothing new is known."""
    if not done.is_changed:
        _leave([partial(create_markdown_artifact, unchanged(done.run))])


def tell_refused(project: Path, error: GateFailed) -> None:
    """Leave why a run was refused, and where the page about it is."""
    key = names.key(project)
    told: list[Callable[[], object]] = [
        partial(
            create_markdown_artifact, refused(error), key=f"refused-{key}", description="Why nothing was committed."
        )
    ]
    if error.report is not None:
        told.append(_link(error.report, f"refused-report-{key}", "Report of the refused run"))
    _leave(told)


def summary(shown: RunSummary) -> str:
    """The run on one page of Markdown."""
    return "\n".join([f"# {_plain(shown.title)}", "", *_numbers(shown), "", *_checks(shown), "", *_steps(shown)]) + "\n"


def quality(shown: RunSummary) -> list[dict[str, str]]:
    """The quality score: a row a dimension, and one of all."""
    before, after = shown.before.dimensions(), shown.after.dimensions()
    rows = [(words.DIMENSIONS[name][0], before[name], after[name], words.DIMENSIONS[name][1]) for name in after]
    rows.append(("Overall", shown.before.overall, shown.after.overall, "the mean of those that apply"))
    return [
        {"quality": name, "before": words.percent(was), "after": words.percent(now), "meaning": meaning}
        for name, was, now, meaning in rows
    ]


def unchanged(run: int) -> str:
    """What to say when there was nothing to do and `run` stands."""
    return f"# Nothing changed\n\nRun {run} stands, and with it every golden id.\n"


def refused(error: GateFailed) -> str:
    """What the gate found, without a value."""
    lines = [f"- {_plain(failure)}" for failure in error.failures[:_SHOWN_FAILURES]]
    more = len(error.failures) - len(lines)
    rest = [f"- and {words.count(more)} more"] if more else []
    return "\n".join(["# Nothing was committed or published", "", "Not met, and critical:", "", *lines, *rest]) + "\n"


def _committed(project: Path, result: RunResult, shown: RunSummary) -> Iterator[Callable[[], object]]:
    key = names.key(project)
    told = "What the run found."
    yield partial(create_markdown_artifact, summary(shown), key=f"summary-{key}", description=told)
    told = "The quality score before and after."
    yield partial(create_table_artifact, quality(shown), key=f"quality-{key}", description=told)
    if result.outbox is not None:
        yield _link(result.outbox / REPORT, f"report-{key}", "Report of the run")


def _link(page: Path, key: str, text: str) -> Callable[[], object]:
    where = page.absolute()
    return partial(create_link_artifact, where.as_uri(), text, key=key, description=f"{text}: {where}")


def _leave(told: Iterable[Callable[[], object]]) -> None:
    """Write one after the other; the first that cannot be written is the last, since the rest would wait in vain."""
    try:
        for write in told:
            write()
    except Exception as error:
        get_run_logger().warning("Prefect did not take an artifact (%s).", type(error).__name__)


def _numbers(shown: RunSummary) -> Iterator[str]:
    yield from ("| | |", "|---|---:|")
    rows = {
        "Rows read": words.count(shown.n_read),
        "Records": words.count(shown.n_records),
        "People": words.count(shown.n_golden),
        "Merged": words.count(shown.n_merged),
        "To review": words.count(shown.n_review),
        "Quarantined": words.count(shown.n_quarantined),
        **_linking(shown),
        **{f"Golden ids {event}": words.count(n) for event, n in (shown.changes or {}).items()},
    }
    for name, figure in rows.items():
        yield f"| {name} | {figure} |"


def _linking(shown: RunSummary) -> dict[str, str]:
    linking, truth = shown.linking, shown.evaluation
    told = {}
    if linking.threshold is not None:
        told["Merged from a probability of"] = f"{linking.threshold:.3f}"
        told["Expected precision"] = words.percent(linking.expected_precision)
    if truth is not None:
        told["Against the truth"] = f"precision {truth.precision:.3f}, recall {truth.recall:.3f}"
    return told


def _checks(shown: RunSummary) -> Iterator[str]:
    checks = shown.checks
    unmet = checks[~checks["is_met"].fillna(False).astype("bool")]
    yield "## Expectations"
    yield ""
    if unmet.empty:
        yield f"All {words.count(len(checks))} are met."
        return
    yield f"{words.count(len(unmet))} of {words.count(len(checks))} are not met:"
    yield from ("", "| severity | where | expectation | rows |", "|---|---|---|---:|")
    told = unmet.head(_SHOWN_FAILURES)
    for row in told.assign(n_unexpected=told["n_unexpected"].fillna(0)).to_dict("records"):
        where = f"{row['suite']}.{row['column']}" if row["column"] else row["suite"]
        what = words.spoken(str(row["expectation"]))
        yield f"| {_plain(row['severity'])} | {_plain(where)} | {_plain(what)} | {words.count(row['n_unexpected'])} |"


def _steps(shown: RunSummary) -> Iterator[str]:
    yield from ("## Steps", "", "| step | work | memory |", "|---|---:|---:|")
    for step in shown.steps:
        yield f"| {step.name} | {words.seconds(step.seconds)} | {words.memory(step.peak_mb)} |"
    yield f"| all | {words.seconds(shown.seconds)} | {words.memory(shown.peak_mb)} |"


def _plain(text: object) -> str:
    """`text` where Markdown sees nothing but text."""
    return "".join(f"&#{ord(sign)};" if sign in "<>|`*_[]&\\" else sign for sign in str(text))
