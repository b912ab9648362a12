"""What a run changed, for people: how much was looked at again, which records came, changed and went, and what befell
golden ids."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm_clean.report.html import render
from crm_clean.report.summary import RunSummary
from crm_clean.report.text import screenful

EVENTS = {"absorbed": 3, "created": 12, "retired": 1, "revived": 2, "split": 4}


@pytest.fixture
def changed(full: RunSummary) -> RunSummary:
    return replace(full, changes=EVENTS, moved={"new": 30, "changed": 6, "gone": 1}, looked_at=82, shows_part=True)


def _section(page: str) -> str:
    return page.partition('<section id="changes">')[2].partition("</section>")[0]


def test_a_run_that_looked_at_a_part_says_so_in_one_sentence(changed: RunSummary, full: RunSummary) -> None:
    assert "82 of 2,412 records were looked at again" in _section(render(changed))
    assert "looked at again: 82 of 2,412 records" in screenful(changed)
    assert "looked at again" not in render(full) + screenful(full)


def test_its_merges_are_told_to_be_among_those_it_looked_at(changed: RunSummary) -> None:
    page = render(changed)
    assert "Largest merges among those looked at again" in page
    assert "Largest merges among" not in render(replace(changed, shows_part=False))


def test_records_that_came_changed_and_went_are_counted(changed: RunSummary) -> None:
    section = _section(render(changed))
    assert all(f"<dt>{name}</dt><dd>{n}</dd>" in section for name, n in (("New records", 30), ("Changed records", 6)))
    assert "records: 30 new, 6 changed, 1 gone" in screenful(changed)


@pytest.mark.parametrize(("event", "n"), EVENTS.items())
def test_what_befell_golden_ids_is_counted_and_explained(changed: RunSummary, event: str, n: int) -> None:
    row = next(line for line in _section(render(changed)).splitlines() if f">{event}<" in line)
    assert f">{n}<" in row
    assert not row.endswith('data-label="What it means"></td></tr>')


def test_what_befell_nobody_is_left_out(changed: RunSummary) -> None:
    assert "retired" not in _section(render(replace(changed, changes={"created": 1, "retired": 0})))


def test_a_run_in_which_no_golden_id_changed_says_so(changed: RunSummary) -> None:
    assert "Every golden id stands as it did." in _section(render(replace(changed, changes={})))


def test_a_first_run_has_nothing_to_tell_of_changes(full: RunSummary) -> None:
    page = render(replace(full, changes=None))
    assert not _section(page)
    assert "#changes" not in page


def test_a_rollback_says_what_it_brought_back(full: RunSummary) -> None:
    assert "This run brought back what stood after run 2." in render(replace(full, returned_to=2))
    assert "brought back" not in render(full)


def test_a_page_says_what_can_no_longer_be_told(full: RunSummary) -> None:
    assert "People were erased since (1 erasure)" in render(replace(full, n_erased=1))
    assert "erased" not in render(full)
