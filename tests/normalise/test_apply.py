"""Whole tables: what stands in them, whom consent belongs to, how columns are decided; nothing else matters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from crm_clean.errors import BadFrame
from crm_clean.normalise import workers
from crm_clean.normalise.apply import Normalised, normalise
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.people.names import Name, NameCells, read_name
from crm_clean.normalise.post.addresses import AddressCells, read_address
from crm_clean.normalise.spec import NormaliseSpec
from crm_clean.records.tables import CONTACT_POINTS, ISSUES, RECORDS, STAGED_POINTS, STAGED_RECORDS

Stage = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]


def run(staged: tuple[pd.DataFrame, pd.DataFrame], **spec: Any) -> Normalised:
    return normalise(*staged, spec=NormaliseSpec(**spec))


def column(out: Normalised, kind: str, name: str) -> list[Any]:
    points = out.contact_points[out.contact_points["kind"] == kind]
    return [None if pd.isna(v) else v for v in points[name]]


def codes(out: Normalised) -> list[tuple[str, str, str]]:
    return list(out.issues[["record_id", "field", "code"]].itertuples(index=False, name=None))


def test_frames_are_those_of_the_tables(stage: Stage) -> None:
    out = run(stage([{"first_name_raw": "Anna"}], [{"kind": "email", "raw": "anna@example.com"}]))
    RECORDS.check(out.records)
    CONTACT_POINTS.check(out.contact_points)
    ISSUES.check(out.issues)


def test_nothing_gives_nothing() -> None:
    out = run((STAGED_RECORDS.empty(), STAGED_POINTS.empty()))
    assert [len(out.records), len(out.contact_points), len(out.issues)] == [0, 0, 0]


def test_raw_values_stay_as_they_came(stage: Stage) -> None:
    staged = stage([{"first_name_raw": " JÃ¼rgen ", "company_raw": "n/a", "created_at_raw": "soon"}])
    out = run(staged)
    for name in ("first_name_raw", "company_raw", "created_at_raw", "custom"):
        assert out.records[name].equals(staged[0][name])


def test_what_was_lost_is_an_issue_with_its_raw_value(stage: Stage) -> None:
    out = run(
        stage(
            [{"created_at_raw": "soon", "birth_date_raw": "1900-01-01", "email_opt_out_raw": "perhaps"}],
            [{"kind": "phone", "raw": "3.36E+10"}, {"kind": "email", "raw": "anna@@"}],
        )
    )
    assert out.issues["suggestion"].isna().all()
    assert list(out.issues.drop(columns="suggestion").itertuples(index=False, name=None)) == [
        ("s:1", "birth_date", "birth_date.impossible", "1900-01-01"),
        ("s:1", "created_at", "date.unreadable", "soon"),
        ("s:1", "email", "email.invalid", "anna@@"),
        ("s:1", "email_opt_out", "flag.unreadable", "perhaps"),
        ("s:1", "phone", "phone.scientific", "3.36E+10"),
    ]


def test_a_cell_with_several_values_becomes_several_points(stage: Stage) -> None:
    out = run(
        stage(
            [{}],
            [
                {"kind": "email", "ordinal": 1, "raw": "a@example.com; b@example.com"},
                {"kind": "email", "ordinal": 2, "raw": "c@example.com"},
            ],
        )
    )
    assert column(out, "email", "value") == ["a@example.com", "c@example.com", "b@example.com"]
    assert column(out, "email", "ordinal") == [1, 2, 3]
    assert column(out, "email", "raw") == ["a@example.com", "c@example.com", "b@example.com"]


def test_an_empty_point_is_no_point(stage: Stage) -> None:
    out = run(stage([{}], [{"kind": "email", "raw": None}, {"kind": "address"}, {"kind": "phone", "raw": ""}]))
    assert out.contact_points.empty


def test_an_opt_out_belongs_to_the_first_usable_address_and_those_before_it(stage: Stage) -> None:
    points = [
        {"kind": "email", "ordinal": 1, "raw": "broken@"},
        {"kind": "email", "ordinal": 2, "raw": "anna@example.com"},
        {"kind": "email", "ordinal": 3, "raw": "keller@example.com"},
        {"kind": "phone", "ordinal": 1, "raw": "+442079460958"},
        {"kind": "address", "ordinal": 1, "city_raw": "Leeds"},
    ]
    out = run(stage([{"email_opt_out_raw": "1", "do_not_call_raw": "yes", "postal_opt_out_raw": "no"}], points))
    assert column(out, "email", "opt_out") == [True, True, None]
    assert column(out, "phone", "opt_out") == [True]
    assert column(out, "address", "opt_out") == [False]
    assert bool(out.records["email_opt_out"][0]) is True


def test_an_opt_out_reaches_every_address_of_the_first_cell(stage: Stage) -> None:
    points = [
        {"kind": "email", "ordinal": 1, "raw": "a@example.com, b@example.com"},
        {"kind": "email", "ordinal": 2, "raw": "c@example.com"},
    ]
    out = run(stage([{"email_opt_out_raw": "true"}], points))
    assert list(zip(column(out, "email", "value"), column(out, "email", "opt_out"), strict=True)) == [
        ("a@example.com", True),
        ("c@example.com", None),
        ("b@example.com", True),
    ]


@pytest.mark.parametrize(
    ("said", "opted_out", "bounced"),
    [
        pytest.param("Unsubscribed", True, False, id="unsubscribed beats a flag that says no"),
        pytest.param("Bounced", False, True, id="bounced"),
        pytest.param("Subscribed", False, False, id="subscribed"),
    ],
)
def test_the_consent_status_counts_beside_the_flags(said: str, opted_out: bool, bounced: bool, stage: Stage) -> None:
    record = {"consent_status_raw": said, "email_opt_out_raw": "false", "email_bounced_raw": "false"}
    out = run(stage([record], [{"kind": "email", "raw": "anna@example.com"}]))
    assert (column(out, "email", "opt_out"), column(out, "email", "bounced")) == ([opted_out], [bounced])
    assert (out.records["email_opt_out"][0], out.records["email_bounced"][0]) == (opted_out, bounced)


def test_the_date_of_an_opt_out_is_a_yes(stage: Stage) -> None:
    out = run(stage([{"email_opt_out_raw": "2024-05-01 10:00"}]))
    assert bool(out.records["email_opt_out"][0]) is True


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param("25/12/2024", "2024-06-05", id="one day over twelve: days first"),
        pytest.param("12/25/2024", "2024-05-06", id="one month place over twelve: months first"),
        pytest.param("01/02/2024", "2024-06-05", id="nothing decides: days first"),
    ],
)
def test_a_column_decides_the_order_of_its_dates(other: str, expected: str, stage: Stage) -> None:
    out = run(stage([{"created_at_raw": "05/06/2024"}, {"created_at_raw": other}]))
    assert out.records["created_at"][0] == pd.Timestamp(expected, tz="UTC")


def test_a_file_that_says_nothing_follows_its_source(stage: Stage) -> None:
    out = run(stage([{"created_at_raw": "05/06/2024"}, {"file_id": "g", "created_at_raw": "12/25/2024"}]))
    assert out.records["created_at"][0] == pd.Timestamp("2024-05-06", tz="UTC")


def test_an_undecided_american_column_writes_the_month_first(stage: Stage) -> None:
    out = run(stage([{"created_at_raw": "05/06/2024"}]), default_region="US")
    assert out.records["created_at"][0] == pd.Timestamp("2024-05-06", tz="UTC")


def test_undecided_birthdays_without_year_write_the_month_first(stage: Stage) -> None:
    out = run(stage([{"birth_date_raw": "05/06"}]), default_region="FR")
    assert out.records["birth_date"][0] == "--05-06"


PHONE = {"kind": "phone", "raw": "020 7946 0958"}


@pytest.mark.parametrize(
    ("record", "points", "spec", "expected"),
    [
        pytest.param({}, [PHONE], {}, "020 7946 0958", id="no region: not guessed at"),
        pytest.param({}, [PHONE], {"default_region": "GB"}, "+442079460958", id="the user's default"),
        pytest.param(
            {"default_region": "GB"}, [PHONE], {"default_region": "US"}, "+442079460958", id="the source's comes first"
        ),
        pytest.param(
            {},
            [PHONE, {"kind": "address", "country_raw": "England"}],
            {"default_region": "US"},
            "+442079460958",
            id="the record's country comes before both",
        ),
    ],
)
def test_the_region_of_a_national_number(
    record: dict[str, Any], points: list[dict[str, Any]], spec: dict[str, Any], expected: str, stage: Stage
) -> None:
    assert column(run(stage([record], points), **spec), "phone", "value") == [expected]


def test_a_source_written_the_american_way_is_american(stage: Stage) -> None:
    raws = ["(212) 555-0123", "212 555 0124"]
    out = run(stage([{}, {}], [{"record_id": f"s:{n}", "kind": "phone", "raw": r} for n, r in enumerate(raws, 1)]))
    assert column(out, "phone", "value") == ["+12125550123", "+12125550124"]


def test_a_source_is_where_most_of_its_data_are(stage: Stage) -> None:
    raws = ["+33 1 99 00 12 34", "+33 1 99 00 12 35", "0033 199001236", "+49 30 23125123", "01 99 00 12 37"]
    out = run(stage([{}] * 5, [{"record_id": f"s:{n}", "kind": "phone", "raw": r} for n, r in enumerate(raws, 1)]))
    assert column(out, "phone", "value")[-1] == "+33199001237"


def test_labels_are_unified_and_a_mobile_number_is_one(stage: Stage) -> None:
    points = [
        {"kind": "phone", "ordinal": 1, "label": "* Handy", "raw": "+49 30 23125123"},
        {"kind": "phone", "ordinal": 2, "raw": "+33 6 12 34 57 89"},
        {"kind": "phone", "ordinal": 3, "label": "Work", "raw": "+33 6 12 34 57 88"},
    ]
    assert column(run(stage([{}], points)), "phone", "label") == ["mobile", "mobile", "work"]


def test_a_status_keeps_what_the_source_called_it(stage: Stage) -> None:
    out = run(stage([{"status_raw": "Closed - Converted"}, {"status_raw": "Kunde", "status_detail_raw": "Gold"}]))
    assert out.records["status"].tolist() == ["customer", "customer"]
    assert out.records["status_detail"].tolist() == ["Closed - Converted", "Gold"]


def test_profiles_sites_and_plain_text(stage: Stage) -> None:
    points = [
        {"kind": "profile", "raw": "linkedin.com/in/Anna-K/"},
        {"kind": "website", "raw": "http://WWW.Example.com/"},
        {"kind": "text", "label": "Member No", "raw": " A-12 "},
    ]
    out = run(stage([{}], points))
    found = out.contact_points.set_index("kind")
    assert found.loc["profile", "value"] == "https://www.linkedin.com/in/anna-k"
    assert found.loc["website", "key"] == "example.com"
    assert (found.loc["text", "value"], found.loc["text", "key"]) == ("A-12", "a 12")


ADDRESSES = [
    {
        "street_raw": "12 MAIN STREET APT 4",
        "city_raw": "SPRINGFIELD",
        "region_raw": "Illinois",
        "postal_code_raw": "2138",
        "country_raw": "USA",
    },
    {"street_raw": "Hauptstr. 5, Whg 3", "unit_raw": "B", "postal_code_raw": "10115"},
    {"raw": "12 rue de la Paix, 75002 Paris, France"},
    {"raw": "1 Main St  Springfield  IL  62701", "country_raw": "us"},
    {"city_raw": "N/A"},
    {"country_raw": "Atlantis", "postal_code_raw": "6200.0"},
]


def test_addresses_read_as_columns_are_what_they_are_one_by_one(stage: Stage, words: Lexicons) -> None:
    points = [{"kind": "address", "record_id": f"s:{n}", "ordinal": 1} | a for n, a in enumerate(ADDRESSES, start=1)]
    out = run(stage([{}] * len(ADDRESSES), points), default_region="FR")
    fields = ["value", "key", "street", "unit", "city", "region", "postal_code", "country", "is_placeholder"]
    for row, raw in zip(out.contact_points.to_dict("records"), ADDRESSES, strict=True):
        cells = AddressCells(**{k.removesuffix("_raw").replace("raw", "whole"): v for k, v in raw.items()})
        one = read_address(cells, default_region="FR", words=words)
        assert [None if pd.isna(row[f]) else row[f] for f in fields] == [getattr(one, f) for f in fields]


NAMES = [
    {"first_name": "ANNA", "last_name": "o'brien"},
    {"full_name": "Dupont, Jean"},
    {"first_name": "Dr. Eva", "last_name": "Klein"},
    {"first_name": "Li", "middle_name": "Q.", "last_name": "Wei"},
    {"first_name": "Test", "last_name": "Test"},
    {"last_name": "Roe"},
    {"salutation": "Mrs", "first_name": "Ann", "last_name": "Fox"},
    {"first_name": "Ann", "last_name": "Fox", "middle_name": "Lea"},
    {},
]


def test_names_read_as_columns_are_what_they_are_one_by_one(stage: Stage, words: Lexicons) -> None:
    out = run(stage([{f"{f}_raw": v for f, v in cells.items()} for cells in NAMES]))
    for row, cells in zip(out.records.to_dict("records"), NAMES, strict=True):
        one = read_name(NameCells(**cells), words=words)
        for field in Name._fields[:-1]:
            assert (None if pd.isna(row[field]) else row[field]) == getattr(one, field), field


def crowd(stage: Stage) -> tuple[pd.DataFrame, pd.DataFrame]:
    records = [
        {
            "record_id": f"s:{n}",
            "first_name_raw": f"Anna{'abcdefgh'[n % 8] * 2}",
            "full_name_raw": "Dupont, Jean" if n % 7 == 0 else None,
            "created_at_raw": f"{n % 28 + 1:02d}/05/2024",
        }
        for n in range(60)
    ]
    points = [
        {"record_id": f"s:{n}", "kind": kind, "ordinal": 1, "raw": raw}
        for n in range(60)
        for kind, raw in (
            ("email", f"anna{n}@example.com; a{n}@@example.com"),
            ("phone", f"+1 212 555 01{n % 100:02d}"),
        )
    ]
    return stage(records, points)


def test_workers_change_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    staged = crowd(stage)
    alone = normalise(*staged, spec=NormaliseSpec())
    monkeypatch.setattr(workers, "WORTH_A_POOL", 10)
    monkeypatch.setattr(workers, "CHUNK", 25)
    shared = normalise(*staged, spec=NormaliseSpec(), workers=2)
    for name in ("records", "contact_points", "issues"):
        assert_frame_equal(getattr(alone, name), getattr(shared, name))


def test_the_order_of_rows_changes_nothing_but_itself(stage: Stage) -> None:
    records, points = crowd(stage)
    straight = normalise(records, points, spec=NormaliseSpec())
    shuffled = normalise(
        records.iloc[::-1].reset_index(drop=True), points.iloc[::-1].reset_index(drop=True), spec=NormaliseSpec()
    )
    for name, key in (
        ("records", ["record_id"]),
        ("contact_points", ["record_id", "kind", "ordinal"]),
        ("issues", ["record_id", "field", "code", "raw"]),
    ):
        ordered = [getattr(o, name).sort_values(key, ignore_index=True) for o in (straight, shuffled)]
        assert_frame_equal(*ordered)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param(
            {"source_row": 99, "file_id": "g", "source_file": "g.csv"}, True, id="where it stood plays no part"
        ),
        pytest.param({"first_name_raw": "Ann"}, False, id="a value"),
        pytest.param({"custom": '{"Shoe size": "43"}'}, False, id="an unmapped column"),
        pytest.param({"is_deleted": True}, False, id="deleted at its source"),
    ],
)
def test_the_content_hash_is_of_what_was_said(change: dict[str, Any], same: bool, stage: Stage) -> None:
    record, point = {"first_name_raw": "Anna"}, {"kind": "email", "raw": "anna@example.com"}
    before = run(stage([record], [point])).records["content_hash"][0]
    assert (run(stage([record | change], [point])).records["content_hash"][0] == before) is same
    assert run(stage([record], [point | {"raw": "b@example.com"}])).records["content_hash"][0] != before


def test_progress_is_told(stage: Stage) -> None:
    told: list[tuple[int, int]] = []
    normalise(*stage([{}]), spec=NormaliseSpec(), on_progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


def test_a_point_without_a_record_is_refused(stage: Stage) -> None:
    with pytest.raises(BadFrame, match="1 points belong to no record"):
        run(stage([{}], [{"record_id": "s:9", "kind": "email", "raw": "a@example.com"}]))


def test_words_of_the_user_are_added(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "status.toml").write_text('[maps.status]\n"Gold Member" = "customer"\n', "utf-8")
    assert run(stage([{"status_raw": "gold member"}]), lexicons=tmp_path).records["status"].tolist() == ["customer"]
    assert run(stage([{"status_raw": "Kunde"}]), lexicons=tmp_path).records["status"].tolist() == ["customer"]
