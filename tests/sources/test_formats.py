"""Workbooks, archives, vCards, Parquet and folders: what is found in them, and what is refused."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import xlsxwriter
from pyarrow import parquet as pq

from crm_clean.errors import UnreadableInput
from crm_clean.sources.intake import find
from crm_clean.sources.spec import Limits, SourcesSpec

CALLED = dt.datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - Excel knows no time zones
PEOPLE = b"name,email\nAnn Lee,ann@example.com\n"


def write_book(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    """A workbook of these sheets; dates are written as Excel writes them."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


def test_a_sheet_with_titles_numbers_dates_and_a_total(tmp_path: Path, take_all) -> None:
    book = write_book(
        tmp_path / "book.xlsx",
        {
            "People": [
                ["Customers of the north"],
                [],
                ["Customer ID", "Full name", "E-mail", "Phone", "Date of birth", "Last contact", "Score", "Active"],
                [51000000694, "Ann Lee", "ann@example.com", 33612345678, dt.date(1980, 1, 2), CALLED, 1.5, True],
                [],
                ["00012", "Bob Ray", "bob@example.com", "0049 30", "n/a", "", 7, False],
                ["Total", "", "", "", "", "", 8.5, ""],
            ]
        },
    )  # fmt: skip
    (taken,) = take_all(book)
    assert taken.files["source_file"].iloc[0] == "book.xlsx"
    assert [list(cells) for cells in taken.raw_rows["cells"]] == [
        [
            "51000000694",
            "Ann Lee",
            "ann@example.com",
            "33612345678",
            "1980-01-02",
            "2026-01-02 03:04:05",
            "1.5",
            "TRUE",
        ],
        ["00012", "Bob Ray", "bob@example.com", "0049 30", "n/a", "", "7", "FALSE"],
    ]
    assert taken.raw_rows["source_row"].tolist() == [1, 2]
    assert taken.quarantine[["source_row", "source_line", "reason"]].values.tolist() == [[3, 7, "row.footer"]]
    assert taken.staged_records["birth_date_raw"].iloc[0] == "1980-01-02"


def test_a_row_wider_than_the_header_is_set_aside(tmp_path: Path, take_all) -> None:
    rows = [["name", "email"], ["Ann", "a@example.com"], ["Bob", "b@example.com", "", "stray"], ["Cy", "c@example.com"]]
    (taken,) = take_all(write_book(tmp_path / "book.xlsx", {"S": rows}))
    assert taken.raw_rows["source_row"].tolist() == [1, 3]
    assert taken.quarantine["reason"].tolist() == ["row.too_many_fields"]


def test_only_sheets_with_contacts_are_taken_and_named(tmp_path: Path, take_all) -> None:
    people = [["name", "email"], ["Ann", "a@example.com"]]
    prices = [["product", "price"], ["tea", 3]]
    (one,) = take_all(write_book(tmp_path / "one.xlsx", {"Prices": prices, "People": people}))
    assert one.files["source_file"].iloc[0] == "one.xlsx"
    both = take_all(write_book(tmp_path / "two.xlsx", {"North": people, "Prices": prices, "South": people}))
    assert [taken.files["source_file"].iloc[0] for taken in both] == ["two.xlsx#North", "two.xlsx#South"]
    assert both[0].files["file_id"].iloc[0] != both[1].files["file_id"].iloc[0]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        pytest.param([["name", "email"]], "no_rows", id="a header and no rows"),
        pytest.param([], "empty", id="an empty sheet"),
        pytest.param([["product", "price"], ["tea", 3]], "no_contacts", id="no contacts"),
    ],
)
def test_a_sheet_is_refused(rows: list[list[object]], code: str, tmp_path: Path, take_all) -> None:
    with pytest.raises(UnreadableInput) as refused:
        take_all(write_book(tmp_path / "book.xlsx", {"S": rows}))
    assert refused.value.code == code


@pytest.mark.parametrize("keep", [100, 3000, -30])
def test_a_cut_workbook_is_refused(keep: int, tmp_path: Path, take_all) -> None:
    path = write_book(tmp_path / "book.xlsx", {"S": [["name", "email"], ["Ann", "a@example.com"]]})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UnreadableInput) as refused:
        take_all(path)
    assert refused.value.code == "truncated"


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path, take_all) -> None:
    path = write_zip(tmp_path / "bomb.zip", {"people.csv": PEOPLE + b"," * 50_000_000})
    with pytest.raises(UnreadableInput) as refused:
        take_all(path)
    assert refused.value.code == "bomb"


