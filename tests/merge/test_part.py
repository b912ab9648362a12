"""Some of the people merged alone are what they are when everybody is merged: the crowd is asked, not counted anew."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from crm_clean.merge.golden import Crowd, MembershipHistory, Merged, merge
from crm_clean.merge.spec import MergeSpec
from crm_clean.records.table import Table
from crm_clean.records.tables import CLUSTERS, CONTACT_POINTS, GOLDEN, GOLDEN_POINTS, MEMBERSHIP, RECORDS, SURVIVORS

FIRST = ("Rosa", "Rosa", "Rosa", "Rosa", "Roas", "Ana", "Anna", "Hans", "Maier", "Jhon", "John", "John", "John", None)
LAST = ("Ode", "Ode", "Oed", "Maier", "Maier", "Hans", "Brandwein", "Brandwein", "Brandwien", "ODE", None)
TOWNS = ("Leeds", "Leds")
STREETS = ("12 Ferry Lane", "12 Ferry Lane", "12 Fery Lane", "9 Mill Road", "9 Mil Road")


class Shelf:
    """What stands, in tables at hand."""

    def __init__(self, records: pd.DataFrame, points: pd.DataFrame, merged: Merged) -> None:
        self.tables = {
            **merged.tables,
            "records": RECORDS.to_arrow(records),
            "contact_points": CONTACT_POINTS.to_arrow(points),
        }

    def standing(self, table: Table, *, columns: Sequence[str] | None = None) -> pa.Table:
        return self.tables[table.name].select(list(columns or table.columns))

    def take(self, table: Table, column: str, keys: pa.Array, *, columns: Sequence[str] | None = None) -> pa.Table:
        whole = self.tables[table.name]
        return whole.filter(pc.is_in(whole[column], value_set=keys.cast(pa.string()))).select(
            list(columns or table.columns)
        )


def crowd(chance: random.Random, n_people: int) -> tuple[list[dict[str, Any]], list[str]]:
    """People who are known by several spellings, some of them colleagues, some of them of one house."""
    rows: list[dict[str, Any]] = []
    clusters = []
    for person in range(n_people):
        domain = f"firm{person % 20}.example"
        for _ in range(chance.randint(1, 3)):
            company = chance.choice([None, f"Firm {person % 20}", f"FIRM {person % 20}", f"Frim {person % 20}"])
            street = chance.choice(STREETS)
            points = [
                {"kind": "email", "value": f"{chance.choice('abc')}{person}@{domain}"},
                {"kind": "address", "value": street, "key": street.lower(), "street": street,
                 "city": chance.choice(TOWNS)},
            ]  # fmt: skip
            rows.append(
                {
                    "id": len(rows), "first_name": chance.choice(FIRST), "last_name": chance.choice(LAST),
                    "company": company, "updated_at": f"20{chance.randint(10, 24)}-01-01",
                    "email_opt_out": chance.choice([None, None, True]),
                    "points": chance.sample(points, chance.randint(0, 2)),
                }
            )  # fmt: skip
            clusters.append(str(person))
    return rows, clusters


@pytest.mark.parametrize("seed", range(4))
def test_a_part_is_what_it_is_in_the_whole(framed: Callable[..., Any], seed: int) -> None:
    chance = random.Random(seed)
    rows, names = crowd(chance, 300)
    records, points = framed(rows)
    clusters = CLUSTERS.frame(
        {"record_id": records["record_id"], "cluster_id": names, "match_probability": [1.0] * len(rows)}
    )
    given = {"spec": MergeSpec(), "as_of": pd.Timestamp("2025-01-01", tz="UTC")}
    first = merge(records, points, clusters, run=1, standing=MembershipHistory.empty(), **given)
    standing = MembershipHistory(first.table(MEMBERSHIP))
    full = merge(records, points, clusters, run=2, standing=standing, consents=first.consents, **given)
    chosen = {str(person) for person in chance.sample(range(300), 25)}
    part = clusters[clusters["cluster_id"].isin(chosen)]
    ids = pa.array(part["record_id"], pa.string())
    member = first.membership[first.membership["record_id"].isin(part["record_id"])]
    golden = pa.array(member["golden_id"].unique(), pa.string())
    alone = merge(
        records[records["record_id"].isin(part["record_id"])],
        points[points["record_id"].isin(part["record_id"])],
        part,
        run=2,
        standing=MembershipHistory(member),
        consents=first.consents,
        crowd=Crowd(Shelf(records, points, first), ids, golden),
        **given,
    )
    assert alone.identity_events.empty
    for table in (GOLDEN, GOLDEN_POINTS, SURVIVORS):
        whole = full.table(table)
        mine = whole.filter(pc.is_in(whole["golden_id"], value_set=golden))
        assert alone.table(table).to_pylist() == mine.to_pylist(), table.name
    assert alone.consents.empty


def test_without_the_crowd_it_would_not_be(people: Callable[..., Merged]) -> None:
    pair = [
        {"first_name": "Jhon", "last_name": "Ode", "updated_at": "2024-01-01"},
        {"first_name": "John", "last_name": "Ode"},
    ]
    others = [{"first_name": "John", "last_name": f"Other{at}"} for at in range(6)]
    assert people(pair, ["a", "a"]).golden["first_name"].tolist() == ["Jhon"]
    told = people([*pair, *others], ["a", "a", *"bcdefg"]).golden
    assert told.set_index("last_name")["first_name"]["Ode"] == "John"


def test_a_colleague_with_two_addresses_is_one_colleague(framed: Callable[..., Any]) -> None:
    def staff(*boxes: str, **more: Any) -> dict[str, Any]:
        return {**more, "points": [{"kind": "email", "value": f"{box}@acme.example"} for box in boxes]}

    records, points = framed([staff("a", "b", company="Acme"), staff("c")])
    ids = records["record_id"]
    together = CLUSTERS.frame({"record_id": ids, "cluster_id": ["1", "2"], "match_probability": [1.0, 1.0]})
    first = merge(records, points, together, spec=MergeSpec(), run=1, standing=MembershipHistory.empty())
    assert first.golden["company"].notna().sum() == 1
    mine = first.membership[first.membership["record_id"] == ids[1]]
    alone = merge(
        records[1:],
        points[points["record_id"] == ids[1]],
        together[1:],
        spec=MergeSpec(),
        run=2,
        standing=MembershipHistory(mine),
        crowd=Crowd(Shelf(records, points, first), pa.array(mine["record_id"]), pa.array(mine["golden_id"])),
    )
    assert alone.golden["company"].isna().all()
