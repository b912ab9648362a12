"""Ids: the same content, the same id; what is different never shares one."""

from __future__ import annotations

import pytest

from crm_clean.records.ids import RecordId, file_id, mint_golden_id, record_id, rowwise_record_id

A, B, C = RecordId("crm:1"), RecordId("crm:2"), RecordId("shop:1")


def test_a_file_is_known_by_its_content_however_it_is_cut() -> None:
    assert file_id([b"ab", b"c"]) == file_id([b"abc"])
    assert file_id([b"abc"]) != file_id([b"abd"])
    assert len(file_id([])) == 32


def test_a_record_is_known_by_its_source_and_its_own_id_or_its_place() -> None:
    assert record_id("crm", "0042") == "crm:0042"
    assert rowwise_record_id("list", file_id([b""]), 7) == f"list:{file_id([b''])}:7"


@pytest.mark.parametrize(
    ("members", "run", "is_same"),
    [
        pytest.param([C, B, A], 1, True, id="the order of members does not count"),
        pytest.param([A], 1, True, id="a later member does not count: the smallest names it"),
        pytest.param([A, B, C], 2, False, id="another run mints another id"),
        pytest.param([B, C], 1, False, id="another smallest member, another id"),
    ],
)
def test_golden_ids(members: list[RecordId], run: int, is_same: bool) -> None:
    assert (mint_golden_id(members, run=run) == mint_golden_id([A, B, C], run=1)) is is_same


def test_a_golden_id_says_what_it_is_and_nothing_of_whom() -> None:
    golden = mint_golden_id([RecordId("crm:ann@example.com")], run=1)
    assert golden.startswith("G-")
    assert "ann" not in golden
    assert len(golden) == 22
