"""`crm-clean profile`: what is printed, what is written, what is refused, and that nobody's data is shown."""

from __future__ import annotations

import os
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

CANARY = "Zyxwvutcanary"
Runs = Callable[..., Any]


@pytest.fixture
def kunden(tmp_path: Path) -> Path:
    """A German file of Windows, with a column to be mapped, a broken row and a canary in every other cell."""
    path = tmp_path / "kunden.csv"
    rows = [
        "Vorname;Nachname;E-Mail;Mobil;Straße;PLZ;Ort;Geburtsdatum;Status;Kontakt 2;Notiz",
        *(
            f"{CANARY};{CANARY}-Müller{i};{CANARY}{i}@example.org;0170 555 01{i:02d};{CANARY}str. {i};10115;"
            f"{CANARY};{i % 27 + 1:02d}.03.1980;{CANARY};{CANARY}{i}@example.com;{CANARY}"
            for i in range(30)
        ),
        f"{CANARY};{CANARY}",
        f"{CANARY};{CANARY};keine;'{CANARY};;;;31.02.1980;kunde;{CANARY};",
    ]
    path.write_bytes("\r\n".join(rows).encode("cp1252"))
    return path


def test_a_file_is_told_on_two_screens_and_its_draft_follows(kunden: Path, crm_clean: Runs) -> None:
    ran = crm_clean("profile", kunden)
    assert (ran.code, ran.err) == (0, "")
    screen, _, draft = ran.out.partition("# Draft of a source profile")
    assert screen.startswith("kunden.csv: 31 rows, 1 more set aside, 11 columns, ")
    assert len(screen.splitlines()) < 80
    assert tomllib.loads(f"#{draft}")["name"] == "kunden"


