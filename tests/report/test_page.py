"""The page: self-contained, every value escaped, nothing promised by rounding."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from crm_clean.records.tables import CHECKS
from crm_clean.report import words
from crm_clean.report.html import as_it_came, render
from crm_clean.report.quality import Quality
from crm_clean.report.summary import Linking, Output, RunSummary, SourceRows, StepCost
from crm_clean.report.view import by_field, findings, tone


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


@pytest.fixture(scope="module")
def whole(full: RunSummary) -> str:
    """All that the page with every part tells, blanks single."""
    return re.sub(r"\s+", " ", _Tags(render(full)).text)


def test_a_contact_named_like_a_script_shows_as_text(summary: RunSummary) -> None:
    page = render(summary)
    assert "<script" not in page
    seen = _Tags(page)
    # In a merge, in the pairs under review and among the links that were cut.
    assert seen.text.count("<script>alert(1)</script>") == 1 + 9 + 1


def test_markup_in_every_text_that_reaches_the_page_is_escaped(full: RunSummary) -> None:
    evil = "\"'><img src=x onerror=alert(1)>"
    summary = full
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
        examples=full.examples.assign(raw=evil),
        members=full.members.assign(**dict.fromkeys(full.members.columns[1:9].drop("source_row"), evil)),
        doubtful=full.doubtful.assign(label=evil, reason=evil),
        quality=full.quality.assign(field=evil),
        refused=(evil,),
        outputs=(Output(evil, evil),),
        steps=(StepCost(evil, 1.0, 1),),
    )
    seen = _Tags(render(hostile))
    assert "img" not in seen.tags
    assert not [name for name, _ in seen.attributes if name.startswith("on")]


def test_the_page_loads_nothing_and_forbids_loading(full: RunSummary) -> None:
    page = render(full)
    seen = _Tags(page)
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
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
def test_the_page_tells(told: str, whole: str) -> None:
    assert told in whole


@pytest.mark.parametrize(
    "told",
    [
        pytest.param("700 on their own", id="what became of the rows of a file"),
        pytest.param("4 repeat a record", id="rows that repeat a record"),
        pytest.param("Phone that cannot be dialled", id="findings by their title"),
        pytest.param("Phone (16.6%)", id="the share of records"),
        pytest.param("hubspot 240 19.9%", id="findings by system"),
        pytest.param("system 03 8 10.0% 16 other systems 128", id="of many systems the first, the others together"),
        pytest.param("crm-clean issues phone.unreadable", id="the command that shows the rows"),
        pytest.param("555 HOME", id="values as they came"),
        pytest.param("1,Ada,Example,,,[U+202E],x⏎", id="what nobody sees by its name"),
        pytest.param("Correct it, or name the country", id="what the owner can do"),
        pytest.param("60% 70%", id="quality of a field before and after"),
        pytest.param("Many were not touched for two years", id="what to do about a weak field"),
        pytest.param("Least certain merges", id="the merges to look at first"),
        pytest.param("hubspot, row 12", id="where a member stands"),
        pytest.param("a.example@example.org", id="every e-mail of a member"),
        pytest.param("2 more records not shown", id="members that are not shown"),
        pytest.param("hubspot:12 salesforce:7", id="the ids to decide a pair by"),
        pytest.param("4 pairs have been decided since this run", id="what was decided since"),
        pytest.param("86.0% 80.0% before", id="how a figure moved"),
        pytest.param("2026-02-01 06:00", id="when earlier runs were committed"),
        pytest.param("run 3, committed 2026-03-01 06:00 UTC", id="when this run was committed"),
    ],
)
def test_the_whole_page_tells(told: str, whole: str) -> None:
    assert told in re.sub(r"(?<=\d%)(?=\d)", " ", whole)


def test_where_there_is_no_store_no_command_is_told(full: RunSummary) -> None:
    assert "crm-clean issues" not in render(replace(full, run=None))


def test_data_of_one_system_is_not_broken_down(full: RunSummary) -> None:
    one = full.issue_sources[full.issue_sources["source"] == "hubspot"]
    assert [row["sources"] for row in findings(replace(full, sources=full.sources[:1], issue_sources=one))] == [[]] * 4
    assert findings(replace(full, issue_sources=one))[0]["sources"][0]["source"] == "hubspot"


def test_fields_stand_worst_first_and_those_of_nobody_are_left_out(full: RunSummary) -> None:
    assert [row["name"] for row in by_field(full.quality)] == ["Changed", "Phone", "Last name"]


@pytest.mark.parametrize(
    ("share", "shade"),
    [(None, ""), (0.0, "q0"), (0.5, "q1"), (0.7, "q2"), (0.8, "q3"), (0.9, "q4"), (0.95, "q5"), (1.0, "q5")],
)
def test_a_share_has_a_shade(share: float | None, shade: str) -> None:
    assert tone(share) == shade


def _unmet(summary: RunSummary, severity: str, n: int) -> RunSummary:
    checks = summary.checks.assign(is_met=True)
    first = checks[checks["severity"].eq(severity)].index[:n]
    checks.loc[first, "is_met"] = False
    return replace(summary, checks=CHECKS.frame(checks))


@pytest.mark.parametrize(
    ("severity", "n", "told"),
    [
        pytest.param("critical", 0, "All critical expectations were met. 61 pairs wait", id="all is well"),
        pytest.param("warning", 1, "All critical expectations were met. 1 warning deserves a look.", id="a warning"),
        pytest.param("critical", 2, "2 critical expectations not met. Look at what was not met", id="not well"),
    ],
)
def test_the_head_says_whether_all_is_well(severity: str, n: int, told: str, full: RunSummary) -> None:
    assert told in re.sub(r"\s+", " ", _Tags(render(_unmet(full, severity, n))).text)


def test_a_refused_run_says_on_top_that_it_was_not_committed_why_and_what_to_do(full: RunSummary) -> None:
    page = render(replace(full, refused=("golden.golden_id: expect_column_values_to_be_unique, 3 of 9 rows",)))
    told = re.sub(r"\s+", " ", _Tags(page).text)
    where = [told.index(part) for part in ("REFUSED", "golden.golden_id: expect", "Mend the export", "rows read")]
    assert where == sorted(where)
    assert 'class="verdict critical"' in page
    assert "committed 2026" not in told


def test_an_earlier_run_says_what_is_kept_for_the_last_run_only(summary: RunSummary) -> None:
    nothing = {name: getattr(summary, name).head(0) for name in ("issues", "review", "cuts", "examples", "scores")}
    text = _Tags(render(replace(summary, partial=True, n_review=0, **nothing))).text
    assert text.count("kept for the last run only") == 3
    assert "No value gave reason to complain" not in text
    assert "Nothing waits" not in text
    assert "pairs to review" not in text


def test_a_first_run_has_no_trend_yet(summary: RunSummary) -> None:
    assert "the trend begins with the next run" in _Tags(render(replace(summary, run=1))).text


def test_sections_are_reached_from_the_top(full: RunSummary) -> None:
    page = render(full)
    targets = re.findall(r'<a href="#([a-z]+)"', page)
    assert len(targets) == 9
    assert [target for target in targets if f'<section id="{target}">' not in page] == []


def test_no_id_stands_twice(full: RunSummary) -> None:
    ids = [value for name, value in _Tags(render(full)).attributes if name == "id"]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("plain text", "plain text", id="as it is"),
        pytest.param("a\u200bb\u00a0c", "a[U+200B]b[U+00A0]c", id="what nobody sees"),
        pytest.param("a\r\nb\tc", "a⏎b⇥c", id="line ends and tabs"),
        pytest.param("x" * 61, "x" * 59 + "…", id="cut at sixty"),
        pytest.param("x" * 60, "x" * 60, id="sixty are not cut"),
    ],
)
def test_a_value_is_shown_as_it_came(raw: str, shown: str) -> None:
    assert as_it_came(raw) == shown


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


def test_values_too_common_to_compare_by_are_shown(summary: RunSummary) -> None:
    common = (("name <test> test", 5000), ("mailbox info@acme.example", 900))
    text = _Tags(render(replace(summary, linking=replace(summary.linking, common=common)))).text
    assert "name <test> test (5,000 records); mailbox info@acme.example (900 records)" in " ".join(text.split())
    assert "Too common" not in _Tags(render(summary)).text


def test_the_same_summary_gives_the_same_page(full: RunSummary) -> None:
    assert render(full) == render(full)


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
