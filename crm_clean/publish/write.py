"""Import files from a plan: one folder a system, one `common` for all.

Bytes depend on the plan alone. Cells hold raw values (`+49...` stays as it is), since they are read by an import and
not by eyes; text that a spreadsheet would run was refused before it came here.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from crm_clean.files import write_text, writing
from crm_clean.publish.given import TEXT
from crm_clean.publish.plan import Plan
from crm_clean.publish.readme import readme
from crm_clean.publish.target import File, Target, targets

_PLAIN = File()
_UNDO = ["system", "object", "record_id", "column", "old_value", "new_value", "rule", "run_id"]


def write(plan: Plan, folder: Path, *, run: int, first_seen: pd.Series[int] | None = None) -> list[Path]:
    """All files of `plan` below `folder`; their paths, in order.

    `first_seen`: run in which a record was first seen, by `system:source_record_id`; this run, where it is not told.
    """
    written = []
    for system in sorted(plan.id_map["system"].unique()):
        written += _write_system(plan, folder / system, system)
    written += [
        _write_csv(_id_map(plan, run, first_seen), folder / "common" / "id_map.csv"),
        _write_csv(_undo(plan, run), folder / "common" / "undo.csv"),
    ]
    return written


def _write_system(plan: Plan, folder: Path, system: str) -> list[Path]:
    of_system = [target for target in targets() if target.system == system]
    written: list[Path] = []
    for target in of_system:
        updates = plan.updates[(plan.updates["system"] == system) & (plan.updates["object"] == target.object)]
        if len(updates) or target is of_system[0]:
            name = "1_update_survivors.csv" if target is of_system[0] else f"1_update_survivors_{target.object}.csv"
            written.append(_write_csv(_wide(updates, target), folder / name, target.file))
    merges = plan.merges[plan.merges["system"] == system]
    if not of_system or any(target.merging.can_merge for target in of_system):
        columns = [*plan.merges.columns]
        shown = merges.assign(object=plan.objects[merges.index])[[columns[1], columns[0], "object", *columns[2:]]]
        written.append(_write_csv(shown, folder / "2_merge_plan.csv"))
    written += [
        _write_csv(_archive(plan, target), folder / "3_delete_or_archive.csv", target.file)
        for target in of_system
        if not target.merging.can_merge
    ]
    closed = plan.suppressions[plan.suppressions["system"] == system].drop(columns="system")
    written.append(_write_csv(closed.rename(columns={"address": "email"})[_SUPPRESS], folder / "5_suppress.csv"))
    refused = plan.refused[plan.refused["system"] == system].drop(columns="system")
    if len(refused):
        written.append(_write_csv(refused, folder / "refused.csv"))
    write_text(folder / "README.txt", readme(system, of_system, [path.name for path in written]))
    return [*written, folder / "README.txt"]


_SUPPRESS = ["email", "channel", "status", "since", "source_system", "source_record"]


def _wide(updates: pd.DataFrame, target: Target) -> pd.DataFrame:
    """The key column and one for each column that changes anywhere; blank where nothing changes."""
    key = target.key.header or target.key.names[0]
    if not len(updates):
        return pd.DataFrame(columns=[key], dtype=TEXT)
    key = target.key.header or str(updates["key_header"].iloc[0])
    rows, keys = pd.factorize(updates["key_value"])
    columns, names = pd.factorize(updates["column"], sort=True)
    wide = pd.DataFrame({key: pd.Series(keys, dtype=TEXT)})
    for at, name in enumerate(names):
        chosen = columns == at
        values = pd.Series(updates["new_value"][chosen].to_numpy(), index=rows[chosen], dtype=TEXT)
        wide[str(name)] = values[~values.index.duplicated()].reindex(range(len(keys)))
    return wide


def _archive(plan: Plan, target: Target) -> pd.DataFrame:
    chosen = plan.archives[plan.archives["system"] == target.system]
    key = target.key.header or target.key.names[0]
    return chosen[["key_value", "reason", "survivor"]].rename(columns={"key_value": key, "survivor": "survivor_id"})


def _id_map(plan: Plan, run: int, first_seen: pd.Series[int] | None) -> pd.DataFrame:
    frame = plan.id_map.copy()
    seen = (frame["system"] + ":" + frame["source_record_id"]).map(first_seen if first_seen is not None else {})
    return frame.assign(first_seen=seen.fillna(run).astype("int64"), last_seen=run)


def _undo(plan: Plan, run: int) -> pd.DataFrame:
    undo = plan.updates.assign(record_id=plan.updates["source_record_id"], run_id=run)
    return undo[_UNDO]


def _write_csv(frame: pd.DataFrame, path: Path, form: File = _PLAIN) -> Path:
    with writing(path) as temporary:
        frame.to_csv(
            temporary,
            index=False,
            sep=form.delimiter,
            lineterminator=form.line_end,
            quoting=csv.QUOTE_ALL if form.quote_all else csv.QUOTE_MINIMAL,
            encoding="utf-8-sig" if form.bom else "utf-8",
        )
    return path
