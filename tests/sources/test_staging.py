"""From a table to frames: ids, points, leftovers, and what the user overrules."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from crm_clean.errors import UnreadableInput, UsageError
from crm_clean.sources.intake import Taken, import_decisions
from crm_clean.sources.spec import SourcesSpec
from crm_clean.sources.staging import distinct_names

AT = datetime(2026, 1, 1, tzinfo=UTC)


def decided(*taken: Taken) -> list[tuple[str, str, str]]:
    records = pd.concat([one.staged_records for one in taken], ignore_index=True)
    said = import_decisions(records, at=AT)
    assert said["verdict"].eq("same").all()
    assert said["decided_by"].eq("import").all()
    return list(said[["left_id", "right_id", "reason"]].itertuples(index=False, name=None))


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_records_without_an_id_are_named_by_file_and_row(take_bytes) -> None:
    taken = take_bytes(b"name,email\nAnn,a@example.com\nBob\nCy,c@example.com\n")
    file = taken.files["file_id"].iloc[0]
    assert taken.staged_records["record_id"].tolist() == [f"people.csv:{file}:1", f"people.csv:{file}:3"]


def test_an_id_that_comes_again_is_numbered_and_tied(tmp_path: Path, take_all) -> None:
    head = "Record ID,Email,Lifecycle Stage\n"
    first = write(tmp_path / "a.csv", f"{head}1,a@example.com,x\n2,b@example.com,x\n1,c@example.com,x\n")
    second = write(tmp_path / "b.csv", f"{head}1,d@example.com,x\n3.0,e@example.com,x\n,f@example.com,x\n")
    one, two = take_all(first, second)
    assert one.staged_records["record_id"].tolist() == ["hubspot:1", "hubspot:2", "hubspot:1#2"]
    rowwise = f"hubspot:{two.files['file_id'].iloc[0]}:3"
    assert two.staged_records["record_id"].tolist() == ["hubspot:1#3", "hubspot:3", rowwise]
    assert decided(one, two) == [
        ("hubspot:1", "hubspot:1#2", "the same id at the source"),
        ("hubspot:1", "hubspot:1#3", "the same id at the source"),
    ]


def test_a_native_id_that_looks_like_a_repeat_stays_its_own(take_bytes) -> None:
    taken = take_bytes(b"Record ID,Email,Lifecycle Stage\n5#2,a@example.com,x\n5,b@example.com,x\n5,c@example.com,x\n")
    assert taken.staged_records["record_id"].tolist() == ["hubspot:5#2", "hubspot:5", "hubspot:5#3"]


def test_the_same_content_twice_is_tied_row_by_row(tmp_path: Path, take_all) -> None:
    text = "name,email\nAnn,a@example.com\nBob,b@example.com\n"
    one, two = take_all(write(tmp_path / "a.csv", text), write(tmp_path / "b.csv", text))
    file = one.files["file_id"].iloc[0]
    assert two.files["file_id"].iloc[0] == f"{file}-2"
    assert decided(one, two) == [
        (f"a.csv:{file}:1", f"b.csv:{file}-2:1", "the same file twice"),
        (f"a.csv:{file}:2", f"b.csv:{file}-2:2", "the same file twice"),
    ]


def test_merges_at_the_source_are_heard_where_the_other_record_is_present(take_bytes) -> None:
    hubspot = take_bytes(
        b"Record ID,Email,Lifecycle Stage,Merged Contact IDs\n"
        b"1,a@example.com,x,2;9\n2,b@example.com,x,\n3,c@example.com,x,1:1700000000000\n"
    )
    salesforce = take_bytes(
        b"Id,IsDeleted,MasterRecordId,LastName\n003A,0,000000000000000AAA,Lee\n003B,1,003A,Lee\n003C,1,003Z,Ray\n",
        name="Contact.csv",
    )
    assert decided(hubspot, salesforce) == [
        ("hubspot:1", "hubspot:2", "merged at the source: merged ids"),
        ("hubspot:1", "hubspot:3", "merged at the source: merged ids"),
        ("salesforce:003A", "salesforce:003B", "merged at the source: master record"),
    ]


def test_nothing_said_is_no_decision(take_bytes) -> None:
    assert decided(take_bytes(b"name,email\nAnn,a@example.com\n")) == []


def test_files_already_taken_are_passed_over(tmp_path: Path, take_all) -> None:
    a = write(tmp_path / "a.csv", "name,email\nAnn,a@example.com\n")
    b = write(tmp_path / "b.csv", "name,email\nBob,b@example.com\n")
    (first,) = take_all(a)
    skipped: list[tuple[str, str]] = []
    known = set(first.files["file_id"])
    (second,) = take_all(a, b, taken=known, on_skip=lambda *said: skipped.append(said))
    assert second.files["source_file"].iloc[0] == "b.csv"
    assert skipped == [("a.csv", "already_taken")]
    assert take_all(a, taken=known) == []


def test_two_paths_that_would_share_a_source_do_not(tmp_path: Path, take_all) -> None:
    for name in ("a b.csv", "a-b.csv"):
        write(tmp_path / name, f"id,email\n1,{name[1]}x@example.com\n".replace(" ", "_"))
    one, two = take_all(tmp_path)
    assert one.files["source"].iloc[0] == "a-b.csv"
    assert two.files["source"].iloc[0].startswith("a-b.csv-")


def test_points_are_numbered_without_gaps(take_bytes, points) -> None:
    taken = take_bytes(b"id,email,email 2,phone\n1,,b@example.com,\n2,c@example.com,d@example.com,555-0100\n3,,,\n")
    found = points(taken, "email")[["ordinal", "raw"]].values.tolist()
    assert found == [[1, "b@example.com"], [1, "c@example.com"], [2, "d@example.com"]]


@pytest.mark.parametrize(
    ("column", "cell", "parts"),
    [
        pytest.param(
            "email", "a@example.com; b@example.com", ["a@example.com", "b@example.com"], id="e-mails at a semicolon"
        ),
        pytest.param(
            "email", "a@example.com b@example.com", ["a@example.com", "b@example.com"], id="e-mails at a blank"
        ),
        pytest.param(
            "email", "Ann Lee <a@example.com>", ["Ann Lee <a@example.com>"], id="a name with its e-mail stays whole"
        ),
        pytest.param(
            "phone", "01 99 00 11 22 / 06 39 98 00 01", ["01 99 00 11 22", "06 39 98 00 01"], id="phones at a slash"
        ),
        pytest.param("phone", "0171 / 3920001", ["0171 / 3920001"], id="an area code before a slash stays whole"),
        pytest.param("phone", "030 1234567 oder 0171 3920001", ["030 1234567", "0171 3920001"], id="phones at `oder`"),
        pytest.param(
            "phone", "+1 202 555 0100, ext. 5", ["+1 202 555 0100, ext. 5"], id="an extension stays with its phone"
        ),
    ],
)
def test_several_values_in_one_cell(column: str, cell: str, parts: list[str], take_bytes) -> None:
    rows = f'last name;{column}\nLee;"{cell}"\n' + "".join(f"Ray;{v}\n" for v in ("x@example.com", "+1 202 555 0109"))
    raw = take_bytes(rows.encode()).staged_points
    first = raw[raw["record_id"].str.endswith(":1")]
    assert first["raw"].tolist() == parts
    assert first["ordinal"].tolist() == list(range(1, len(parts) + 1))


def test_street_parts_join_in_the_order_of_the_language(take_bytes, points) -> None:
    english = take_bytes(b"last_name,house number,street,city\nLee,7,Mill Lane,Leeds\nRay,,High St,\n")
    assert points(english, "address")["street_raw"].tolist() == ["7 Mill Lane", "High St"]
    german = take_bytes("Nachname,Hausnummer,Straße,Ort\nLee,7a,Mühlweg,Bonn\n".encode())
    assert points(german, "address")["street_raw"].tolist() == ["Mühlweg 7a"]


def test_what_nobody_mapped_is_kept_verbatim(take_bytes) -> None:
    head = 'email,Shoe size,"say ""what""",Notes A,Notes A\n'
    data = head + 'a@example.com, 7 ,"a ""b""\tc\\d\nzürich",x,\nb@example.com,,,,\n'
    custom = take_bytes(data.encode()).staged_records["custom"]
    assert json.loads(custom[0]) == {"Shoe size": " 7 ", 'say "what"': 'a "b"\tc\\d\nzürich', "Notes A": "x"}
    assert pd.isna(custom[1])


