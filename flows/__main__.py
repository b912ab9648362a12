"""`python -m flows`: run a flow once, or serve them all on their schedules.

Ends with the exit codes of `crm-clean`: 0 done, 1 our bug, 2 wrong usage or input that cannot be read, 3 a critical
expectation failed, 4 another run holds the store; 130 when it is interrupted. Errors are one sentence on stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from crm_clean.cli.failures import carry_out
from crm_clean.cli.options import HERE, InProject, Inputs, Truth
from crm_clean.errors import UnknownThing

app = typer.Typer(
    help="crm-clean as Prefect flows.", rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False
)

FLOWS = {
    "refresh": "Run the flow of all six steps.",
    "ingest": "Run the flow that reads the exports.",
    "deduplicate": "Run the flow that normalises, links and merges.",
    "publish": "Run the flow that validates and commits.",
}

Workers = Annotated[int | None, typer.Option("--workers", metavar="N", min=1, help="Processes; one if not given.")]
Full = Annotated[bool, typer.Option("--full", help="Learn the model anew instead of keeping the last one.")]
Port = Annotated[int, typer.Option("--port", metavar="N", min=1, max=65535, help="Of this machine alone.")]


@app.callback()
def _everywhere(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error; stands anywhere.")] = False,
) -> None:
    """Options of every command; `main` has taken --debug out before Typer looks."""


@app.command()
def serve(port: Port = 4200) -> None:
    """Serve the deployments of prefect.yaml: a server with its pages, schedules, and a worker, until Ctrl-C."""
    from flows.serve import serve as serve_all

    serve_all(port=port, say=typer.echo)


def _flow_command(name: str) -> Callable[..., None]:
    def run(
        project: InProject = HERE,
        inputs: Inputs = None,
        workers: Workers = None,
        full: Full = False,
        truth: Truth = None,
    ) -> None:
        _run(name, project, inputs=inputs or [], workers=workers, full=full, truth=truth)

    return run


for _name, _promise in FLOWS.items():
    app.command(_name, help=_promise)(_flow_command(_name))


def _run(name: str, project: Path, *, inputs: list[Path], truth: Path | None, workers: int | None, full: bool) -> None:
    """Look first whether it can work at all: a server and Prefect itself take seconds to load."""
    from crm_clean import project as projects
    from flows import server
    from flows.asking import Ask
    from flows.outcome import told

    projects.open(project).settings()
    for path in [*inputs, *([truth] if truth else [])]:
        if not path.exists():
            raise UnknownThing(f"{path}: no such file or folder; check the path.")
    server.given()
    from flows.start import start

    given = tuple(path.absolute() for path in inputs)
    ask = Ask(project.absolute(), given, workers, full, truth.absolute() if truth else None)
    typer.echo(told(name, project, start(name, ask)))


def main(words: Sequence[str] | None = None) -> None:
    """Run the command that `words` (the process's own, if not given) spell, and leave with its exit code."""
    _leave(carry_out(app, words, name="flows", program="python -m flows"))


def _leave(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    if "prefect" in sys.modules:
        # All that Prefect had to say has been sent, or nobody is there to take it; its threads would go on trying.
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
