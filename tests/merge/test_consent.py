"""The strictest consent wins, per person, channel and address, in any order."""

import random
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crm_clean.merge import consent
from crm_clean.merge.golden import Merged
from crm_clean.records.tables import CONSENTS

OnePerson = Callable[..., Merged]
MAIL = "rosa@example.com"
STRICTNESS = {"subscribed": 0, "unknown": 1, "pending": 2, "unsubscribed": 3}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([None, None], None, id="nobody was asked"),
        pytest.param([None, False], False, id="one denies"),
        pytest.param([False, True, False], True, id="one yes is enough"),
    ],
)
def test_flags(one_person: OnePerson, said: list[bool | None], expected: bool | None) -> None:
    flags = one_person([{"do_not_call": flag} for flag in said]).golden["do_not_call"]
    assert [None if pd.isna(flag) else flag for flag in flags] == [expected]


def test_a_deleted_record_still_refuses(one_person: OnePerson) -> None:
    rows = [{"email_opt_out": True, "is_deleted": True}, {"email_opt_out": False}]
    assert one_person(rows).golden["email_opt_out"].tolist() == [True]


@pytest.mark.parametrize(
    ("said", "status", "at"),
    [
        pytest.param(
            [("subscribed", "2024-05-01"), ("unsubscribed", "2020-01-01")], "unsubscribed", "2020-01-01",
            id="a later yes does not lift a no",
        ),
        pytest.param(
            [("unsubscribed", "2021-01-01"), ("unsubscribed", "2023-01-01")], "unsubscribed", "2023-01-01",
            id="the latest withdrawal",
        ),
        pytest.param(
            [("subscribed", "2023-01-01"), ("subscribed", "2021-01-01")], "subscribed", "2021-01-01",
            id="the earliest proof",
        ),
        pytest.param(
            [("subscribed", "2021-01-01"), ("pending", None)], "pending", None, id="an unconfirmed sign-up is no yes"
        ),
        pytest.param([("subscribed", None), ("cleaned?", None)], "cleaned?", None, id="an unknown word is no yes"),
    ],
)  # fmt: skip
def test_status(one_person: OnePerson, said: list[tuple[str, str | None]], status: str, at: str | None) -> None:
    rows = [{"consent_status": word, **({"consent_at": when} if when else {})} for word, when in said]
    golden = one_person(rows).golden.iloc[0]
    assert golden["consent_status"] == status
    assert pd.isna(golden["consent_at"]) if at is None else golden["consent_at"] == pd.Timestamp(at, tz="UTC")


def test_an_opted_out_person_is_not_subscribed(one_person: OnePerson) -> None:
    golden = one_person([{"email_opt_out": True, "consent_status": "subscribed"}]).golden
    assert golden["consent_status"].tolist() == ["unsubscribed"]


def test_an_opt_out_stays_with_its_address(one_person: OnePerson) -> None:
    old = {"kind": "email", "value": "old@example.com", "opt_out": True, "consent_status": "subscribed"}
    points = one_person([{"points": [old]}, {"points": [{"kind": "email", "value": MAIL, "opt_out": False}]}])
    told = points.golden_points.set_index("value")[["opt_out", "consent_status"]]
    assert told.loc["old@example.com"].tolist() == [True, "unsubscribed"]
    assert told.loc[MAIL, "opt_out"] is False or not told.loc[MAIL, "opt_out"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param("email", [True, True], id="one mailbox, one answer, whoever reads it"),
        pytest.param("phone", [True, True], id="one number, one answer"),
        pytest.param("address", [True, False], id="a household shares its letter box, not its refusals"),
    ],
)
def test_whom_an_opt_out_binds(people: Callable[..., Merged], kind: str, expected: list[bool]) -> None:
    def held(flag: bool) -> dict[str, object]:
        return {"kind": kind, "value": "shared", "street": "Shared", "opt_out": flag}

    rows = [{"points": [held(True)]}, {"points": [held(False)]}]
    result = people(rows, ["a", "b"])
    owner = result.membership.set_index("golden_id")["record_id"]
    points = result.golden_points.assign(owner=result.golden_points["golden_id"].map(owner)).sort_values("owner")
    assert points["opt_out"].tolist() == expected


