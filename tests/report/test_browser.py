"""The page in a browser: contacts that try to be markup show as text, nothing runs, nothing is fetched, all fits.

With the environment variable CRM_CLEAN_PICTURES=FOLDER, a picture of the report of the samples goes to
FOLDER/report.png.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crm_clean.project import Project
from crm_clean.report.html import render
from crm_clean.report.summary import RunSummary

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
SCRIPT, IMAGE = "<script>alert(1)</script>", "<img src=x onerror=alert(1)>"
PICTURES = os.environ.get("CRM_CLEAN_PICTURES")
# What is wider than the room it has.
_TOO_WIDE = """() => [...document.querySelectorAll('body *:not(svg *)')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).display !== 'inline')
    .map(e => `${e.tagName} ${e.className} ${e.scrollWidth} > ${e.clientWidth}`)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"], timeout=120_000)
        yield started
        started.close()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a project whose contacts, columns and files are called like markup."""
    folder = tmp_path_factory.mktemp("hostile")
    # The slash in `</script>` makes it a folder and a file.
    _export(folder / "exports" / f"{SCRIPT}.csv", {"a": SCRIPT, "b": IMAGE})
    _export(folder / "exports" / f"{IMAGE}.csv", {"a": IMAGE, "b": SCRIPT})
    project = Project.init(folder / "project")
    settings = folder / "project" / "crm_clean.toml"
    # Nobody would guess that such cells hold names.
    named = '\n[sources.mapping]\n"First Name" = "first_name"\n"Last Name" = "last_name"\n'
    settings.write_text(settings.read_text(encoding="utf-8") + named, encoding="utf-8")
    project.run([folder / "exports"])
    return project.report()


PLAIN = ("Ada", "Bruno", "Carla", "Dario", "Elena", "Felix", "Greta", "Hanna", "Ivan", "Julia", "Karl", "Lena")


def _export(path: Path, names: dict[str, str]) -> None:
    """Two dozen contacts, half of them called like markup; one is twice in it, one hardly; the last row is broken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = ["First Name", "Last Name", "Email", "Phone", "Company", "Tags", "Birth Date", SCRIPT, IMAGE]
    called = [(first, "Example") for first in PLAIN] + [(names["a"], f"{names['b']} {at}") for at in range(12)]
    rows = [
        [first, last, f"person{at}@example.com", f"+1 212 555 01{at:02}", names["a"],
         names["b"], "1980-05-01", names["a"], names["b"]]
        for at, (first, last) in enumerate(called)
    ]  # fmt: skip
    rows += [rows[13], [*rows[14][:2], names["a"], names["b"], *rows[14][4:6], names["b"], "", ""]]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows([header, *rows])
        file.write(f"{IMAGE},too,many,cells,in,this,row,by,far,{SCRIPT},{IMAGE}\n")


class _Opened:
    """A page with everything that a page may do but must not."""

    def __init__(self, browser: Browser, file: Path, *, width: int = 1280) -> None:
        self.done: list[str] = []
        self.fetched: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": width, "height": 1000})
        self.page.on("dialog", self._dialog)
        self.page.on("console", lambda said: self.done.append(f"console: {said.text}"))
        self.page.on("pageerror", lambda error: self.done.append(f"error: {error}"))
        self.page.on("request", lambda asked: self._request(asked.url, file))
        self.page.on("requestfinished", lambda asked: self.fetched.append(asked.url))
        self.page.goto(file.as_uri(), wait_until="load", timeout=120_000)
        self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    def _dialog(self, dialog: Any) -> None:
        self.done.append("dialog")
        dialog.dismiss()

    def _request(self, url: str, file: Path) -> None:
        if url != file.as_uri():
            self.done.append(f"request: {url}")


def test_contacts_that_try_to_be_markup_show_as_text(browser: Browser, hostile: Path, tmp_path: Path) -> None:
    opened = _Opened(browser, hostile)
    text = opened.page.inner_text("body")
    opened.page.screenshot(path=tmp_path / "report.png", full_page=True)
    assert text.count(SCRIPT) > 10
    assert text.count(IMAGE) > 10
    # A name, its case repaired like that of any other, and what stands in brackets taken for a remark.
    assert "<Script>Alert</Script> <Img Src=X Onerror=Alert> 1" in text
    assert f"{SCRIPT}.csv" in text
    assert f"{IMAGE}.csv" in text
    assert opened.page.locator("script, img, iframe, object, embed, link").count() == 0
    assert opened.done == []


