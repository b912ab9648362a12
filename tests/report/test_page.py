"""The page: self-contained, every value escaped, nothing promised by rounding."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from crm_clean.records.tables import CHECKS
from crm_clean.report import words
from crm_clean.report.html import render
from crm_clean.report.quality import Quality
from crm_clean.report.summary import Linking, RunSummary, SourceRows


class _Tags(HTMLParser):
    """The tags and attributes a browser would see, and the text outside of style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def test_a_contact_named_like_a_script_shows_as_text(summary: RunSummary) -> None:
    page = render(summary)
    assert "<script" not in page
    seen = _Tags(page)
    # In a merge, in the pairs under review and among the links that were cut.
    assert seen.text.count("<script>alert(1)</script>") == 1 + 9 + 1


def test_markup_in_every_text_that_reaches_the_page_is_escaped(summary: RunSummary) -> None:
    evil = "\"'><img src=x onerror=alert(1)>"
    checks = summary.checks.assign(suite=evil, column=evil, reason=evil)
    hostile = replace(
        summary,
        title=evil,
        sources=(SourceRows(evil, evil, 1, 1),),
        issues=summary.issues.assign(code=evil, field=evil),
        quarantine=summary.quarantine.assign(reason=evil),
        largest=summary.largest.assign(label=evil, sources=evil, reason=evil, golden_id=evil),
        review=summary.review.assign(reason=evil, left_email=evil, left_file=evil),
        cuts=summary.cuts.assign(left=evil, levels=evil),
        checks=CHECKS.frame(checks),
        changes={evil: 3},
        notes={evil: evil},
    )
    seen = _Tags(render(hostile))
    assert "img" not in seen.tags
    assert not [name for name, _ in seen.attributes if name.startswith("on")]


def test_the_page_loads_nothing_and_forbids_loading(summary: RunSummary) -> None:
    page = render(summary)
    seen = _Tags(page)
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert ("content", policy) in seen.attributes
    assert {"script", "link", "iframe", "object", "img", "form", "base"} & set(seen.tags) == set()
    assert {name for name, _ in seen.attributes} & {"src", "srcset", "action", "xlink:href", "style"} == set()
    # Links lead to sections of the page, pictures refer to themselves.
    assert [link for name, link in seen.attributes if name == "href" and not link.startswith("#")] == []
    assert not re.search(r"https?://|url\((?!#)|@import", page)
    assert seen.open == []


@pytest.mark.parametrize(
    "told",
    [
        pytest.param("2,000 people", id="people found"),
        pytest.param("mailchimp.zip/subscribed.csv", id="each file"),
        pytest.param("86.1%", id="quality afterwards"),
        pytest.param("71.3%", id="quality before"),
        pytest.param("normalise", id="each step"),
        pytest.param("410 MB", id="memory"),
        pytest.param("402", id="findings with their counts"),
        pytest.param("Row with too many cells", id="reasons for quarantine"),
        pytest.param("0.871", id="the threshold"),
        pytest.param("99.3%", id="the expected precision"),
        pytest.param("93.4%", id="recall against the truth"),
        pytest.param("61 pairs in doubt, the first 9 of them here", id="what waits"),
        pytest.param("name=same:8.1", id="what was cut"),
        pytest.param("12 created, 3 absorbed", id="what changed"),
        pytest.param("outbox/run-3/hubspot-updates.csv", id="where files are"),
    ],
)
def test_the_page_tells(told: str, summary: RunSummary) -> None:
    assert told in re.sub(r"\s+", " ", _Tags(render(summary)).text)


def test_a_side_that_is_empty_is_shown_beside_the_other_and_two_empty_ones_are_not(summary: RunSummary) -> None:
    one = summary.review.head(1).assign(left_phone="+12125550100")
    text = _Tags(render(replace(summary, review=one))).text
    assert "phone\n+12125550100" in text.replace("\n\n", "\n") or "+12125550100" in text
    assert "job title" not in text


def test_a_run_without_anything_to_tell_is_still_a_page(summary: RunSummary) -> None:
    nothing = Quality(None, None, None, None, None)
    bare = replace(
        summary,
        sources=(),
        n_records=0,
        n_golden=0,
        n_review=0,
        before=nothing,
        after=nothing,
        steps=(),
        linking=Linking(),
        evaluation=None,
        changes={},
        outputs=(),
        **{
            name: getattr(summary, name).head(0)
            for name in ("issues", "quarantine", "largest", "review", "cuts", "checks")
        },
    )
    text = _Tags(render(bare)).text
    for told in ("Nobody was found twice", "Nothing waits", "Every row could be read", "every golden id stands", "n/a"):
        assert told in text


def test_the_same_summary_gives_the_same_page(summary: RunSummary) -> None:
    assert render(summary) == render(summary)


@pytest.mark.parametrize(
    ("share", "digits", "shown"),
    [
        pytest.param(1.0, 1, "100%", id="all"),
        pytest.param(0.99996, 1, "99.9%", id="less than all is never 100"),
        pytest.param(0.996, 0, "99%", id="nor without digits"),
        pytest.param(0.00001, 1, "0.1%", id="more than nothing is never 0"),
        pytest.param(0.0, 1, "0%", id="nothing"),
        pytest.param(None, 1, "n/a", id="not known"),
        pytest.param(0.1234, 1, "12.3%", id="in between"),
    ],
)
def test_percent(share: float | None, digits: int, shown: str) -> None:
    assert words.percent(share, digits) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (119.4, "119 s"), (200, "3 min 20 s")],
)
def test_seconds(number: float, shown: str) -> None:
    assert words.seconds(number) == shown


@pytest.mark.parametrize(("number", "shown"), [(310.4, "310 MB"), (2150, "2.1 GB"), (None, "n/a")])
def test_memory(number: float | None, shown: str) -> None:
    assert words.memory(number) == shown
