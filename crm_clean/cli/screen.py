"""The last hand that text passes before a terminal: no value of anybody steers it, hides on it or floods it."""

from __future__ import annotations

import typer

from crm_clean.report.plain import visible

LONGEST_LINE = 1_000  # characters


def on_screen(text: str, *, most: int | None = LONGEST_LINE) -> str:
    """`text` line by line, with all that no eye sees named and no line longer than `most` characters."""
    return "\n".join(visible(line, most) for line in text.split("\n"))


def say(text: object, *, nl: bool = True, most: int | None = LONGEST_LINE) -> None:
    """Print `text` on stdout, fit for a terminal; `most` is None for what is to be copied whole."""
    typer.echo(on_screen(str(text), most=most), nl=nl)
