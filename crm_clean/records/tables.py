"""The tables that stages hand to each other and that the store keeps: columns, types, keys."""

from __future__ import annotations

import pyarrow as pa

from crm_clean.records.fields import ADDRESS_PARTS, SCALARS, Kind
from crm_clean.records.table import BOOL, FLOAT, INSTANT, INT, STRING, STRINGS, Table

ARROW_TYPE: dict[Kind, pa.DataType] = {
    "text": STRING,
    "flag": BOOL,
    "date": STRING,
    "instant": INSTANT,
    "count": INT,
    "amount": FLOAT,
}

_PART_RAW = {f"{part}_raw": STRING for part in ADDRESS_PARTS}
_PARTS = dict.fromkeys(ADDRESS_PARTS, STRING)
_SCALAR_RAW = {f"{name}_raw": STRING for name in SCALARS}
_SCALAR_TYPED = {name: ARROW_TYPE[kind] for name, kind in SCALARS.items()}

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
        "company_legal_form": STRING,  # in one writing: `GmbH`, `Ltd`, `S.L.`
        "business_domain": STRING,  # registered domain of the company: its own, its web site's or a business mailbox's
        "job_title_key": STRING,  # abbreviations written out, rank and field in one order
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
    columns={
        "record_id": STRING,
        "field": STRING,
        "code": STRING,
        "raw": STRING,
        "suggestion": STRING,  # what the value may have been meant to be; never put in its place unasked
    },
)

# How the words of closed and free lists (tags, lists, status, industry, ...) are written in the exports, and what each
# writing was taken for. What no record uses any more but a word list names stands here with `n_records` 0.
VOCABULARY = Table(
    "vocabulary",
    key=("field", "written"),
    columns={
        "field": STRING,
        "written": STRING,  # one entry of a cell, cleaned
        "value": STRING,  # what it became; missing for a tag that a word list takes out
        "rule": STRING,  # listed, same, spelling (case, accents, punctuation), plural, synonym, phrase, code, unknown
        "suggestion": STRING,  # a word much like it that it may have been meant to be
        "n_records": INT,
    },
)

# Whether the domains of e-mail addresses take mail, as the name service said when it was last asked.
MAIL_DOMAINS = Table(
    "mail_domains",
    key=("domain",),
    columns={
        "domain": STRING,  # ASCII form
        "verdict": STRING,  # accepts, refuses, unknown
        "checked_at": INSTANT,
    },
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

# A person's word on one value, which outranks the rules. It goes where its record goes, and holds until what the
# members offer for the field is no longer what was offered then, or until it is lifted.
OVERRIDES = Table(
    "overrides",
    key=(),
    columns={
        "golden_id": STRING,  # as it was called then
        "record_id": STRING,  # a member of it
        "field": STRING,  # a scalar, or email, phone, ... for the one that comes first
        "value": STRING,  # missing: the field is to be blank
        "verdict": STRING,  # set, lifted
        "base": STRING,  # digest of the values that were offered
        "decided_by": STRING,
        "decided_at": INSTANT,
        "reason": STRING,
    },
)

# What was ever said of an address: closed and bounced stick, whatever exports say later, until a person opens it again.
CONSENTS = Table(
    "consents",
    key=(),
    columns={
        "channel": STRING,  # email, phone, address
        "key": STRING,  # of the contact point
        "event": STRING,  # closed, bounced, opened; lapsed: what a person overruled, its record has stopped saying
        "since": INSTANT,
        "record_id": STRING,  # who said so; missing where a person did
        "source": STRING,
        "evidence": STRING,  # the words of the export
        "decided_by": STRING,
    },
)

# --- not to come back -----------------------------------------------------------------------------------------------

SUPPRESSIONS = Table(
    "suppressions",
    key=(),
    columns={
        "hash": STRING,  # keyed; the key lies outside the store
        "kind": STRING,  # what was hashed: email, phone, record, ...
        "key_id": STRING,  # which key
        "reason": STRING,
        "since": INSTANT,
    },
)

# What was erased, in counts: nothing here says whom.
ERASURES = Table(
    "erasures",
    key=("erasure_id",),
    columns={
        "erasure_id": STRING,
        "erased_at": INSTANT,
        "erased_by": STRING,
        "reason": STRING,
        "removed": STRING,  # JSON: table or place -> rows, files or values removed
    },
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

# How good the values of each field were in this run, as they came and in the golden records. `field` is `all` for the
# scorecard; shares are of the values judged, missing where a field has none or the dimension says nothing about it.
QUALITY = Table(
    "quality",
    key=("field", "dimension"),
    columns={
        "field": STRING,
        "dimension": STRING,  # completeness, validity, uniqueness, consistency, timeliness, overall
        "before": FLOAT,
        "after": FLOAT,
        "n_before": INT,  # values judged
        "n_after": INT,
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
        "measured": STRING,  # JSON: seconds and memory per step, accuracy where a truth was given; no part of a digest
    },
)

# Kept from run to run with the period in which each row stood: `valid_from` <= run, `valid_to` missing while it stands.
VERSIONED = (RECORDS, CONTACT_POINTS, MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS)
# Only ever added to.
APPENDED = (
    FILES, RAW_ROWS, QUARANTINE, DECISIONS, OVERRIDES, CONSENTS, IDENTITY_EVENTS, SUPPRESSIONS, ERASURES, CHECKS,
    QUALITY,
)  # fmt: skip
# What the last run found.
REPLACED = (ISSUES, VOCABULARY, MAIL_DOMAINS, PAIRS)

# A run may bring a part of a table: the rows of some things, told by these columns, and what it does not name stays as
# it is. A pair is named by either end.
SCOPES: dict[str, tuple[str, ...]] = {
    RECORDS.name: ("record_id",),
    CONTACT_POINTS.name: ("record_id",),
    MEMBERSHIP.name: ("record_id",),
    ISSUES.name: ("record_id",),
    PAIRS.name: ("left_id", "right_id"),
    GOLDEN.name: ("golden_id",),
    GOLDEN_POINTS.name: ("golden_id",),
    SURVIVORS.name: ("golden_id",),
}

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        FILES, RAW_ROWS, QUARANTINE, STAGED_RECORDS, STAGED_POINTS, RECORDS, CONTACT_POINTS, ISSUES, VOCABULARY,
        MAIL_DOMAINS, PAIRS, DECISIONS, CLUSTERS, MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS, IDENTITY_EVENTS,
        OVERRIDES, CONSENTS, SUPPRESSIONS, ERASURES, CHECKS, QUALITY, PUBLISH_CHANGES, PUBLISH_MERGES,
        PUBLISH_SUPPRESSIONS, RUNS,
    )
}  # fmt: skip
