"""Golden records as people expect a table."""

from __future__ import annotations

import pandas as pd

from crm_clean.pipeline.tabular import write_csv
from crm_clean.pipeline.wide import crosswalk, golden_wide, without_empty
from crm_clean.records.tables import FILES, GOLDEN, GOLDEN_POINTS, MEMBERSHIP, RAW_ROWS, RECORDS

PEOPLE = GOLDEN.frame({"golden_id": ["G-2", "G-1"], "first_name": ["Zoë", "Ada"], "n_records": [1, 3]})
POINTS = GOLDEN_POINTS.frame(
    {
        "golden_id": ["G-1", "G-1", "G-2", "G-1", "G-1"],
        "kind": ["email", "email", "phone", "address", "text"],
        "ordinal": [1, 2, 1, 1, 1],
        "label": [None, None, None, None, "shelf"],
        "value": ["ada@example.org", "a.long@example.com", "+15550100", "1 High St, Bath", "B7"],
        "city": [None, None, None, "Bath", None],
    }
)


def test_lists_become_numbered_columns():
    wide = golden_wide(PEOPLE, POINTS).set_index("golden_id")
    assert wide.loc["G-1", ["email", "email_2", "city", "text:shelf"]].tolist() == [
        "ada@example.org", "a.long@example.com", "Bath", "B7",
    ]  # fmt: skip
    assert wide.loc["G-2", "phone"] == "+15550100"
    assert pd.isna(wide.loc["G-2", "email"])


def test_an_address_that_somebody_closed_is_closed_for_all_who_hold_it():
    people = GOLDEN.frame({"golden_id": ["G-1", "G-2", "G-3"], "email_opt_out": [False, None, False]})
    points = GOLDEN_POINTS.frame(
        {
            "golden_id": ["G-1", "G-2", "G-3"],
            "kind": ["email", "email", "email"],
            "ordinal": [1, 1, 1],
            "opt_out": [True, True, None],
            "bounced": [None, True, None],
        }
    )
    wide = golden_wide(people, points)
    assert wide["email_opt_out"].tolist() == [True, True, False]
    assert wide["email_bounced"].fillna(False).tolist() == [False, True, False]


def test_the_order_of_golden_records_stays():
    assert golden_wide(PEOPLE, POINTS)["golden_id"].tolist() == ["G-2", "G-1"]


def test_a_table_without_points_still_has_their_first_columns():
    wide = golden_wide(PEOPLE, GOLDEN_POINTS.empty())
    assert {"email", "phone", "street", "country"} <= set(wide.columns)
    assert list(without_empty(wide, keep=("email",)).columns) == ["golden_id", "first_name", "email", "n_records"]


def test_the_crosswalk_has_every_row_read_in_input_order_with_its_file():
    rows = RAW_ROWS.frame({"file_id": ["g", "f"], "source_row": [1, 2], "record_id": ["s:9", "s:1"]})
    files = FILES.frame({"file_id": ["f", "g"], "source_file": ["a.csv", "b.zip/c.csv"]})
    records = RECORDS.frame({"record_id": ["s:1", "s:9"], "source_record_id": ["1", None]})
    members = MEMBERSHIP.frame(
        {"record_id": ["s:1", "s:9"], "golden_id": ["G-1", "G-2"], "match_probability": [0.5, 1.0]}
    )
    found = crosswalk(rows, files, records, members)
    assert found.astype(object).where(found.notna(), None).values.tolist() == [
        ["b.zip/c.csv", 1, None, "G-2", 1.0],
        ["a.csv", 2, "1", "G-1", 0.5],
    ]


def test_csv_is_plain_with_every_text_in_quotes(tmp_path):
    frame = pd.DataFrame(
        {
            "golden_id": pd.array(["G-1", "G-2"], dtype="string[pyarrow]"),
            "notes": pd.array(['say "hi",\nthen go', None], dtype="string[pyarrow]"),
            "is_deleted": pd.array([True, None], dtype="boolean"),
            "created_at": pd.to_datetime(["2024-05-01T10:00:00Z", None]),
            "text:a, b": pd.array(["ü", "="], dtype="string[pyarrow]"),
            "nothing": pd.array([pd.NA, pd.NA], dtype="string[pyarrow]"),
        }
    )
    write_csv(tmp_path / "golden.csv", frame)
    assert (tmp_path / "golden.csv").read_bytes().decode() == (
        'golden_id,notes,is_deleted,created_at,"text:a, b",nothing\n'
        '"G-1","say ""hi"",\nthen go",true,"2024-05-01T10:00:00Z","ü",\n'
        '"G-2",,,,"=",\n'
    )
