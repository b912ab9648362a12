"""The command that writes what stands for other programs: `export`."""

from __future__ import annotations

from typing import Annotated

import typer

from crm_clean.cli.options import HERE, AsOf, InProject, Out
from crm_clean.cli.screen import say


def export(
    out: Out,
    kind: Annotated[str, typer.Option("--format", metavar="csv|parquet", help="What the files are.")] = "csv",
    as_of: AsOf = None,
    pseudonymise: Annotated[
        bool, typer.Option("--pseudonymise", help="For analysts: without what tells a person directly.")
    ] = False,
    project: InProject = HERE,
) -> None:
    """Write golden records, crosswalk and lineage as files.

    Of now or of an earlier run, all of them or none; only you can read them.
    """
    from crm_clean import project as projects

    say(projects.open(project).export(out, format=kind, as_of=as_of, pseudonymise=pseudonymise))
