"""Rows of an export emptied: gone from every part of the file, and nothing else of it changed."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.errors import UnreadableInput
from crm_clean.sources.locate import Location, content, find, read
from crm_clean.sources.spec import SourcesSpec
from crm_clean.sources.without import content_id, emptied, packed

SPEC = SourcesSpec()
PEOPLE = pd.DataFrame(
    {
        "First Name": ["Ada", "Ben", "Zora", "Cleo"],
        "Last Name": ["Long", "Short", "Qvanary", "Wide"],
        "Email": ["ada@example.org", "ben@example.com", "zora@qvanary.example.net", "cleo@example.net"],
        "Notes": ["two\nlines", "", 'she said "qvanary"\nand left', ""],
    }
)
HER_ROW = 3


def write_book(path: Path) -> None:
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        PEOPLE.to_excel(book, index=False, sheet_name="People")
        book.sheets["People"].write_url("C4", "mailto:zora@qvanary.example.net")
        book.sheets["People"].write_url("C2", "mailto:ada@example.org")
        book.sheets["People"].write_comment("A4", "Qvanary wrote")
        book.sheets["People"].write_comment("A2", "Ada wrote")


def write_cards(path: Path) -> None:
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:{};{}\r\nEMAIL:{}\r\nEND:VCARD\r\n\r\n"
    path.write_bytes("".join(card.format(two, one, mail) for one, two, mail, _ in PEOPLE.to_numpy()).encode())


WRITERS = {
    "comma.csv": lambda path: PEOPLE.to_csv(path, index=False),
    "semicolon.csv": lambda path: PEOPLE.to_csv(path, index=False, sep=";", lineterminator="\r\n"),
    "wide.csv": lambda path: PEOPLE.to_csv(path, index=False, sep="\t", encoding="utf-16"),
    "marked.csv": lambda path: PEOPLE.to_csv(path, index=False, encoding="utf-8-sig"),
    "packed.csv.gz": lambda path: path.write_bytes(gzip.compress(PEOPLE.to_csv(index=False).encode())),
    "book.xlsx": write_book,
    "cards.vcf": write_cards,
    "table.parquet": PEOPLE.to_parquet,
    "categories.parquet": lambda path: PEOPLE.astype("category").to_parquet(path),
}


def parts_of(data: bytes) -> dict[str, bytes]:
    """What a file holds, unpacked."""
    if data[:2] == b"\x1f\x8b":
        return {"": gzip.decompress(data)}
    if data[:4] != b"PK\x03\x04":
        return {"": data}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def speaks_of_her(data: bytes) -> list[str]:
    wanted = [word.encode(encoding) for word in ("qvanary", "Qvanary") for encoding in ("utf-8", "utf-16-le")]
    return [name for name, part in parts_of(data).items() if any(word in part for word in wanted)]


def the_table(path: Path) -> Location:
    (table,) = find([path])
    return table


@pytest.fixture(params=WRITERS)
def export(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    WRITERS[request.param](path)
    return path


class TestARowThatIsEmptied:
    def test_is_found_nowhere_in_the_file_any_more(self, export):
        table = the_table(export)
        data = content(table, SPEC)
        assert speaks_of_her(data) != []
        assert speaks_of_her(emptied(table, data, [HER_ROW], SPEC)) == []

    def test_leaves_the_others_their_numbers_and_cells(self, export):
        table = the_table(export)
        before = read(table, SPEC)
        after = read(table, SPEC, emptied(table, content(table, SPEC), [HER_ROW], SPEC))
        assert after.source_rows.tolist() == [1, 2, 4]
        assert [after.row(i) for i in range(3)] == [
            [cell for name, cell in zip(before.header, before.row(i), strict=True) if name in after.header]
            for i in (0, 1, 3)
        ]
        assert [(row.source_row, row.reason) for row in after.bad] == [(HER_ROW, "row.empty")]

    def test_is_emptied_the_same_way_every_time(self, export):
        table = the_table(export)
        once = emptied(table, content(table, SPEC), [HER_ROW], SPEC)
        assert emptied(table, once, [HER_ROW], SPEC) == emptied(table, once, [HER_ROW], SPEC)
        assert content_id(table, once) != content_id(table, content(table, SPEC))


def test_every_other_byte_of_a_text_stays(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_bytes(b'First Name,Email\r\n Ada , a@example.org\r\n"Qv\nanary",q@example.org\r\nBen,b@example.org')
    made = emptied(the_table(path), path.read_bytes(), [2], SPEC)
    assert made == b"First Name,Email\r\n Ada , a@example.org\r\n,\r\nBen,b@example.org"


def test_a_row_that_could_not_be_read_is_emptied_too(tmp_path):
    path = tmp_path / "broken.csv"
    path.write_bytes(b"First Name,Email\nAda,a@example.org\nZora,qvanary@example.org,more\nBen,b@example.org\n")
    made = emptied(the_table(path), path.read_bytes(), [2], SPEC)
    assert made == b"First Name,Email\nAda,a@example.org\n,\nBen,b@example.org\n"


def test_comments_and_links_of_others_stay_in_a_workbook(tmp_path):
    write_book(tmp_path / "book.xlsx")
    table = the_table(tmp_path / "book.xlsx")
    parts = parts_of(emptied(table, content(table, SPEC), [HER_ROW], SPEC))
    whole = b"\n".join(parts.values())
    assert b"Ada wrote" in whole
    assert b"mailto:ada@example.org" in whole
    assert parts["xl/worksheets/sheet1.xml"].count(b"<hyperlink ") == 1


def test_a_member_of_an_archive_changes_and_the_others_do_not(tmp_path):
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/a.csv", PEOPLE.to_csv(index=False))
        archive.writestr("in/b.csv", PEOPLE.iloc[:2].to_csv(index=False))
    table = find([path])[0]
    made = emptied(table, content(table, SPEC), [HER_ROW], SPEC)
    before, after = parts_of(path.read_bytes()), parts_of(packed(table, path.read_bytes(), {"in/a.csv": made}))
    assert speaks_of_her(packed(table, path.read_bytes(), {"in/a.csv": made})) == []
    assert after["in/b.csv"] == before["in/b.csv"]
    assert list(after) == list(before)


def test_a_workbook_of_an_old_kind_is_said_to_be_left(tmp_path):
    table = Location(tmp_path / "old.xls", "old.xls", sheet="People")
    with pytest.raises(UnreadableInput, match=r"save it as \.xlsx"):
        emptied(table, b"", [1], SPEC)
