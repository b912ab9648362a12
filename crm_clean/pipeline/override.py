"""A person's word on one value of a golden record: set, blanked or lifted; written down, and obeyed at once.

It outranks every rule of survivorship, goes where its record goes, and holds until what the members offer for that
field is no longer what they offered then, or until it is lifted. Consent is no matter of taste: it has a ledger and a
command of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from crm_clean.errors import UnknownThing, UsageError
from crm_clean.pipeline.decide import author
from crm_clean.pipeline.named import echo, resolve
from crm_clean.pipeline.typed import FIELDS, read_value
from crm_clean.records.fields import ADDRESS_PARTS, CONSENT_FIELDS, POINT_KINDS
from crm_clean.records.table import BOOL, INSTANT, STRING, Table
from crm_clean.records.tables import (
    CONTACT_POINTS,
    GOLDEN,
    GOLDEN_POINTS,
    MEMBERSHIP,
    OVERRIDES,
    RECORDS,
    SURVIVORS,
)  # fmt: skip
from crm_clean.report.shown import field_name, shown
from crm_clean.store.base import Store

if TYPE_CHECKING:
    from crm_clean.settings import Settings

STANDING = Table(
    "overrides",
    (),
    {
        **{"golden_id": STRING, "field": STRING, "value": STRING, "decided_by": STRING, "decided_at": INSTANT},
        **{"reason": STRING, "record_id": STRING, "holds": BOOL},
    },
)


@dataclass(frozen=True)
class Word:
    """What is to be written down: `value` as text, None for blank; `verdict` is set or lifted."""

    golden_id: str
    record_id: str
    members: tuple[str, ...]
    field: str
    value: str | None
    verdict: str
    note: str = ""


@dataclass(frozen=True)
class Overridden:
    """What became of a word on a value: what the field was and is, and the run that obeyed; `str()` says it."""

    golden_id: str
    field: str
    was: str | None
    value: str | None
    run: int
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return f'<pre style="white-space: pre-wrap">{escape(str(self))}</pre>'


def word(
    store: Store, typed: str, field: str, value: str | None, *, is_lifted: bool = False, settings: Settings
) -> Word:
    """A word on `field` of the golden record that `typed` names, or whose record it names; `value` None blanks it.

    Raises UnknownThing for what does not stand; UsageError for a field of consent, one that is no canonical field, a
    value that cannot be read, and for nothing to lift.
    """
    name = _field(field)
    golden = resolve(store, typed)
    if golden.golden_id is None:
        raise UnknownThing(f"{golden.note} Nothing can be said of its values.")
    if is_lifted and not _stands(store, golden.members, name):
        raise UsageError(f"{field_name(name)} of {golden.golden_id} is set by nobody, so there is nothing to lift.")
    if value is None and name in POINT_KINDS and not is_lifted:
        raise UsageError(f"{field_name(name)} cannot be made blank: say which one comes first.")
    read = None if value is None else read_value(name, value, settings=settings)
    record = golden.record_id or _giver(store, golden.golden_id, name, golden.members)
    verdict = "lifted" if is_lifted else "set"
    return Word(golden.golden_id, record, golden.members, name, read, verdict, golden.note)


def row(store: Store, said: Word, *, by: str, at: datetime, reason: str | None = None) -> pd.DataFrame:
    """The rows of OVERRIDES that write it down: one, or one for each standing word that is lifted."""
    who, why = author(by), (reason or "").strip() or None
    records = _stands(store, said.members, said.field) if said.verdict == "lifted" else [said.record_id]
    n = len(records)
    return OVERRIDES.frame(
        {
            "golden_id": [said.golden_id] * n,
            "record_id": records,
            "field": [said.field] * n,
            "value": [said.value] * n,
            "verdict": [said.verdict] * n,
            "base": [_base(store, said)] * n,
            "decided_by": [who] * n,
            "decided_at": [pd.Timestamp(at)] * n,
            "reason": [why] * n,
        }
    )


def current(store: Store, record_id: str, field: str) -> tuple[str, str | None]:
    """The golden id that a record is in, and what it has in `field` now, as text."""
    golden_id = str(store.read(MEMBERSHIP, where={"record_id": record_id})["golden_id"].iloc[0])
    if field in POINT_KINDS:
        points = store.read(GOLDEN_POINTS, where={"golden_id": golden_id, "kind": field}).sort_values("ordinal")
        return golden_id, None if points.empty else shown(points["value"].iloc[0])
    golden = store.read(GOLDEN, where={"golden_id": golden_id})
    return golden_id, None if golden.empty else shown(golden[field].iloc[0], field)


def told(store: Store, said: Word, *, was: str | None, run: int) -> Overridden:
    """What stands after `run`."""
    golden_id, now = current(store, said.record_id, said.field)
    name = field_name(said.field)
    lines = [said.note] if said.note else []
    if said.verdict == "lifted":
        lines.append(f"Run {run}: {name} of {golden_id} goes by the rules again: {now or 'blank'}.")
    else:
        lines.append(f"Run {run}: {name} of {golden_id} is {now or 'blank'} now; it was {was or 'blank'}.")
        lines.append("It stays so until its records offer something else, or until somebody says --lift.")
    return Overridden(golden_id, said.field, was, now, run, tuple(lines))


def standing_overrides(store: Store) -> pd.DataFrame:
    """The words on values that nobody has lifted, a frame of `STANDING`: golden_id as of now (missing where its record
    no longer stands), field, value (missing for blank), who, when, why, record_id, and whether the golden record
    `holds` it: False once its records offer something else."""
    last = _folded(store.read(OVERRIDES))
    ids = sorted(set(last["record_id"]))
    members = store.read(MEMBERSHIP, where={"record_id": ids})
    home = members.set_index("record_id")["golden_id"]
    found = last.assign(golden_id=last["record_id"].map(home).astype("string[pyarrow]"))
    manual = store.read(SURVIVORS, where={"golden_id": sorted(set(members["golden_id"]))})
    manual = manual[manual["rule"].str.startswith("manual")]
    held = pd.MultiIndex.from_frame(manual[["golden_id", "field"]])
    found["holds"] = pd.MultiIndex.from_frame(found[["golden_id", "field"]]).isin(held)
    return STANDING.frame(found[list(STANDING.columns)])


def _folded(ledger: pd.DataFrame) -> pd.DataFrame:
    """The last word on each field of each record, those that were lifted left out."""
    last = ledger.drop_duplicates(["record_id", "field"], keep="last")
    return last[last["verdict"] == "set"].reset_index(drop=True)


def _stands(store: Store, members: tuple[str, ...], field: str) -> list[str]:
    """The records through which a word on `field` stands."""
    ledger = store.read(OVERRIDES, where={"record_id": members, "field": field})
    return [str(record) for record in _folded(ledger)["record_id"]]


def _field(typed: str) -> str:
    asked = typed.strip().lower().replace("-", "_").replace(" ", "_")
    if asked in CONSENT_FIELDS:
        raise UsageError(
            f"{asked} is a matter of consent, which nobody sets by hand: `crm-clean consent close` closes an address, "
            "`crm-clean consent open` opens one again, with a reason."
        )
    if asked in ADDRESS_PARTS:
        raise UsageError(f"{asked} stands with the rest of its address: say the whole one, as the field address.")
    if asked not in FIELDS:
        near = get_close_matches(asked, FIELDS, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else f"take one of {', '.join(FIELDS)}."
        raise UnknownThing(f"There is no field {echo(typed)}: {hint}")
    return asked


def _giver(store: Store, golden_id: str, field: str, members: tuple[str, ...]) -> str:
    """The record whose value the word is about: the one that gave it, else the first by its id."""
    gave = store.read(SURVIVORS, where={"golden_id": golden_id, "field": field})["record_id"]
    return str(gave.iloc[0]) if len(gave) and gave.iloc[0] in members else members[0]


def _base(store: Store, said: Word) -> str:
    """A digest of what the members offer for the field."""
    from crm_clean.merge.overrides import offered_digest

    mine = {"record_id": list(said.members)}
    return offered_digest(store.read(RECORDS, where=mine), store.read(CONTACT_POINTS, where=mine), said.field)
