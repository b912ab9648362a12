"""A firm's exports in every format, with one person planted in all of them, run twice; and what tells the person.

Zora shares a telephone with her husband and `info@` with a colleague; a broken row speaks of her, too.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from crm_clean.project import Project
from crm_clean.project import open as open_project

HEADER = [
    "Id",
    "First Name",
    "Last Name",
    "Email",
    "Phone",
    "Street",
    "City",
    "Postal Code",
    "Country",
    "Tags",
    "Notes",
]
CRM = [
    *("Record ID", "First Name", "Last Name", "Email", "Additional email addresses", "Phone Number", "Company Name"),
    *("Street Address", "City", "Postal Code", "Country/Region", "Lifecycle Stage", "Contact owner"),
    *("Unsubscribed from all email", "Create Date", "Last Modified Date", "Newsletter topics", "Notes"),
]
HOME, OFFICE = "+49 30 2034567", "info@brauwerk.de"
ZORA = [
    "7",
    "Zora",
    "Qvanary",
    "zora.qvanary@wolkenpost.de",
    HOME,
    "Qvanargasse 5",
    "Berlin",
    "10117",
    "DE",
    "qvtag",
    "",
]
BERND = ["8", "Bernd", "Qvogel", "bernd.qvogel@wolkenpost.de", HOME, "Lindenweg 9", "Berlin", "10117", "DE", "", ""]
OLGA = ["9", "Olga", "Petersen", OFFICE, "+49 40 2034568", "Hafenstr. 1", "Hamburg", "20095", "DE", "vip", ""]
TELLTALES = ("zora", "qvanary", "qvanargasse", "qvtag", "qvsecret", "1712034561", "zozo")
FIRST_NAMES = ["Anna", "Ben", "Clara", "David", "Emil", "Frieda", "Georg", "Hanna", "Ivo", "Jana"]
LAST_NAMES = ["Albers", "Brandt", "Conrad", "Dietz", "Ebert", "Franke", "Gerlach", "Huber"]


class Firm(NamedTuple):
    """A project after two runs, and Zora's golden id in it."""

    folder: Path
    golden_id: str

    def copy(self, to: Path) -> Project:
        shutil.copytree(self.folder, to, symlinks=True)
        return open_project(to)


def others(start: int = 100) -> list[list[str]]:
    """Forty people who have nothing to do with her."""
    rows = []
    for n in range(40):
        first, last = FIRST_NAMES[n % 10], LAST_NAMES[n // 5]
        mail = f"{first}.{last}{n}@beispielpost.de".lower()
        street = f"Gartenstr. {n + 1}"
        row = [f"{start + n}", first, last, mail, f"+49 171 55500{n:02}", street, "Kiel", "24103", "DE", "vip", ""]
        rows.append(row)
    return rows


def in_crm(row: list[str], day: str = "2026-01-05", more: str = "", out: str = "") -> list[str]:
    """The row as the CRM exports it."""
    native, first, last, mail, phone, street, city, code, country, tags, notes = row
    dates = ["2020-01-02 08:00", f"{day} 09:00"]
    return [
        native,
        first,
        last,
        mail,
        more,
        phone,
        "",
        street,
        city,
        code,
        country,
        "Lead",
        "",
        out,
        *dates,
        tags,
        notes,
    ]


def as_csv(rows: list[list[str]], header: list[str] | None = None) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([header or HEADER, *rows])
    return out.getvalue()


def frame(rows: list[list[str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=HEADER)


def fill(landing: Path) -> None:
    """The exports of the first run: she is in every one of them."""
    broken = [*in_crm(ZORA), "one", "cell too many"]
    crm = [*map(in_crm, others()), in_crm(ZORA, out="true"), *map(in_crm, (BERND, OLGA)), broken]
    (landing / "crm.csv").write_text(as_csv([*crm, in_crm(others(900)[3])], CRM))
    shop = frame([*others(200)[:8], ["31", *ZORA[1:]], *others(300)[20:25]])
    with pd.ExcelWriter(landing / "shop.xlsx", engine="xlsxwriter") as book:
        shop.to_excel(book, index=False, sheet_name="People")
        book.sheets["People"].write_url("D10", "mailto:zora.qvanary@wolkenpost.de")
        book.sheets["People"].write_comment("B10", "Zora wrote on Monday")
    frame([*others(400)[:6], ["61", "Zora", "Qvanary", "", "+49 171 2034561", *ZORA[5:]]]).to_parquet(
        landing / "events.parquet"
    )
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:{1};{0}\r\nFN:{0} {1}\r\nEMAIL:{2}\r\nEND:VCARD\r\n"
    people = [others()[2], ZORA, others()[5]]
    (landing / "phone.vcf").write_text("".join(card.format(*person[1:4]) for person in people), newline="")
    with zipfile.ZipFile(landing / "more.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/news.csv", as_csv([*others(500)[:7], ["71", *ZORA[1:4], *[""] * 7]]))
        archive.writestr("a/else.csv", as_csv(others(600)[30:38]))


def later() -> str:
    """The second export: she has moved, has another name with friends and a note; so have others."""
    moved = ["7", "Zora", "Qvanary", "zozo@qvanary.example.net", HOME, "Qvanargasse 77", *ZORA[6:9], "qvtag;vip"]
    changed = [in_crm([*row[:5], f"Neue {row[5]}", *row[6:]], "2026-03-01") for row in others()[:5]]
    more = in_crm([*moved, "qvsecret: prefers the boathouse"], "2026-03-01", more=ZORA[3])
    return as_csv([*changed, more], CRM)


@pytest.fixture(scope="session")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """The project, not to be changed: copy it."""
    folder = tmp_path_factory.mktemp("privacy") / "firm"
    project = Project.init(folder)
    fill(project.place.landing)
    project.run(workers=1)
    project.report(path=project.place.reports / "run-000001.html")
    (project.place.landing / "later").mkdir()
    (project.place.landing / "later" / "crm.csv").write_text(later())
    project.run(workers=1)
    project.decide("different", "hubspot:8", "hubspot:9", by="Kim", reason="Bernd is married to Zora Qvanary")
    project.decide("different", "hubspot:7", "hubspot:8", by="Kim", reason="husband and wife")
    (golden_id,) = project.golden().query("first_name == 'Zora'")["golden_id"]
    return Firm(folder, str(golden_id))


@pytest.fixture
def project(firm: Firm, tmp_path: Path) -> Project:
    """A copy of it, to be changed."""
    return firm.copy(tmp_path / "firm")


@pytest.fixture(scope="session")
def erased(firm: Firm, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of it in which she is erased; not to be changed."""
    project = firm.copy(tmp_path_factory.mktemp("erased") / "firm")
    project.forget(firm.golden_id, by="the office", reason="asked by letter")
    return project


@pytest.fixture
def forgotten(erased: Project, tmp_path: Path) -> Project:
    """A copy of that, to be changed."""
    shutil.copytree(erased.place.folder, tmp_path / "forgotten", symlinks=True)
    return open_project(tmp_path / "forgotten")


@pytest.fixture
def loose_umask() -> Iterator[None]:
    """A user whose new files anybody may read, as most users are set up."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def deliver() -> Callable[[Project, list[list[str]]], Project]:
    """Put one more export into the landing folder of a project and run it."""

    def run(project: Project, rows: list[list[str]], name: str = "again.csv") -> Project:
        (project.place.landing / name).write_text(as_csv(rows))
        project.run(workers=1)
        return project

    return run
