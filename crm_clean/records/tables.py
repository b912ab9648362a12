"""The tables that stages hand to each other and that the store keeps: columns, types, keys.

A frame crosses a border by `Table.check`, which says everything that is wrong at once. Types are Arrow's, since
tables rest as Parquet; in pandas, text is `string[pyarrow]`, flags are `boolean`, counts that may be missing are
`Int64`, instants are `datetime64[us, UTC]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from crm_clean.errors import BadFrame
from crm_clean.records.fields import ADDRESS_PARTS, SCALARS, Kind

STRING, INT, FLOAT, BOOL = pa.string(), pa.int64(), pa.float64(), pa.bool_()
INSTANT, STRINGS = pa.timestamp("us", tz="UTC"), pa.list_(pa.string())

ARROW_TYPE: dict[Kind, pa.DataType] = {
    "text": STRING,
    "flag": BOOL,
    "date": STRING,
    "instant": INSTANT,
    "count": INT,
    "amount": FLOAT,
}


def _pandas_dtype(kind: pa.DataType) -> object:
    if kind == STRING:
        return pd.StringDtype("pyarrow")
    if kind == BOOL:
        return pd.BooleanDtype()
    if kind == INT:
        return pd.Int64Dtype()
    if kind == FLOAT:
        return "float64"
    if kind == INSTANT:
        return pd.DatetimeTZDtype("us", "UTC")  # type: ignore[arg-type]
    return pd.ArrowDtype(kind)


@dataclass(frozen=True)
class Table:
    """A named table: its columns in order with their Arrow types, and the columns that name a row."""

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, pa.DataType]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema(list(self.columns.items()))

    def empty(self) -> pd.DataFrame:
        """A frame of no rows."""
        return self.frame({})

    def frame(self, data: Mapping[str, object] | pd.DataFrame) -> pd.DataFrame:
        """`data` as a frame of exactly this table's columns and dtypes; a column not given is all missing.

        Raises BadFrame for a column the table does not have, or a value that does not fit its type.
        """
        given = data if isinstance(data, pd.DataFrame) else pd.DataFrame(dict(data))
        unknown = sorted(set(given.columns) - set(self.columns))
        if unknown:
            raise BadFrame(f"{self.name}: no such column {', '.join(map(str, unknown))}")
        out = {}
        for name, kind in self.columns.items():
            dtype = _pandas_dtype(kind)
            if name not in given.columns:
                out[name] = pd.Series(pd.NA if kind != FLOAT else float("nan"), index=given.index, dtype=dtype)  # type: ignore[call-overload]
                continue
            try:
                out[name] = given[name] if given[name].dtype == dtype else given[name].astype(dtype)  # type: ignore[call-overload]
            except (TypeError, ValueError, pa.ArrowInvalid) as error:
                raise BadFrame(f"{self.name}: {name} does not fit {kind}: {type(error).__name__}") from error
        return pd.DataFrame(out, index=given.index).reset_index(drop=True)

    def check(self, frame: pd.DataFrame, *, unique: bool = True) -> pd.DataFrame:
        """`frame` itself when it fits: all columns, their dtypes, key present and (if `unique`) unique.

        Raises BadFrame with everything that is wrong, without values.
        """
        wrong = [f"no column {c}" for c in self.columns if c not in frame.columns]
        wrong += [f"unknown column {c}" for c in frame.columns if c not in self.columns]
        for name, kind in self.columns.items():
            if name in frame.columns and frame[name].dtype != _pandas_dtype(kind):
                wrong.append(f"{name} is {frame[name].dtype}, not {_pandas_dtype(kind)}")
        if not wrong and self.key and len(frame):
            keys = frame[list(self.key)]
            missing = int(keys.isna().any(axis=1).sum())
            if missing:
                wrong.append(f"{missing} rows without key {', '.join(self.key)}")
            repeated = int(keys.duplicated().sum()) if unique else 0
            if repeated:
                wrong.append(f"{repeated} repeated keys {', '.join(self.key)}")
        if wrong:
            raise BadFrame(f"{self.name}: {'; '.join(wrong)}")
        return frame

    def to_arrow(self, frame: pd.DataFrame) -> pa.Table:
        """`frame` as an Arrow table of this table's schema."""
        columns = [pa.array(frame[n], type=t, from_pandas=True) for n, t in self.columns.items()]
        flat = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in columns]
        return pa.Table.from_arrays(flat, schema=self.schema)

    def to_pandas(self, table: pa.Table) -> pd.DataFrame:
        """An Arrow table of this schema as a frame with this table's dtypes."""
        cast = table.select(list(self.columns)).cast(self.schema)
        nullable = (STRING, BOOL, INT, STRINGS)
        frame: pd.DataFrame = cast.to_pandas(
            types_mapper=lambda kind: _pandas_dtype(kind) if kind in nullable else None
        )
        for name, kind in self.columns.items():
            if kind == INSTANT:
                frame[name] = frame[name].astype(_pandas_dtype(kind))  # type: ignore[call-overload]
        return frame


