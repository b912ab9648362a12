"""The command line: words in, one call of `project`, a screenful or one sentence out.

Decides nothing about data. Every command ends with an exit code of the contract: 0 done, 1 our bug, 2 wrong usage or
input that cannot be read, 3 a critical expectation failed, 4 another run holds the store; 130 when it is interrupted.
Libraries that take time to load are loaded by the command that needs them, so that asking for help is instant.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from crm_clean import __version__
from crm_clean.cli.failures import failure

app = typer.Typer(
    help="Reads messy CRM contact exports, finds who is the same person, and hands back clean golden records.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)

STEPS = {
    "ingest": "Read the exports; keep every cell, quarantine what cannot be read.",
    "normalise": "Bring names, e-mails, phones, addresses and dates to one form.",
    "link": "Find the records that are the same person.",
    "merge": "Make one golden record of each person.",
    "validate": "Check the tables against the expectations.",
    "publish": "Commit the run and write the files that CRMs import.",
}

InProject = Annotated[Path, typer.Option("--project", help="The project folder.", metavar="DIR")]
Inputs = Annotated[
    list[Path] | None,
    typer.Option("--input", help="An export, or a folder of them; landing/ if none is given.", metavar="PATH"),
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes at work; as many as cores if not given.")
]
Truth = Annotated[
    Path | None, typer.Option("--truth", help="A truth file to measure the result against.", metavar="FILE")
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")]
HERE = Path()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crm-clean {__version__}")
        raise typer.Exit


@app.callback()
def _everywhere(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error; stands anywhere.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """Options of every command; `main` has taken --debug out before Typer looks."""


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made if it is not there.")]) -> None:
    """Make a project folder: settings, landing/, store/, outbox/ and the expectations."""
    from crm_clean.project import Project

    Project.init(folder)
    typer.echo(
        f"{folder} is a project now: put exports into {folder / 'landing'} and run `crm-clean run --project {folder}`."
    )


@app.command()
def run(project: InProject = HERE, inputs: Inputs = None, workers: Workers = None, truth: Truth = None) -> None:
    """Take every step; a run that was stopped goes on where it was."""
    from crm_clean import project as projects
    from crm_clean.cli.progress import reporter
    from crm_clean.report.text import screenful

    with reporter() as shown:
        summary = projects.open(project).run(inputs or [], workers=workers, reporter=shown, truth=truth)
    typer.echo(screenful(summary))


def _step_command(name: str) -> Callable[..., None]:
    def step(project: InProject = HERE, inputs: Inputs = None, workers: Workers = None) -> None:
        from crm_clean import project as projects
        from crm_clean.cli.progress import reporter

        with reporter() as shown:
            projects.open(project).step(name, inputs or [], workers=workers, reporter=shown)

    return step


for _name, _promise in STEPS.items():
    app.command(_name, help=_promise)(_step_command(_name))


def main(words: Sequence[str] | None = None) -> None:
    """Run the command that `words` (the process's own, if not given) spell, and leave with its exit code."""
    given = list(sys.argv[1:] if words is None else words)
    debug = "--debug" in given
    given = [word for word in given if word != "--debug"]
    try:
        code: Any = app(given, prog_name="crm-clean", standalone_mode=False)
    except BaseException as error:
        if debug:
            raise
        stopped = failure(error, given=given)
        if stopped.sentence:
            print(f"crm-clean: {stopped.sentence}", file=sys.stderr)
        code = stopped.code
    sys.exit(code or 0)
