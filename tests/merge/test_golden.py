"""Which value of several survives, and that the record says who gave it."""

import json
import random
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_clean.errors import BadFrame
from crm_clean.merge.golden import MembershipHistory, Merged, merge
from crm_clean.merge.spec import MergeSpec
from crm_clean.records.tables import (
    CLUSTERS,
    CONTACT_POINTS,
    GOLDEN,
    GOLDEN_POINTS,
    IDENTITY_EVENTS,
    MEMBERSHIP,
    RECORDS,
    SURVIVORS,
)

OnePerson = Callable[..., Merged]
People = Callable[..., Merged]
MergeFrames = Callable[..., Merged]
OLD, NEW = "2021-01-01", "2024-01-01"


@pytest.mark.parametrize(
    ("rows", "field", "expected", "rule"),
    [
        pytest.param([{"last_name": "Ode"}, {}], "last_name", "Ode", "only", id="a blank loses to a value"),
        pytest.param(
            [{"last_name": "Ode"}, {"last_name": "Ode"}], "last_name", "Ode", "agreed", id="all say the same"
        ),
        pytest.param(
            [{"gender": "f", "updated_at": OLD}, {"gender": "f"}, {"gender": "m", "updated_at": NEW}],
            "gender", "f", "most_frequent", id="two old records outvote a new one",
        ),
        pytest.param(
            [{"last_name": "Brandwein"}, {"last_name": "Brandwien"}, {"last_name": "Brandvein"}, {"last_name": "Ode"}],
            "last_name", "Brandwein", "most_frequent", id="among typos the one in their middle",
        ),
        pytest.param(
            [{"last_name": "Smiths", "updated_at": OLD}, {"last_name": "Smith", "updated_at": NEW}],
            "last_name", "Smith", "newest", id="one against one: the newer record, not the longer value",
        ),
        pytest.param(
            [{"last_name": "MÜLLER"}, {"last_name": "Muller"}, {"last_name": "Müller"}, {"last_name": "Muller"}],
            "last_name", "Müller", "agreed", id="accents and proper case are kept over lost ones",
        ),
        pytest.param(
            [{"first_name": "Bob", "last_name": "Ode"}] * 2 + [{"first_name": "Robert", "last_name": "Ode"}],
            "first_name", "Robert", "together", id="the formal name behind a nickname",
        ),
        pytest.param(
            [{"first_name": "R", "last_name": "Ode", "updated_at": NEW}, {"first_name": "Rosa", "last_name": "Ode"}],
            "first_name", "Rosa", "together", id="a name stands for its initial",
        ),
        pytest.param(
            [{"birth_date": "--05-01"}] * 2 + [{"birth_date": "1980-05-01"}],
            "birth_date", "1980-05-01", "most_frequent", id="a whole date stands for one without a year",
        ),
        pytest.param(
            [{"last_name": "Test", "first_name": "Test", "is_placeholder_name": True, "updated_at": NEW}] * 3
            + [{"last_name": "Ode", "first_name": "Rosa"}],
            "last_name", "Ode", "valid_first", id="a placeholder never wins while there is a name",
        ),
        pytest.param(
            [{"job_title": "Chief", "is_deleted": True, "updated_at": NEW}, {"job_title": "Clerk", "updated_at": OLD}],
            "job_title", "Clerk", "only", id="a deleted record gives nothing while a live one exists",
        ),
        pytest.param(
            [{"job_title": "Chief", "is_deleted": True}], "job_title", "Chief", None, id="unless all are deleted"
        ),
        pytest.param(
            [{"status": "customer", "updated_at": OLD}, {"status": "lead", "updated_at": NEW}],
            "status", "customer", "furthest", id="a customer does not become a lead again",
        ),
        pytest.param(
            [{"lead_source": "Fair", "created_at": OLD}, {"lead_source": "Web", "created_at": NEW}],
            "lead_source", "Fair", "oldest", id="where somebody came from is told first",
        ),
        pytest.param(
            [{"n_purchases": 3}, {"n_purchases": 7}], "n_purchases", 7, "max", id="the same purchases count once"
        ),
        pytest.param(
            [{"created_at": NEW}, {"created_at": OLD}],
            "created_at", pd.Timestamp(OLD, tz="UTC"), "min", id="created when first created",
        ),
        pytest.param(
            [{"tags": "VIP; fair", "updated_at": NEW}, {"tags": "vip; Berlin", "updated_at": OLD}],
            "tags", "VIP; fair; Berlin", "union", id="tags are joined, each once",
        ),
        pytest.param(
            [{"notes": "rang", "updated_at": NEW}, {"notes": "wrote", "updated_at": OLD, "source": "salesforce"}],
            "notes", f"[salesforce {OLD}] wrote\n\n[hubspot {NEW}] rang", "union", id="notes with source and date",
        ),
        pytest.param(
            [{"owner": "b", "id": 2}, {"owner": "a", "id": 1}], "owner", "a", "record_id", id="a tie: the smaller id"
        ),
    ],
)  # fmt: skip
def test_who_survives(
    one_person: OnePerson, rows: list[dict[str, object]], field: str, expected: object, rule: str | None
) -> None:
    result = one_person(rows)
    assert result.golden[field].tolist() == [expected]
    told = result.survivors.set_index("field")["rule"]
    assert told.get(field) == rule


