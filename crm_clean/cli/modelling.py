"""`crm-clean model`: what a model says, or what changed from one to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crm_clean.cli.screen import say


def model(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The model.json of a run.")],
    other: Annotated[Path | None, typer.Argument(metavar="LATER", help="Another one: tells what changed.")] = None,
) -> None:
    """Tell what a model counts for and against one person, in bits.

    With two of them, tells which levels count more or less in the second.
    """
    from crm_clean.link.model_file import read_model
    from crm_clean.link.model_words import compared, described

    first = read_model(file)
    say("\n".join(described(first) if other is None else compared(first, read_model(other))))
