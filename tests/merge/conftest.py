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
    return RECORDS.frame(pd.DataFrame(full))


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


def people_of(rows: list[Cells], clusters: list[str], **options: Any) -> Merged:
    """Row by row, the cluster each is in."""
    records = records_of(rows)
    ids = [f"{row.get('source', 'hubspot')}:{row.get('id', at)}" for at, row in enumerate(rows, start=1)]
    together = CLUSTERS.frame(pd.DataFrame({"record_id": ids, "cluster_id": clusters, "match_probability": 0.99}))
    given = {"spec": MergeSpec(), "run": 1, "standing": MembershipHistory.empty(), **options}
    return merge(records, points_of(rows), together, **given)


@pytest.fixture(scope="session")
def people() -> Callable[..., Merged]:
    """Rows, and the name of each row's cluster."""
    return people_of


@pytest.fixture(scope="session")
def merge_frames() -> Callable[..., Merged]:
    """The same, for properties."""
    return people_of


@pytest.fixture(scope="session")
def one_person() -> Callable[..., Merged]:
    """Rows that are all one person."""
    return lambda rows, **options: people_of(rows, ["one"] * len(rows), **options)


@pytest.fixture(scope="session")
def framed() -> Callable[[list[Cells]], tuple[pd.DataFrame, pd.DataFrame]]:
    """Rows as RECORDS and CONTACT_POINTS."""
    return lambda rows: (records_of(rows), points_of(rows))
