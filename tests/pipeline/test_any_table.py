"""Any table can be cleaned: people without e-mail or phone, firms without people, columns of unknown meaning."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import crm_clean
from crm_clean.link.evaluate import evaluate
from tests.link.town import town

Table = tuple[pd.DataFrame, list[int]]


def mistyped(text: str, rng: np.random.Generator) -> str:
    """`text`, now and then with two letters in each other's place."""
    if len(text) < 4 or rng.random() > 0.12:
        return text
    k = int(rng.integers(1, len(text) - 2))
    return text[:k] + text[k + 1] + text[k] + text[k + 2 :]


def people(n: int, *, seed: int) -> Table:
    """first, last, birth, place, street: one to three records a person, with gaps and typos; and who each is."""
    rng = np.random.default_rng(seed)
    known: dict[int, dict[str, object]] = {}
    rows, who = [], []
    for row, person in zip(*town(n, seed=seed), strict=True):
        at = known.setdefault(
            person,
            {
                "first": row["first_name"], "last": row["last_name"], "house": int(rng.integers(1, 90)),
                "birth": f"{rng.integers(1860, 1990)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
                "place": str(rng.choice(["Leeds", "York", "Hull", "Bath", "Truro"])),
                "street": str(rng.choice(["Mill Lane", "High Street", "Park Road", "Abbey Close"])),
            },
        )  # fmt: skip
        seen = {name: mistyped(v, rng) if isinstance(v, str) and name != "birth" else v for name, v in at.items()}
        rows.append({name: None if rng.random() < 0.05 and name == "place" else v for name, v in seen.items()})
        who.append(person)
    return pd.DataFrame(rows), who


def firms(n: int, *, seed: int) -> Table:
    """company, street, postcode, city, phone; every eighth one is a branch of one chain."""
    rng = np.random.default_rng(seed)
    rows, who = [], []
    trades, owners = ["Brauhaus", "Kelterei", "Apotheke", "Druckerei", "Spedition"], ["Abendroth", "Bergen", "Lindner"]
    for firm in range(n):
        name = "Backstube Kornfeld" if firm % 8 == 0 else f"{rng.choice(trades)} {rng.choice(owners)} {firm % 60}"
        street, phone = f"{rng.choice(['Hafenstr.', 'Am Markt', 'Ringweg'])} {firm + 1}", f"0431 {200_000 + 317 * firm}"
        place = {"postcode": f"{24_000 + firm * 7}", "city": str(rng.choice(["Kiel", "Ulm", "Jena"]))}
        for _ in range(int(rng.choice([1, 2, 3]))):
            company = f"{mistyped(name, rng)}{rng.choice(['', ' GmbH'])}"
            rows.append({"company": company, "street": street, **place, "phone": phone if rng.random() < 0.8 else None})
            who.append(firm)
    return pd.DataFrame(rows), who


def scores(frame: pd.DataFrame, who: list[int], **options: object) -> tuple[float, float]:
    """Precision and recall of the pairs in one golden record."""
    found = crm_clean.dedupe(frame, **options)  # type: ignore[arg-type]
    assert found.crosswalk["golden_id"].notna().all()
    truth = found.crosswalk[["source_file", "source_row"]].assign(person=[f"p{k}" for k in who])
    told = evaluate(found.crosswalk, truth)
    return told.precision, told.recall


NAMED = {"first": "first_name", "last": "surname", "birth": "dob", "place": "birth_place"}
HOUSED = {"first": "given_name", "last": "surname", "birth": "date_of_birth", "place": "suburb", "street": "address_1"}

GERMAN = {"first": "Vorname", "last": "Nachname", "birth": "Geburtsdatum", "place": "Geburtsort"}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("headers", "house"),
    [
        pytest.param(NAMED, None, id="name, birth date and birth place"),
        pytest.param(HOUSED, "street_number", id="a house number apart from its street"),
        pytest.param(
            {"first": "Vorname", "last": "Nachname", "birth": "Geburtsdatum", "place": "Ort"}, None, id="German"
        ),
    ],
)
def test_people_without_mail_or_phone(headers: dict[str, str], house: str | None, seed: int) -> None:
    frame, who = people(300, seed=seed)
    table = frame.rename(columns=headers if house is None else headers | {"house": house})
    table = table[[*headers.values(), *([house] if house else [])]]
    precision, recall = scores(table, who)
    assert precision >= 0.97
    assert recall >= 0.85


def test_firms_with_address_and_phone_and_no_person() -> None:
    frame, who = firms(240, seed=3)
    precision, recall = scores(frame, who, default_region="DE")
    assert precision >= 0.98
    assert recall >= 0.85


def test_branches_of_one_chain_stay_apart() -> None:
    frame, who = firms(160, seed=4)
    found = crm_clean.dedupe(frame, default_region="DE").crosswalk.assign(firm=who)
    chain = found[(frame["company"].str.startswith("Backstube Kornfeld")).to_numpy()]
    wrong = [(a, b) for a, b in combinations(chain.itertuples(), 2) if a.golden_id == b.golden_id and a.firm != b.firm]
    assert chain["firm"].nunique() >= 15
    assert wrong == []


@pytest.mark.parametrize("seed", [5, 6])
def test_a_table_whose_every_column_is_plain_text(seed: int) -> None:
    frame, who = people(300, seed=seed)
    table = frame[["first", "last", "birth", "place"]].set_axis(["c1", "c2", "c3", "c4"], axis=1)
    precision, recall = scores(table, who, mapping={name: f"text:{name}" for name in table.columns})
    assert precision >= 0.97
    assert recall >= 0.7


def test_a_plain_text_beside_a_name_counts() -> None:
    frame, who = people(300, seed=7)
    table = frame[["first", "last"]].set_axis(["First name", "Last name"], axis=1)
    table["Badge"] = [f"{person * 7919 % 10_000:04d}-{person % 17:02d}" for person in who]
    precision, recall = scores(table, who, mapping={"Badge": "text:badge"})
    assert precision >= 0.97
    assert recall >= 0.9
    assert scores(table, who, ignore=["Badge"])[1] < recall
