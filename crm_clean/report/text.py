"""What a run prints: one screenful of plain text, 80 columns wide.

No colours and no markup, so that it reads the same on a terminal, in a log and in a mail. Holds no personal data:
counts, file names and codes.
"""

from __future__ import annotations

from collections.abc import Iterator

from crm_clean.report import words
from crm_clean.report.plain import cut, fitted, shown, visible
from crm_clean.report.summary import RunSummary

WIDTH = 80
_BAR = 24
_SHOWN_SOURCES = 6
_SHOWN_FAILURES = 3


def screenful(summary: RunSummary) -> str:
    """The run in at most some thirty lines, ending in a line break."""
    blocks = (_headline, _sources, _quality, _trust, _checks, _steps, _outputs)
    shown = ["\n".join(lines) for block in blocks if (lines := [line.rstrip() for line in block(summary)])]
    return "\n\n".join(shown) + "\n"


def _headline(summary: RunSummary) -> Iterator[str]:
    people, rows = words.plural(summary.n_golden, "person", "people"), words.plural(summary.n_records, "record")
    yield f"{summary.title}: {rows}, {people}"
    numbers = {
        "read": summary.n_read,
        "people": summary.n_golden,
        "merged": summary.n_merged,
        "to review": summary.n_review,
        "quarantined": summary.n_quarantined,
    }
    yield from _wrapped([f"{name} {words.count(number)}" for name, number in numbers.items()], indent="  ")
    if summary.changes is not None:
        changed = {event: n for event, n in summary.changes.items() if n}
        told = ", ".join(f"{words.count(n)} {event}" for event, n in changed.items())
        yield f"  since the last run: {told or 'nothing changed, every golden id stands'}"
    yield from _moves(summary)


def _moves(summary: RunSummary) -> Iterator[str]:
    moved = [f"{words.count(n)} {name}" for name, n in (summary.moved or {}).items() if n]
    if summary.looked_at is not None:
        yield f"  looked at again: {words.count(summary.looked_at)} of {words.plural(summary.n_records, 'record')}"
    if moved:
        yield f"  records: {', '.join(moved)}"


def _sources(summary: RunSummary) -> Iterator[str]:
    width = WIDTH - 37
    for source in summary.sources[:_SHOWN_SOURCES]:
        aside = f"{words.count(source.n_quarantined):>6} quarantined" if source.n_quarantined else ""
        yield f"  {fitted(shown(source.source_file), width)} {words.count(source.n_rows):>9} rows {aside}"
    more = summary.sources[_SHOWN_SOURCES:]
    if more:
        rest = sum(source.n_rows for source in more)
        name = fitted(f"and {words.plural(len(more), 'more file')}", width)
        yield f"  {name} {words.count(rest):>9} rows"


def _quality(summary: RunSummary) -> Iterator[str]:
    before, after = summary.before.dimensions(), summary.after.dimensions()
    yield f"  {'quality':<14}{'before':>8}{'after':>8}"
    for name, share in after.items():
        yield _quality_line(words.DIMENSIONS[name][0].lower(), before[name], share)
    yield _quality_line("overall", summary.before.overall, summary.after.overall)


def _quality_line(name: str, before: float | None, after: float | None) -> str:
    bar = "" if after is None else "█" * round(after * _BAR) + "░" * (_BAR - round(after * _BAR))
    return f"  {name:<14}{words.percent(before, 0):>8}{words.percent(after, 0):>8}  {bar}"


def _trust(summary: RunSummary) -> Iterator[str]:
    linking, truth = summary.linking, summary.evaluation
    if truth is not None:
        figures = f"precision {truth.precision:.3f}, recall {truth.recall:.3f}, F1 {truth.f1:.3f}"
        yield f"  against the truth: {figures}"
    if linking.threshold is not None:
        promise = f", expected precision {words.percent(linking.expected_precision)}"
        cut = f", {words.plural(linking.n_cut, 'weak link')} cut" if linking.n_cut else ""
        yield f"  merged from a probability of {linking.threshold:.3f}{promise}{cut}"
    if summary.n_contradicting:
        pairs = words.plural(summary.n_contradicting, "pair is", "pairs are")
        yield f"  decisions contradict each other: {pairs} kept apart all the same"
        yield "    `crm-clean decisions` says who said what"


def _checks(summary: RunSummary) -> Iterator[str]:
    checks = summary.checks
    unmet = checks[~checks["is_met"].fillna(False).astype("bool")]
    by_severity = [(name, int(unmet["severity"].eq(name).sum())) for name in ("critical", "warning", "info")]
    told = ", ".join(f"{words.count(n)} {name}" for name, n in by_severity if n)
    yield f"  {words.plural(len(checks), 'expectation')} checked: {f'not met {told}' if told else 'all met'}"
    grave = unmet[unmet["severity"].isin(["critical", "warning"])].head(_SHOWN_FAILURES)
    for suite, column, reason in zip(grave["suite"], grave["column"], grave["reason"], strict=True):
        where = f"{suite}.{column}" if column else str(suite)
        yield cut(visible(f"    {where}: {reason}"), WIDTH)


def _steps(summary: RunSummary) -> Iterator[str]:
    told = [f"{step.name} {words.seconds(step.seconds)}" for step in summary.steps]
    if not told:
        return
    peak = "" if summary.peak_mb is None else f", {words.memory(summary.peak_mb)} at most"
    yield from _wrapped([*told, f"in all {words.seconds(summary.seconds)}{peak}"], indent="  ")


def _outputs(summary: RunSummary) -> Iterator[str]:
    width = max((len(output.path) for output in summary.outputs), default=0)
    for output in summary.outputs:
        yield f"  {output.path:<{width}}  {output.purpose}"


def _wrapped(parts: list[str], *, indent: str) -> Iterator[str]:
    """Parts three blanks apart, on as many lines as it takes."""
    line = indent
    for part in parts:
        if len(line) > len(indent) and len(line) + len(part) + 3 > WIDTH:
            yield line
            line = indent
        line += ("   " if len(line) > len(indent) else "") + part
    yield line
