"""Where one field of a golden record comes from: every value that was offered, who offered it and when, what was kept
and by which rule.

Reads the rows of that golden record alone, as they stand or as they stood after an earlier run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape

import pandas as pd

from crm_clean.errors import UnknownThing
from crm_clean.pipeline.named import PATIENCE_SECONDS, Named, echo, resolve
from crm_clean.pipeline.past import check_run
from crm_clean.records.fields import ADDRESS_PARTS, POINT_KINDS, SCALARS
from crm_clean.records.table import INSTANT, INT, STRING, Table
from crm_clean.records.tables import FILES, GOLDEN, GOLDEN_POINTS, MEMBERSHIP, OVERRIDES, RECORDS, SURVIVORS
from crm_clean.report.plain import fitted, width_of
from crm_clean.report.rules import in_words
from crm_clean.report.shown import field_name, shown
from crm_clean.review.lines import short
from crm_clean.store.base import Store

OFFERS = Table(
    "offers",
    (),
    {
        **{"state": STRING, "value": STRING, "raw": STRING, "source": STRING, "record_id": STRING},
        **{"source_file": STRING, "source_row": INT, "seen_at": INSTANT},
    },
)
KEPT, SAME, PASSED_OVER, UNREADABLE = "kept", "says the same", "passed over", "unreadable"
DERIVED, BY_HAND = "derived", "by hand"  # kept, though no record offers it so
MANUAL = "manual"
_MEANT = {
    **dict.fromkeys(ADDRESS_PARTS, "address"),
    **{f"{kind}s": kind for kind in POINT_KINDS},
    **{"addresses": "address", "name": "full_name"},
}
_WIDEST_VALUE, _WIDEST_RECORD, _WIDEST_FILE = 60, 36, 44


@dataclass(frozen=True, eq=False)
class Offered:
    """One field of a golden record: what it is, by which rule in words, and all that was offered for it.

    `values` is what was kept, in order; none where the field is blank. `offers` has the columns state (kept, says the
    same, passed over, unreadable; derived or by hand where no record offers what was kept), value, raw (as it came),
    source, record_id, source_file, source_row (Int64, 1-based) and seen_at (UTC: when the record was changed last, else
    created, else taken in). `is_derived`: nobody offered the value, the rule made it; `is_manual`: a person set it.
    `str()` says it all.
    """

    golden_id: str
    field: str
    values: tuple[str, ...]
    rule: str
    offers: pd.DataFrame
    lines: tuple[str, ...]
    is_derived: bool = False
    is_manual: bool = False

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def offered(store: Store, typed: str, field: str, *, as_of: int | None = None) -> Offered:
    """What was offered for `field` of the golden record that `typed` names, or whose record it names.

    `field` is a canonical one; `phone`, `email`, `address`, ... stand for all values of that kind. With `as_of`, as it
    was after that run. Raises UnknownThing for an id, a field or a run that never was; StoreLocked when somebody else
    keeps the store.
    """
    name = known_field(field)
    patient = store.patient(PATIENCE_SECONDS)
    with patient.at_once():
        run = check_run(patient, as_of)
        named = resolve(patient, typed) if run is None else _then(patient, typed, run)
        if named.golden_id is None:
            return Offered("", name, (), "", OFFERS.empty(), (named.note,))
        return _told(_Held.read(patient, named.golden_id, name, run), named.note)


def known_field(typed: str) -> str:
    """The scalar field or kind of contact point that is meant; raises UnknownThing with those that come near."""
    asked = typed.strip().lower().replace("-", "_").replace(" ", "_")
    known = (*SCALARS, *POINT_KINDS)
    name = _MEANT.get(asked, asked)
    if name in known:
        return name
    near = get_close_matches(asked, known, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else "take one from the columns of golden.csv."
    raise UnknownThing(f"There is no field {echo(typed)}: {hint}")


def _then(store: Store, typed: str, run: int) -> Named:
    """The golden record that `typed` named after `run`."""
    asked = typed.strip()
    for column in ("golden_id", "record_id"):
        found = store.read(MEMBERSHIP, as_of=run, where={column: asked})
        if len(found):
            return Named(asked, None, str(found["golden_id"].iloc[0]))
    named = resolve(store, typed)  # says what it is that never was
    if named.record_id is not None and named.record_id != asked:
        return _then(store, named.record_id, run)
    return Named(asked, None, None, note=f"{echo(asked)} did not stand after run {run}.")


@dataclass(frozen=True, eq=False)
class _Held:
    """What the store holds of one field of one golden record."""

    golden_id: str
    field: str
    golden: pd.DataFrame
    points: pd.DataFrame
    survivors: pd.DataFrame
    lineage: pd.DataFrame
    seen_at: pd.Series
    override: pd.DataFrame

    @classmethod
    def read(cls, store: Store, golden_id: str, field: str, run: int | None) -> _Held:
        mine = {"golden_id": golden_id}
        lineage = store.view("lineage", where=mine, as_of=run)
        lineage = lineage[lineage["field"] == field].reset_index(drop=True)  # a second condition costs the store more
        survivors = store.read(SURVIVORS, as_of=run, where=mine)
        if field in ADDRESS_PARTS or field == "address":
            survivors = survivors[survivors["field"].isin((*ADDRESS_PARTS, "address"))]
        else:
            survivors = survivors[survivors["field"] == field]
        ids = sorted({*lineage["record_id"], *survivors["record_id"].dropna()})
        records = store.read(RECORDS, as_of=run, where={"record_id": ids})
        said = store.read(OVERRIDES, as_of=run, where={"record_id": ids, "field": field}) if ids else None
        return cls(
            golden_id=golden_id,
            field=field,
            golden=store.read(GOLDEN, as_of=run, where=mine),
            points=store.read(GOLDEN_POINTS, as_of=run, where={**mine, "kind": field}),
            survivors=survivors,
            lineage=lineage,
            seen_at=_seen_at(store, records),
            override=OVERRIDES.empty() if said is None else said,
        )


def _seen_at(store: Store, records: pd.DataFrame) -> pd.Series:
    """When each record was changed last, else created, else taken in; by record id."""
    files = store.read(FILES, where={"file_id": sorted(set(records["file_id"]))})
    taken = records["file_id"].map(files.drop_duplicates("file_id", keep="last").set_index("file_id")["taken_at"])
    seen = records["updated_at"].fillna(records["created_at"]).fillna(taken)
    return seen.set_axis(records["record_id"])


def _told(held: _Held, note: str) -> Offered:
    is_point = held.field in POINT_KINDS
    own = held.survivors[held.survivors["field"] == held.field]
    rule = str(own["rule"].iloc[-1]) if len(own) else ""
    values = _point_values(held) if is_point else _scalar_value(held)
    offers = _offers(held, is_point=is_point)
    is_manual, is_derived = rule.startswith(MANUAL), rule.startswith("derived:")
    words = _rule_in_words(held, rule, offers, n=len(values))
    parts = [_derived(*row) for row in held.survivors[["field", "rule", "record_id"]].itertuples(index=False)
             if row[0] != held.field and str(row[1]).startswith("derived:")]  # fmt: skip
    head = f"{held.golden_id}, {_whose(held)}. {field_name(held.field)}: {'; '.join(values) or 'blank'}"
    said = [f"  {one}" for one in (words, *parts) if one]
    lines = [*([note] if note else []), head, *said, "", *_rows(offers, held.field)]
    return Offered(held.golden_id, held.field, values, words, offers, tuple(lines), is_derived, is_manual)


def _whose(held: _Held) -> str:
    if held.golden.empty:
        return "without a golden record"
    name, n = held.golden["full_name"].iloc[0], int(held.golden["n_records"].iloc[0])
    called = "no name" if pd.isna(name) else short(str(name))
    return f"{called}, {n} record{'s' if n > 1 else ''}"


def _scalar_value(held: _Held) -> tuple[str, ...]:
    value = None if held.golden.empty else shown(held.golden[held.field].iloc[0], held.field)
    return () if value is None else (value,)


def _point_values(held: _Held) -> tuple[str, ...]:
    told = []
    for row in held.points.sort_values("ordinal").to_dict("records"):
        closed = [word for flag, word in (("opt_out", "opted out"), ("bounced", "bounced")) if row[flag] is True]
        value = short(str(row["value"]), most=_WIDEST_VALUE) if pd.notna(row["value"]) else "unreadable"
        told.append(f"{value} ({', '.join(closed)})" if closed else value)
    return tuple(told)


def _offers(held: _Held, *, is_point: bool) -> pd.DataFrame:
    lineage = held.lineage
    kept = lineage["is_kept"].fillna(False).astype(bool)
    chosen = set(lineage["value"][kept].dropna())
    state = pd.Series(PASSED_OVER, index=lineage.index, dtype="string[pyarrow]")
    state = state.mask(lineage["value"].isin(chosen), SAME).mask(lineage["value"].isna(), UNREADABLE).mask(kept, KEPT)
    made = kept & lineage["raw"].isna()
    for rule, word in (("derived:", DERIVED), (MANUAL, BY_HAND)):
        state = state.mask(made & lineage["rule"].fillna("").str.startswith(rule).astype(bool), word)
    seen = lineage["record_id"].map(held.seen_at).mask(state.eq(BY_HAND).astype(bool))
    frame = lineage.assign(state=state, seen_at=seen)
    order = state.map({SAME: 1, PASSED_OVER: 2, UNREADABLE: 3}).fillna(0).astype("int64")
    if is_point:
        place = held.points.drop_duplicates("value").set_index("value")["ordinal"]
        order = order * 1000 + lineage["value"].map(place).fillna(999)
    frame = frame.assign(order=order).sort_values(["order", "record_id", "source_row"], kind="stable")
    return OFFERS.frame(frame[list(OFFERS.columns)])


def _rule_in_words(held: _Held, rule: str, offers: pd.DataFrame, *, n: int) -> str:
    if rule.startswith(MANUAL):
        return _by_hand(held)
    if rule.startswith("derived:"):
        return f"derived, nobody offers it so: {_words(rule)} ({held.survivors['record_id'].iloc[-1]})"
    if rule:
        return _words(rule)
    if not n:
        return "nobody offers a value" if offers.empty else "no value that was offered can be used"
    if held.field in POINT_KINDS:
        return "everything that was offered, each once"
    return "the only record has it so"


def _words(rule: str) -> str:
    return str(in_words(pd.Series([rule], dtype="string[pyarrow]")).iloc[0])


def _derived(field: str, rule: str, record_id: str) -> str:
    return f"its {field_name(field).lower()} is derived: {_words(rule)} ({record_id})"


def _by_hand(held: _Held) -> str:
    """Who set the value, when and why."""
    if held.override.empty:
        return "set by a person, not by a rule"
    last = held.override.iloc[-1]
    why = f": {short(str(last['reason']), most=80)}" if pd.notna(last["reason"]) else ""
    return f"set by {short(str(last['decided_by']))} on {last['decided_at']:%Y-%m-%d}, not by a rule{why}"


def _rows(offers: pd.DataFrame, field: str) -> Iterator[str]:
    """The offers in columns, one line each, and below it how the value came where that differs."""
    rows = [_cells(row, field) for row in offers.to_dict("records")]
    if not rows:
        yield "No record offers one."
        return
    most = (99, _WIDEST_VALUE, 99, _WIDEST_RECORD, _WIDEST_FILE)
    widths = [min(max(width_of(row[at]) for row in rows), most[at]) for at in range(len(most))]
    for row in rows:
        line = "  ".join(fitted(cell, width) for cell, width in zip(row, widths, strict=False))
        yield line.rstrip()
        if row[-1]:
            yield f"{' ' * (widths[0] + 2)}as it came: {row[-1]}"


def _cells(row: dict[object, object], field: str) -> tuple[str, ...]:
    value = shown(row["value"], field)
    raw = None if pd.isna(row["raw"]) else str(row["raw"])  # type: ignore[call-overload]
    seen = row["seen_at"]
    when = f"{seen:%Y-%m-%d}" if isinstance(seen, pd.Timestamp) else "-"
    came = "" if raw is None or raw == value else short(raw, most=90)
    return (
        str(row["state"]),
        short(value, most=200) if value else "-",
        when,
        _record(str(row["record_id"]), str(row["source"])),
        f"{row['source_file']}:{row['source_row']}",
        came,
    )


def _record(record_id: str, source: str) -> str:
    """The record's id; of one that has none at its source the source alone, since file and row name it."""
    return record_id if len(record_id) <= _WIDEST_RECORD else source
