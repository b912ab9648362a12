"""The notebooks as an analyst meets them: a real JupyterLab in a real browser, every cell run, pairs judged by hand.

Nothing may be fetched from elsewhere, nothing may complain, and a contact named like markup is shown as text.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from crm_clean.project import Project

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TOKEN = "a-token-for-the-tests"
PATIENCE = 120.0  # seconds, on a machine with other things to do
LOUD = ("error", "warning")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: install it to see the notebooks in a browser"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(is_done: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_done():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)


@dataclass
class Lab:
    """A running JupyterLab, the project that its notebooks open, and how to ask it things."""

    port: int
    project: Project
    pictures: Path

    def ask(self, path: str) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}")
        request.add_header("Authorization", f"token {TOKEN}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def answers(self) -> bool:
        with suppress(OSError):
            return bool(self.ask("api/status"))
        return False

    def kernel_is_idle(self, notebook: str) -> bool:
        kernels = [each["kernel"] for each in self.ask("api/sessions") if each["path"] == notebook]
        return any(kernel and kernel["execution_state"] == "idle" and kernel["connections"] for kernel in kernels)

    def keep_picture(self, page: Page, name: str) -> None:
        page.screenshot(path=self.pictures / name)
        if folder := os.environ.get("CRM_CLEAN_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            shutil.copy(self.pictures / name, folder)


@pytest.fixture(scope="module")
def lab(
    notebooks: Path, project_copy: Callable[[], Project], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    base = tmp_path_factory.mktemp("lab")
    folder = Path(shutil.copytree(notebooks, base / "notebooks"))
    lab = Lab(free_port(), project_copy(), base)
    server = [Path(sys.executable).with_name("jupyter-lab"), folder, "--no-browser", "--allow-root"]
    options = [f"--ServerApp.port={lab.port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    # Its own home, so that nothing of ours is read or written; a short path, since sockets may lie in it.
    with tempfile.TemporaryDirectory(prefix="lab-") as home, (base / "lab.log").open("wb") as log:
        own = {f"JUPYTER_{name}_DIR": f"{home}/{name.lower()}" for name in ("CONFIG", "DATA", "RUNTIME")}
        own |= {"HOME": home, "IPYTHONDIR": f"{home}/ipython", "JUPYTER_CONFIG_PATH": str(notebooks / ".jupyter")}
        own |= {"CRM_CLEAN_PROJECT": str(lab.project.place.folder), "CRM_CLEAN_REVIEWER": "kim"}
        running = subprocess.Popen([*server, *options], stdout=log, stderr=log, env=os.environ | own)
        try:
            until(lab.answers, "JupyterLab")
            yield lab
        finally:
            running.terminate()
            running.wait(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@dataclass
class Seen:
    """What a page did besides showing itself."""

    complaints: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def watch(self, page: Page) -> None:
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in LOUD else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self.asked.add(request.url))
        page.on("websocket", lambda socket: self.asked.add(socket.url))

    def elsewhere(self) -> set[str]:
        """What was asked of anything but our own server."""
        hosts = {url: urlsplit(url.removeprefix("blob:")).hostname for url in self.asked if not url.startswith("data:")}
        return {url for url, host in hosts.items() if host != "127.0.0.1"}


@pytest.fixture
def open_notebook(lab: Lab, browser: Browser) -> Iterator[Callable[[str], tuple[Page, Seen]]]:
    """Open a notebook in a browser of its own and run all its cells."""
    pages: list[Page] = []

    def run(name: str) -> tuple[Page, Seen]:
        page, seen = browser.new_page(viewport={"width": 1400, "height": 1000}), Seen()
        pages.append(page)
        page.set_default_timeout(PATIENCE * 1000)
        seen.watch(page)
        # A workspace of its own: the notebooks that another page had open are not brought back.
        workspace = f"lab/workspaces/{Path(name).stem}"
        page.goto(f"http://127.0.0.1:{lab.port}/{workspace}/tree/{name}?token={TOKEN}")
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        until(lambda: lab.kernel_is_idle(name), "a kernel")
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(state="attached")
        run_all(page)
        n = json.loads((lab.pictures / "notebooks" / name).read_text("utf-8"))["cells"]
        last = sum(cell["cell_type"] == "code" for cell in n)
        expect(page.locator(".jp-InputPrompt", has_text=f"[{last}]")).to_be_attached(timeout=PATIENCE * 1000)
        return page, seen

    yield run
    for page in pages:
        page.close()


def run_all(page: Page) -> None:
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def at_the_top(found: Locator) -> None:
    """Bring the cell that something stands in to the top of the window."""
    found.evaluate("node => node.closest('.jp-Cell').scrollIntoView({ block: 'start' })")


def home_of(project: Project) -> pd.Series:
    return project.lineage().drop_duplicates("record_id").set_index("record_id")["golden_id"]


def look_for(page: Page, text: str) -> None:
    """Type what to look for between the quotes, and run all cells once more."""
    page.locator(".cm-line", has_text="look_for = ").first.click()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type(text)
    run_all(page)


def test_a_customer_is_shown_whole_and_as_text(lab: Lab, open_notebook: Callable[[str], tuple[Page, Seen]]) -> None:
    page, seen = open_notebook("inspect_customer.ipynb")
    shown = page.locator(".crm-clean-customer")
    at_the_top(shown)
    most = lab.project.golden().sort_values("n_records", ascending=False).iloc[0]
    expect(shown).to_contain_text(f"{most['n_records']} records from {most['sources']}")
    lab.keep_picture(page, "customer.png")
    look_for(page, "alert")
    expect(shown.locator("h2")).to_have_text("<Script>Alert</Script>")
    expect(shown.get_by_text("<img src=x onerror=alert(1)>", exact=True).first).to_be_visible()
    expect(shown.get_by_text("Why they are one person")).to_be_attached()
    expect(shown.get_by_text("Created from 2 records: event.csv e1, event.csv e2.")).to_be_attached()
    assert page.locator(".jp-Notebook img, .jp-OutputArea script").count() == 0
    assert (seen.complaints, seen.elsewhere()) == ([], set())


def test_the_model_of_the_last_run_is_drawn_in_the_page(
    lab: Lab, open_notebook: Callable[[str], tuple[Page, Seen]]
) -> None:
    page, seen = open_notebook("tune_link.ipynb")
    charts = page.locator(".crm-clean-chart")
    expect(charts).to_have_count(6)
    for at, name in enumerate(("weights", "waterfall", "pairs", "blocking", "promise", "models")):
        at_the_top(charts.nth(at))
        box = charts.nth(at).locator("svg").bounding_box()
        assert box
        assert box["width"] > 500
        lab.keep_picture(page, f"tune-{name}.png")
    weights = charts.first
    expect(weights.get_by_text("one person", exact=True)).to_be_visible()
    expect(weights.locator("path title").first).to_contain_text("name, exact: ")
    for hidden in ("script", "img", "foreignObject"):
        assert page.locator(f".crm-clean-chart {hidden}").count() == 0
    assert page.locator(".jp-Notebook img").count() == 0
    assert (seen.complaints, seen.elsewhere()) == ([], set())


def test_pairs_judged_in_the_widget_are_apart_and_together_after_the_next_run(
    lab: Lab, open_notebook: Callable[[str], tuple[Page, Seen]]
) -> None:
    first, second, third = lab.project.review_queue(3)[["left_id", "right_id"]].itertuples(index=False)
    n_pairs = len(lab.project.review_queue())
    page, seen = open_notebook("review_candidates.ipynb")
    widget = page.locator(".crm-clean-review")
    at_the_top(widget)
    expect(widget).to_contain_text(f"Pair 1 of {n_pairs}")
    expect(widget.get_by_text("<img src=x onerror=alert(1)>", exact=True)).to_have_count(2)
    expect(widget).to_contain_text("of <script>alert(1)</script>")

    widget.get_by_label("Reason").fill("sister and brother")
    widget.get_by_role("button", name="Different people").click()
    expect(widget).to_contain_text(f"Pair 2 of {n_pairs}")
    widget.get_by_role("button", name="Same person").click()
    expect(widget).to_contain_text(f"Pair 3 of {n_pairs}")
    expect(widget).to_contain_text("2 judged")
    lab.keep_picture(page, "notebook.png")
    ledger = lab.project.decisions().tail(2)
    said = ["left_id", "right_id", "verdict", "decided_by", "reason"]
    assert ledger[said].astype(object).where(ledger[said].notna(), None).to_numpy().tolist() == [
        [*first, "different", "kim", "sister and brother"],
        [*second, "same", "kim", None],
    ]

    keys_are_the_widgets_while_it_has_the_focus(page, widget, n_pairs)
    assert lab.project.decisions()[["left_id", "right_id", "verdict"]].tail(2).to_numpy().tolist() == [
        [*third, "different"],
        [*third, "undone"],
    ]
    assert page.locator(".jp-Notebook img, .jp-OutputArea script").count() == 0
    assert (seen.complaints, seen.elsewhere()) == ([], set())

    lab.project.run()
    home = home_of(lab.project)
    assert home[first[0]] != home[first[1]]
    assert home[second[0]] == home[second[1]]


def keys_are_the_widgets_while_it_has_the_focus(page: Page, widget: Locator, n_pairs: int) -> None:
    """`d` is an answer there and `u` takes it back, while two presses of d would delete a cell of the notebook."""
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    widget.focus()
    for key in ("d", "u", "x", "a", "Space", "u"):
        page.keyboard.press(key)
        expect(widget).not_to_have_class("cr-waiting")
        expect(widget).to_contain_text(f"Pair {4 if key in ('d', 'Space') else 3} of {n_pairs}")
    widget.get_by_label("Reason").click()
    page.keyboard.type("sad")
    expect(widget.get_by_label("Reason")).to_have_value("sad")
    expect(widget).to_contain_text(f"Pair 3 of {n_pairs}")
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
