"""Tables of almost nothing, too much of one thing, or letters of other alphabets: a sensible result, no crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crm_clean.link.linking import link
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import CLUSTERS, CONTACT_POINTS, DECISIONS, PAIRS, RECORDS

Row = dict[str, Any]
MANY = 100_000

ANN = {"first_name": "ann", "last_name": "bergmann", "email": "ann@x.example"}
IVANOV = {"first_name": "иван", "last_name": "ковалевский", "email": "ik@example.ru"}
ALI = {"first_name": "عبدالله", "last_name": "الغامدي", "phone": "+966500000001"}
WANG = {"first_name": "晓明", "last_name": "王", "email": "wxm@example.cn"}
LONG = {"first_name": "x" * 10_000, "last_name": "y" * 10_000, "email": "long@example.org"}


@pytest.mark.parametrize(
    ("rows", "n_people"),
    [
        pytest.param([], 0, id="no rows"),
        pytest.param([{"first_name": "ann", "last_name": "abel", "email": "a@x.example"}], 1, id="one row"),
        pytest.param([{}] * 7, 7, id="all columns missing"),
        pytest.param([ANN, ANN], 1, id="two equal rows"),
        pytest.param([{"city": "rome"}] * 50, 50, id="a column of one value, and no other"),
        pytest.param([{"company": "acme"}] * 50, 50, id="one company, and no other column"),
        pytest.param([{"phone": f"+1415555{k:04d}", "city": "rome"} for k in range(50)], 50, id="one city for all"),
        pytest.param([{"email": f"m{k}@x.example"} for k in range(50)], 50, id="a column of all values"),
        pytest.param([IVANOV, ALI, WANG] * 2, 3, id="Cyrillic, Arabic and Chinese, each twice"),
        pytest.param([IVANOV, ALI, WANG], 3, id="Cyrillic, Arabic and Chinese, each once"),
        pytest.param([LONG, LONG], 1, id="names of 10 kB, twice"),
        pytest.param([LONG, LONG | {"first_name": "z" * 10_000, "email": "other@example.org"}], 2, id="10 kB, unlike"),
        pytest.param([{"first_name": "", "last_name": "  ", "email": ""}] * 3, 3, id="blanks"),
        pytest.param([{"birth_date": "1980-02-30", "first_name": "ann", "last_name": "x"}] * 2, None, id="no such day"),
    ],
)  # fmt: skip
def test_a_table_of_almost_nothing(linked: Callable[..., Any], rows: list[Row], n_people: int | None) -> None:
    found = linked(rows)
    PAIRS.check(found.pairs)
    CLUSTERS.check(found.clusters)
    assert len(found.clusters) == len(rows)
    if n_people is not None:
        assert found.clusters["cluster_id"].nunique() == n_people
    assert 0.0 <= found.report["expected_precision"] <= 1.0


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(ANN, id="a person"),
        pytest.param({"first_name": "ann"}, id="a first name"),
        pytest.param({"phone": "+14155550100", "company": "acme"}, id="a switchboard"),
        pytest.param({}, id="nothing"),
    ],
)
def test_a_hundred_thousand_equal_rows_end(row: Row) -> None:
    """Nobody can say whether they are one person or a placeholder: what counts is that it ends, within its memory."""
    ids = [f"t:{k:06d}" for k in range(MANY)]
    keys = {f"{name}_key": row.get(name) for name in ("first_name", "last_name", "company")}
    records = RECORDS.frame(pd.DataFrame({"record_id": ids, "source": "t", **keys}))
    kinds = [kind for kind in ("email", "phone") if kind in row]
    points = [pd.DataFrame({"record_id": ids, "kind": kind, "ordinal": 1, "key": row[kind]}) for kind in kinds]
    found = link(
        records,
        CONTACT_POINTS.frame(pd.concat(points)) if points else CONTACT_POINTS.empty(),
        DECISIONS.empty(),
        spec=LinkSpec(),
    )
    assert len(found.clusters) == MANY
    assert found.report["largest_cluster"] <= LinkSpec().max_cluster
    if len(row) > 1:
        assert any(rule["n_records_dropped"] or rule["n_blocks_cut"] for rule in found.report["rules"])
