"""Commands by which people say what a value is, and whether an address may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crm_clean.cli.options import HERE, By, InProject, Reason
from crm_clean.cli.screen import say
from crm_clean.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd


def override(
    golden_id: Annotated[str, typer.Argument(metavar="GOLDEN_ID", help="The golden record, or a record of it.")],
    field: Annotated[str, typer.Argument(metavar="FIELD", help="As in golden.csv; `email` is its first.")],
    by: By,
    value: Annotated[
        str | None, typer.Argument(metavar="VALUE", help="Read as an export's would be.", show_default=False)
    ] = None,
    blank: Annotated[bool, typer.Option("--blank", help="The field is to hold nothing.")] = False,
    lift: Annotated[bool, typer.Option("--lift", help="Let the rules decide again.")] = False,
    reason: Reason = None,
    project: InProject = HERE,
) -> None:
    """Set one value of a golden record by hand.

    At once, and it outranks every rule until its records offer something else for that field, or until it is lifted.
    """
    from crm_clean import project as projects
    from crm_clean.cli.progress import reporter

    if [value is not None, blank, lift].count(True) != 1:
        raise UsageError("Say one of them: a VALUE, --blank, or --lift.")
    opened = projects.open(project)
    with reporter() as shown:
        if lift:
            done = opened.lift(golden_id, field, by=by, reason=reason, reporter=shown)
        else:
            done = opened.override(golden_id, field, value, by=by, reason=reason, reporter=shown)
    say(done)


def overrides(project: InProject = HERE) -> None:
    """List the values that were set by hand."""
    from crm_clean import project as projects

    found = projects.open(project).overrides()
    if found.empty:
        say("No value is set by hand.")
        return
    for row in found.to_dict("records"):
        say(_told(row))


def _told(row: dict[object, object]) -> str:
    import pandas as pd

    def said(name: str) -> str | None:
        value = row[name]
        return None if pd.isna(value) else str(value)  # type: ignore[call-overload]

    value, why = said("value") or "blank", f": {said('reason')}" if said("reason") else ""
    state = "" if row["holds"] else "  (no longer holds: its records offer something else)"
    where = said("golden_id") or "(no longer stands)"
    return f"{where}  {row['field']} = {value}  by {row['decided_by']} on {row['decided_at']:%Y-%m-%d}{why}{state}"


def consent(
    verb: Annotated[str, typer.Argument(metavar="open|close", help="What becomes of the address.")],
    address: Annotated[str, typer.Argument(metavar="EMAIL|PHONE", help="In any spelling.")],
    by: By,
    reason: Reason = None,
    project: InProject = HERE,
) -> None:
    """Close an e-mail or phone number for good, or open it again.

    At once, for everybody who has it. What is closed stays closed whatever exports say; opening demands a reason.
    """
    from crm_clean import project as projects
    from crm_clean.cli.progress import reporter

    opened = projects.open(project)
    with reporter() as shown:
        done = opened.consent(verb, address, by=by, reason=reason, reporter=shown)
    say(done)


def decisions(
    project: InProject = HERE,
    every: Annotated[bool, typer.Option("--all", help="Also what exports said, and what counts no more.")] = False,
) -> None:
    """List what was decided on pairs of records.

    Words that contradict each other are marked: not all of them can be obeyed, and `crm-clean undo` takes one back.
    """
    from crm_clean import project as projects

    found = projects.open(project).decisions()
    shown = found if every else found[found["counts"] & (found["decided_by"] != "import")]
    for line in _ledger(shown):
        say(line)
    left_out = len(found) - len(shown)
    if left_out:
        say(f"{left_out:,} more were said by exports or count no more; --all shows them.")


def _ledger(rows: pd.DataFrame) -> list[str]:
    import pandas as pd

    if rows.empty:
        return ["Nobody has decided on any pair."]
    lines = []
    for row in rows.to_dict("records"):
        why = "" if pd.isna(row["reason"]) else f": {row['reason']}"
        past = "" if row["counts"] else "  (counts no more)"
        line = f"{row['decided_at']:%Y-%m-%d}  {row['verdict']:<9}  {row['left_id']}  {row['right_id']}"
        lines.append(f"{line}  {row['decided_by']}{why}{past}")
        if pd.notna(row["contradicts"]):
            lines.append(f"            CONTRADICTS: {row['contradicts']} by what was said; undo one of them")
    return lines
