"""The strictest consent wins, per person, channel and address, in any order."""

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_clean.merge import consent
from crm_clean.merge.golden import Merged
from crm_clean.merge.groups import Groups

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


SAID = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from([None, True, False]),
        st.sampled_from([None, *STRICTNESS]),
        st.one_of(st.none(), st.integers(0, 5)),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(said=SAID)
def test_never_weaker_than_any_member(said: list[tuple[int, bool | None, str | None, int | None]]) -> None:
    said = sorted(said, key=lambda row: row[0])
    groups = Groups.runs(pd.factorize(pd.Series([row[0] for row in said]))[0])
    flags = consent.any_true(groups, pd.Series([row[1] for row in said], dtype="boolean"))
    frame = pd.DataFrame(
        {
            "consent_status": pd.array([row[2] for row in said], dtype="string[pyarrow]"),
            "consent_at": pd.to_datetime([None if row[3] is None else f"202{row[3]}-01-01" for row in said], utc=True),
            "consent_basis": pd.array([None] * len(said), dtype="string[pyarrow]"),
        }
    )
    row = consent.strictest(groups, frame).status
    for (_, flag, status, _), group in zip(said, groups.of, strict=True):
        assert not flag or flags[group]
        if status is not None:
            assert STRICTNESS[frame["consent_status"][row[group]]] >= STRICTNESS[status]
