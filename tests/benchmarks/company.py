"""A made-up company whose CRMs are exported month by month: people come, change and go, and we know who is who.

A record keeps the id its CRM gave it, whatever is changed in it. What comes may be somebody new, or one more record of
a person who is there. The same seed gives the same months.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from crm_clean.sample import hubspot, mailchimp, pipedrive, salesforce
from crm_clean.sample.bulk import Sheet, csv_bytes, write_csv, write_xlsx, write_zip
from crm_clean.sample.crms import HUBSPOT, MAILCHIMP, PIPEDRIVE, SALESFORCE
from crm_clean.sample.dirt import misprint
from crm_clean.sample.generate import draw_customers

NEW, CHANGED, GONE = 0.05, 0.10, 0.02
SOURCES = ("hubspot", "mailchimp", "pipedrive", "salesforce")
PERSON = "person"
_FREE = ("gmail.com", "outlook.com", "yahoo.com", "hotmail.com")
Draw = np.random.Generator
Rows = pd.DataFrame


@dataclass(frozen=True)
class Layout:
    """Which columns of an export hold what; `first` and `last` of a name, the moment of the last change."""

    source: str
    key: str
    first: str
    last: str
    email: tuple[str, ...]
    phones: tuple[str, ...]
    job: tuple[str, ...]
    updated: str
    whole_name: str | None = None


LAYOUTS = (
    Layout(
        "hubspot", "Record ID", "First Name", "Last Name", ("Email",), ("Phone Number", "Mobile Phone Number"),
        ("Company Name", "Job Title"), "Last Modified Date",
    ),
    Layout(
        "salesforce", "Id", "FirstName", "LastName", ("Email",), ("Phone", "MobilePhone", "HomePhone"),
        ("AccountId", "Title"), "LastModifiedDate",
    ),
    Layout(
        "pipedrive", "Person - ID", "Person - First name", "Person - Last name",
        ("Person - Email - Work", "Person - Email - Home"), ("Person - Phone - Work", "Person - Phone - Mobile"),
        ("Person - Organization", "Person - Title"), "Person - Update time", "Person - Name",
    ),
    Layout(
        "mailchimp", "LEID", "First Name", "Last Name", ("Email Address",), ("Phone Number",), (), "LAST_CHANGED",
    ),
)  # fmt: skip


@dataclass
class Export:
    """One sheet: the rows that are in it now, and those that are still to come."""

    name: str
    layout: Layout
    here: Rows
    to_come: Rows


@dataclass
class Company:
    """The company in one month; `step` makes it the next."""

    rng: Draw
    exports: list[Export]
    month: date = field(default=date(2026, 10, 1))

    def people(self) -> pd.Series:
        """Who is who: person by record id, of all that are in the exports of this month."""
        named = [
            pd.Series(one.here[PERSON].to_numpy(), index=one.layout.source + ":" + one.here[one.layout.key])
            for one in self.exports
        ]
        return pd.concat(named)

    def step(self) -> None:
        """A month later: a share of the rows went, one was changed, and others came."""
        self.month = date(self.month.year + self.month.month // 12, self.month.month % 12 + 1, 1)
        for one in self.exports:
            n = len(one.here)
            stays = self.rng.random(n) >= GONE
            here = one.here[stays].copy()
            for at in np.flatnonzero(self.rng.random(len(here)) < CHANGED):
                self._change(one.layout, here, here.index[at])
            coming = round(n * NEW)
            one.here = pd.concat([here, one.to_come[:coming]])
            one.to_come = one.to_come[coming:]
            assert len(one.to_come), "the company has grown beyond what was drawn for it"

    def write(self, folder: Path) -> Path:
        """The exports of this month in `folder`, in the order of their ids."""
        folder.mkdir(parents=True)
        members = {}
        for one in self.exports:
            rows = one.here.sort_index()
            columns = {name: pa.array(rows[name], pa.string()) for name in rows.columns if name != PERSON}
            sheet = Sheet(one.name, columns, rows[PERSON].to_numpy())
            if one.layout.source == "hubspot":
                write_csv(folder / f"hubspot-crm-exports-all-contacts-{self.month}.csv", sheet)
            elif one.layout.source == "salesforce":
                write_csv(folder / "Contact.csv", sheet, encoding=salesforce.ENCODING)
            elif one.layout.source == "pipedrive":
                write_xlsx(
                    folder / pipedrive.FILE, sheet, tab=pipedrive.TAB, integers=pipedrive.INTEGERS, tick=lambda _: None
                )
            else:
                members[one.name.rpartition("/")[2]] = csv_bytes(columns)
        write_zip(folder / mailchimp.FILE, members)
        return folder

    def _change(self, layout: Layout, rows: Rows, row: int) -> None:
        kinds: tuple[Callable[[Layout, Rows, int], None], ...]
        kinds = (self._phone, self._phone, self._job, self._job, self._email, self._spelling)
        kinds[self.rng.integers(len(kinds))](layout, rows, row)
        like = str(rows.at[row, layout.updated])
        rows.at[row, layout.updated] = f"{self.month}{like[10:]}"

    def _phone(self, layout: Layout, rows: Rows, row: int) -> None:
        """Another number of the same kind and country."""
        for name in [name for name in layout.phones if rows.at[row, name]][:1]:
            number = list(str(rows.at[row, name]))
            for at in [at for at, sign in enumerate(number) if sign.isdigit()][-5:]:
                number[at] = str(self.rng.integers(10))
            rows.at[row, name] = "".join(number)

    def _job(self, layout: Layout, rows: Rows, row: int) -> None:
        """The employer and title of somebody else."""
        other = rows.index[self.rng.integers(len(rows))]
        for name in layout.job:
            rows.at[row, name] = rows.at[other, name]

    def _email(self, layout: Layout, rows: Rows, row: int) -> None:
        """A new private address, after the name."""
        for name in [name for name in layout.email if rows.at[row, name]][:1]:
            letters = "".join(
                sign
                for sign in unicodedata.normalize("NFKD", f"{rows.at[row, layout.first]}{rows.at[row, layout.last]}")
                if sign.isascii() and sign.isalpha()
            ).lower()
            rows.at[row, name] = f"{letters or 'me'}{self.rng.integers(10_000)}@{_FREE[self.rng.integers(len(_FREE))]}"

    def _spelling(self, layout: Layout, rows: Rows, row: int) -> None:
        """A slip in a name, or a name in capitals."""
        name = (layout.first, layout.last)[self.rng.integers(2)]
        said = str(rows.at[row, name])
        rows.at[row, name] = said.upper() if self.rng.random() < 0.3 else misprint(said, int(self.rng.integers(1000)))
        if layout.whole_name:
            rows.at[row, layout.whole_name] = f"{rows.at[row, layout.first]} {rows.at[row, layout.last]}".strip()


def draw_company(*, records: int, months: int, seed: int) -> Company:
    """A company of so many records in its first month, with enough people in store for all months."""
    customers = draw_customers(contacts=int(records * (1 + NEW) ** months), seed=seed)
    rng = np.random.default_rng([seed, 99])
    drawn = {
        "hubspot": [hubspot.hubspot(rng, customers.cards(HUBSPOT))],
        "salesforce": [salesforce.salesforce(rng, customers.cards(SALESFORCE))],
        "pipedrive": [pipedrive.pipedrive(rng, customers.cards(PIPEDRIVE))],
        "mailchimp": mailchimp.mailchimp(rng, customers.cards(MAILCHIMP)),
    }
    share = records / len(customers.rows)
    exports = [_export(rng, sheet, layout, share) for layout in LAYOUTS for sheet in drawn[layout.source]]
    return Company(rng, exports)


def months(company: Company, number: int, folder: Path) -> Iterator[Path]:
    """The folder of each month's exports, one after the other."""
    for month in range(1, number + 1):
        if month > 1:
            company.step()
        yield company.write(folder / f"month-{month:02d}")


def _export(rng: Draw, sheet: Sheet, layout: Layout, share: float) -> Export:
    columns = {name: values.to_pylist() for name, values in sheet.columns.items()}
    rows = pd.DataFrame(columns, dtype=object).fillna("").assign(**{PERSON: sheet.person})
    order = rng.permutation(len(rows))
    n = round(share * len(rows))
    return Export(sheet.source_file, layout, rows.iloc[order[:n]], rows.iloc[order[n:]])
