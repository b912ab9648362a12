"""Options that several commands share, and what their words mean."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from crm_clean.errors import UsageError

HERE = Path()

InProject = Annotated[Path, typer.Option("--project", metavar="DIR", help="The project folder.")]
Inputs = Annotated[
    list[Path] | None,
    typer.Option("--input", metavar="PATH", help="An export or a folder of them; landing/ if none is given."),
]
Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="CSV, XLSX, vCard, Parquet, ZIP, or folders.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to.")]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar="N", min=1, help="Processes; one a core if not given.")
]
AsOf = Annotated[int | None, typer.Option("--as-of", metavar="RUN", help="As it was after that run; now if not given.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; kept with the decision.")]
Truth = Annotated[Path | None, typer.Option("--truth", metavar="FILE", help="Who is who: measures the result.")]
Seed = Annotated[int, typer.Option("--seed", metavar="S", min=0, help="The same seed gives the same files.")]
Region = Annotated[
    str | None, typer.Option("--default-region", metavar="CC", help="Country of phones without a prefix.")
]
Model = Annotated[
    Path | None,
    typer.Option("--model", metavar="FILE", help="A model.json of another run: link by it, learn none."),
]
Deliverability = Annotated[
    bool,
    typer.Option(
        "--check-deliverability",
        help="Ask the name service which domains of e-mails take mail; it learns the domains, never an address. "
        "Say it at every step of one run, or set it in crm_clean.toml.",
    ),
]
Mapped = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=field", help="What a column holds; text:NAME compares it as plain text."),
]


def column_fields(pairs: Iterable[str] | None) -> dict[str, str]:
    """What --map says, column -> field; raises UsageError for what is not written so, or said twice."""
    mapping: dict[str, str] = {}
    for pair in pairs or ():
        column, _, field = pair.rpartition("=")
        if not column or not field:
            raise UsageError(f"--map {pair}: write COLUMN=field, as in --map Mobile=phone.")
        if column in mapping:
            raise UsageError(f"--map {column}: a column holds one field; map it once.")
        mapping[column] = field
    return mapping


def cores(asked: int | None) -> int:
    """How many processes to use: as many as were asked for, else one a core that we may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return asked or (len(allowed(0)) if allowed else os.cpu_count() or 1)
