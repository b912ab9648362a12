"""Commands of a reviewer: why two records are one person or not, and the word that settles it."""

from __future__ import annotations

from typing import Annotated

import typer

from crm_clean.cli.options import HERE, AsOf, By, InProject, Reason
from crm_clean.cli.screen import say
from crm_clean.errors import UsageError

Thing = Annotated[
    str,
    typer.Argument(
        metavar="GOLDEN_ID|RECORD", help="A golden id, a record id as in review.csv, or file:row as in crosswalk.csv."
    ),
]
Other = Annotated[
    str | None,
    typer.Argument(
        metavar="RECORD", help="The other one; left out, what holds the first together.", show_default=False
    ),
]
Left = Annotated[str, typer.Argument(metavar="A", help="A record id as in review.csv, or file:row.")]
Right = Annotated[str, typer.Argument(metavar="B", help="The other record.")]
_VERDICTS = ("same", "different")


def explain(
    thing: Thing,
    other: Other = None,
    field: Annotated[
        str | None,
        typer.Option("--field", metavar="FIELD", help="Where this field of it comes from: all that was offered."),
    ] = None,
    as_of: AsOf = None,
    project: InProject = HERE,
) -> None:
    """Why two records are one person, or why not.

    In at most six lines: what speaks for it and against it, with weights, and what one can do about it. Of a golden
    record alone: which links hold it together. With --field: every value that was offered for it, kept or not, by
    which record, when, and the rule that chose.
    """
    from crm_clean import project as projects

    if field is None:
        if as_of is not None:
            raise UsageError("Evidence is kept of the last run only: name a --field to see what it was --as-of a run.")
        say(projects.open(project).explain(thing, other))
        return
    if other is not None:
        raise UsageError("A --field is one golden record's: name one, or two records without a field.")
    say(projects.open(project).offered(thing, field, as_of=as_of))


def decide(
    verdict: Annotated[str, typer.Argument(metavar="same|different", help="What A and B are.")],
    left: Left,
    right: Right,
    by: By,
    reason: Reason = None,
    project: InProject = HERE,
) -> None:
    """Say that two records are the same person, or different people.

    It is remembered for good, outranks every weight, and is obeyed from the next run on. For `same` a golden id does
    as well as a record.
    """
    from crm_clean import project as projects

    if verdict not in _VERDICTS:
        raise UsageError(f"Say `same` or `different`, not `{_one_word(verdict)}`; `crm-clean undo` takes a word back.")
    say(projects.open(project).decide(verdict, left, right, by=by, reason=reason))


def undo(left: Left, right: Right, by: By, reason: Reason = None, project: InProject = HERE) -> None:
    """Take back what was decided on two records.

    The ledger keeps both words; from the next run on the records alone, or the export, decide.
    """
    from crm_clean import project as projects

    say(projects.open(project).decide("undone", left, right, by=by, reason=reason))


def _one_word(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:40]
