"""The command line: words in, one call of `project`, a screenful or one sentence out.

Decides nothing about data. Every command ends with an exit code of the contract: 0 done, 1 our bug, 2 wrong usage or
input that cannot be read, 3 a critical expectation failed, 4 another run holds the store; 130 when it is interrupted.
Libraries that take time to load are loaded by the command that needs them, so that asking for help is instant.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crm_clean import __version__
from crm_clean.cli.exporting import export
from crm_clean.cli.failures import carry_out
from crm_clean.cli.findings import issues
from crm_clean.cli.history import rollback, split
from crm_clean.cli.modelling import model as model_command
from crm_clean.cli.options import (
    HERE,
    Deliverability,
    Files,
    InProject,
    Inputs,
    Mapped,
    Model,
    Out,
    Region,
    Seed,
    Truth,
    Workers,
    column_fields,
    cores,
)
from crm_clean.cli.privacy import forget
from crm_clean.cli.profiling import profile
from crm_clean.cli.reporting import report
from crm_clean.cli.reviewing import decide, explain, undo
from crm_clean.cli.screen import say
from crm_clean.cli.words import consent, decisions, override, overrides
from crm_clean.errors import UsageError

if TYPE_CHECKING:
    from crm_clean.project import RunResult

app = typer.Typer(
    help="Reads messy CRM contact exports, finds who is the same person, and hands back clean golden records.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # a traceback shows code, never the values it worked on
    add_completion=False,
)

STEPS = {
    "ingest": "Read the exports, quarantine what cannot be read.",
    "normalise": "Bring names, phones, addresses, dates to one form.",
    "link": "Find the records that are the same person.",
    "merge": "Make one golden record of each person.",
    "validate": "Check the tables against the expectations.",
    "publish": "Commit the run and write what CRMs import.",
}


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
    """Make a project folder.

    It holds settings, landing/, store/, outbox/, lexicons/ and expectations/; what is there already stays as it is.
    """
    from crm_clean.project import Project

    Project.init(folder)
    say(f"{folder} is a project now: put exports into {folder / 'landing'} and run `crm-clean run --project {folder}`.")


@app.command()
def run(
    project: InProject = HERE,
    inputs: Inputs = None,
    workers: Workers = None,
    truth: Truth = None,
    full: Annotated[
        bool, typer.Option("--full", help="Look at everybody and learn the model anew, be there ever so little new.")
    ] = False,
    model: Model = None,
    check: Deliverability = False,
    drop: Annotated[
        bool, typer.Option("--accept-drop", help="Believe a snapshot that lacks much of what its source held.")
    ] = False,
) -> None:
    """Take every step, or go on where a run was stopped."""
    from crm_clean import project as projects
    from crm_clean.cli.progress import reporter

    opened = projects.open(project)
    with reporter() as shown:
        result = opened.run(
            inputs,
            workers=cores(workers),
            full=full,
            model=model,
            truth=truth,
            check_deliverability=check,
            accept_drop=drop,
            reporter=shown,
        )
    say(_outcome(result), nl=False)


def _outcome(result: RunResult) -> str:
    """The screenful of a run; when there was nothing to do, what still stands."""
    from crm_clean.report.text import screenful

    if result.summary is not None:
        return screenful(result.summary)
    stands = (
        f"Nothing changed: run {result.run} stands, and with it every golden id; its files are in {result.outbox}.\n"
    )
    truth = result.evaluation
    if truth is None:
        return stands
    return f"{stands}Against the truth: precision {truth.precision:.3f}, recall {truth.recall:.3f}, F1 {truth.f1:.3f}\n"


def _step_command(name: str) -> Callable[..., None]:
    def step(
        project: InProject = HERE, inputs: Inputs = None, workers: Workers = None, check: Deliverability = False
    ) -> None:
        from crm_clean import project as projects
        from crm_clean.cli.progress import reporter

        with reporter() as shown:
            opened = projects.open(project)
            opened.step(name, inputs, workers=cores(workers), check_deliverability=check, reporter=shown)

    return step


for _name, _promise in STEPS.items():
    app.command(_name, help=_promise)(_step_command(_name))


@app.command()
def dedupe(  # noqa: PLR0913, PLR0917 - each is an option that a user may give
    files: Files,
    out: Out,
    mapped: Mapped = None,
    ignored: Annotated[list[str] | None, typer.Option("--ignore", metavar="COLUMN", help="No evidence.")] = None,
    region: Region = None,
    threshold: Annotated[
        float | None, typer.Option("--threshold", metavar="P", help="Merge from this probability on.")
    ] = None,
    workers: Workers = None,
    seed: Seed = 0,
    model: Model = None,
    check: Deliverability = False,
) -> None:
    """Clean any contact files without a project.

    Writes crosswalk.csv, golden.csv, review.csv, quarantine.csv, summary.json, report.html and model.json.
    """
    from crm_clean import project as projects
    from crm_clean.cli.progress import reporter
    from crm_clean.link.model_file import read_model

    options = projects.Options(
        column_fields(mapped),
        tuple(ignored or ()),
        region,
        threshold,
        cores(workers),
        seed,
        check_deliverability=check,
        model=None if model is None else read_model(model),
    )
    with reporter() as shown:
        summary = projects.dedupe_files(files, out, options=options, reporter=shown)
    rows = summary["rows"]
    say(f"{rows['read']:,} rows read, {rows['quarantined']:,} quarantined, {rows['golden']:,} people; see {out}.")


@app.command()
def sample(
    contacts: Annotated[int, typer.Option("--contacts", metavar="N", help="Rows of all exports together.")],
    out: Out,
    seed: Seed = 0,
) -> None:
    """Write made-up exports of four CRMs, with the truth.

    truth.csv says who is who in them.
    """
    from crm_clean.sample.generate import write_sample

    written = write_sample(out, contacts=contacts, seed=seed)
    say(f"{written['contacts']:,} contacts of {written['people']:,} people are in {out}.")


app.command(name="model")(model_command)
for _command in (
    *(profile, issues, explain, decide, undo, decisions, split, override, overrides, consent),
    *(rollback, forget, export, report),
):
    app.command()(_command)


@app.command(name="evaluate")
def evaluate_command(
    truth: Annotated[Path, typer.Option("--truth", metavar="FILE", help="CSV of source_file,source_row,person.")],
    project: Annotated[Path | None, typer.Option("--project", metavar="DIR", help="A project that has run.")] = None,
    crosswalk: Annotated[Path | None, typer.Option("--crosswalk", metavar="FILE", help="A crosswalk.csv.")] = None,
    is_json: Annotated[bool, typer.Option("--json", help="The same as JSON, for programs.")] = False,
) -> None:
    """Measure a result against the truth.

    Precision and recall of pairs, B-cubed, and the costliest mistakes; of the project here, if none is named. Of a
    project also why each mistake was made, and how true the precision was that its run expected.
    """
    from crm_clean import project as projects
    from crm_clean.cli.evaluation import as_json, of_crosswalk, told

    if project and crosswalk:
        raise UsageError("Give --project or --crosswalk, not both: one result is measured at a time.")
    found = of_crosswalk(crosswalk, truth) if crosswalk else projects.open(project or HERE).evaluate(truth)
    say(as_json(found) if is_json else told(found))


def main(words: Sequence[str] | None = None) -> None:
    """Run the command that `words` (the process's own, if not given) spell, and leave with its exit code."""
    sys.exit(carry_out(app, words, name="crm-clean"))
