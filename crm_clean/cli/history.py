"""Commands that take back: a whole run, or a merge."""

from __future__ import annotations

from typing import Annotated

import typer

from crm_clean.cli.options import HERE, By, InProject, Reason
from crm_clean.cli.screen import say


def rollback(
    run: Annotated[int, typer.Argument(metavar="RUN", help="The run to return to, by its number.")],
    project: InProject = HERE,
) -> None:
    """Return to what stood after an earlier run.

    As a new run: nothing is destroyed, and one can go forward again in the same way. What people said since is not
    taken back: decisions, values set by hand, closed addresses. Whoever was erased does not come back.
    """
    from crm_clean import project as projects
    from crm_clean.cli.progress import reporter

    opened = projects.open(project)
    with reporter() as shown:
        returned = opened.rollback(run, reporter=shown)
    say(returned)
    if returned.result is not None and returned.result.outbox is not None:
        say(f"  {returned.result.outbox} holds the files for each CRM to import.")


def split(
    golden_id: Annotated[str, typer.Argument(metavar="GOLDEN_ID", help="The golden record, or a record of it.")],
    by: By,
    records: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RECORD", help="What to take out, together; none: undo the last merge.", show_default=False
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every record on its own.")] = False,
    reason: Reason = None,
    force: Annotated[bool, typer.Option("--force", help="Also where a person said they are the same.")] = False,
    project: InProject = HERE,
) -> None:
    """Take a golden record apart, at once and for good.

    The values are then those that each side's own records give, the ids those that the sides had before; what was
    closed stays closed. It is remembered as decisions, which every later run obeys and `crm-clean undo` takes back.
    """
    from crm_clean import project as projects
    from crm_clean.cli.progress import reporter

    opened = projects.open(project)
    with reporter() as shown:
        parted = opened.split(golden_id, records or (), by=by, reason=reason, every=every, force=force, reporter=shown)
    say(parted)
