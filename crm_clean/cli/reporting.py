"""The commands that show what stands: `report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crm_clean.cli.options import HERE, InProject
from crm_clean.cli.screen import say


def report(
    project: InProject = HERE,
    run: Annotated[int | None, typer.Option("--run", metavar="RUN", help="Which run; the last if not given.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write the page.")] = None,
) -> None:
    """Write the scorecard of a run as one HTML page.

    With the trend over all runs and what was decided since. It goes to reports/ in the project, if no file is named.
    """
    from crm_clean import project as projects

    say(f"The report is in {projects.open(project).report(run, path=out)}.")
