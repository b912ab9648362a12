"""Rows taken before, staged again: the same as when they were taken, until somebody says otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from crm_clean.records.tables import STAGED_POINTS, STAGED_RECORDS
from crm_clean.sample.generate import write_sample
from crm_clean.sources.again import stage_again
from crm_clean.sources.intake import Taken, take
from crm_clean.sources.spec import SourcesSpec

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHEET = "Name;E-Mail;Geburtstag;E-Mail\nAnna Keller;anna@example.com;01.02.1980;a.keller@example.org\n;;;\n"


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What four systems export, a sheet with twin headers, and a card file."""
    folder = tmp_path_factory.mktemp("exports")
    write_sample(folder, contacts=150, seed=5)
    (folder / "sheet.csv").write_text(SHEET, "utf-8")
    (folder / "cards.vcf").write_text(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ben Ochs\nTEL;TYPE=CELL:+49 171 3920012\nEND:VCARD\n", "utf-8"
    )
    return folder


def staged_again(taken: list[Taken], spec: SourcesSpec) -> tuple[pa.Table, pa.Table]:
    files, rows = (pd.concat([getattr(t, n) for t in taken], ignore_index=True) for n in ("files", "raw_rows"))
    again = list(stage_again(files, rows, spec=spec))
    return pa.concat_tables(a.staged_records for a in again), pa.concat_tables(a.staged_points for a in again)


@pytest.mark.parametrize("region", [pytest.param(None, id="no region"), pytest.param("DE", id="a region")])
def test_it_is_what_it_was(exports: Path, region: str | None) -> None:
    spec = SourcesSpec(default_region=region)
    taken = list(take([exports], spec=spec, taken_at=NOW))
    assert len(taken) > 7
    records, points = staged_again(taken, spec)
    assert records.equals(pa.concat_tables(STAGED_RECORDS.to_arrow(t.staged_records) for t in taken))
    assert points.equals(pa.concat_tables(STAGED_POINTS.to_arrow(t.staged_points) for t in taken))


def test_another_mapping_counts_for_rows_of_old(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("Name,Email,Blurb\nAnna Keller,anna@example.com,Head of Sales\n", "utf-8")
    taken = list(take([tmp_path / "people.csv"], spec=SourcesSpec(), taken_at=NOW))
    assert taken[0].staged_records["job_title_raw"].isna().all()
    records, _ = staged_again(taken, SourcesSpec(mapping={"Blurb": "job_title"}))
    assert records["job_title_raw"].to_pylist() == ["Head of Sales"]
    assert records["record_id"].to_pylist() == taken[0].staged_records["record_id"].tolist()