@pytest.mark.parametrize("width", [80, 120])
def test_nobodys_data_is_shown(width: int, kunden: Path, crm_clean: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    ran = crm_clean("profile", kunden, "--map", "Kontakt 2=email_2", "--default-region", "DE")
    assert ran.code == 0
    assert CANARY.lower() not in (ran.out + ran.err).lower()
    assert (
        max(map(len, [line for line in ran.out.partition("# Draft")[0].splitlines() if "crm-clean" not in line])) <= 100
    )


@pytest.mark.parametrize("kind", ["xlsx", "vcf", "parquet", "zip"])
def test_nobodys_data_is_shown_of_any_kind_of_file(kind: str, tmp_path: Path, crm_clean: Runs) -> None:
    path = tmp_path / f"people.{kind}"
    frame = pd.DataFrame({"Name": [CANARY] * 3, "Email": [f"{CANARY}{i}@example.org" for i in range(3)]})
    if kind == "xlsx":
        frame.to_excel(path, index=False, engine="xlsxwriter")
    elif kind == "parquet":
        frame.to_parquet(path)
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.csv", frame.to_csv(index=False) + f"{CANARY}\n")
            archive.writestr("b.csv", f"<html>{CANARY}</html>")
    else:
        path.write_text(f"BEGIN:VCARD\nVERSION:3.0\nFN:{CANARY}\nEMAIL:{CANARY}@example.org\nEND:VCARD\n{CANARY}\n")
    ran = crm_clean("profile", path)
    assert ran.code == 0, ran.err
    assert CANARY.lower() not in (ran.out + ran.err).lower()


def test_the_draft_is_written_where_it_is_wanted_and_the_next_look_knows_the_file(
    kunden: Path, tmp_path: Path, crm_clean: Runs
) -> None:
    out = tmp_path / "profiles/kunden.toml"
    ran = crm_clean("profile", kunden, "--out", out, "--default-region", "DE")
    assert ran.code == 0
    assert f"crm-clean profile {kunden} --profiles {out.parent}" in ran.out
    assert "# Draft of" not in ran.out
    assert tomllib.loads(out.read_text(encoding="utf-8"))["default_region"] == "DE"
    again = crm_clean("profile", kunden, "--profiles", out.parent)
    assert "Recognised: Kunden (profile kunden)" in again.out


def test_a_file_that_is_there_is_left_as_it_is(kunden: Path, tmp_path: Path, crm_clean: Runs) -> None:
    out = tmp_path / "mine.toml"
    out.write_text("mine")
    ran = crm_clean("profile", kunden, "--out", out)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "is there already" in ran.err
    assert out.read_text() == "mine"


def test_a_known_export_is_said_to_be_one_and_drafted_only_on_demand(
    root: Path, tmp_path: Path, crm_clean: Runs
) -> None:
    export, out = root / "data/samples/pipedrive-people.xlsx", tmp_path / "own.toml"
    plain = crm_clean("profile", export)
    assert "Recognised: Pipedrive people (profile pipedrive_people)" in plain.out
    assert "# Draft" not in plain.out
    assert "--out profiles/" not in plain.out
    assert crm_clean("profile", export, "--out", out).code == 0
    assert tomllib.loads(out.read_text(encoding="utf-8"))["name"] == "pipedrive_people_own"


def test_tables_of_several_kinds_have_no_common_draft(tmp_path: Path, crm_clean: Runs) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.csv").write_text("Name,Email\nAnn,ann@example.com\n")
    (tmp_path / "in/b.csv").write_text("Vorname,Nachname,E-Mail\nIda,Muster,ida@example.org\n")
    ran = crm_clean("profile", tmp_path / "in", "--out", tmp_path / "both.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "several kinds (a.csv, b.csv)" in ran.err
    assert not (tmp_path / "both.toml").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("none.csv", None, "there is no such file", id="no file"),
        pytest.param("people.csv", b"", "the file is empty", id="an empty file"),
        pytest.param("people.csv", b"Name,Email\n", "a header and no rows", id="a header alone"),
        pytest.param("people.csv", b"\xff\xd8\xff\xe0JFIF", "JPEG", id="a picture in disguise"),
        pytest.param("people.jpg", b"\xff\xd8\xff\xe0JFIF", "we read .csv", id="a picture"),
        pytest.param("people.csv", b"<html><body>log in</body></html>", "web page", id="a web page"),
        pytest.param("people.xlsx", b"PK\x03\x04 cut", "cut or damaged", id="a workbook cut short"),
        pytest.param("people.csv", b"Ann,ann@example.com\nBob,bob@example.com\n", "not a header", id="no header"),
        pytest.param("in/products.csv", b"sku,price\na,1\n", "in none of its tables", id="a folder without contacts"),
        pytest.param("in/.hidden", b"", "holds no file we read", id="a folder without files"),
    ],
)
def test_what_is_no_table_of_contacts_is_refused_in_one_sentence(
    name: str, content: bytes | None, said: str, tmp_path: Path, crm_clean: Runs
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if content is not None:
        path.write_bytes(content)
    ran = crm_clean("profile", path.parent if name.startswith("in/") else path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--map", "Name"], "write COLUMN=field", id="a map that is none"),
        pytest.param(["--map", "Nix=email"], "no column 'Nix'", id="a column that is not there"),
        pytest.param(["--map", "Vorname=nix"], "no such field: nix", id="a field that is none"),
        pytest.param(["--default-region", "Germany"], "default_region", id="a region that is none"),
        pytest.param(["--profiles", "nowhere"], "nowhere is no folder of profiles", id="no folder of profiles"),
    ],
)
def test_wrong_usage_is_refused_in_one_sentence(words: list[str], said: str, kunden: Path, crm_clean: Runs) -> None:
    ran = crm_clean("profile", kunden, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert CANARY not in ran.err


def test_a_readable_table_without_contacts_is_shown_so_that_it_can_be_mapped(tmp_path: Path, crm_clean: Runs) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("wer,wo\nx1,y\nx2,z\n")
    ran = crm_clean("profile", path)
    assert ran.code == 0
    assert "No column looks like a name" in ran.out
    assert "% clean" not in ran.out
    assert crm_clean("profile", path, "--out", tmp_path / "odd.toml").code == 2
    assert os.listdir(tmp_path) == ["odd.csv"]
