"""Every value of a golden record is explained: by the record that gives it, or by what was made of the members."""

import random
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crm_clean.merge import consent
from crm_clean.merge.golden import Merged
from crm_clean.merge.overrides import offered_digest
from crm_clean.merge.spec import MergeSpec
from crm_clean.records.fields import SCALARS
from crm_clean.records.tables import OVERRIDES

# By these rules the value is the golden record's own; by any other it is that of the record named.
MADE = ("manual", "sticky", "union")
TEXTS = ("Rosa", "rosa", "Roas", "Bob", "Robert", "Ode", "n/a", None, None)


def person(chance: random.Random, number: int) -> dict[str, Any]:
    """A record that says this and that."""
    row: dict[str, Any] = {"id": number, "is_deleted": chance.random() < 0.1}
    for field, kind in SCALARS.items():
        if chance.random() < 0.5:
            continue
        if kind == "text":
            row[field] = chance.choice(["subscribed", "unsubscribed"] if field == "consent_status" else TEXTS)
        elif kind == "flag":
            row[field] = chance.choice([True, False])
        elif kind in ("date", "instant"):
            row[field] = f"20{chance.randint(10, 30)}-01-01"
        else:
            row[field] = chance.randint(0, 3)
    row["is_placeholder_name"] = chance.random() < 0.2
    mail = {"kind": "email", "value": f"{chance.randint(0, 40)}@acme.example", "opt_out": row.get("email_opt_out")}
    phone = {"kind": "phone", "value": f"+4930{chance.randint(0, 40)}", "opt_out": row.get("do_not_call")}
    row["points"] = chance.sample([mail, phone], chance.randint(0, 2))
    return row


@pytest.mark.parametrize("singles", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_every_value_is_explained(
    people: Callable[..., Merged], framed: Callable[..., Any], seed: int, singles: bool
) -> None:
    chance = random.Random(seed)
    rows = [person(chance, at) for at in range(300)]
    clusters = [str(at // chance.randint(1, 3)) for at in range(300)]
    records, points = framed(rows)
    spoken = [(1, "owner", "Ana"), (40, "last_name", "Ode"), (41, "gender", None), (80, "birth_date", "1980-05-01")]
    words = [
        {"record_id": records["record_id"][at], "field": field, "value": value, "verdict": "set",
         "base": offered_digest(records[at : at + 1], points[points["record_id"] == records["record_id"][at]], field)}
        for at, field, value in spoken
    ]  # fmt: skip
    merged = people(
        rows, clusters,
        spec=MergeSpec(lineage_of_singles=singles), as_of=pd.Timestamp("2026-01-01", tz="UTC"),
        overrides=OVERRIDES.frame(pd.DataFrame(words)),
    )  # fmt: skip
    told = {(g, f): (r, rule) for g, f, r, rule in merged.survivors.itertuples(index=False)}
    said = records.set_index("record_id").to_dict("index")
    members = merged.membership.groupby("golden_id")["record_id"].agg(list).to_dict()
    rules = set()
    for row in merged.golden.to_dict("records"):
        for field in SCALARS:
            mine = members[row["golden_id"]]
            alone = (mine[0], "only") if len(mine) == 1 and not singles else (None, None)
            record, rule = told.get((row["golden_id"], field), alone)
            rules.add(rule)
            if pd.isna(row[field]):
                continue
            assert record in mine or rule == "sticky", (field, rule)
            if rule not in MADE and not str(rule).startswith("derived:"):
                assert said[str(record)][field] == row[field], (field, rule)
    assert {"manual", "sticky", "derived:name_parts"} <= rules


def test_what_closes_a_channel_is_named(people: Callable[..., Merged]) -> None:
    assert set(consent.FLAGS) <= set(SCALARS)
    shut = {"points": [{"kind": "phone", "value": "+4930555010", "opt_out": True}]}
    merged = people([shut, {"points": [{"kind": "phone", "value": "+4930555010"}]}], ["a", "b"])
    told = merged.survivors[merged.survivors["field"] == "do_not_call"]
    assert sorted(told["record_id"]) == ["hubspot:1", "hubspot:2"]