def test_a_member_that_lies_about_its_size_is_caught_while_reading(tmp_path: Path, take_all) -> None:
    path = write_zip(tmp_path / "liar.zip", {"people.csv": PEOPLE + b"," * 5_000_000})
    data = path.read_bytes()
    real = (len(PEOPLE) + 5_000_000).to_bytes(4, "little")
    path.write_bytes(data.replace(real, (100).to_bytes(4, "little")))
    with pytest.raises(UnreadableInput) as refused:
        take_all(path)
    assert refused.value.code in ("bomb", "truncated")


def test_a_member_too_large_is_refused(tmp_path: Path, take_all) -> None:
    path = write_zip(tmp_path / "large.zip", {"people.csv": PEOPLE})
    with pytest.raises(UnreadableInput) as refused:
        take_all(path, spec=SourcesSpec(limits=Limits(max_member_bytes=20)))
    assert refused.value.code == "bomb"


def test_a_member_that_climbs_out_is_only_read(tmp_path: Path, take_all) -> None:
    (tmp_path / "in").mkdir()
    (taken,) = take_all(write_zip(tmp_path / "in" / "slip.zip", {"../../evil.csv": PEOPLE}))
    assert taken.files["source_file"].iloc[0] == "slip.zip/evil.csv"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "slip.zip"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        pytest.param({"readme.md": b"hello"}, "unknown_format", id="no table in it"),
        pytest.param(
            {"a.csv": b"name,email\n", "b.csv": b"name,email\n"}, "no_contacts", id="headers without rows in all"
        ),
    ],
)
def test_an_archive_is_refused(members: dict[str, bytes], code: str, tmp_path: Path, take_all) -> None:
    with pytest.raises(UnreadableInput) as refused:
        take_all(write_zip(tmp_path / "a.zip", members))
    assert refused.value.code == code


def test_an_empty_member_beside_a_full_one_is_passed_over(tmp_path: Path, take_all) -> None:
    skipped: list[tuple[str, str]] = []
    path = write_zip(tmp_path / "a.zip", {"cleaned.csv": b"name,email\n", "subscribed.csv": PEOPLE})
    taken = take_all(path, on_skip=lambda *said: skipped.append(said))
    assert [one.files["source_file"].iloc[0] for one in taken] == ["a.zip/subscribed.csv"]
    assert skipped == [("a.zip/cleaned.csv", "no_rows")]


def test_a_cut_archive_is_refused(tmp_path: Path, take_all) -> None:
    path = write_zip(tmp_path / "a.zip", {"people.csv": PEOPLE})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UnreadableInput) as refused:
        take_all(path)
    assert refused.value.code == "truncated"


def test_a_folder_is_searched_in_order_and_what_is_no_contacts_passed_over(tmp_path: Path, take_all) -> None:
    files = {
        "b.csv": PEOPLE,
        "a/z.csv": PEOPLE.replace(b"ann", b"zoe"),
        "truth.csv": b"source_file,source_row,person\nb.csv,1,P1\n",
        "README.txt": b"Exports of the week.\n",
        **dict.fromkeys(("notes.md", "~$b.xlsx", "c.csv.part"), b"x"),
        ".hidden.csv": PEOPLE,
    }
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    skipped: list[tuple[str, str]] = []
    begun: list[tuple[str, int, int]] = []
    taken = take_all(tmp_path, on_skip=lambda *said: skipped.append(said), on_file=lambda *said: begun.append(said))
    assert [one.files["source_file"].iloc[0] for one in taken] == ["a/z.csv", "b.csv"]
    assert [one.files["source"].iloc[0] for one in taken] == ["a-z.csv", "b.csv"]
    assert skipped == [("README.txt", "no_contacts"), ("truth.csv", "no_contacts")]
    assert begun[0] == ("README.txt", 1, 4)


def test_an_unreadable_file_in_a_folder_is_an_error(tmp_path: Path, take_all) -> None:
    (tmp_path / "a.csv").write_bytes(PEOPLE)
    (tmp_path / "b.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(UnreadableInput, match=r"b\.csv"):
        take_all(tmp_path)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("picture.png", "unknown_format", id="a kind we do not read"),
        pytest.param("folder", "empty_folder", id="a folder without tables"),
    ],
)
def test_a_path_is_refused(name: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "picture.png").write_bytes(b"x")
    with pytest.raises(UnreadableInput) as refused:
        find([tmp_path / name])
    assert refused.value.code == code


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "people.csv").write_bytes(PEOPLE)
    names = [place.source_file for place in find([tmp_path / "a" / "people.csv", tmp_path / "b" / "people.csv"])]
    assert len(set(names)) == 2
    assert names[0].endswith("a/people.csv")


