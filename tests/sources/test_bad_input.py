"""Everything a CSV can suffer: what is loaded, what is quarantined and why, what is refused and how it is said."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from crm_clean.errors import UnreadableInput
from crm_clean.sources.spec import Limits, SourcesSpec

HEAD = b"id,name,email\n"
A, B, C = b"1,Ann,ann@example.com\n", b"2,Bob,bob@example.com\n", b"3,Cy,cy@example.com\n"
GOOD = HEAD + A + B + C


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "empty", id="an empty file"),
        pytest.param(b"\n \r\n\t\n", "empty", id="nothing but white space"),
        pytest.param(b"\0" * 4096, "empty", id="nothing but zeros"),
        pytest.param(b"sep=;\n", "empty", id="nothing but a sep= line"),
        pytest.param(HEAD, "no_rows", id="a header and no rows"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)), "not_csv", id="a JPEG named .csv"),
        pytest.param(b"PK\x03\x04\x14\x00\x06\x00", "not_csv", id="a workbook named .csv"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not_csv", id="an old workbook named .csv"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3", "not_csv", id="a PDF named .csv"),
        pytest.param(bytes(range(1, 32)) * 9, "not_csv", id="control characters are no text"),
        pytest.param(b"<!DOCTYPE html>\n<html><body>Log in</body></html>", "not_csv", id="a login page named .csv"),
        pytest.param(b'{"contacts": [{"email": "ann@example.com"}]}', "not_csv", id="a JSON object named .csv"),
        pytest.param(b'[{"email": "ann@example.com"}]', "not_csv", id="a JSON list named .csv"),
        pytest.param(b"a,b\n1,2\n", "no_contacts", id="a table without contacts"),
        pytest.param(b"Dear all,\nthis is a letter.\n", "no_contacts", id="prose"),
        pytest.param(A + B, "no_header", id="a contact where the header should be"),
        pytest.param(b",".join(b"c%d" % i for i in range(20_000)) + b"\n1\n", "too_many_columns", id="20,000 columns"),
    ],
)
def test_refused(data: bytes, code: str, take_bytes) -> None:
    with pytest.raises(UnreadableInput) as refused:
        take_bytes(data)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)
    assert "ann@" not in str(refused.value)


def test_missing_file(tmp_path: Path, take_all) -> None:
    with pytest.raises(UnreadableInput, match="no such file") as refused:
        take_all(tmp_path / "nowhere.csv")
    assert refused.value.code == "missing"
    assert refused.value.exit_code == 2


LOADED = [1, 2, 3]


@pytest.mark.parametrize(
    ("data", "loaded", "quarantined"),
    [
        pytest.param(GOOD, LOADED, [], id="a good file"),
        pytest.param(GOOD.rstrip(b"\n"), LOADED, [], id="no line end at the end is no fault"),
        pytest.param(
            HEAD + b"1,Ann,ann@example.com,x,y\n" + B + C,
            [2, 3],
            [(1, 2, 14, "row.too_many_fields")],
            id="first row with extra fields",
        ),
        pytest.param(
            HEAD + A + b"2,Bob,bob@example.com,x\n" + C,
            [1, 3],
            [(2, 3, 36, "row.too_many_fields")],
            id="later row with extra fields",
        ),
        pytest.param(HEAD + A + b"2,Bob\n" + C, [1, 3], [(2, 3, 36, "row.too_few_fields")], id="short row"),
        pytest.param(HEAD + A + B + b"3,Cy", [1, 2], [(3, 4, 58, "row.truncated")], id="cut in the last row"),
        pytest.param(HEAD + A + b'2,"Bo', [1], [(2, 3, 36, "row.truncated")], id="cut inside a quoted field"),
        pytest.param(
            HEAD + A + b'2,"Bob,bob@example.com\n' + C,
            [1, 3],
            [(2, 3, 36, "row.unclosed_quote")],
            id="an unclosed quote costs one row",
        ),
        pytest.param(
            HEAD + b'1,"Ann,ann@example.com\n2,"Bob",bob@example.com\n3,"Cy",cy@example.com\n',
            [2, 3],
            [(1, 2, 14, "row.unclosed_quote")],
            id="an unclosed quote before rows with quotes of their own",
        ),
        pytest.param(
            HEAD + b'1,"Ann,ann@example.com\n2,"",bob@example.com\n' + C,
            [2, 3],
            [(1, 2, 14, "row.unclosed_quote")],
            id="an unclosed quote before a row with an empty quoted cell",
        ),
        pytest.param(
            b'"id","name","email"\n"1","Ann","ann@example.com\n"2","Bob","bob@example.com"\n',
            [2],
            [(1, 2, 20, "row.unclosed_quote")],
            id="an unclosed quote where everything is quoted",
        ),
        pytest.param(
            HEAD + A + b'2,Bob The" B",bob@example.com\n' + C,
            [1, 3],
            [(2, 3, 36, "row.stray_quote")],
            id="stray quotes",
        ),
        pytest.param(
            HEAD + A + b'2,"Bob"by,bob@example.com\n' + C,
            [1, 3],
            [(2, 3, 36, "row.stray_quote")],
            id="text behind a closing quote",
        ),
        pytest.param(HEAD + A + b"2,B\0b,bob@example.com\n" + C, [1, 3], [(2, 3, 36, "row.nul")], id="NUL in a field"),
        pytest.param(GOOD + b"\0" * 4096, LOADED, [(4, 5, 78, "row.nul")], id="a tail of zeros"),
        pytest.param(GOOD + b"\x1a", LOADED, [(4, 5, 78, "row.footer")], id="a Ctrl-Z tail"),
        pytest.param(GOOD + b"Total: 3\n", LOADED, [(4, 5, 78, "row.footer")], id="a total line"),
        pytest.param(GOOD + b"Total,3,\n", LOADED, [(4, 5, 78, "row.footer")], id="a total of the right width"),
        pytest.param(
            GOOD + b"\n\nCopyright (c) 2000-2024 example.com\n",
            LOADED,
            [(4, 7, 80, "row.footer")],
            id="a report's copyright line",
        ),
        pytest.param(
            HEAD + A + b"Total,Recall,total@example.com\n", [1, 2], [], id="somebody called Total is a contact"
        ),
        pytest.param(
            HEAD + A + b"2,J\xfcrgen,j@example.com\n3,Zo\xc3\xab,z@example.com\n4,Ren\xc3\xa9,r@example.com\n",
            [1, 3, 4],
            [(2, 3, 36, "row.bad_encoding")],
            id="a cp1252 line in a UTF-8 file",
        ),
        pytest.param(
            HEAD + A + b"2,\xed\xa0\x80,b@example.com\n" + C,
            [1, 3],
            [(2, 3, 36, "row.bad_encoding")],
            id="a lone surrogate",
        ),
        pytest.param(HEAD + A + b"\n\n" + B + b"  \n" + C, LOADED, [], id="a blank line is no row"),
        pytest.param(HEAD + A + b",,\n" + C, [1, 3], [(2, 3, 36, "row.empty")], id="a row of nothing but delimiters"),
        pytest.param(HEAD + A[:-1] + b"\r\n" + B + C, LOADED, [], id="CR LF and LF mixed"),
        pytest.param(GOOD.replace(b"\n", b"\r"), LOADED, [], id="CR alone"),
        pytest.param(GOOD.replace(b"\n", b",\n"), LOADED, [], id="a trailing delimiter on every line"),
        pytest.param(
            HEAD + (A + B + C).replace(b"\n", b",\r\n"), LOADED, [], id="a trailing delimiter on the rows alone"
        ),
        pytest.param(HEAD + A + B.replace(b"\n", b",\n") + C, LOADED, [], id="a trailing delimiter on one row"),
        pytest.param(b"# exported by somebody\n" + GOOD, LOADED, [], id="a comment line first"),
        pytest.param(b"# exported, at noon, today\n" + GOOD, LOADED, [], id="a comment line with as many commas"),
        pytest.param(b"Contacts\n\n" + GOOD, LOADED, [], id="a title above the header"),
        pytest.param(GOOD.replace(b",", b";"), LOADED, [], id="semicolons"),
        pytest.param(GOOD.replace(b",", b"\t"), LOADED, [], id="tabs"),
        pytest.param(GOOD.replace(b",", b"|"), LOADED, [], id="pipes"),
        pytest.param(b"sep=;\r\n" + GOOD.replace(b",", b";"), LOADED, [], id="a sep= line"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, LOADED, [], id="UTF-8 with a byte order mark"),
        pytest.param(GOOD.decode().encode("utf-16"), LOADED, [], id="UTF-16 with a byte order mark"),
        pytest.param(GOOD.decode().encode("utf-16-le"), LOADED, [], id="UTF-16 without one"),
        pytest.param(GOOD.decode().encode("utf-16-be"), LOADED, [], id="UTF-16 big-endian without one"),
    ],
)
def test_rows(data: bytes, loaded: list[int], quarantined: list[tuple[int, int, int, str]], take_bytes) -> None:
    taken = take_bytes(data)
    assert taken.raw_rows["source_row"].tolist() == loaded
    found = taken.quarantine[["source_row", "source_line", "byte_offset", "reason"]]
    assert [tuple(row) for row in found.itertuples(index=False)] == quarantined
    assert taken.staged_records["source_record_id"].tolist() == [str(row) for row in loaded] or b"Total" in data


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        pytest.param("Zoë Müller", "utf-8", "utf-8", id="UTF-8"),
        pytest.param("Zoë Müller", "cp1252", "cp1252", id="cp1252"),
        pytest.param("Zoë Müller €", "utf-16", "utf-16-le", id="UTF-16"),
        pytest.param("JÃ¼rgen", "utf-8", "utf-8", id="mojibake stays as it came"),
        pytest.param("山田 太郎 🎉", "utf-8", "utf-8", id="other scripts"),
        pytest.param("مريم", "utf-16-be", "utf-16-be", id="right to left in UTF-16"),
    ],
)
def test_names_survive_their_encoding(text: str, encoding: str, told: str, take_bytes) -> None:
    plain = b"".join(b"%d,Plain,p%d@example.com\n" % (i, i) for i in range(50)).decode()
    taken = take_bytes(f"id,name,email\n{plain}900,{text},z@example.com\n".encode(encoding))
    assert taken.staged_records["full_name_raw"].iloc[-1] == text
    assert taken.files["encoding"].iloc[0] == told


@pytest.mark.parametrize(
    ("encoding", "bad"),
    [
        pytest.param("utf-8", b"\xff", id="UTF-8"),
        pytest.param("utf-16-le", b"\x00\xd8", id="UTF-16"),
    ],
)
def test_quarantine_points_into_the_file_itself(encoding: str, bad: bytes, take_bytes) -> None:
    head = "id,name,email\n1,Zoë,z@example.com\n2,Ren".encode(encoding)
    data = head + bad + "é,r@example.com\n3,Cy,c@example.com\n".encode(encoding)
    taken = take_bytes(data)
    row = taken.quarantine.iloc[0]
    assert row["reason"] == "row.bad_encoding"
    assert data[row["byte_offset"] :].startswith("2,Ren".encode(encoding))
    assert row["raw"].startswith("2,Ren\\")
    assert taken.raw_rows["source_row"].tolist() == [1, 3]


def test_nothing_is_taken_for_a_number_or_for_missing(take_bytes) -> None:
    taken = take_bytes(
        b"id,name,email,phone,zip\n007,NA,none@example.com,004930123456,01067\n008,None,n@example.com,4.93E+11,null\n"
    )
    assert [list(cells) for cells in taken.raw_rows["cells"]] == [
        ["007", "NA", "none@example.com", "004930123456", "01067"],
        ["008", "None", "n@example.com", "4.93E+11", "null"],
    ]
    assert taken.staged_records["full_name_raw"].tolist() == ["NA", "None"]


def test_duplicate_and_empty_header_cells_are_read_by_position(take_bytes) -> None:
    data = b"id,name,Email,email,,Notes,Notes,EMAIL\n1,Ann,a@example.com,b@example.com,x,n1,n2,c@example.com\n"
    taken = take_bytes(data)
    assert list(taken.files["header"].iloc[0]) == ["id", "name", "Email", "email", "", "Notes", "Notes", "EMAIL"]
    assert taken.staged_points["raw"].tolist() == ["a@example.com", "b@example.com", "c@example.com"]
    assert taken.staged_records["custom"].iloc[0] == '{"Column 5": "x", "Notes (2)": "n2"}'


def test_three_hundred_columns(take_bytes) -> None:
    names = ["email", *(f"field {i}" for i in range(299))]
    cells = ["a@example.com", *(str(i) for i in range(299))]
    taken = take_bytes(f"{','.join(names)}\n{','.join(cells)}\n".encode())
    assert list(taken.raw_rows["cells"].iloc[0]) == cells


def test_a_ten_megabyte_cell_costs_its_row(take_bytes) -> None:
    long = b'2,"' + b"word, word\n" * 900_000 + b'",bob@example.com\n'
    taken = take_bytes(HEAD + A + long + C)
    assert taken.raw_rows["source_row"].tolist() == [1, 3]
    row = taken.quarantine.iloc[0]
    assert (row["reason"], row["field"], row["source_line"]) == ("cell.too_long", "name", 3)
    assert len(row["raw"]) == 10_000


def test_a_cell_at_the_limit_is_taken(take_bytes) -> None:
    spec = SourcesSpec(limits=Limits(max_cell_bytes=20))
    data = HEAD + b"1,%s,a@example.com\n2,%s,b@example.com\n" % (b"x" * 20, b"y" * 21)
    taken = take_bytes(data, spec=spec)
    assert taken.raw_rows["source_row"].tolist() == [1]
    assert taken.quarantine["reason"].tolist() == ["cell.too_long"]


def test_a_note_of_several_lines_is_one_cell(take_bytes) -> None:
    note = 'Called.\r\nShe said ""hello, you"",\n\nand left.'
    taken = take_bytes(f'id,name,email,notes\n1,Ann,a@example.com,"{note}"\n2,Bob,b@example.com,ok\n'.encode())
    assert taken.staged_records["notes_raw"].tolist() == [note.replace('""', '"'), "ok"]
    assert taken.quarantine.empty


def test_a_header_with_a_line_break(take_bytes) -> None:
    taken = take_bytes(b'id,"Full\nname",email\n1,Ann,a@example.com\n')
    assert list(taken.files["header"].iloc[0]) == ["id", "Full\nname", "email"]
    assert taken.staged_records["full_name_raw"].tolist() == ["Ann"]


def test_gzip_is_read_and_a_cut_one_refused(take_bytes) -> None:
    packed = gzip.compress(GOOD)
    assert len(take_bytes(packed, name="people.csv.gz").raw_rows) == 3
    with pytest.raises(UnreadableInput) as refused:
        take_bytes(packed[:-12], name="cut.csv.gz")
    assert refused.value.code == "truncated"


def test_many_faults_each_cost_one_row(take_bytes) -> None:
    good = b"".join(b"%d,Ann %d,a%d@example.com\n" % (i, i, i) for i in range(200))
    bad = b'x,"open,x@example.com\n' + b"y,short\n" + b'z,st"ray,z@example.com\n'
    taken = take_bytes(HEAD + (good + bad) * 20)
    assert len(taken.raw_rows) == 4000
    assert taken.quarantine["reason"].value_counts().to_dict() == {
        "row.unclosed_quote": 20,
        "row.too_few_fields": 20,
        "row.stray_quote": 20,
    }
