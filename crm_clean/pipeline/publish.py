"""The publish step: what each CRM is told, audited before a file is written; the files are staged, not yet put out.

Committing the run and moving the staged files to the outbox is the run's, so that both happen together or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean import files
from crm_clean.pipeline.outbox import STAGED
from crm_clean.pipeline.part import is_partial
from crm_clean.pipeline.partial import part, union
from crm_clean.pipeline.standing import ever_taken
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.pipeline.summary import warm_report
from crm_clean.pipeline.validate import RUN_CHECKS, suites_digest, warm_suites
from crm_clean.records.tables import (
    CHECKS,
    CONTACT_POINTS,
    FILES,
    GOLDEN,
    GOLDEN_POINTS,
    MEMBERSHIP,
    PAIRS,
    PUBLISH_CHANGES,
    PUBLISH_MERGES,
    PUBLISH_SUPPRESSIONS,
    RAW_ROWS,
    RECORDS,
    STAGED_RECORDS,
    SURVIVORS,
    TABLES,
)

if TYPE_CHECKING:
    from crm_clean.publish.plan import Given, Plan

# So many are asked for by name.
_FEW = 50_000
_STANDING = (RECORDS, CONTACT_POINTS, MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS, PAIRS)


def _warm() -> None:
    warm_suites()
    warm_report()


def _run(context: Context) -> Counts:
    from crm_clean.publish.plan import plan
    from crm_clean.publish.write import write
    from crm_clean.review.explain import reason
    from crm_clean.validate.gate import gate

    shelf = context.shelf
    given = _given(context)
    planned = plan(given, spec=context.settings.publish, explain=reason)
    for name, frame in _tables(planned).items():
        shelf.write(TABLES[name], frame)
    checks = _checks(context, given, planned)
    shelf.write(CHECKS, CHECKS.frame(pd.concat([shelf.read(CHECKS, name=RUN_CHECKS), checks], ignore_index=True)))
    gate(checks)
    files.remove(shelf.folder / STAGED)
    written = write(
        planned, shelf.folder / STAGED, run=context.run, first_seen=_first_seen(context, given.records["record_id"])
    )
    return {
        "changes": len(planned.changes),
        "merges": len(planned.merges),
        "suppressions": len(planned.suppressions),
        "files_written": len(written),
    }


def _given(context: Context) -> Given:
    """What publishing works from: what will stand of everybody, and the rows as they came of every record of it.

    In a partial run it is that of the people whom the run has changed or whose records its exports brought.
    """
    from crm_clean.publish.plan import Given

    tables = _of_part(context) if is_partial(context.shelf) else {t.name: context.shelf.read(t) for t in _STANDING}
    return Given(**tables, raw_rows=_raw_rows(context, tables["records"]), files=ever_taken(context, FILES))


def _of_part(context: Context) -> dict[str, pd.DataFrame]:
    shelf, store = context.shelf, context.known
    changed, remade = shelf.scope(GOLDEN), shelf.scope(MEMBERSHIP)
    assert changed is not None
    assert remade is not None
    given = union(shelf.read_table(STAGED_RECORDS, columns=["record_id"])["record_id"])
    brought = part(context, MEMBERSHIP, given, columns=["golden_id"])["golden_id"]
    people = union(changed, brought)
    stood = store.take(MEMBERSHIP, "golden_id", people, columns=["record_id"])["record_id"]
    records = union(stood, shelf.read_table(MEMBERSHIP, columns=["record_id"])["record_id"])
    of_records = {t.name: t.to_pandas(part(context, t, records)) for t in (RECORDS, CONTACT_POINTS, MEMBERSHIP)}
    of_people = {t.name: t.to_pandas(part(context, t, people)) for t in (GOLDEN, GOLDEN_POINTS, SURVIVORS)}
    return {**of_records, **of_people, PAIRS.name: PAIRS.to_pandas(_pairs_of(context, records))}


def _pairs_of(context: Context, records: pa.Array) -> pa.Table:
    """PAIRS rows between some records as they will stand."""
    scope = context.shelf.scope(PAIRS)
    old = context.known.take(PAIRS, "left_id", records)
    for side in ("left_id", "right_id"):
        old = old.filter(pc.invert(pc.is_in(old[side], value_set=scope)))
    return pa.concat_tables([old, context.shelf.read_table(PAIRS)])


def _raw_rows(context: Context, records: pd.DataFrame) -> pd.DataFrame:
    if is_partial(context.shelf):
        stood = context.known.take(RAW_ROWS, "record_id", pa.array(records["record_id"], pa.string()))
        rows = RAW_ROWS.to_pandas(pa.concat_tables([stood, context.shelf.read_table(RAW_ROWS)]))
    else:
        rows = ever_taken(context, RAW_ROWS)
    if not context.last:
        return rows
    place = ["file_id", "source_row"]
    wanted = pd.MultiIndex.from_frame(records[place])
    return rows[pd.MultiIndex.from_frame(rows[place]).isin(wanted)].reset_index(drop=True)


def _tables(planned: Plan) -> dict[str, pd.DataFrame]:
    return {
        PUBLISH_CHANGES.name: planned.changes,
        PUBLISH_MERGES.name: planned.merges,
        PUBLISH_SUPPRESSIONS.name: planned.suppressions,
    }


def _checks(context: Context, given: Given, planned: Plan) -> pd.DataFrame:
    from crm_clean.validate.balance import PUBLISH_BALANCE, publish_balance
    from crm_clean.validate.suites import audit

    tables = _tables(planned)
    beside = {"golden": given.golden, "membership": given.membership, "records": given.records}
    balance = publish_balance({**tables, **beside})
    return audit({**tables, PUBLISH_BALANCE.name: balance}, folder=context.expectations)


def _first_seen(context: Context, records: pd.Series) -> pd.Series:
    """The run in which each of `records` was first seen, by its id; ids of records that have one are `system:id`."""
    asked = {"record_id": records.tolist()} if len(records) <= _FEW else None
    history = context.store.history(MEMBERSHIP, where=asked)
    return history.groupby("record_id")["valid_from"].min() if len(history) else pd.Series(dtype="int64")


PUBLISH = Step(
    name="publish",
    run=_run,
    inputs=(*(table.name for table in _STANDING), "raw_rows", "files", "staged_records", RUN_CHECKS),
    outputs=("publish_changes", "publish_merges", "publish_suppressions", "checks", f"{STAGED}/"),
    depends=lambda context: [context.settings.publish.model_dump(mode="json"), suites_digest(context)],
    modules=("crm_clean.publish.plan", "crm_clean.publish.write", "crm_clean.validate.gate"),
    warm=_warm,
)
