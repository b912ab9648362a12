"""One self-contained page about a run: no script, nothing fetched, every value escaped.

The templates hold the order and the words, `report.css` the looks, `view` the values they are fed, `charts` the
pictures. Opened from disk or mail it loads nothing, and its policy forbids that too.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crm_clean.report import view, vocabulary, words
from crm_clean.report.pages import environment
from crm_clean.report.pictures import pictures, trend
from crm_clean.report.plain import visible
from crm_clean.report.summary import RunSummary

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

_LONGEST = 60


def render(summary: RunSummary) -> str:
    """The page as a string of HTML, the same for the same summary."""
    return _template().render(
        run=summary,
        style=_style(),
        verdict=view.verdict(summary),
        fate=view.fate(summary),
        sources=view.sources(summary),
        events=view.events(summary),
        moved=words.MOVED.items(),
        findings=view.findings(summary),
        quarantine=view.quarantine(summary),
        words=vocabulary.told(summary.vocabulary),
        scorecard=view.scorecard(summary),
        by_field=view.by_field(summary.quality),
        largest=view.merges(summary.largest, summary.members),
        doubtful=view.merges(summary.doubtful, summary.members),
        scores=view.scores(summary),
        cuts=view.rows(summary.cuts),
        pairs=[view.pair(row) for row in view.rows(summary.review)],
        checks=view.checks(summary.checks),
        unmet=view.unmet(summary.checks),
        severities=view.SEVERITIES,
        pictures=pictures(summary),
        trend=trend(summary),
        steps=view.steps(summary),
    )


@cache
def _template() -> Template:
    made = environment()
    made.filters.update(
        count=words.count, percent=words.percent, seconds=words.seconds, memory=words.memory, spoken=words.spoken
    )
    made.filters.update(tone=view.tone, as_it_came=as_it_came, typed=_typed)
    made.globals.update(plural=words.plural, dimensions=words.DIMENSIONS)
    return made.get_template("report.html")


def as_it_came(raw: str) -> str:
    """A value for the eye: what nobody sees is named (`[U+200B]`), line ends are signs, a long one is cut."""
    return visible(raw, _LONGEST)


def _typed(text: str) -> Markup:
    """Our own words, what stands between backticks as it would be typed; escaped all the same."""
    from markupsafe import Markup, escape

    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(p) if at % 2 else p for at, p in enumerate(parts))


def _style() -> object:
    from markupsafe import Markup

    # Ours, without any data in it.
    return Markup(files("crm_clean.report").joinpath("templates", "report.css").read_text("utf-8"))
