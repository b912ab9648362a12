"""What a profile finds in a file, table by table and column by column."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_clean.errors import BadSettings, UnreadableInput, UsageError
from crm_clean.pipeline import profile as profiling
from crm_clean.pipeline.profile import FileProfile, profile
from crm_clean.report.profiled import COLUMNS, FINDINGS
from crm_clean.sources.locate import find, read
from crm_clean.sources.recognise import recognise
from crm_clean.sources.spec import SourcesSpec
from crm_clean.sources.traced import trace_points

NOW = datetime(2026, 11, 1, tzinfo=UTC)
Looks = Callable[..., FileProfile]


@pytest.fixture
def looks(tmp_path: Path) -> Looks:
    """The profile of a CSV: `looks("Name;E-Mail", ["Ann;a@example.com"], encoding=, name=, **options)`."""

    def run(header: str, rows: list[str], *, name: str = "people.csv", encoding: str = "utf-8", **options: object):
        path = tmp_path / name
        path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
        return profile(path, now=NOW, **options)  # type: ignore[arg-type]

    return run


def column_of(found: FileProfile, name: str) -> pd.Series:
    rows = found.columns[found.columns["column"].eq(name)]
    assert len(rows) == 1
    return rows.iloc[0]


def notes_of(found: FileProfile, name: str) -> dict[str, tuple[int, str]]:
    """What is remarked of a column: code -> count and detail."""
    column = next(c for table in found.tables for c in table.columns if c.name == name)
    return {note.code: (note.n, note.detail) for note in column.notes}


@pytest.mark.parametrize(
    ("path", "tables"),
    [
        pytest.param(
            "hubspot-crm-exports-all-contacts-2026-10-01.csv", [("CSV", "HubSpot contacts", 812)], id="a HubSpot CSV"
        ),
        pytest.param("pipedrive-people.xlsx", [("Excel", "Pipedrive people", 337)], id="a Pipedrive workbook"),
        pytest.param("salesforce", [("CSV", "Salesforce contacts (data export)", 514)], id="a folder of one table"),
        pytest.param(
            "mailchimp-audience.zip",
            [("CSV in a ZIP", "Mailchimp audience", n) for n in (14, 297, 26)],
            id="a Mailchimp archive",
        ),
    ],
)
def test_the_samples_are_recognised(path: str, tables: list[tuple[str, str, int]], root: Path) -> None:
    found = profile(root / "data/samples" / path, now=NOW)
    assert [(table.kind, table.title, table.n_rows) for table in found.tables] == tables
    assert all(not table.is_guessed for table in found.tables)
    assert 0.5 < found.quality["overall"] < 1


def test_the_frames_have_the_columns_they_promise(root: Path) -> None:
    found = profile(root / "data/samples/mailchimp-audience.zip", now=NOW)
    assert found.columns.dtypes.astype(str).to_dict() == COLUMNS
    assert found.findings.dtypes.astype(str).to_dict() == FINDINGS
    assert found.columns["share_usable"].dropna().between(0, 1).all()
    assert list(found.quality) == ["completeness", "validity", "uniqueness", "consistency", "timeliness", "overall"]


@pytest.mark.parametrize("path", ["pipedrive-people.xlsx", "salesforce/Contact.csv"])
def test_every_staged_point_is_traced_to_the_cell_it_came_from(path: str, root: Path) -> None:
    location = find([root / "data/samples" / path])[0]
    grid = read(location, SourcesSpec())
    plan = recognise(grid, source_file=location.source_file, spec=SourcesSpec())
    from crm_clean.sources.intake import take

    taken = next(iter(take([root / "data/samples" / path], spec=SourcesSpec(), taken_at=NOW)))
    points = taken.staged_points
    row = pd.Index(taken.staged_records["record_id"]).get_indexer(points["record_id"])
    raws = points.set_index(pd.MultiIndex.from_arrays([row, points["kind"], points["ordinal"].astype(int)]))
    n_traced = 0
    for traced in trace_points(grid, plan):
        target = traced.feed.target
        name = "raw" if target.part == "value" else f"{target.part}_raw"
        at = pd.MultiIndex.from_arrays([traced.rows, np.full(len(traced.rows), target.kind), traced.ordinals])
        staged = raws[name].reindex(at).tolist()
        cells = grid.columns[traced.feed.column].take(traced.rows).to_pylist()
        assert all(str(part) in cell for part, cell in zip(staged, cells, strict=True))
        n_traced += len(staged) if target.kind != "address" else 0
    assert n_traced == int(points["kind"].ne("address").sum())


def test_what_can_be_used_is_counted_column_by_column(looks: Looks) -> None:
    rows = [
        "Ann;ann@example.com;+1 415 555 0101;;Berlin;US",
        "Bob;no mail;12;+1 415 555 0102;Hamburg;Atlantis",
        "Cy;c@example.org;;+1 415 555 0103;;US",
        "Test;test@test.com;;;;",
    ]
    found = looks("Full name;E-Mail;Phone;Mobile;City;Country", rows, default_region="US")
    shares = {name: float(column_of(found, name)["share_usable"]) for name in found.columns["column"]}
    assert shares == {"Full name": 0.75, "E-Mail": 0.5, "Phone": 0.5, "Mobile": 1, "City": 1, "Country": 2 / 3}
    filled = {name: float(column_of(found, name)["share_filled"]) for name in found.columns["column"]}
    assert filled == {"Full name": 1, "E-Mail": 1, "Phone": 0.5, "Mobile": 0.5, "City": 0.5, "Country": 0.75}


def test_several_values_of_a_cell_are_judged_one_by_one(looks: Looks) -> None:
    found = looks("Name;E-Mail", ['Ann;"a@example.com; kaputt@"', "Bob;b@example.com, c@example.com"])
    assert column_of(found, "E-Mail")["share_usable"] == pytest.approx(0.75)


EMAILS = [f"p{i}@example.com" for i in range(12)]
REMARKED = {
    "ids that repeat": ("Kundennr", [str(i // 2) for i in range(12)], "repeats", 6, ""),
    "a status spelt in many ways": (
        *("Status", ["Customer", "customer", "CUST.", "cust", "Lead", "lead"] * 4, "spellings", 6, "3"),
    ),
    "one country in several words": ("Land", ["DE", "Germany", "Deutschland", ""] * 3, "spellings", 3, "1"),
    "free text in a closed list": ("Status", ["Customer", "calls on Mondays"] * 6, "unknown", 6, ""),
    "neither yes nor no": ("Opt out", ["yes", "no", "perhaps"] * 4, "unknown", 4, ""),
    "apostrophes of a spreadsheet": ("Mobil", [f"'0170555010{i % 10}" for i in range(12)], "apostrophe", 12, ""),
    "phones that a spreadsheet cut": ("Mobil", ["4.91705E+11", "+14155550101"] * 6, "scientific", 6, ""),
    "phones that a spreadsheet made numbers": ("Mobil", ["14155550101.0", "+14155550102"] * 6, "float", 6, ""),
    "dates written in two ways": (
        *("Erstellt am", ["2024-03-12", "2024-03-13", "13.03.2024"] * 4, "date_formats", 2),
        "9999-99-99 (8), 99.99.9999 (4)",
    ),
    "days and months that change places": (
        *("Erstellt am", ["03/25/2024", "25/03/2024", "03/04/2024"] * 4, "date_order", 8),
        "4 day first, 4 month first",
    ),
    "dates to come": ("Erstellt am", ["2024-03-12", "2031-01-01"] * 6, "future", 6, ""),
    "birthdays to come": ("Geburtsdatum", ["1980-03-12", "2031-01-01", "--03-12"] * 4, "future", 4, ""),
    "placeholders": ("Firma", ["n/a", "-", "Acme"] * 4, "placeholder", 8, ""),
    "mailboxes that are nobody's": ("Kontakt", ["none@none.com", "a@example.com"] * 6, "placeholder", 6, ""),
    "the answer to who is who": ("cluster", [str(i) for i in range(12)], "never", 0, ""),
    "e-mails among notes": ("Wie", ["ruf an", "x@example.com", "y@example.com"] * 4, "looks_like", 12, "email_2"),
    "a name that promises what is not there": ("Telefon", ["oben links"] * 12, "not_as_named", 12, "phone"),
    "the same as another column": ("Zweit", EMAILS, "same_as", 12, "E-Mail"),
    "the same in every row": ("Quelle", ["Messe"] * 12, "constant", 12, ""),
}


@pytest.mark.parametrize(
    ("header", "cells", "code", "n", "detail"), [pytest.param(*case, id=title) for title, case in REMARKED.items()]
)
def test_what_stands_out_in_a_column(
    header: str, cells: list[str], code: str, n: int, detail: str, looks: Looks
) -> None:
    rows = [f"p{i}@example.com;{cell}" for i, cell in enumerate(cells)]
    notes = notes_of(looks(f"E-Mail;{header}", rows), header)
    assert notes.get(code) == (n, detail), notes


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        pytest.param("Status", ["Customer", "Lead", "Prospect"] * 4, id="a closed list, each word spelt once"),
        pytest.param("Land", ["DE", "FR", ""] * 4, id="country codes"),
        pytest.param("Mobil", [f"+1 415 555 01{i:02d}" for i in range(12)], id="phones"),
        pytest.param("Erstellt am", [f"2024-03-{i + 1:02d}" for i in range(12)], id="dates of one form"),
        pytest.param("Nachname", ["Null", "Test", *["Muster", "Beispiel"] * 5], id="a few odd names"),
    ],
)
def test_a_sound_column_is_left_in_peace(header: str, cells: list[str], looks: Looks) -> None:
    from crm_clean.report.profile_text import remarks

    found = looks(f"E-Mail;{header}", [f"{email};{cell}" for email, cell in zip(EMAILS, cells, strict=True)])
    column = next(c for c in found.tables[0].columns if c.name == header)
    told = [text for text in remarks(column) if header != "Nachname"]
    assert told == []


def test_rows_that_cannot_be_read_are_told_by_reason_with_their_first_lines(looks: Looks) -> None:
    rows = [f"P{i};p{i}@example.com" for i in range(40)]
    rows[3], rows[7], rows[9], rows[11], rows[20] = "x", "y", "z", "w", "a;b;c"
    table = looks("Name;E-Mail", rows).tables[0]
    told = [(unread.reason, unread.n, unread.lines) for unread in table.unread]
    assert told == [("row.too_few_fields", 4, (5, 9, 11)), ("row.too_many_fields", 1, (22,))]
    assert (table.n_rows, table.n_unread) == (35, 5)


def test_a_windows_file_with_semicolons_is_known_as_one(looks: Looks) -> None:
    table = looks("Vorname;E-Mail", ["Jürgen;j@example.org", "Zoë;z@example.org"], encoding="cp1252").tables[0]
    assert (table.encoding, table.delimiter, table.is_guessed) == ("cp1252", ";", True)


def test_rows_that_repeat_an_earlier_ones_mailbox_or_phone_and_name_lower_uniqueness(looks: Looks) -> None:
    rows = [
        "Ann;Lee;ann@example.com;+14155550101",
        "Ann;Lee;ANN@example.com;",  # her mailbox again
        "Ann;Lee;;+1 415 555 0101",  # her phone again, under her name
        "Bob;Lee;;+14155550101",  # the phone of the house
        "Cy;Roe;info@example.org;",
        "Di;Poe;info@example.org;",  # a mailbox that many read
    ]
    found = looks("Vorname;Nachname;E-Mail;Telefon", rows)
    assert found.tables[0].n_repeats == 2
    assert found.quality["uniqueness"] == pytest.approx(4 / 6)


def test_of_a_large_file_the_first_rows_are_judged_and_all_are_read(
    looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiling, "MOST_ROWS", 10)
    rows = [f"P{i};p{i}@example.com" for i in range(15)] + [f"P{i};" for i in range(10)] + ["broken"]
    table = looks("Name;E-Mail", rows).tables[0]
    assert (table.n_rows, table.n_judged, table.n_unread) == (25, 10, 1)
    assert [column.share_filled for column in table.columns] == [1, 1]


def test_an_archive_tells_of_every_table_and_stumbles_over_none(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("people.csv", "Name,Email\nAnn,ann@example.com\n")
        archive.writestr("products.csv", "sku,price\na,1\n")
        archive.writestr("page.csv", "<html><body>login</body></html>")
    tables = {table.source_file: table for table in profile(path, now=NOW).tables}
    assert tables["all.zip/people.csv"].holds_contacts
    assert not tables["all.zip/products.csv"].holds_contacts
    assert "web page" in str(tables["all.zip/page.csv"].trouble)


def test_vcards_and_parquet_are_told_like_any_other(tmp_path: Path) -> None:
    cards = tmp_path / "people.vcf"
    cards.write_text(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ann Lee\nEMAIL;TYPE=work:ann@example.com\nTEL;TYPE=cell:+14155550101\nEND:VCARD\n"
    )
    table = profile(cards, now=NOW).tables[0]
    assert (table.kind, table.title, table.n_rows) == ("vCard", "vCard", 1)
    assert notes_of(profile(cards, now=NOW), "TEL 1 TYPE")["labels"] == (0, "phone")
    frame = tmp_path / "people.parquet"
    pd.DataFrame({"Name": ["Ann", None], "Email": ["ann@example.com", "b@example.com"]}).to_parquet(frame)
    found = profile(frame, now=NOW)
    assert found.tables[0].kind == "Parquet"
    assert column_of(found, "Name")["share_filled"] == 0.5


def test_a_map_is_obeyed_and_remembered_for_the_commands(looks: Looks) -> None:
    found = looks("who;where", ["Ann;ann@example.com"], mapping={"who": "full_name"})
    assert column_of(found, "who")["field"] == "full_name"
    assert found.options["mapping"] == {"who": "full_name"}


def test_a_saved_draft_is_recognised_next_time(looks: Looks, tmp_path: Path) -> None:
    rows = ["Ida;Muster;ida@example.org"]
    first = looks("Vorname;Nachname;E-Mail", rows, name="kunden.csv")
    assert first.tables[0].is_guessed
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "kunden.toml").write_text(first.draft, encoding="utf-8")
    again = looks("Vorname;Nachname;E-Mail", rows, name="kunden.csv", profiles=folder)
    assert (again.tables[0].profile, again.tables[0].title) == ("kunden", "Kunden")


@pytest.mark.parametrize(
    ("content", "options", "error"),
    [
        pytest.param(b"", {}, UnreadableInput, id="an empty file"),
        pytest.param(b"Name,Email\n", {}, UnreadableInput, id="a header and no rows"),
        pytest.param(b"\xff\xd8\xff\xe0JFIF", {}, UnreadableInput, id="a picture"),
        pytest.param(b"<html><body></body></html>", {}, UnreadableInput, id="a web page"),
        pytest.param(b"Name,Email\nA,a@example.com\n", {"mapping": {"No": "email"}}, UsageError, id="no such column"),
        pytest.param(b"Name,Email\nA,a@example.com\n", {"mapping": {"Name": "x"}}, BadSettings, id="no such field"),
        pytest.param(b"Name,Email\nA,a@example.com\n", {"default_region": "Germany"}, BadSettings, id="no such region"),
        pytest.param(b"Name,Email\nA,a@example.com\n", {"profiles": "nowhere"}, BadSettings, id="no such folder"),
    ],
)
def test_what_cannot_be_looked_at_is_refused(
    content: bytes, options: dict[str, object], error: type[Exception], tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(error):
        profile(path, now=NOW, **options)  # type: ignore[arg-type]


def test_a_folder_without_contacts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "products.csv").write_text("sku,price\na,1\n")
    with pytest.raises(UnreadableInput, match="in none of its tables"):
        profile(tmp_path, now=NOW)
