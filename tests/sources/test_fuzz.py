"""Whatever the bytes: a table whose rows all stand somewhere, or a refusal in one sentence; and no value changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_clean.errors import UnreadableInput
from crm_clean.records.tables import QUARANTINE, RAW_ROWS, STAGED_POINTS, STAGED_RECORDS
from crm_clean.sources import delimited
from crm_clean.sources.intake import Taken, import_decisions, take
from crm_clean.sources.lines import measure
from crm_clean.sources.spec import Limits, SourcesSpec

AT = datetime(2026, 1, 1, tzinfo=UTC)
QUIET = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def intake(path: Path, data: bytes) -> Taken | None:
    """What taking `data` gives, checked; None when it is refused as it should be."""
    path.write_bytes(data)
    try:
        (taken,) = take([path], spec=SourcesSpec(limits=Limits(max_cell_bytes=500)), taken_at=AT)
    except UnreadableInput:
        return None
    for table, frame in (
        (RAW_ROWS, taken.raw_rows),
        (QUARANTINE, taken.quarantine),
        (STAGED_RECORDS, taken.staged_records),
        (STAGED_POINTS, taken.staged_points),
    ):
        table.to_arrow(table.check(frame)).validate(full=True)
    rows = sorted([*taken.raw_rows["source_row"], *taken.quarantine["source_row"]])
    assert rows == list(range(1, len(rows) + 1))
    import_decisions(taken.staged_records, at=AT)
    return taken


HEADS = (
    b"",
    b"name,email\n",
    b"\xef\xbb\xbfid;name;email\r\n",
    b"email\n",
    b"\xff\xfen\0a\0m\0e\0,\0e\0m\0a\0i\0l\0\n\0",
)
PIECES = (
    *(
        b'"',
        b'""',
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r\n",
        b"\r",
        b"\0",
        b"\x1a",
        b"\xff",
        b"\xe9",
        b"\xed\xa0\x80",
        b"\x93",
    ),
    *("é".encode(), b"ann@example.com", b"Total", b" ", b"x" * 501, b"a,b\n", b'"q,\n"', b"sep=;\n", b"#"),
)


@given(
    head=st.sampled_from(HEADS), body=st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6)), max_size=60)
)
@QUIET
def test_any_bytes_as_csv(head: bytes, body: list[bytes], tmp_path: Path) -> None:
    intake(tmp_path / "any.csv", head + b"".join(body))


CARD_PIECES = (
    *(b"BEGIN:VCARD\n", b"END:VCARD\n", b"VERSION:3.0\n", b"N:Doe;Jo;;;\n", b"EMAIL;TYPE=HOME:jo@example.com\n"),
    *(
        b"TEL;CELL:555-0100\r\n",
        b"ADR;TYPE=work:;;1 Main;Town;;1;US\n",
        b"item1.X-ABLabel:_$!<Home>!$_\n",
        b" folded\n",
    ),
    *(b"NOTE;ENCODING=QUOTED-PRINTABLE:a=\n", b"=C3=A9\n", b"X;;:=:\n", b"UID:1\n", b"\0", b"\xff", b"KIND:group\n"),
)


@given(body=st.lists(st.one_of(st.sampled_from(CARD_PIECES), st.binary(max_size=6)), max_size=40))
@QUIET
def test_any_bytes_as_vcard(body: list[bytes], tmp_path: Path) -> None:
    intake(tmp_path / "any.vcf", b"".join(body))


@pytest.mark.parametrize("name", ["any.xlsx", "any.zip", "any.parquet", "any.csv.gz", "any.xls"])
@given(cut=st.integers(0, 400), flips=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=4))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_damaged_container(
    name: str, cut: int, flips: list[tuple[int, int]], tmp_path: Path, containers: dict[str, bytes]
) -> None:
    data = bytearray(containers[name])
    for place, value in flips:
        data[place % len(data)] = value
    intake(tmp_path / name, bytes(data[: len(data) - cut] if cut < len(data) else data))


TEXT = st.text(st.one_of(st.characters(blacklist_categories=["Cs", "Cc"]), st.sampled_from('\n\t ",;|')), max_size=12)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), min_size=1, max_size=12)
)


@given(rows=TABLES, delimiter=st.sampled_from(",;\t|"), end=st.sampled_from(["\n", "\r\n"]), quote_all=st.booleans())
@QUIET
def test_what_a_csv_writer_wrote_comes_back(rows: list[list[str]], delimiter: str, end: str, quote_all: bool) -> None:
    header = ["email", "name", "city", "phone", "notes"][: len(rows[0])]
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    rows = [["x", *row[1:]] for row in rows]
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([header, *rows])
    grid = delimited.read(out.getvalue().encode(), name="x", limits=Limits())
    cells = [[column[i].as_py() for column in grid.columns] for i in range(grid.n_rows)]
    if not any("\n" in cell and delimiter in cell for row in rows for cell in row):
        assert cells == rows
    else:  # lines within a quoted cell that look like whole rows make its quote pass for one that never closes
        assert grid.n_rows + len(grid.bad) >= len(rows)


@given(data=st.lists(st.sampled_from([b"a", b",", b'"', b"\n", b"\r", b"\r\n", b"bc"]), max_size=60).map(b"".join))
@QUIET
def test_lines_are_measured_as_one_would_by_hand(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = measure(data, b",")
    monkeypatch.setattr("crm_clean.sources.lines._SEGMENT", 3)
    lines = measure(data, b",")
    assert all((getattr(whole, f.name) == getattr(lines, f.name)).all() for f in fields(lines))
    expected = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    expected = expected[:-1] if expected[-1] == b"" else expected
    assert [data[s:e] for s, e in zip(lines.start, lines.end, strict=True)] == expected
    for line, n_fields, is_open in zip(expected, lines.n_fields, lines.is_open, strict=True):
        outside = b"".join(line.split(b'"')[::2])
        assert n_fields == outside.count(b",") + 1
        assert is_open == (line.count(b'"') % 2 == 1)


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One small good file of each kind that packs its content."""
    import gzip
    import zipfile

    import pandas as pd

    folder = tmp_path_factory.mktemp("containers")
    frame = pd.DataFrame({"name": ["Ann", "Bob"], "email": ["ann@example.com", "bob@example.com"]})
    frame.to_excel(folder / "any.xlsx", index=False, engine="xlsxwriter")
    frame.to_parquet(folder / "any.parquet")
    text = frame.to_csv(index=False)
    with zipfile.ZipFile(folder / "any.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("people.csv", text)
    packers: dict[str, Callable[[], Any]] = {"any.csv.gz": lambda: gzip.compress(text.encode())}
    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    return {**made, "any.xls": made["any.xlsx"], **{name: pack() for name, pack in packers.items()}}