def test_first_and_last_name_come_from_one_record(one_person: OnePerson) -> None:
    result = one_person(
        [
            {"first_name": "Rosa", "last_name": "Ode", "updated_at": NEW},
            {"first_name": "Ana", "last_name": "Brandwein", "updated_at": OLD},
        ]
    ).golden
    assert result[["first_name", "last_name"]].iloc[0].tolist() == ["Rosa", "Ode"]


def test_a_job_never_stands_under_another_company(one_person: OnePerson) -> None:
    result = one_person(
        [
            {"company": "Acme", "updated_at": NEW},
            {"company": "Initech", "job_title": "Clerk", "company_id": "9", "updated_at": OLD},
        ]
    ).golden
    assert result[["company", "job_title", "company_id"]].iloc[0].fillna("").tolist() == ["Acme", "", ""]


def test_a_blank_is_filled_from_a_record_that_agrees(one_person: OnePerson) -> None:
    result = one_person(
        [{"company": "Acme", "updated_at": NEW}, {"company": "ACME", "job_title": "Clerk", "updated_at": OLD}]
    )
    assert result.golden["job_title"].tolist() == ["Clerk"]
    assert result.survivors.set_index("field")["rule"]["job_title"] == "filled"


def test_full_name_is_composed_when_no_record_has_these_parts(one_person: OnePerson) -> None:
    result = one_person(
        [
            {"full_name": "Rosa Ode", "first_name": "Rosa", "last_name": "Ode"},
            {"full_name": "Rosa M. Ode", "first_name": "Rosa", "middle_name": "Maria", "last_name": "Ode"},
            {"first_name": "Rosa", "middle_name": "Maria", "last_name": "Ode"},
        ]
    )
    assert result.golden["full_name"].tolist() == ["Rosa M. Ode"]
    composed = one_person([{"first_name": "Rosa", "last_name": "Ode", "suffix": "Jr."}])
    assert composed.golden["full_name"].tolist() == ["Rosa Ode Jr."]
    assert composed.survivors["rule"].tolist() == ["derived:name_parts"]


def test_a_stamp_from_the_future_wins_nothing(one_person: OnePerson) -> None:
    rows = [
        {"owner": "slip", "updated_at": "2099-01-01"},
        {"owner": "true", "updated_at": NEW},
    ]
    result = one_person(rows, as_of=pd.Timestamp("2024-06-01", tz="UTC")).golden
    assert result["owner"].tolist() == ["true"]
    assert result["updated_at"].tolist() == [pd.Timestamp(NEW, tz="UTC")]
    assert one_person(rows).golden["owner"].tolist() == ["slip"]


def test_source_priority_goes_before_recency(one_person: OnePerson) -> None:
    rows = [{"owner": "h", "updated_at": NEW}, {"owner": "s", "source": "salesforce", "updated_at": OLD}]
    assert one_person(rows).golden["owner"].tolist() == ["h"]
    spec = MergeSpec(source_priority=("salesforce",))
    assert one_person(rows, spec=spec).golden["owner"].tolist() == ["s"]


def test_no_custom_column_is_lost(one_person: OnePerson) -> None:
    result = one_person(
        [
            {"custom": '{"Score": "1", "Fax?": "no"}', "updated_at": OLD},
            {"custom": '{"Score": "2"}', "updated_at": NEW},
            {"custom": '{"Score": "3"}', "source": 'mail"chimp'},
        ]
    )
    assert json.loads(result.golden["custom"].iloc[0]) == {
        "hubspot": {"Score": ["2", "1"], "Fax?": "no"},
        'mail"chimp': {"Score": "3"},
    }


def test_a_nickname_is_kept_as_such(one_person: OnePerson) -> None:
    result = one_person([{"first_name": "Bob", "last_name": "Ode"}, {"first_name": "Robert", "last_name": "Ode"}])
    assert result.golden[["first_name", "nickname"]].iloc[0].tolist() == ["Robert", "Bob"]


def test_of_two_spellings_the_one_that_others_bear(people: People) -> None:
    crowd = [{"first_name": "John", "last_name": f"Other{at}"} for at in range(6)]
    pair = [{"first_name": "Jhon", "last_name": "Ode", "updated_at": NEW}, {"first_name": "John", "last_name": "Ode"}]
    result = people([*crowd, *pair], [*"123456", "ode", "ode"]).golden
    assert result.set_index("last_name")["first_name"]["Ode"] == "John"