@pytest.mark.parametrize(
    ("header", "names"),
    [
        pytest.param(["a", "b"], ["a", "b"], id="distinct names stay"),
        pytest.param(["a", "a", "a"], ["a", "a (2)", "a (3)"], id="twins are numbered"),
        pytest.param(["a", "a (2)", "a"], ["a", "a (2)", "a (3)"], id="a number that is taken is passed over"),
        pytest.param(["", "a", " "], ["Column 1", "a", "Column 3"], id="the nameless go by their place"),
        pytest.param(["", "Column 1"], ["Column 1 (2)", "Column 1"], id="even where that name is taken"),
    ],
)
def test_columns_can_be_told_apart(header: list[str], names: list[str]) -> None:
    assert distinct_names(header) == names


TABLE = (
    b"who,mail,second mail,where,cluster\n"
    b"Ann,a@example.com,b@example.com,Leeds,1\nBob,c@example.com,d@example.com,York,2\n"
)


@pytest.mark.parametrize(
    ("mapping", "ignore", "expected"),
    [
        pytest.param({}, (), ["", "email", "email_2", "", ""], id="as guessed"),
        pytest.param(
            {"who": "first_name", "where": "city"},
            (),
            ["first_name", "email", "email_2", "city", ""],
            id="columns that no guess knows",
        ),
        pytest.param({"WHO": "first_name"}, (), ["first_name", "email", "email_2", "", ""], id="case aside"),
        pytest.param(
            {"where": "text:place"}, (), ["", "email", "email_2", "text:place", ""], id="a column compared as text"
        ),
        pytest.param(
            {"cluster": "text:c"}, (), ["", "email", "email_2", "", "text:c"], id="even an answer, if the user says so"
        ),
        pytest.param({"mail": "notes"}, (), ["", "notes", "email_2", "", ""], id="a guess overruled"),
        pytest.param({}, ("mail",), ["", "", "email_2", "", ""], id="a column ignored"),
    ],
)
def test_the_user_overrules(mapping: dict[str, str], ignore: tuple[str, ...], expected: list[str], take_bytes) -> None:
    taken = take_bytes(TABLE, spec=SourcesSpec(mapping=mapping, ignore=ignore))
    assert list(taken.files["mapping"].iloc[0]) == expected


