"""The words of lists on the page: what became one, what is told of it, and lines that can be copied as they are."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_clean.normalise.lexicon import load
from crm_clean.records.tables import VOCABULARY
from crm_clean.report.html import render
from crm_clean.report.summary import RunSummary
from crm_clean.report.vocabulary import told

if TYPE_CHECKING:
    from playwright.sync_api import Page

Said = tuple[str, str | None, str, str | None, int]
CHROMIUM = Path("/usr/bin/chromium")
EVIL = "\"'><img src=x onerror=alert(1)>"

TAGS: list[Said] = [
    ("Newsletter", "newsletter", "spelling", None, 10),
    ("Newslettr", "Newslettr", "same", "newsletter", 2),
    ("VIP", "VIP", "same", None, 4),
    ("newsletter", "newsletter", "same", None, 30),
    ("old", "New", "listed", None, 0),
    ("test", None, "listed", None, 3),
]
STATUS: list[Said] = [
    ("Kunde", "customer", "listed", None, 9),
    ("Moon", "other", "unknown", None, 4),
    ("custmer", "other", "unknown", "customer", 1),
]


def frame(field: str, rows: Sequence[Said]) -> pd.DataFrame:
    columns = ["written", "value", "rule", "suggestion", "n_records"]
    return VOCABULARY.frame(pd.DataFrame(rows, columns=columns).assign(field=field))


def words(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [row["written"] for row in rows]


def test_a_field_tells_what_became_of_its_words() -> None:
    (field,) = told(frame("tags", TAGS))
    assert (field["name"], field["n_written"], field["n_values"]) == ("Tags", 5, 3)
    assert [(g["value"], g["n"], words(g["writings"])) for g in field["groups"]] == [
        ("newsletter", 40, ["newsletter", "Newsletter"])
    ]
    assert (words(field["slips"]), words(field["removed"]), words(field["unused"])) == (
        ["Newslettr"],
        ["test"],
        ["old"],
    )
    assert field["file"] == "lexicons/tags.toml"
    assert tomllib.loads(field["lines"]) == {"maps": {"tags": {"Newslettr": "newsletter"}}}


def test_a_closed_list_tells_what_nobody_knows() -> None:
    (field,) = told(frame("status", STATUS))
    assert words(field["unknown"]) == ["Moon", "custmer"]
    assert [group["value"] for group in field["groups"]] == ["customer"]
    assert field["file"] == "lexicons/status.toml"
    assert tomllib.loads(field["lines"]) == {"maps": {"status": {"Moon": "other", "custmer": "customer"}}}


def test_where_nothing_is_odd_another_writing_is_the_example() -> None:
    (field,) = told(frame("tags", [TAGS[0], TAGS[3]]))
    assert tomllib.loads(field["lines"]) == {"maps": {"tags": {"newsletter": "Newsletter"}}}
    (alone,) = told(frame("lists", [TAGS[2]]))
    assert tomllib.loads(alone["lines"]) == {"maps": {"lists": {}}}


def test_fields_stand_in_the_order_of_their_weight() -> None:
    every = pd.concat([frame(name, STATUS[:1]) for name in ("department", "status", "tags", "industry", "lists")])
    names = [field["name"] for field in told(VOCABULARY.frame(every))]
    assert names == ["Tags", "Lists", "Status", "Industry", "Department"]


def test_much_is_told_in_part_and_the_rest_is_counted() -> None:
    rows: list[Said] = [(f"word {n}", "other", "unknown", None, 1) for n in range(90)]
    (field,) = told(frame("status", rows))
    assert (len(field["unknown"]), field["n_more"]["unknown"], field["lines"].count("\n")) == (40, 50, 12)


@pytest.mark.parametrize("heading", ["tags", "status", "industry"])
def test_the_lines_are_taken_as_they_are(heading: str, tmp_path: Path) -> None:
    nasty = ['quo"te', "back\\slash", "dot.ted", "Ünï", "tab\there", "# no comment", "C++", "[x]", "a\u202eb"]
    meant = {"tags": "Newsletter", "status": "lead", "industry": "Software"}[heading]
    rule = "same" if heading == "tags" else "unknown"
    (field,) = told(frame(heading, [(word, word, rule, meant, 1) for word in nasty]))
    (tmp_path / Path(field["file"]).name).write_text(field["lines"], "utf-8")
    name = {"tags": "tags.tags", "status": "status.status", "industry": "industries.industries"}[heading]
    read = load(str(tmp_path)).maps[name]
    assert len([word for word in read if load().maps[name].get(word) != read[word]]) == len(nasty)


@settings(max_examples=100, deadline=None)
@given(found=st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=6, unique=True))
def test_whatever_a_word_holds_the_lines_are_toml(found: list[str]) -> None:
    (field,) = told(frame("tags", [(word, word, "same", f"{word}x", 1) for word in found]))
    lines = tomllib.loads(field["lines"])["maps"]["tags"]
    assert lines == {word: f"{word}x" for word in found}


def test_a_run_without_words_has_no_such_section(full: RunSummary) -> None:
    page = render(replace(full, vocabulary=VOCABULARY.empty()))
    assert 'id="words"' not in page
    assert 'href="#words"' not in page


def test_words_that_try_to_be_markup_show_as_text(full: RunSummary) -> None:
    rows: list[Said] = [
        (EVIL, EVIL, "same", EVIL, 3),
        (f"{EVIL}2", EVIL, "spelling", None, 1),
        (f"{EVIL}3", None, "listed", None, 1),
    ]
    page = render(replace(full, vocabulary=frame("tags", [*rows, (f"{EVIL}4", EVIL, "listed", None, 0)])))
    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 7


@pytest.fixture(scope="module")
def page() -> Any:
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"], timeout=120_000)
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_section_fits_the_screen_whatever_the_words(
    width: int, page: Page, full: RunSummary, tmp_path: Path
) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitän" * 2
    rows: list[Said] = [
        (long, "x", "spelling", long, 3),
        ("y", "x", "spelling", None, 1),
        (f"{long}z", long, "listed", None, 2),
    ]
    made = replace(full, vocabulary=pd.concat([frame("tags", rows), frame("status", STATUS)]))
    file = tmp_path / "report.html"
    file.write_text(render(made), "utf-8")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(file.as_uri(), timeout=120_000)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    tall = "e => e.clientWidth && e.clientHeight > 8 * e.clientWidth"
    assert page.evaluate(f"[...document.querySelectorAll('#words td')].filter({tall}).length") == 0
