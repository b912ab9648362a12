"""Writing a sample: four exports of one made-up customer base, and the truth about who is who in them.

The same seed and number of contacts give the same bytes. Nothing here knows how records will be linked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from crm_clean.errors import UsageError
from crm_clean.sample import hubspot, mailchimp, pipedrive, salesforce
from crm_clean.sample.bulk import Sheet, csv_bytes, write_csv, write_xlsx, write_zip
from crm_clean.sample.cards import Card, write_cards
from crm_clean.sample.columns import Column, constant, join, numbers
from crm_clean.sample.crms import HUBSPOT, MAILCHIMP, PIPEDRIVE, SALESFORCE
from crm_clean.sample.people import HOUSEHOLDS
from crm_clean.sample.rows import PEOPLE_PER_ROW, Rows, draw_rows
from crm_clean.sample.world import World, draw_world

FEWEST, MOST = 10, 5_000_000
TRUTH = "truth.csv"
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Customers:
    """A world and the rows its people have in the exports."""

    world: World
    rows: Rows
    seed: int

    def cards(self, crm: int) -> Card:
        """The cards of one CRM, oldest first."""
        at = np.flatnonzero(self.rows.crm == crm)
        at = at[np.argsort(self.rows.created[at], kind="stable")]
        return write_cards(np.random.default_rng([self.seed, 10 + crm]), self.world, self.rows.only(at), crm=crm)


def draw_customers(*, contacts: int, seed: int) -> Customers:
    """The people and rows behind a sample of so many contacts."""
    if not FEWEST <= contacts <= MOST:
        raise UsageError(f"A sample has from {FEWEST} to {MOST} contacts; {contacts} is not among them.")
    if seed < 0:
        raise UsageError("The seed of a sample is zero or a positive whole number.")
    a_household = sum(share * size for share, size in HOUSEHOLDS) / sum(share for share, _ in HOUSEHOLDS)
    world = draw_world(seed, int(contacts * PEOPLE_PER_ROW / a_household) + 40)
    return Customers(world, draw_rows(world, seed=seed, contacts=contacts), seed)


def write_sample(folder: Path, *, contacts: int, seed: int, on_progress: Progress | None = None) -> dict[str, object]:
    """Write the four exports and `truth.csv` into `folder`; `contacts` is the number of their rows together.

    `on_progress` is told what is being written and the share done of the whole, 0 to 1. Returns `contacts`, `people`,
    `rows` (by source_file, as the truth file names them) and `files` (paths written, relative to `folder`). The truth
    file has one line a row: `source_file,source_row,person`, rows counted from 1 below the header. Raises UsageError
    for fewer than 10 contacts or a negative seed.
    """
    tell = on_progress or _tell_nobody
    tell("people", 0.0)
    customers = draw_customers(contacts=contacts, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    sheets = [*_hubspot(folder, customers, tell), *_salesforce(folder, customers, tell)]
    sheets += [*_mailchimp(folder, customers, tell), *_pipedrive(folder, customers, tell)]
    tell("truth", 0.98)
    write_csv(folder / TRUTH, _truth(sheets), quoted=False)
    tell("done", 1.0)
    return {
        "contacts": contacts,
        "people": len(np.unique(customers.rows.person)),
        "rows": {sheet.source_file: len(sheet.person) for sheet in sheets},
        "files": [hubspot.FILE, salesforce.FILE, mailchimp.FILE, pipedrive.FILE, TRUTH],
    }


def _tell_nobody(what: str, share: float) -> None:
    del what, share


def _rng(customers: Customers, crm: int) -> np.random.Generator:
    return np.random.default_rng([customers.seed, 20 + crm])


def _hubspot(folder: Path, customers: Customers, tell: Progress) -> list[Sheet]:
    tell(hubspot.FILE, 0.3)
    sheet = hubspot.hubspot(_rng(customers, HUBSPOT), customers.cards(HUBSPOT))
    write_csv(folder / hubspot.FILE, sheet)
    return [_bare(sheet)]


def _salesforce(folder: Path, customers: Customers, tell: Progress) -> list[Sheet]:
    tell(salesforce.FILE, 0.4)
    sheet = salesforce.salesforce(_rng(customers, SALESFORCE), customers.cards(SALESFORCE))
    write_csv(folder / salesforce.FILE, sheet, encoding=salesforce.ENCODING)
    return [_bare(sheet)]


def _mailchimp(folder: Path, customers: Customers, tell: Progress) -> list[Sheet]:
    tell(mailchimp.FILE, 0.5)
    sheets = mailchimp.mailchimp(_rng(customers, MAILCHIMP), customers.cards(MAILCHIMP))
    members = {sheet.source_file.rpartition("/")[2]: csv_bytes(sheet.columns) for sheet in sheets}
    write_zip(folder / mailchimp.FILE, members)
    return [_bare(sheet) for sheet in sheets]


def _pipedrive(folder: Path, customers: Customers, tell: Progress) -> list[Sheet]:
    tell(pipedrive.FILE, 0.57)
    sheet = pipedrive.pipedrive(_rng(customers, PIPEDRIVE), customers.cards(PIPEDRIVE))
    write_xlsx(
        folder / pipedrive.FILE, sheet, tab=pipedrive.TAB, integers=pipedrive.INTEGERS,
        tick=lambda share: tell(pipedrive.FILE, 0.57 + 0.4 * share),
    )  # fmt: skip
    return [_bare(sheet)]


def _bare(sheet: Sheet) -> Sheet:
    """The sheet without its columns, which are on disk now."""
    return Sheet(sheet.source_file, {}, sheet.person)


def _truth(sheets: list[Sheet]) -> Sheet:
    person = np.concatenate([sheet.person for sheet in sheets])
    source_file: Column = pa.concat_arrays([constant(sheet.source_file, len(sheet.person)) for sheet in sheets])
    source_row = np.concatenate([np.arange(1, len(sheet.person) + 1) for sheet in sheets])
    columns = {"source_file": source_file, "source_row": numbers(source_row), "person": join("P", numbers(person + 1))}
    return Sheet(TRUTH, columns, person)