def test_parquet_of_any_types(tmp_path: Path, take_all) -> None:
    table = pa.table(
        {
            "customer_id": pa.array([1, None], pa.int64()),
            "name": pa.array(["Ann", "Bob"]).dictionary_encode(),
            "email": pa.array(["a@example.com", None]),
            "phone": pa.array([33612345678.0, None]),
            "born": pa.array([dt.date(1980, 1, 2), None]),
            "vip": pa.array([True, None]),
            "tags": pa.array([["a", "b"], None]),
        }
    )
    pq.write_table(table, tmp_path / "people.parquet")
    (taken,) = take_all(tmp_path / "people.parquet")
    assert [list(cells) for cells in taken.raw_rows["cells"]] == [
        ["1", "Ann", "a@example.com", "33612345678", "1980-01-02", "true", "a; b"],
        ["", "Bob", "", "", "", "", ""],
    ]


def test_a_frame_written_by_pandas_comes_back(tmp_path: Path, take_all) -> None:
    pd.DataFrame({"name": ["Ann"], "email": ["a@example.com"]}).to_parquet(tmp_path / "p.parquet")
    assert take_all(tmp_path / "p.parquet")[0].staged_records["full_name_raw"].tolist() == ["Ann"]


CARDS = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u-1\r\nFN:Ann Lee\r\nN:Lee;Ann;Q.;Dr.;Jr.\r\nORG:Acme\\, Inc.;Sales\r\n"
    "EMAIL;TYPE=HOME:ann@home.example\r\nEMAIL;TYPE=INTERNET,PREF:ann@example.com\r\n"
    "item1.TEL:+1 202 555 0100\r\nitem1.X-ABLabel:_$!<Mobile>!$_\r\nTEL;TYPE=WORK,FAX:+1 202 555 0101\r\n"
    "ADR;TYPE=WORK:;Suite 5;1 Main St;Leeds;West;12345;UK\r\nNOTE:First line\\nsecond\r\n  folded\r\n"
    "BDAY:1960-09-10\r\nPHOTO;ENCODING=b:AAAA\r\n BBBB\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6r=\r\ng;;;\r\n"
    "TEL;CELL:0171 3920001\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cut Off\r\n"
    "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:group\r\nFN:Friends\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Cy\r\nTEL;VALUE=uri;PREF=2:tel:+1-202-555-0103\r\n"
    "TEL;PREF=1:+1 202 555 0102\r\nEND:VCARD\r\n"
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_vcards_of_all_versions(encoding: str, take_bytes, points) -> None:
    taken = take_bytes(CARDS.encode(encoding), name="people.vcf")
    records = taken.staged_records
    assert records["source_row"].tolist() == [1, 2, 5]
    assert records["record_id"].iloc[0] == "vcard:u-1"
    names = records[["salutation_raw", "first_name_raw", "middle_name_raw", "last_name_raw", "suffix_raw"]].fillna("")
    assert names.values.tolist()[:2] == [["Dr.", "Ann", "Q.", "Lee", "Jr."], ["", "Jörg", "", "Müller", ""]]
    assert records[["company_raw", "department_raw", "notes_raw"]].iloc[0].tolist() == [
        "Acme, Inc.",
        "Sales",
        "First line\nsecond folded",
    ]
    assert points(taken, "email")[["raw", "label"]].fillna("").values.tolist() == [
        ["ann@example.com", ""],
        ["ann@home.example", "home"],
    ]
    assert points(taken, "phone")[["raw", "label"]].fillna("").values.tolist() == [
        ["+1 202 555 0100", "mobile"], ["+1 202 555 0101", "fax"], ["0171 3920001", "mobile"],
        ["+1 202 555 0102", ""], ["+1-202-555-0103", ""],
    ]  # fmt: skip
    address = points(taken, "address").iloc[0]
    assert [address[f"{part}_raw"] for part in ("street", "unit", "city", "region", "postal_code", "country")] == [
        "1 Main St", "Suite 5", "Leeds", "West", "12345", "UK",
    ]  # fmt: skip
    assert taken.quarantine[["source_row", "reason"]].values.tolist() == [[3, "row.truncated"], [4, "row.not_a_person"]]