_PART_RAW = {f"{part}_raw": STRING for part in ADDRESS_PARTS}
_PARTS = dict.fromkeys(ADDRESS_PARTS, STRING)
_SCALAR_RAW = {f"{name}_raw": STRING for name in SCALARS}
_SCALAR_TYPED = {name: ARROW_TYPE[kind] for name, kind in SCALARS.items()}
_PERIOD = {"valid_from": INT, "valid_to": INT}

# --- what came in -------------------------------------------------------------------------------------------------

FILES = Table(
    "files",
    key=("file_id",),
    columns={
        "file_id": STRING,
        "source_file": STRING,  # as the crosswalk names it
        "source": STRING,
        "profile": STRING,  # name of the profile, or `guessed`
        "encoding": STRING,
        "delimiter": STRING,
        "header": STRINGS,  # as read, by position; repeated names stay repeated
        "mapping": STRINGS,  # target per position, "" where the column is kept in custom only
        "n_rows": INT,  # rows read, without the quarantined
        "n_quarantined": INT,
        "taken_at": INSTANT,
    },
)

RAW_ROWS = Table(
    "raw_rows",
    key=("file_id", "source_row"),
    columns={"file_id": STRING, "source_row": INT, "record_id": STRING, "cells": STRINGS},
)

QUARANTINE = Table(
    "quarantine",
    key=(),
    columns={
        "file_id": STRING,
        "source_file": STRING,
        "source_row": INT,
        "source_line": INT,
        "byte_offset": INT,
        "field": STRING,
        "reason": STRING,  # a code such as `row.too_many_fields`
        "raw": STRING,  # at most 10,000 characters of it
    },
)

STAGED_RECORDS = Table(
    "staged_records",
    key=("record_id",),
    columns={
        "record_id": STRING,
        "source": STRING,
        "file_id": STRING,
        "source_file": STRING,
        "source_row": INT,
        "source_record_id": STRING,
        "merged_ids": STRING,
        "master_record_id": STRING,
        "is_deleted": BOOL,
        "default_region": STRING,  # ISO 3166 code that national numbers of this source are read in, or missing
        **_SCALAR_RAW,
        "custom": STRING,  # JSON object of the unmapped columns that hold something, verbatim
    },
)

STAGED_POINTS = Table(
    "staged_points",
    key=("record_id", "kind", "ordinal"),
    columns={"record_id": STRING, "kind": STRING, "ordinal": INT, "label": STRING, "raw": STRING, **_PART_RAW},
)

# --- normalised ---------------------------------------------------------------------------------------------------

RECORDS = Table(
    "records",
    key=("record_id",),
    columns={
        "record_id": STRING,
        "source": STRING,
        "file_id": STRING,
        "source_file": STRING,
        "source_row": INT,
        "source_record_id": STRING,
        "merged_ids": STRING,
        "master_record_id": STRING,
        "is_deleted": BOOL,
        **_SCALAR_TYPED,
        **_SCALAR_RAW,
        "custom": STRING,
        # for linking: folded, may be missing; a placeholder name has no keys
        "first_name_key": STRING,
        "last_name_key": STRING,
        "middle_name_key": STRING,
        "maiden_name_key": STRING,
        "nickname_key": STRING,
        "suffix_key": STRING,  # generation only: `jr`, `sr`, `ii`, `iii`, ...
        "company_key": STRING,  # without its legal form
        "is_placeholder_name": BOOL,
        "is_company_name": BOOL,  # a company stands where a person's name should
        "is_couple": BOOL,
        "content_hash": STRING,  # of the raw values: unchanged means nothing to do
    },
)

CONTACT_POINTS = Table(
    "contact_points",
    key=("record_id", "kind", "ordinal"),
    columns={
        "record_id": STRING,
        "kind": STRING,
        "ordinal": INT,
        "label": STRING,
        "raw": STRING,
        "value": STRING,  # fit to show and to import: E.164, normal form of an e-mail, one-line address
        "key": STRING,  # fit to compare: mailbox, E.164 with ;ext=, folded street and number; missing when unusable
        "extension": STRING,
        **_PARTS,
        "is_role": BOOL,  # info@, sales@: many people read it
        "is_free": BOOL,  # gmail.com and the like
        "is_disposable": BOOL,
        "is_placeholder": BOOL,  # stands for nothing; its key is missing
        "opt_out": BOOL,  # e-mail: no mail to this address; phone: do not call; address: no post
        "bounced": BOOL,
        "consent_status": STRING,
        "consent_at": INSTANT,
        "consent_basis": STRING,
    },
)

ISSUES = Table(
    "issues",
    key=(),
    columns={"record_id": STRING, "field": STRING, "code": STRING, "raw": STRING},
)

# --- linked -------------------------------------------------------------------------------------------------------