def test_the_column_the_user_calls_email_comes_first(take_bytes, points) -> None:
    taken = take_bytes(TABLE, spec=SourcesSpec(mapping={"second mail": "email"}))
    assert points(taken, "email")["raw"].tolist()[:2] == ["b@example.com", "a@example.com"]


def test_the_user_overrules_a_profile(take_bytes) -> None:
    data = b"Record ID,First Name,Email,Lifecycle Stage,Nom complet\n1,Ann,a@example.com,x,Ann Lee\n"
    taken = take_bytes(data, spec=SourcesSpec(mapping={"Nom complet": "full_name", "First Name": "nickname"}))
    record = taken.staged_records.iloc[0]
    assert (record["full_name_raw"], record["nickname_raw"]) == ("Ann Lee", "Ann")
    assert pd.isna(record["first_name_raw"])


def test_mapped_columns_make_a_table_of_contacts(take_bytes) -> None:
    data = b"a,b\nAnn Lee,1980-01-02\n"
    with pytest.raises(UnreadableInput, match="--map"):
        take_bytes(data)
    assert len(take_bytes(data, spec=SourcesSpec(mapping={"a": "full_name"})).staged_records) == 1


@pytest.mark.parametrize("option", ["mapping", "ignore"])
def test_a_column_that_is_not_there_is_told_with_those_that_are(option: str, take_bytes) -> None:
    told = {"mapping": {"mial": "email"}} if option == "mapping" else {"ignore": ("mial",)}
    with pytest.raises(UsageError, match=r"no column 'mial'; the files have cluster, mail, second mail, where, who"):
        take_bytes(TABLE, spec=SourcesSpec(**told))


def test_a_column_of_one_file_may_be_missing_in_another(tmp_path: Path, take_all) -> None:
    a = write(tmp_path / "a.csv", "who,email\nAnn,a@example.com\n")
    b = write(tmp_path / "b.csv", "name,email\nBob,b@example.com\n")
    one, _ = take_all(a, b, spec=SourcesSpec(mapping={"who": "first_name"}))
    assert one.staged_records["first_name_raw"].tolist() == ["Ann"]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"maping": {}}, id="a misspelt key"),
        pytest.param({"mapping": {"a": "fullname"}}, id="an unknown field"),
        pytest.param({"mapping": {"a": "source_file"}}, id="a field that only we may fill"),
        pytest.param({"default_region": "germany"}, id="a region that is no code"),
        pytest.param({"limits": {"max_columns": 0}}, id="a limit of nothing"),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SourcesSpec(**wrong)


def test_the_default_region_is_noted_on_every_record(take_bytes) -> None:
    taken = take_bytes(b"name,phone\nAnn,555-0100\n", spec=SourcesSpec(default_region="US"))
    assert taken.staged_records["default_region"].tolist() == ["US"]


def test_the_same_input_gives_the_same_frames(tmp_path: Path, take_all) -> None:
    path = write(
        tmp_path / "a.csv", "id,name,email,x\n" + "".join(f"{i},N{i},e{i}@example.com,{i % 7}\n" for i in range(500))
    )
    (one,), (two,) = take_all(path), take_all(path)
    for table in ("files", "raw_rows", "staged_records", "staged_points", "quarantine"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(two, table))