def test_every_part_of_the_page_shows_markup_as_text(browser: Browser, full: RunSummary, tmp_path: Path) -> None:
    worst = replace(
        full,
        title=SCRIPT,
        refused=(IMAGE,),
        issues=full.issues.assign(code=IMAGE, field=SCRIPT),
        quarantine=full.quarantine.assign(reason=SCRIPT),
        examples=full.examples.assign(code=IMAGE, raw=IMAGE),
        quality=full.quality.assign(field=IMAGE),
        doubtful=full.doubtful.assign(label=IMAGE, reason=SCRIPT, sources=IMAGE),
        members=full.members.assign(source=SCRIPT, source_file=IMAGE, name=IMAGE, phone=IMAGE, company=SCRIPT),
        cuts=full.cuts.assign(left=IMAGE, levels=SCRIPT),
        scores=full.scores.assign(verdict=IMAGE),
    )
    opened = _Opened(browser, _written(tmp_path, worst))
    assert opened.page.inner_text("body").count(IMAGE) >= 20
    assert opened.page.title() == SCRIPT
    assert opened.page.locator("script, img").count() == 0
    assert opened.done == []


def test_the_policy_holds_even_where_markup_slipped_through(browser: Browser, full: RunSummary, tmp_path: Path) -> None:
    page = render(full).replace("<main>", f"<main>{IMAGE}{SCRIPT}", 1)
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    opened = _Opened(browser, tmp_path / "report.html")
    assert opened.page.locator("main > script").count() == 1
    assert "dialog" not in opened.done
    assert opened.fetched == [(tmp_path / "report.html").as_uri()]


@pytest.mark.parametrize("width", [pytest.param(w, id=f"{w} pixels wide") for w in (1280, 800, 390)])
def test_nothing_is_wider_than_the_screen(width: int, browser: Browser, full: RunSummary, tmp_path: Path) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitän" * 4
    wide = replace(
        full,
        title=long,
        n_records=12_345_678,
        n_golden=10_345_678,
        n_review=1_234_567,
        sources=tuple(
            replace(source, source_file=f"{long}.csv", source=long, n_rows=1_234_567) for source in full.sources
        ),
        members=full.members.assign(name=long, email=f"{long}@example.com; {long}", company=long, record_id=long),
        doubtful=full.doubtful.assign(label=long, reason=long),
        examples=full.examples.assign(raw=long),
        review=full.review.assign(left_file=f"{long}.csv", right_full_name=long, reason=long, left_id=long),
        cuts=full.cuts.assign(left=long, levels=long),
        refused=(long,),
    )
    opened = _Opened(browser, _written(tmp_path, wide), width=width)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert opened.page.evaluate(_TOO_WIDE) == []


def test_the_page_of_a_project_fits_a_phone(browser: Browser, hostile: Path) -> None:
    assert _Opened(browser, hostile, width=390).page.evaluate(_TOO_WIDE) == []


def test_charts_are_told_to_those_who_do_not_see_them(browser: Browser, full: RunSummary, tmp_path: Path) -> None:
    opened = _Opened(browser, _written(tmp_path, full))
    charts = opened.page.get_by_role("img")
    names = [name for chart in charts.all() if (name := chart.get_attribute("aria-labelledby"))]
    told = [opened.page.locator(f"#{ident}").text_content() for name in names for ident in name.split()]
    assert len(names) == 5
    assert [text for text in told if not text] == []


def test_the_page_prints_without_losing_its_end(browser: Browser, full: RunSummary, tmp_path: Path) -> None:
    opened = _Opened(browser, _written(tmp_path, full))
    paper = opened.page.pdf(format="A4", print_background=True)
    assert paper.startswith(b"%PDF")
    opened.page.emulate_media(media="print")
    assert opened.page.evaluate(_TOO_WIDE) == []


@pytest.mark.skipif(not PICTURES, reason="takes the picture of the README; wants CRM_CLEAN_PICTURES=FOLDER")
def test_a_picture_of_the_report_of_the_samples(browser: Browser, root: Path, tmp_path: Path) -> None:
    project = Project.init(tmp_path / "contacts")
    samples = root / "data" / "samples"
    project.run([samples], truth=samples / "truth.csv")
    page = browser.new_page(viewport={"width": 1120, "height": 1180}, device_scale_factor=1.5)
    page.goto(project.report(path=tmp_path / "report.html").as_uri(), wait_until="load", timeout=120_000)
    Path(PICTURES or "").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=Path(PICTURES or "") / "report.png")


def _written(folder: Path, summary: RunSummary) -> Path:
    file = folder / "report.html"
    file.write_text(render(summary), encoding="utf-8")
    return file