PAIRS = Table(
    "pairs",
    key=("left_id", "right_id"),  # left_id < right_id
    columns={
        "left_id": STRING,
        "right_id": STRING,
        "weight": FLOAT,  # bits
        "probability": FLOAT,
        "rule": STRING,  # the blocking rule that first made it
        "verdict": STRING,  # merge, review, cut, decided_same, decided_different
        "levels": STRING,  # `name=exact:8.1 email=null:0.0 ...`: level and bits per comparison
    },
)

DECISIONS = Table(
    "decisions",
    key=(),
    columns={
        "left_id": STRING,
        "right_id": STRING,
        "verdict": STRING,  # same, different, undone
        "decided_by": STRING,  # a person, or `import`
        "decided_at": INSTANT,
        "reason": STRING,
    },
)

CLUSTERS = Table(
    "clusters",
    key=("record_id",),
    columns={"record_id": STRING, "cluster_id": STRING, "match_probability": FLOAT},
)

# --- merged -------------------------------------------------------------------------------------------------------

MEMBERSHIP = Table(
    "membership",
    key=("record_id",),
    columns={"record_id": STRING, "golden_id": STRING, "match_probability": FLOAT},
)

GOLDEN = Table(
    "golden",
    key=("golden_id",),
    columns={
        "golden_id": STRING,
        **_SCALAR_TYPED,
        "custom": STRING,  # JSON object: source -> column -> value
        "n_records": INT,
        "sources": STRING,  # joined by "; ", sorted
        "is_deleted": BOOL,  # every member is deleted at its source
    },
)

GOLDEN_POINTS = Table(
    "golden_points",
    key=("golden_id", "kind", "ordinal"),
    columns={"golden_id": STRING, **{n: t for n, t in CONTACT_POINTS.columns.items() if n not in ("record_id", "raw")}},
)

SURVIVORS = Table(
    "survivors",
    key=("golden_id", "field"),
    columns={"golden_id": STRING, "field": STRING, "record_id": STRING, "rule": STRING},
)

IDENTITY_EVENTS = Table(
    "identity_events",
    key=(),
    columns={"golden_id": STRING, "event": STRING, "other_id": STRING},
)

# --- checked ------------------------------------------------------------------------------------------------------

CHECKS = Table(
    "checks",
    key=("suite", "expectation", "column"),
    columns={
        "suite": STRING,
        "expectation": STRING,
        "column": STRING,
        "severity": STRING,  # critical, warning, info
        "reason": STRING,
        "is_met": BOOL,
        "n_rows": INT,
        "n_unexpected": INT,
    },
)

# --- handed back to a CRM ------------------------------------------------------------------------------------------

PUBLISH_CHANGES = Table(
    "publish_changes",
    key=("system", "source_record_id", "column"),
    columns={
        "system": STRING,
        "record_id": STRING,
        "source_record_id": STRING,
        "golden_id": STRING,
        "column": STRING,  # as the CRM's import names it
        "field": STRING,  # canonical field it came from
        "old_value": STRING,
        "new_value": STRING,
        "rule": STRING,
    },
)

PUBLISH_MERGES = Table(
    "publish_merges",
    key=("system", "duplicate_id"),
    columns={
        "system": STRING,
        "golden_id": STRING,
        "survivor_id": STRING,
        "duplicate_id": STRING,
        "step": INT,
        "confidence": FLOAT,
        "reason": STRING,
        "survivor_label": STRING,
        "duplicate_label": STRING,
    },
)

PUBLISH_SUPPRESSIONS = Table(
    "publish_suppressions",
    key=("system", "channel", "address"),
    columns={
        "system": STRING,
        "channel": STRING,  # email, phone, post
        "address": STRING,
        "status": STRING,  # opted_out, bounced
        "since": STRING,
        "source_system": STRING,
        "source_record": STRING,
    },
)

RUNS = Table(
    "runs",
    key=("run",),
    columns={
        "run": INT,
        "started_at": INSTANT,
        "committed_at": INSTANT,
        "version": STRING,
        "settings": STRING,  # JSON
        "inputs": STRING,  # JSON
        "model": STRING,  # JSON
        "counts": STRING,  # JSON
        "digests": STRING,  # JSON: table -> ordered digest
    },
)

# Kept from run to run with the period in which each row stood: `valid_from` <= run, `valid_to` missing while it stands.
PERIOD = _PERIOD
VERSIONED = (RECORDS, CONTACT_POINTS, MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS)
# Only ever added to.
APPENDED = (FILES, RAW_ROWS, QUARANTINE, DECISIONS, IDENTITY_EVENTS, CHECKS)
# What the last run found.
REPLACED = (ISSUES, PAIRS)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        FILES, RAW_ROWS, QUARANTINE, STAGED_RECORDS, STAGED_POINTS, RECORDS, CONTACT_POINTS, ISSUES, PAIRS, DECISIONS,
        CLUSTERS, MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS, IDENTITY_EVENTS, CHECKS,
        PUBLISH_CHANGES, PUBLISH_MERGES, PUBLISH_SUPPRESSIONS, RUNS,
    )
}  # fmt: skip
