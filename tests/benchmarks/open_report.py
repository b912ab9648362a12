"""How heavy a report is and how fast it opens: `open_report.py FILE` prints bytes and milliseconds until it is loaded.

Opens the file in headless Chromium as many times as asked, each time in a fresh window, and takes the median of its
own clock from the start of the navigation to the end of the load event. Fails when the page asks for anything else.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    asked = parser.parse_args()
    print(json.dumps(measure(asked.file.resolve(), times=asked.times, chromium=asked.chromium)))
    return 0


def measure(file: Path, *, times: int, chromium: str | None) -> dict[str, float]:
    """`bytes` of the file and `load_ms`, the median of `times` openings."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        taken = [_open(browser, file) for _ in range(times)]
        browser.close()
    return {"bytes": file.stat().st_size, "load_ms": round(statistics.median(taken), 1)}


def _open(browser: Browser, file: Path) -> float:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri(), wait_until="load", timeout=120_000)
    page.wait_for_function(f"{_LOADED} > 0")
    milliseconds = float(page.evaluate(_LOADED))
    page.close()
    if asked != [file.as_uri()]:
        raise SystemExit(f"The page asks for {len(asked) - 1} other file(s).")
    return milliseconds


if __name__ == "__main__":
    sys.exit(main())