def test_swapped_names_lose_to_names_in_place(people: People) -> None:
    crowd = [{"first_name": "Hans", "last_name": "Maier"}] * 12
    pair = [
        {"first_name": "Maier", "last_name": "Hans", "updated_at": NEW},
        {"first_name": "Hans", "last_name": "Maier"},
    ]
    result = people([*crowd, *pair], [*"abcdefghijkl", "ode", "ode"]).golden
    assert set(result["first_name"]) == {"Hans"}


def test_a_company_is_derived_from_colleagues(people: People) -> None:
    def at_acme(name: str) -> dict[str, object]:
        return {"kind": "email", "value": f"{name}@acme.example"}

    rows = [
        {"company": "Acme", "points": [at_acme("a")]},
        {"company": "Acme", "points": [at_acme("b")]},
        {"points": [at_acme("c")]},
        {"points": [{"kind": "email", "value": "d@mail.example", "is_free": True}]},
    ]
    result = people(rows, list("abcd"))
    assert result.golden["company"].value_counts().to_dict() == {"Acme": 3}
    assert result.survivors[["field", "record_id", "rule"]].values.tolist() == [
        ["company", "hubspot:3", "derived:email_domain"]
    ]
    incomplete = people(rows, list("abcd"), spec=MergeSpec(complete=False))
    assert incomplete.golden["company"].notna().sum() == 2


def test_lineage_of_singles_is_listed_when_asked_for(one_person: OnePerson) -> None:
    rows = [{"first_name": "Rosa", "last_name": "Ode", "full_name": "Rosa Ode"}]
    assert one_person(rows).survivors.empty
    told = one_person(rows, spec=MergeSpec(lineage_of_singles=True)).survivors
    assert told["field"].tolist() == ["first_name", "full_name", "last_name"]
    assert set(told["record_id"]) == {"hubspot:1"}


def test_frames_that_do_not_fit_are_refused() -> None:
    records = RECORDS.frame({"record_id": ["hubspot:1"], "source": ["hubspot"], "is_deleted": [False]})
    with pytest.raises(BadFrame, match="clusters: 0 rows for 1 records"):
        merge(
            records,
            CONTACT_POINTS.empty(),
            CLUSTERS.empty(),
            spec=MergeSpec(),
            run=1,
            standing=MembershipHistory.empty(),
        )


def test_nothing_in_nothing_out() -> None:
    result = merge(
        RECORDS.empty(),
        CONTACT_POINTS.empty(),
        CLUSTERS.empty(),
        spec=MergeSpec(),
        run=1,
        standing=MembershipHistory.empty(),
    )
    assert not len(result.golden) + len(result.golden_points) + len(result.survivors) + len(result.membership)


NAMES = st.sampled_from([None, "Rosa", "rosa", "ROSA", "Ros", "Bob", "Robert", "R", "Zoë", "Zoe"])
RECORD = st.fixed_dictionaries(
    {
        "first_name": NAMES,
        "last_name": NAMES,
        "company": NAMES,
        "job_title": NAMES,
        "birth_date": st.sampled_from([None, "1980-05-01", "--05-01", "1981-05-01"]),
        "tags": st.sampled_from([None, "a; b", "B; c"]),
        "updated_at": st.sampled_from([OLD, NEW]),
        "is_deleted": st.booleans(),
        "email_opt_out": st.sampled_from([None, True, False]),
    }
)


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(RECORD, min_size=1, max_size=6), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(
    merge_frames: MergeFrames, rows: list[dict[str, object]], order: random.Random
) -> None:
    numbered = [{**row, "id": at} for at, row in enumerate(rows)]
    names = [str(at // 3) for at in range(len(rows))]
    shuffled = list(zip(numbered, names, strict=True))
    order.shuffle(shuffled)
    straight = merge_frames(numbered, names)
    mixed = merge_frames([row for row, _ in shuffled], [name for _, name in shuffled])
    for table in (GOLDEN, GOLDEN_POINTS, SURVIVORS, MEMBERSHIP, IDENTITY_EVENTS):
        frame = getattr(straight, table.name)
        table.check(frame)
        pd.testing.assert_frame_equal(frame, getattr(mixed, table.name))


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(RECORD, min_size=1, max_size=6))
def test_every_value_is_one_that_a_member_gave(merge_frames: MergeFrames, rows: list[dict[str, object]]) -> None:
    result = merge_frames(rows, ["one"] * len(rows)).golden
    for field in ("first_name", "last_name", "company", "job_title", "birth_date"):
        value = result[field].iloc[0]
        assert pd.isna(value) or value in [row[field] for row in rows]
