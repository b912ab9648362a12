"""Commands for people's rights: somebody erased for good."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from crm_clean.cli.options import HERE, InProject
from crm_clean.cli.screen import say
from crm_clean.errors import UsageError


def forget(
    who: Annotated[
        str,
        typer.Argument(metavar="EMAIL|PHONE|RECORD|GOLDEN_ID", help="In any spelling; a record also as file:row."),
    ],
    project: InProject = HERE,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who erases; you, if not given.")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, without naming the person; in the certificate.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: it cannot be undone.")] = False,
    everyone: Annotated[bool, typer.Option("--everyone", help="All golden records that have the address.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")] = False,
) -> None:
    """Erase a person, for good.

    From the store and its history, the exports in landing/, the outbox and reports. A keyed hash keeps them from
    coming back with the next export; the certificate in reports/ says what was removed.
    """
    from crm_clean import project as projects

    opened = projects.open(project)
    author = by or getpass.getuser()
    if not (yes or dry_run):
        say(opened.forget(who, by=author, reason=reason, everyone=everyone, dry_run=True))
        if not sys.stdin.isatty():
            raise UsageError("Nothing was erased: add --yes to erase without being asked.")
        typer.confirm("Erase this for good?", abort=True)
    say(opened.forget(who, by=author, reason=reason, everyone=everyone, dry_run=dry_run))
