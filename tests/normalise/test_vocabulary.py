"""Columns of words as a whole: values, findings, the frame, what stands from before, what an admin's map names."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.wording import vocabulary as v
from crm_clean.records.tables import RECORDS, STAGED_RECORDS, VOCABULARY

WORDS = load()


def read(words: Lexicons = WORDS, *, standing: pd.DataFrame | None = None, **columns: list[str | None]) -> v.Vocabulary:
    return v.vocabulary(
        {field: pa.array(raw, pa.string()) for field, raw in columns.items()}, words=words, standing=standing
    )


def told(found: v.Vocabulary, *columns: str) -> list[tuple[Any, ...]]:
    frame = found.frame[["written", *columns]].astype(object)
    return [tuple(None if pd.isna(x) else x for x in row) for row in frame.itertuples(index=False, name=None)]


def admin(folder: Path, name: str, content: str) -> Lexicons:
    (folder / f"{name}.toml").write_text(content, "utf-8")
    return load(str(folder))


def test_a_column_of_tags_in_one_writing_each() -> None:
    found = read(tags=["VIP; newsletter", "vip;Newsletter;V.I.P.", None, "n/a", "VIP", "newsletter"])
    assert found.columns["tags"].to_pylist() == ["VIP; newsletter", "VIP; newsletter", None, None, "VIP", "newsletter"]
    assert told(found, "value", "rule", "n_records") == [
        ("Newsletter", "newsletter", "spelling", 1),
        ("V.I.P.", "VIP", "spelling", 1),
        ("VIP", "VIP", "same", 2),
        ("newsletter", "newsletter", "same", 2),
        ("vip", "VIP", "spelling", 1),
    ]


def test_the_frame_is_that_of_the_table() -> None:
    VOCABULARY.check(read(tags=["a"], status=["Kunde"], industry=["IT"], lead_source=["Web"]).frame)
    VOCABULARY.check(read().frame)
    VOCABULARY.check(read(tags=[], status=[None]).frame)


def test_a_tag_taken_out_leaves_an_empty_cell(tmp_path: Path) -> None:
    words = admin(tmp_path, "tags", '[maps.tags]\n"test" = ""\n')
    found = read(words, tags=["Test", "Test; VIP"])
    assert found.columns["tags"].to_pylist() == [None, "VIP"]
    assert told(found, "value", "rule", "n_records")[0] == ("Test", None, "listed", 2)


def test_a_tag_that_became_another_stands_once(tmp_path: Path) -> None:
    words = admin(tmp_path, "tags", '[maps.tags]\n"Fair 23" = "Fair"\n')
    assert read(words, tags=["Fair 23; Fair"]).columns["tags"].to_pylist() == ["Fair"]


def test_what_only_the_map_names_is_listed_as_unused(tmp_path: Path) -> None:
    words = admin(tmp_path, "tags", '[maps.tags]\n"Old Fair" = "Fair"\n"vip" = "VIP"\n')
    assert told(read(words, tags=["V.I.P."]), "value", "n_records") == [("Old Fair", "Fair", 0), ("V.I.P.", "VIP", 1)]


def test_a_closed_list_names_an_admins_own_words_and_none_of_ours(tmp_path: Path) -> None:
    words = admin(tmp_path, "status", '[maps.status]\n"Gold member" = "customer"\n')
    assert told(read(words, status=["Kunde"]), "value", "rule", "n_records") == [
        ("Kunde", "customer", "listed", 1),
        ("gold member", "customer", "listed", 0),
    ]


def test_stages_are_read_and_the_unknown_is_told() -> None:
    found = read(status=["Kunde", "kein Kunde mehr", "Moon", "custmer", None])
    assert found.columns["status"].to_pylist() == ["customer", "former", "other", "other", None]
    assert found.codes["status"].to_pylist() == [None, None, "status.unknown", "status.unknown", None]
    assert told(found, "value", "rule", "suggestion") == [
        ("Kunde", "customer", "listed", None),
        ("Moon", "other", "unknown", None),
        ("custmer", "other", "unknown", "customer"),
        ("kein Kunde mehr", "former", "phrase", None),
    ]


def test_an_unknown_industry_stays_in_one_spelling() -> None:
    found = read(industry=["COMPUTER_SOFTWARE", "Moon mining", "moon-mining", "Moon mining", "Sofware"])
    assert found.columns["industry"].to_pylist() == ["Software", *["Moon mining"] * 3, "Sofware"]
    assert found.codes["industry"].to_pylist() == [None, *["industry.unknown"] * 4]
    assert told(found, "value", "rule", "suggestion")[2:] == [
        ("Sofware", "Sofware", "unknown", "Software"),
        ("moon-mining", "Moon mining", "unknown", None),
    ]


def test_short_lists_keep_one_spelling_and_stay_apart_in_meaning() -> None:
    found = read(
        lead_source=["Trade show", "trade-show", "Trade Show", "trade shows", "Messe"],
        department=["R&D", "r & d"] * 2 + ["IT"],
    )
    assert found.columns["lead_source"].to_pylist() == [*["Trade Show"] * 3, "trade shows", "Messe"]
    assert found.columns["department"].to_pylist() == ["R&D"] * 4 + ["IT"]


def test_lists_of_customers_in_two_languages_are_two_lists() -> None:
    assert read(lists=["Kunden", "Customers"]).columns["lists"].to_pylist() == ["Kunden", "Customers"]


def test_a_slip_is_suggested_beside_the_word() -> None:
    found = read(tags=["Newsletter"] * 9 + ["Newslettr"])
    assert found.columns["tags"].to_pylist()[-1] == "Newslettr"
    assert told(found, "suggestion") == [("Newsletter", None), ("Newslettr", "Newsletter")]


def test_odd_text_is_told_of_where_a_cell_is_one_word() -> None:
    assert read(lead_source=["MÃ¼nchen", "Web"]).codes["lead_source"].to_pylist() == ["text.mojibake", None]


def test_a_choice_stands_in_the_next_run_and_its_words_are_listed() -> None:
    first = read(tags=["Newsletter", "Newsletter", "newsletter", "VIP"])
    later = read(tags=["newsletter"] * 9, standing=first.frame)
    assert set(later.columns["tags"].to_pylist()) == {"Newsletter"}
    assert told(later, "value", "n_records") == [
        ("Newsletter", "Newsletter", 0),
        ("VIP", "VIP", 0),
        ("newsletter", "Newsletter", 9),
    ]


def test_a_wish_given_up_no_longer_stands(tmp_path: Path) -> None:
    words = admin(tmp_path, "tags", '[maps.tags]\n"VIP" = "Very important"\n')
    wished = read(words, tags=["VIP"] * 3)
    assert read(tags=["VIP"], standing=wished.frame).columns["tags"].to_pylist() == ["VIP"]


def test_records_are_counted_anew_over_all_that_stand() -> None:
    first = read(tags=["VIP", "vip"], status=["Kunde", None])
    again = v.recount(
        first.frame, {"tags": pa.array(["VIP; vip", "VIP"]), "status": pa.array([None, "x"])}, words=WORDS
    )
    assert dict(zip(again["written"], again["n_records"], strict=True)) == {"Kunde": 0, "VIP": 2, "vip": 1}
    VOCABULARY.check(again)


def test_a_column_of_too_many_words_is_tidied_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v, "MAX_WORDS", 2)
    found = read(tags=["VIP;vip ", "a;a", None])
    assert found.columns["tags"].to_pylist() == ["VIP; vip", "a", None]
    assert found.frame.empty


def test_staged_records_and_records_are_read_alike() -> None:
    staged = pa.table({f"{field}_raw": pa.array(["VIP", "vip"]) for field in v.FIELDS})
    assert set(v.of_records(staged, words=WORDS).columns) == set(v.FIELDS)
    assert {f"{field}_raw" for field in v.FIELDS} <= set(STAGED_RECORDS.columns) & set(RECORDS.columns)


ROWS = st.lists(
    st.one_of(
        st.none(),
        st.text(max_size=12),
        st.lists(
            st.sampled_from(["VIP", "vip", "Kunde", "clients", "Newsletter", "newsletters", "IT", "2"]), max_size=3
        ).map(";".join),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, seed=st.randoms())
def test_the_order_of_rows_changes_nothing_but_itself(rows: list[str | None], seed: Any) -> None:
    order = list(range(len(rows)))
    seed.shuffle(order)
    straight = read(**dict.fromkeys(v.FIELDS, rows))
    shuffled = read(**{field: [rows[at] for at in order] for field in v.FIELDS})
    assert_frame_equal(straight.frame, shuffled.frame)
    for field in v.FIELDS:
        assert [straight.columns[field].to_pylist()[at] for at in order] == shuffled.columns[field].to_pylist()


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_columns_read_twice_are_the_same(rows: list[str | None]) -> None:
    """But for a single quoted tag with a comma in it, which reads as two."""
    rows = [row and row.replace(",", "").replace('"', "") for row in rows]
    once = read(**dict.fromkeys(v.FIELDS, rows))
    again = read(**{field: column.to_pylist() for field, column in once.columns.items()}, standing=once.frame)
    for field in v.FIELDS:
        assert again.columns[field].to_pylist() == once.columns[field].to_pylist()


def test_a_hundred_thousand_rows_cost_little() -> None:
    cells = [f"VIP; tag {n % 300}; Newsletter {n % 7}" for n in range(1_000)] * 100
    started = time.process_time()
    read(tags=cells, status=["Kunde"] * len(cells))
    assert time.process_time() - started < 1.5