def crowded(seed: int, n_people: int) -> tuple[list[dict[str, Any]], list[str]]:
    """People of one to four records, who say of consent whatever chance has them say."""
    chance = random.Random(seed)
    rows: list[dict[str, Any]] = []
    clusters = []
    for person in range(n_people):
        for _ in range(chance.randint(1, 4)):
            flags = {flag: chance.choice([None, None, True, False]) for flag in consent.FLAGS}
            status = chance.choice([None, *STRICTNESS])
            told = {"opt_out": flags["email_opt_out"], "bounced": flags["email_bounced"], "consent_status": status}
            mail = {"kind": "email", "value": f"{chance.randint(0, n_people)}@example.com", **told}
            phone = {"kind": "phone", "value": f"+4930{chance.randint(0, n_people)}", "opt_out": flags["do_not_call"]}
            points = [point for point in (mail, phone) if chance.random() < 0.8]
            rows.append({"id": len(rows), **flags, "consent_status": status, "points": points})
            clusters.append(str(person))
    return rows, clusters


def weaker(rows: list[dict[str, Any]], merged: Merged) -> list[object]:
    """What a member says that its golden record, or the address, does not hold to."""
    golden_id = merged.membership.set_index("record_id")["golden_id"].to_dict()
    golden = merged.golden.set_index("golden_id")[[*consent.FLAGS, "consent_status"]].to_dict("index")
    shut = merged.golden_points.set_index(["golden_id", "kind", "key"])[["opt_out", "bounced"]].fillna(False)
    held = shut.to_dict("index")
    found: list[object] = []
    for row in rows:
        mine = golden_id[f"hubspot:{row['id']}"]
        found += [(mine, flag) for flag in consent.FLAGS if row[flag] and golden[mine][flag] is not True]
        if row["consent_status"] is not None:
            stands = STRICTNESS[golden[mine]["consent_status"]]
            found += [(mine, "consent_status")] if stands < STRICTNESS[row["consent_status"]] else []
        for point in row["points"]:
            word = held[mine, point["kind"], point["value"]]
            found += [(mine, point["kind"], flag) for flag in word if point.get(flag) and not word[flag]]
    return found


def test_never_weaker_than_any_member_of_ten_thousand(people: Callable[..., Merged]) -> None:
    rows, clusters = crowded(1, 10_000)
    order = list(range(len(rows)))
    random.Random(2).shuffle(order)
    merged = people([rows[at] for at in order], [clusters[at] for at in order])
    assert weaker(rows, merged) == []
    assert 0 < merged.golden["email_opt_out"].fillna(False).sum() < 10_000


def test_what_was_closed_stays_closed_whatever_records_say_now(people: Callable[..., Merged]) -> None:
    rows, clusters = crowded(3, 2_000)
    first = people(rows, clusters)
    silent = [
        {
            **row,
            **dict.fromkeys(consent.FLAGS, False),
            "consent_status": "subscribed",
            "points": [
                {**point, "opt_out": False, "bounced": False, "consent_status": None} for point in row["points"]
            ],
        }
        for row in rows
    ]
    again = people(silent, clusters, consents=first.consents)
    held = [first.golden_points, again.golden_points]
    before, after = (
        points.set_index(["golden_id", "kind", "key"])[["opt_out", "bounced"]].fillna(False) for points in held
    )
    pd.testing.assert_frame_equal(before.sort_index(), after.sort_index())
    assert again.consents.empty
    freed = people(silent, clusters)
    assert not freed.golden_points["opt_out"].fillna(False).any()


def ledger(*rows: dict[str, Any]) -> pd.DataFrame:
    full = [{"channel": "email", "key": MAIL, "event": "closed", "record_id": "hubspot:1", **row} for row in rows]
    frame = pd.DataFrame(full)
    if "since" in frame:
        frame["since"] = pd.to_datetime(frame["since"], utc=True)
    return CONSENTS.frame(frame)


CLOSED = {"event": "closed"}
OPENED = {"event": "opened", "record_id": None, "decided_by": "ana", "since": "2024-01-01"}


