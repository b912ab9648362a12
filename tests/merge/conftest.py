"""Made-up records, written as briefly as a test needs them."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crm_clean.merge.golden import MembershipHistory, Merged, merge
from crm_clean.merge.spec import MergeSpec
from crm_clean.records.tables import CLUSTERS, CONTACT_POINTS, RECORDS

Cells = dict[str, Any]


def records_of(rows: list[Cells]) -> pd.DataFrame:
    """A RECORDS frame; `id` defaults to r1, r2 ...; days such as `2024-03-01` become instants."""
    full = []
    for at, row in enumerate(rows, start=1):
        cells = {"source": "hubspot", "is_deleted": False, **row}
        cells["record_id"] = f"{cells['source']}:{cells.pop('id', at)}"
        for field in ("created_at", "updated_at", "last_activity_at", "consent_at"):
            if field in cells:
                cells[field] = pd.Timestamp(cells[field], tz="UTC")
        cells.pop("points", None)
        full.append(cells)
    return RECORDS.frame(pd.DataFrame(full)).sort_values("record_id", ignore_index=True)


def points_of(rows: list[Cells]) -> pd.DataFrame:
    """A CONTACT_POINTS frame from `points`: each a dict with `kind` and more; value and key go together."""
    full = []
    for at, row in enumerate(rows, start=1):
        record_id = f"{row.get('source', 'hubspot')}:{row.get('id', at)}"
        counted: dict[str, int] = {}
        for point in row.get("points", ()):
            counted[point["kind"]] = ordinal = counted.get(point["kind"], 0) + 1
            told = {"record_id": record_id, "ordinal": ordinal, "key": point.get("value"), **point}
            if "consent_at" in told:
                told["consent_at"] = pd.Timestamp(told["consent_at"], tz="UTC")
            full.append(told)
    return CONTACT_POINTS.frame(pd.DataFrame(full)) if full else CONTACT_POINTS.empty()


def clusters_of(records: pd.DataFrame, names: list[str] | None = None) -> pd.DataFrame:
    """A CLUSTERS frame: all records in one cluster, or as `names` says."""
    return CLUSTERS.frame(
        pd.DataFrame(
            {"record_id": records["record_id"], "cluster_id": names or ["c"] * len(records), "match_probability": 0.99}
        )
    )


def merged(rows: list[Cells], **options: Any) -> Merged:
    """All `rows` as one person."""
    records = records_of(rows)
    given = {"spec": MergeSpec(), "run": 1, "standing": MembershipHistory.empty(), **options}
    return merge(records, points_of(rows), clusters_of(records), **given)


@pytest.fixture
def one_person() -> Callable[..., Merged]:
    return merged
