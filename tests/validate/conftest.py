"""A small run in which everything is right: the tables that tests break, one thing at a time."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from crm_clean.records import tables as t

N = 10
PEOPLE = [f"hubspot:{n}" for n in range(N)]
GOLDEN = [f"G-{n:020x}" for n in range(N)]


@cache
def _in() -> dict[str, pd.DataFrame]:
    return {
        "files": t.FILES.frame(
            {
                "file_id": ["f1"],
                "source_file": ["hubspot.csv"],
                "source": ["hubspot"],
                "n_rows": [N],
                "n_quarantined": [1],
            }
        ),
        "raw_rows": t.RAW_ROWS.frame(
            {
                "file_id": ["f1"] * N,
                "source_row": range(1, N + 1),
                "record_id": PEOPLE,
                "cells": pd.Series([["Ada", "ada@example.com"]] * N, dtype=pd.ArrowDtype(t.STRINGS)),
            }
        ),
        "quarantine": t.QUARANTINE.frame(
            {
                "file_id": ["f1", "f1"],
                "source_row": [N + 1, 3],
                "field": [None, "phone"],
                "reason": ["row.too_many_fields", "value.too_long"],
            }
        ),
        "records": t.RECORDS.frame(
            {
                "record_id": PEOPLE,
                "source": ["hubspot"] * N,
                "source_record_id": [str(n) for n in range(N)],
                "source_file": ["hubspot.csv"] * N,
                "source_row": range(1, N + 1),
                "content_hash": ["00ff"] * N,
                "full_name": ["Ada Example"] * N,
                "first_name": ["Ada"] * N,
                "last_name": ["Example"] * N,
                "is_placeholder_name": [False] * N,
                "is_company_name": [False] * N,
                "is_couple": [False] * N,
                "status": ["lead"] * N,
                "birth_date": ["1980-05-01"] * N,
                "birth_date_raw": ["01/05/1980"] * N,
                "created_at": [pd.Timestamp("2020-01-01", tz="UTC")] * N,
                "created_at_raw": ["2020-01-01"] * N,
                "updated_at": [pd.Timestamp("2021-01-01", tz="UTC")] * N,
                "updated_at_raw": ["2021-01-01"] * N,
            }
        ),
        "contact_points": t.CONTACT_POINTS.frame(_points("record_id", PEOPLE)),
    }


def _points(owner: str, ids: list[str]) -> dict[str, object]:
    emails = [f"ada{n}@example.com" for n in range(N)]
    phones = [f"+1212555010{n}" for n in range(N)]
    points: dict[str, object] = {
        owner: ids * 3,
        "kind": ["email"] * N + ["phone"] * N + ["address"] * N,
        "ordinal": [1] * 3 * N,
        "value": emails + phones + ["1 Sample St"] * N,
        "key": emails + phones + ["1 sample st"] * N,
        "country": [None] * 2 * N + ["US"] * N,
        "opt_out": [True] + [False] * (3 * N - 1),
        **{flag: [False] * 3 * N for flag in ("is_role", "is_free", "is_disposable", "is_placeholder", "bounced")},
    }
    return points | ({"raw": ["as it came"] * 3 * N} if owner == "record_id" else {})


@cache
def _out() -> dict[str, pd.DataFrame]:
    return {
        "membership": t.MEMBERSHIP.frame({"record_id": PEOPLE, "golden_id": GOLDEN, "match_probability": [1.0] * N}),
        "golden": t.GOLDEN.frame(
            {
                "golden_id": GOLDEN,
                "full_name": ["Ada Example"] * N,
                "first_name": ["Ada"] * N,
                "last_name": ["Example"] * N,
                "company": ["Example Ltd"] * N,
                "birth_date": ["1980-05-01", "--05-01"] * (N // 2),
                "n_records": [1] * N,
                "sources": ["hubspot"] * N,
            }
        ),
        "golden_points": t.GOLDEN_POINTS.frame(_points("golden_id", GOLDEN)),
    }


@cache
def _publish() -> dict[str, pd.DataFrame]:
    native = [str(n) for n in range(N)]
    return {
        "publish_changes": t.PUBLISH_CHANGES.frame(
            {
                "system": ["hubspot"] * N,
                "record_id": PEOPLE,
                "source_record_id": native,
                "golden_id": GOLDEN,
                "column": ["Unsubscribed from all email"] * N,
                "field": ["email_opt_out"] * N,
                "old_value": ["false"] * N,
                "new_value": ["true"] * N,
                "rule": ["any_true"] * N,
            }
        ),
        "publish_merges": t.PUBLISH_MERGES.frame(
            {
                "system": ["hubspot"] * N,
                "golden_id": GOLDEN,
                "survivor_id": native,
                "duplicate_id": [f"1{n}" for n in native],
                "step": [1] * N,
                "confidence": [0.99] * N,
                "reason": ["same e-mail"] * N,
            }
        ),
        "publish_suppressions": t.PUBLISH_SUPPRESSIONS.frame(
            {
                "system": ["hubspot"] * N,
                "channel": ["email"] * (N // 2) + ["phone"] * (N // 2),
                "address": [f"ada{n}@example.com" for n in range(N // 2)] + [f"+1212555010{n}" for n in range(N // 2)],
                "status": ["opted_out"] * N,
                "source_record": PEOPLE,
            }
        ),
    }


@pytest.fixture
def run_tables() -> dict[str, pd.DataFrame]:
    """The tables of a run up to its golden records, in which nothing is wrong."""
    return dict(_in() | _out())


@pytest.fixture
def publish_tables() -> dict[str, pd.DataFrame]:
    """What is to be handed back, in which nothing is wrong taken by itself."""
    return dict(_publish())