@pytest.mark.parametrize(
    ("told", "says", "expected", "news"),
    [
        pytest.param([], True, True, ["closed"], id="said for the first time"),
        pytest.param([CLOSED], True, True, [], id="known"),
        pytest.param([CLOSED], False, True, [], id="no record opens it"),
        pytest.param(
            [{**CLOSED, "record_id": "gone:9"}], None, True, [], id="nor does it help that its record is gone"
        ),
        pytest.param([CLOSED, {**OPENED, "decided_by": None}], False, True, [], id="an import does not open it"),
        pytest.param([CLOSED, OPENED], False, False, ["lapsed"], id="a person does"),
        pytest.param([CLOSED, OPENED], True, False, [], id="and outranks what the record still says"),
        pytest.param([{**CLOSED, "record_id": "gone:9"}, OPENED], True, True, ["closed"], id="until another closes it"),
        pytest.param([CLOSED, OPENED, {"event": "lapsed"}], True, True, ["closed"], id="or the same one anew"),
        pytest.param([CLOSED, OPENED, CLOSED], False, True, [], id="closed anew, it stays closed"),
        pytest.param([CLOSED, OPENED, CLOSED, OPENED], True, False, [], id="opened once more"),
        pytest.param([{"event": "bounced"}], None, None, [], id="a bounce closes nothing"),
    ],
)
def test_the_ledger(
    one_person: OnePerson, told: list[dict[str, Any]], says: bool | None, expected: bool | None, news: list[str]
) -> None:
    row = {"email_opt_out": says, "points": [{"kind": "email", "value": MAIL, "opt_out": says}]}
    merged = one_person([row], consents=ledger(*told) if told else None)
    for flag in (merged.golden_points["opt_out"][0], merged.golden["email_opt_out"][0]):
        assert (None if pd.isna(flag) else bool(flag)) == expected
    assert merged.consents["event"].tolist() == news


LEFT = {"consent_status": "unsubscribed", "consent_at": "2024-06-01"}
REFUSING = {"email_opt_out": True, **LEFT, "points": [{"kind": "email", "value": MAIL, "opt_out": True, **LEFT}]}


def test_a_later_withdrawal_closes_anew(one_person: OnePerson) -> None:
    merged = one_person([REFUSING], consents=ledger(CLOSED, OPENED))
    assert merged.golden_points["opt_out"].tolist() == [True]
    assert merged.consents["since"].tolist() == [pd.Timestamp("2024-06-01", tz="UTC")]


def test_an_overruled_withdrawal_is_no_status_either(one_person: OnePerson) -> None:
    merged = one_person([REFUSING], consents=ledger(CLOSED, {**OPENED, "since": "2025-01-01"}))
    assert merged.golden["consent_status"].isna().all()
    assert merged.golden_points["consent_status"].isna().all()


def test_the_evidence_is_kept(one_person: OnePerson) -> None:
    row = {
        "email_opt_out": True,
        "email_opt_out_raw": "Yes",
        "points": [{"kind": "email", "value": MAIL, "opt_out": True}],
    }
    told = one_person([row]).consents.iloc[0]
    expected = ["email", MAIL, "closed", "hubspot:1", "hubspot", "email_opt_out: Yes"]
    assert told[["channel", "key", "event", "record_id", "source", "evidence"]].tolist() == expected


def test_a_refusal_without_an_address_stays_with_its_people(one_person: OnePerson) -> None:
    first = one_person([{"do_not_call": True}])
    assert first.consents[["channel", "record_id"]].values.tolist() == [["phone", "hubspot:1"]]
    assert first.consents["key"].isna().all()
    assert one_person([{"do_not_call": False}], consents=first.consents).golden["do_not_call"].tolist() == [True]


def test_a_household_closes_its_letter_box_for_itself(people: Callable[..., Merged]) -> None:
    def at_home(flag: bool | None) -> dict[str, object]:
        return {"points": [{"kind": "address", "value": "1 Hill", "street": "1 Hill", "opt_out": flag}]}

    first = people([at_home(True), at_home(None)], ["a", "b"])
    again = people([at_home(False), at_home(None)], ["a", "b"], consents=first.consents)
    owner = again.membership.set_index("golden_id")["record_id"]
    points = again.golden_points.assign(owner=again.golden_points["golden_id"].map(owner)).sort_values("owner")
    assert points["opt_out"].fillna(False).tolist() == [True, False]
    opened = ledger({"channel": "address", "key": "1 Hill", **OPENED})
    told = CONSENTS.frame(pd.concat([first.consents, opened], ignore_index=True))
    free = people([at_home(False), at_home(None)], ["a", "b"], consents=told)
    assert not free.golden_points["opt_out"].fillna(False).any()


def test_the_golden_row_follows_the_address_that_comes_first(people: Callable[..., Merged]) -> None:
    def reads(flag: bool | None) -> dict[str, object]:
        return {"points": [{"kind": "email", "value": MAIL, "opt_out": flag}]}

    merged = people([reads(True), reads(None)], ["a", "b"])
    assert merged.golden["email_opt_out"].tolist() == [True, True]
    assert merged.survivors["rule"].tolist() == ["sticky", "sticky"]
