"""Draws data/run.svg, the picture in the README: what `make run` prints on the samples, taken from a real run.

.venv/bin/python .ci/picture.py
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "data" / "run.svg"
PROJECT, SAMPLES = "data/demo", "data/samples"
COLUMNS = 84


def printed() -> str:
    """What the commands behind `make run` print, in a folder that holds nothing but the samples."""
    command = Path(sys.executable).with_name("crm-clean")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").mkdir()
        (Path(folder) / SAMPLES).symlink_to(ROOT / SAMPLES)
        subprocess.run([command, "init", PROJECT], cwd=folder, check=True, capture_output=True)
        words = ["run", "--project", PROJECT, "--input", SAMPLES, "--truth", f"{SAMPLES}/truth.csv"]
        return subprocess.run([command, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def draw(text: str) -> str:
    """`text` as an SVG of a terminal that loads nothing from elsewhere."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text("$ make run", style="bold green"))
    console.print(Text(text))
    alone = re.sub(r"@font-face \{\{.*?\}\}\n|\s*<!--.*?-->", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(title="crm-clean", code_format=alone, unique_id="run")


def main() -> None:
    PICTURE.write_text(draw(printed()), encoding="utf-8")
    print(f"drew {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
