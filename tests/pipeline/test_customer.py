"""One customer: who it is, where its values come from, what holds it together, what became of it run by run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from crm_clean.errors import UnknownThing
from crm_clean.pipeline.customer import Customer, customer
from crm_clean.records.tables import DECISIONS, RUNS, TABLES
from crm_clean.store.duckdb import DuckDBStore

Content = Mapping[str, Mapping[str, object]]
# What each record says: name, e-mail, company.
PEOPLE = {
    "crm:1": ("Ann Lee", "ann@example.com", "Acme"),
    "crm:2": ("Anne Lee", "ann@example.com", "Acme Inc."),
    "shop:3": ("A. Lee", "lee@example.org", None),
    "shop:4": ("Bob Haddad", "bob@example.org", None),
    "shop:5": ("Ann Lee", None, "Acme"),
}
CUSTOM = json.dumps({"crm": {"Shoe size": "39"}})


def state(homes: Mapping[str, str], **golden: object) -> dict[str, Mapping[str, object]]:
    """Every record where `homes` puts it; `golden` is said of G-1 beside its name."""
    ids = list(homes)
    kept = sorted(set(homes.values()))
    names = {"G-1": "Ann Lee", "G-2": "A. Lee", "G-3": "Bob Haddad", "G-4": "Ann Lee"}
    mails = [(record, PEOPLE[record][1]) for record in ids if PEOPLE[record][1]]
    points = {home: sorted({mail for record, mail in mails if homes[record] == home}) for home in kept}
    listed = [(home, at, mail) for home in kept for at, mail in enumerate(points[home], start=1)]
    return {
        "records": {
            "record_id": ids,
            "source": [record.partition(":")[0] for record in ids],
            "source_record_id": [record.partition(":")[2] for record in ids],
            "source_file": [f"{record.partition(':')[0]}.csv" for record in ids],
            "source_row": [int(record[-1]) for record in ids],
            "full_name": [PEOPLE[record][0] for record in ids],
            "full_name_raw": [PEOPLE[record][0].upper() for record in ids],
            "company": [PEOPLE[record][2] for record in ids],
            "company_raw": [PEOPLE[record][2] for record in ids],
        },
        "contact_points": {
            "record_id": [record for record, _ in mails],
            "kind": ["email"] * len(mails),
            "ordinal": [1] * len(mails),
            "value": [mail for _, mail in mails],
            "key": [mail for _, mail in mails],
        },
        "membership": {"record_id": ids, "golden_id": list(homes.values()), "match_probability": [0.95] * len(ids)},
        "golden": {
            "golden_id": kept,
            "full_name": [names[home] for home in kept],
            "n_records": [list(homes.values()).count(home) for home in kept],
            "sources": ["crm"] * len(kept),
            **{field: [value if home == "G-1" else None for home in kept] for field, value in golden.items()},
        },
        "golden_points": {
            "golden_id": [home for home, _, _ in listed],
            "kind": ["email"] * len(listed),
            "ordinal": [at for _, at, _ in listed],
            "value": [mail for _, _, mail in listed],
            "key": [mail for _, _, mail in listed],
            "opt_out": [mail == "ann@example.com" and "email_opt_out" in golden for _, _, mail in listed],
        },
        "survivors": {
            "golden_id": ["G-1", "G-1"],
            "field": ["full_name", "company"],
            "record_id": ["crm:1", "crm:2"],
            "rule": ["most_frequent", "newest"],
        },
    }


def events(*told: tuple[str, str, str | None]) -> Content:
    ids, names, others = zip(*told, strict=True)
    return {"identity_events": {"golden_id": ids, "event": names, "other_id": others}}


START = {"crm:1": "G-1", "crm:2": "G-1", "shop:3": "G-2", "shop:4": "G-3", "shop:5": "G-4"}
MERGED = {**START, "shop:3": "G-1", "shop:5": "G-1"}
PAIRS = {
    "left_id": ["crm:1", "crm:1", "crm:1", "crm:2"],
    "right_id": ["crm:2", "shop:3", "shop:5", "shop:5"],
    "probability": [0.99, 0.2, 0.95, 0.9],
    "verdict": ["merge", "decided_same", "merge", "merge"],
    "levels": ["email=same:9.0 name=close:3.0", "name=initial:1.0", "name=exact:5.0", "name=close:3.0"],
}


def commit(store: DuckDBStore, folder: Path, content: Content) -> None:
    run = store.last_run() + 1
    at = pd.Timestamp("2026-01-01T06:00:00Z") + pd.Timedelta(days=run)
    staged = folder / f"{run}.tmp"
    staged.mkdir(parents=True)
    for name, data in content.items():
        pq.write_table(TABLES[name].to_arrow(TABLES[name].frame(data)), staged / f"{name}.parquet")
    row = RUNS.frame({"run": [run], "started_at": [at], "committed_at": [at], "version": ["1"], "counts": ["{}"]})
    store.commit(row, staged)


def said(verdict: str, left: str, right: str, *, by: str = "kim", reason: str | None = None) -> pd.DataFrame:
    row = {"left_id": left, "right_id": right, "verdict": verdict, "decided_by": by, "reason": reason}
    at = pd.Timestamp("2026-01-02T12:00:00Z")
    return DECISIONS.frame({**{name: [value] for name, value in row.items()}, "decided_at": [at]})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DuckDBStore:
    """Four runs: everybody made; two merged into G-1, which changed; one retired; nothing about G-1."""
    folder = tmp_path_factory.mktemp("store")
    store = DuckDBStore(folder / "crm.duckdb")
    made = [(golden_id, "created", None) for golden_id in ("G-1", "G-2", "G-3", "G-4")]
    commit(store, folder, {**state(START, company="Acme", custom=CUSTOM), **events(*made)})
    store.append(DECISIONS, said("same", "crm:1", "shop:3", reason="she told us."))
    merged = {**state(MERGED, company="Acme Inc.", custom=CUSTOM, email_opt_out=True), "pairs": PAIRS}
    commit(store, folder, {**merged, **events(("G-2", "absorbed", "G-1"), ("G-4", "absorbed", "G-1"))})
    left = {record: home for record, home in MERGED.items() if home != "G-3"}
    last = state(left, company="Acme Inc.", custom=CUSTOM, email_opt_out=True)
    commit(store, folder, {**last, **events(("G-3", "retired", None))})
    commit(store, folder, {})
    return store


@pytest.fixture(scope="module")
def ann(store: DuckDBStore) -> Customer:
    return customer(store, "G-1")


def test_the_golden_record_stands_as_in_the_table_of_all(ann: Customer) -> None:
    assert ann.golden_id == "G-1"
    shown = ann.golden.iloc[0]
    assert (shown["full_name"], shown["email"], shown["email_2"]) == ("Ann Lee", "ann@example.com", "lee@example.org")
    assert bool(shown["email_opt_out"])
    assert repr(ann) == "Customer G-1: 4 records, 9 events"


def test_its_members_stand_side_by_side(ann: Customer) -> None:
    columns = ["record_id", "source", "source_file", "source_row", "name", "emails", "company", "match_probability"]
    assert ann.members[columns].astype(object).where(ann.members[columns].notna(), None).to_numpy().tolist() == [
        ["crm:1", "crm", "crm.csv", 1, "Ann Lee", "ann@example.com", "Acme", 0.95],
        ["crm:2", "crm", "crm.csv", 2, "Anne Lee", "ann@example.com", "Acme Inc.", 0.95],
        ["shop:3", "shop", "shop.csv", 3, "A. Lee", "lee@example.org", None, 0.95],
        ["shop:5", "shop", "shop.csv", 5, "Ann Lee", None, "Acme", 0.95],
    ]


def test_every_value_names_its_record_and_its_rule_in_words(ann: Customer) -> None:
    told = ann.values.set_index("field")
    columns = ["value", "rule", "record_id", "source_file", "source_row"]
    assert told.loc["full_name", columns].tolist() == ["Ann Lee", "most records say so", "crm:1", "crm.csv", 1]
    assert told.loc["company", columns].tolist() == ["Acme Inc.", "from the record changed last", "crm:2", "crm.csv", 2]


def test_a_record_alone_gives_everything(store: DuckDBStore, tmp_path: Path) -> None:
    alone = DuckDBStore(tmp_path / "crm.duckdb")
    commit(alone, tmp_path, {**state({"shop:4": "G-3"}), "survivors": {}, **events(("G-3", "created", None))})
    told = customer(alone, "G-3").values.set_index("field").loc["full_name"]
    assert (told["value"], told["record_id"], told["rule"]) == ("Bob Haddad", "shop:4", "nobody offers another")


def test_an_address_says_what_it_is_open_for_and_who_gave_it(ann: Customer) -> None:
    columns = ["value", "opt_out", "record_ids"]
    assert ann.points[columns].to_numpy().tolist() == [
        ["ann@example.com", True, "crm:1; crm:2"],
        ["lee@example.org", False, "shop:3"],
    ]


def test_what_was_offered_stands_in_canonical_order_kept_first(ann: Customer) -> None:
    offered = ann.lineage[["field", "value", "is_kept"]].to_numpy().tolist()
    assert offered == [
        ["full_name", "Ann Lee", True],
        ["full_name", "Anne Lee", False],
        ["full_name", "A. Lee", False],
        ["full_name", "Ann Lee", False],
        ["email", "ann@example.com", True],
        ["email", "ann@example.com", True],
        ["email", "lee@example.org", True],
        ["company", "Acme Inc.", True],
        ["company", "Acme", False],
        ["company", "Acme", False],
    ]
    assert ann.lineage["rule"].iloc[0] == "most records say so"


def test_the_fewest_strongest_pairs_hold_it_together_and_say_why(ann: Customer) -> None:
    told = ann.links[["left_id", "right_id", "verdict", "is_needed"]].to_numpy().tolist()
    assert told == [
        ["crm:1", "shop:3", "decided_same", True],
        ["crm:1", "crm:2", "merge", True],
        ["crm:1", "shop:5", "merge", True],
        ["crm:2", "shop:5", "merge", False],
    ]
    assert ann.links["reason"].iloc[0] == "kim decided so on 2026-01-02: she told us."
    assert ann.links["reason"].iloc[1].startswith("Both write to ann@example.com")


def test_what_happened_is_told_run_by_run(ann: Customer) -> None:
    assert ann.history[["run", "kind", "event"]].to_numpy().tolist() == [
        [1, "created", "Created from 2 records: crm 1, crm 2."],
        [2, "took_in", "G-2 was merged into this one."],
        [2, "took_in", "G-4 was merged into this one."],
        [2, "joined", "shop 3 joined from G-2."],
        [2, "joined", "shop 5 joined from G-4."],
        [2, "changed", "Company changed from Acme to Acme Inc."],
        [2, "changed", "Opted out of e-mail is now yes."],
        [2, "changed", "E-mail lee@example.org was added."],
        [2, "changed", "E-mail ann@example.com opted out."],
    ]
    assert ann.history["committed_at"].iloc[0] == pd.Timestamp("2026-01-02T06:00:00Z")


@pytest.mark.parametrize(
    ("asked", "stands", "note"),
    [
        pytest.param("G-1", "G-1", None, id="an id that stands"),
        pytest.param(
            "G-2", "G-1", "G-2 was merged away in run 2; its people are in this golden record now.",
            id="an id that was merged away leads to where it went",
        ),
        pytest.param(
            "G-3", "G-3", "It ended in run 3: none of its records is left.",
            id="an id that ended says what became of it",
        ),
    ],
)  # fmt: skip
def test_what_became_of_an_id(store: DuckDBStore, asked: str, stands: str, note: str | None) -> None:
    found = customer(store, asked)
    assert (found.golden_id, found.note) == (stands, note)


def test_one_that_ended_still_has_its_history(store: DuckDBStore) -> None:
    ended = customer(store, "G-3")
    assert ended.golden.empty
    assert ended.members.empty
    assert ended.history["event"].tolist() == [
        "Created from 1 record: shop 4.",
        "Ended: none of its records is left.",
    ]


@pytest.mark.parametrize("golden_id", ["G-9", "", "' OR true --"])
def test_an_id_that_never_was_is_refused_without_repeating_it(store: DuckDBStore, golden_id: str) -> None:
    with pytest.raises(UnknownThing, match=r"^There is no golden record of that id: take one from"):
        customer(store, golden_id)


def test_before_the_first_run_there_is_nobody(tmp_path: Path) -> None:
    with pytest.raises(UnknownThing, match="There is no golden record"):
        customer(DuckDBStore(tmp_path / "crm.duckdb"), "G-1")


def test_a_decision_that_waits_for_the_next_run_is_said(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "crm.duckdb")
    commit(store, tmp_path, {**state(START), **events(("G-1", "created", None))})
    store.append(DECISIONS, said("different", "crm:1", "crm:2"))
    note = customer(store, "G-1").note
    assert note == "One pair of its records was judged to be different people; the next run takes them apart."


def test_one_split_off_and_one_that_came_back(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "crm.duckdb")
    made = [(golden_id, "created", None) for golden_id in ("G-1", "G-2", "G-3", "G-4")]
    commit(store, tmp_path, {**state(START), **events(*made)})
    commit(store, tmp_path, {**state(MERGED), **events(("G-2", "absorbed", "G-1"), ("G-4", "absorbed", "G-1"))})
    commit(store, tmp_path, {**state(START), **events(("G-2", "revived", None), ("G-2", "split", "G-1"))})
    back = customer(store, "G-2")
    assert (back.golden_id, back.note) == ("G-2", None)
    assert back.history["event"].tolist() == [
        "Created from 1 record: shop 3.",
        "Merged into G-1.",
        "Came back from 1 record: shop 3.",
        "Split off from G-1.",
    ]
    assert "G-2 was split off." in customer(store, "G-1").history["event"].tolist()
    assert "shop 3 left for G-2." in customer(store, "G-1").history["event"].tolist()


def test_it_shows_itself_in_a_notebook(ann: Customer) -> None:
    shown = ann._repr_html_()
    assert shown.startswith('<div class="crm-clean-customer')
    assert "Ann Lee" in shown
