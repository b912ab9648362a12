"""An account of a pair: which kind of case it is, what is said first, and that it fits six lines whatever it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from crm_clean.review.account import Explanation, account
from crm_clean.review.case import Case, Clash, Link, Note, Party, Ruling, kind_of
from crm_clean.review.group import Group, Held, tell, tell_alone
from crm_clean.review.lines import Clause, Section, fit, percent, short
from crm_clean.review.paths import holding, strongest_chain
from crm_clean.review.values import Face, values

LEVELS = "name=exact:6.3 email=same:8.1 phone=different:-2.0 company=same:-0.4 address=null:0.0"
KIM = Ruling("same", "Kim Rao", date(2026, 3, 1), "one desk")
SHOP = Ruling("same", "import", date(2026, 3, 1), "the same id at the source")


def case(**changes: Any) -> Case:
    plain = Case(
        left=Party("a:1", "a:1", "G-1"),
        right=Party("b:2", "b:2", "G-2"),
        levels=LEVELS,
        weight=14.0,
        free_weight=14.0,
        probability=0.99994,
        threshold=0.7,
        floor=0.2,
    )
    return replace(plain, **changes)


TOGETHER = {"right": Party("b:2", "b:2", "G-1"), "verdict": "merge"}
CHAIN = (Link("a:1", "c:3", 0.999), Link("c:3", "b:2", 0.8))
DOUBT = {"weight": -0.5, "probability": 0.41}


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        pytest.param(TOGETHER, "merged", ["One person, G-1: a:1 and b:2", "decide different a:1 b:2"], id="merged"),
        pytest.param(
            {**TOGETHER, "chain": CHAIN}, "chain", ["a:1 =99.90%= c:3 =80%= b:2 (weakest 80%)", "This pair alone"],
            id="through a third record, the chain and its weakest link",
        ),
        pytest.param(
            {"verdict": "review", "weight": 0.5, "free_weight": 0.5, "probability": 0.586}, "review",
            ["waiting for a person", "59%; merged from 70%, asked about from 20%", "decide same a:1 b:2"],
            id="waiting for review",
        ),
        pytest.param(
            {"verdict": "cut", "opposed": "c:3 and d:4 (2.0%: the names differ)"}, "cut",
            ["Kept apart though alike", "c:3 and d:4 (2.0%: the names differ) would be one too"], id="cut",
        ),
        pytest.param({"verdict": "cut"}, "cut", ["a group that did not hold together"], id="cut for no single pair"),
        pytest.param(
            {**TOGETHER, "ruling": KIM, "obeyed": "same"}, "decided_same",
            ["One person, G-1, because Kim Rao said so on 2026-03-01 (one desk)", "The records alone", "undo a:1 b:2"],
            id="decided same",
        ),
        pytest.param(
            {"ruling": replace(KIM, verdict="different"), "obeyed": "different"}, "decided_different",
            ["Two people, because Kim Rao said so"], id="decided different",
        ),
        pytest.param(
            {**TOGETHER, "ruling": SHOP, "obeyed": "same"}, "import",
            ["because the export says so (the same id at the source)", "decide different"], id="said by the export",
        ),
        pytest.param({"is_compared": False}, "never_compared", ["Never compared", "Weighed all the same"], id="never"),
        pytest.param({"weight": -4.0, "free_weight": -4.0, "probability": 0.06}, "unlike", ["too unlike"], id="unlike"),
        pytest.param(
            {"ground": "given_name", **DOUBT, "verdict": "review"}, "held_down",
            ["on purpose, to be judged by a person", "The first names differ: a family", "99.99%, held down to 41%"],
            id="held down",
        ),
        pytest.param(
            {"ground": "name_alone", **DOUBT, "free_weight": 0.2, "verdict": "review"}, "review", ["held down to 41%"],
            id="held down, but too weak in any case: waiting for review",
        ),
        pytest.param(
            {**TOGETHER, "ruling": replace(KIM, verdict="different")}, "decided_since",
            ["New since the last run: Kim Rao said on 2026-03-01 (one desk) that", "two people", "takes them apart"],
            id="decided different since the last run",
        ),
        pytest.param({"ruling": KIM}, "decided_since", ["puts them together"], id="decided same since the last run"),
        pytest.param(
            {"ruling": replace(KIM, verdict="different")}, "decided_since", ["apart already and will go on so"],
            id="decided what stands already",
        ),
        pytest.param(
            {**TOGETHER, "obeyed": "same", "taken_back": replace(KIM, verdict="undone")}, "decided_since",
            ["Kim Rao took back on 2026-03-01", "goes by the records alone"], id="taken back since the last run",
        ),
        pytest.param(
            {"ruling": replace(KIM, verdict="different"), "obeyed": "different",
             "clash": Clash(("a:1", "c:3", "b:2"), replace(KIM, verdict="different"))},
            "contradiction", ["a:1 = c:3 = b:2 by what was said, and yet a:1 and b:2 are two people", "undo a:1 b:2"],
            id="decisions that contradict each other",
        ),
    ],
)  # fmt: skip
def test_kinds(changes: dict[str, Any], kind: str, words: list[str]) -> None:
    told = account(case(**changes))
    assert (told.kind, kind_of(case(**changes))) == (kind, kind)
    said = " ".join(line.strip() for line in told.lines)
    assert [word for word in words if word not in said] == []
    assert len(told.lines) <= 6
    assert (told.left_id, told.right_id, told.levels) == ("a:1", "b:2", LEVELS)


def test_weights_are_told_strongest_first_and_add_up() -> None:
    told = str(account(case(**TOGETHER)))
    assert "For it: the e-mail address is the same (+8.1), the names are the same (+6.3)." in told
    assert "Against it: the phones differ (-2.0), the company is the same, as strangers often do (-0.4)." in told
    assert "Sum +14.0 (start +2.0; a point doubles the odds)" in told  # 8.1 + 6.3 - 2.0 - 0.4 + 2.0


def test_a_difference_is_never_paraded_as_an_agreement() -> None:
    told = str(account(case(levels="name=exact:6.0 generation=conflict:5.0")))
    assert "For it: the names are the same (+6.0) and 1 more (+5.0)." in told


def test_without_a_model_no_figure_is_made_up() -> None:
    told = account(case(weight=None, free_weight=None, probability=None, is_compared=False))
    assert "There are no weights yet" in str(told)
    assert told.probability is None


_LONG = "an unusually long value that goes on and on " * 3
_WIDE = {
    "left": Party("l", "salesforce export of the third quarter.csv:100001", "G-0123456789abcdef0123"),
    "right": Party("r", "salesforce export of the third quarter.csv:100002", "G-0123456789abcdef0124"),
    "levels": " ".join(f"{c}=different:-{i}.5" for i, c in enumerate(("name", "email", "phone", "company"), 1))
    + " address=close:4.0 birth_date=same:3.0 profile=same:2.0",
    "values": dict.fromkeys(("name", "email", "phone", "company", "address"), (_LONG, f"another {_LONG}")),
    "notes": (Note("something that came before " * 4), Note("context " * 20, "context", True)),
    "asides": ("something worth a line where there is one",),
}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="never mind what"),
        pytest.param({"verdict": "review"}, id="review"),
        pytest.param({"verdict": "cut", "opposed": f"{_LONG} and {_LONG}"}, id="cut"),
        pytest.param({"ruling": replace(KIM, reason=_LONG), "obeyed": "same"}, id="a long reason"),
        pytest.param({"verdict": "review", "ground": "strangers", **DOUBT}, id="held down"),
        pytest.param(
            {"right": _WIDE["left"], "chain": tuple(Link(f"r{i}", f"r{i + 1}", 0.9) for i in range(30))}, id="chain"
        ),
    ],
)  # fmt: skip
def test_six_lines_of_a_hundred_columns_whatever_it_holds(changes: dict[str, Any]) -> None:
    told = account(case(**{**_WIDE, **changes}))
    assert len(told.lines) <= 6
    assert all(len(line) <= 100 for line in told.lines if "crm-clean" not in line)
    assert "start +" in str(told)
    assert "crm-clean" in told.lines[-1]
    assert "'salesforce export of the third quarter.csv:100001'" in told.lines[-1]  # can be pasted


def test_no_value_moves_the_cursor_or_opens_a_line() -> None:
    nasty = "Ann\x1b[2J\r\nroot\u202egnp"
    told = account(case(values={"name": (nasty, nasty)}, **TOGETHER))
    assert "both are called Ann[2J rootgnp" in str(told)
    assert not any(ord(c) < 32 or c == "\u202e" for line in told.lines for c in line)


def test_in_a_notebook_a_value_is_text() -> None:
    told = account(case(values={"name": ("<img src=x onerror=alert(1)>",) * 2}, **TOGETHER))
    html = told._repr_html_()
    assert "&lt;img src=x" in html
    assert "<img" not in html


def _held(left: str, right: str, probability: float, ruling: Ruling | None = None) -> Held:
    return Held(Link(left, right, probability, ruling), "name=exact:6.0 email=same:5.0", {})


def test_a_golden_record_tells_its_weakest_link_first_and_counts_the_rest() -> None:
    group = Group("G-1", "Ann Lee, 7 records", tuple("abcdefg"))
    told = tell(group, [_held("a", "b", 0.8), _held("b", "c", 0.9, KIM)], rest=[Link("c", "d", 0.95)] * 4)
    assert told.lines == (
        "G-1 is Ann Lee, 7 records; its links, the weakest first:",
        "a =80%= b: the names are the same (+6.0), the e-mail address is the same (+5.0).",
        "b =said= c: Kim Rao said so on 2026-03-01 (one desk).",
        "... and 4 more, at 95% or more.",
        "If one is wrong: crm-clean decide different a b --by YOU",
    )


def test_a_golden_record_of_one_says_what_came_nearest() -> None:
    group = Group("G-1", "Ann Lee, 1 record", ("a",))
    assert "no other record came near" in str(tell_alone(group, None))
    near = tell_alone(group, _held("a", "b", 0.41))
    assert near.kind == "alone"
    assert "crm-clean explain a b" in near.lines[-1]


def test_lines_of_long_names_leave_links_out_rather_than_overflow() -> None:
    handle = "x" * 60
    group = Group("G-1", "Ann Lee, 5 records", (handle,) * 5)
    told = tell(group, [_held(f"{handle}{i}", f"{handle}{i + 1}", 0.9) for i in range(4)])
    assert len(told.lines) <= 6
    assert "more, at 90% or more" in str(told)


def test_what_is_left_out_of_a_line_is_counted() -> None:
    clauses = tuple(Clause(f"evidence number {i} with its values", f"evidence {i}", 10.0 - i) for i in range(12))
    lines = fit([Section("For it:", clauses)], most=1)
    assert len(lines) == 1
    assert lines[0].startswith("For it: evidence")
    assert " more (+" in lines[0]


@pytest.mark.parametrize(
    ("likely", "said"),
    [(1.0, "over 99.99%"), (0.998, "99.80%"), (0.42, "42%"), (0.021, "2.1%"), (0.0, "under 0.1%")],
)
def test_percent(likely: float, said: str) -> None:
    assert percent(likely) == said


def test_a_long_value_is_cut() -> None:
    assert short("x" * 50) == "x" * 35 + "…"


@pytest.mark.parametrize(
    ("weights", "chain"),
    [
        pytest.param({("a", "b"): 1.0}, ["a", "b"], id="direct"),
        pytest.param({("a", "b"): 1.0, ("a", "c"): 5.0, ("b", "c"): 4.0}, ["a", "c", "b"], id="the surer way round"),
        pytest.param({("a", "b"): 4.0, ("a", "c"): 5.0, ("b", "c"): 4.0}, ["a", "b"], id="as sure, but shorter"),
        pytest.param({("a", "c"): 1.0}, [], id="no way"),
    ],
)
def test_strongest_chain(weights: dict[tuple[str, str], float], chain: list[str]) -> None:
    assert strongest_chain(weights, "a", "b") == chain


def test_holding_links_leave_nobody_out() -> None:
    weights = {("a", "b"): 3.0, ("b", "c"): 2.0, ("a", "c"): 1.0, ("c", "d"): 0.5}
    assert holding(weights, "abcd") == [("a", "b"), ("b", "c"), ("c", "d")]


def _face(name: str, *points: dict[str, Any]) -> Face:
    full = {"label": None, "key": None, "value": None, "raw": None, "city": None, "postal_code": None}
    return Face({"full_name": name, "company": None, "company_raw": "Acme"}, [full | point for point in points])


@pytest.mark.parametrize(
    ("level", "left", "right", "expected"),
    [
        pytest.param("same", ["a@x", "b@x"], ["c@x", "b@x"], ("b@x", "b@x"), id="the one both have"),
        pytest.param("close", ["zoe@x", "ann@x"], ["amn@x"], ("ann@x", "amn@x"), id="the two that come nearest"),
        pytest.param("different", ["a@x"], ["b@x"], ("a@x", "b@x"), id="the only ones"),
        pytest.param("different", ["a@x", "c@x"], ["b@x"], (None, None), id="none of several"),
    ],
)
def test_values_of_a_comparison(
    level: str, left: list[str], right: list[str], expected: tuple[str | None, str | None]
) -> None:
    from crm_clean.review.explain import Evidence

    one, two = (_face("n", *({"kind": "email", "key": v, "value": v} for v in side)) for side in (left, right))
    assert values([Evidence("email", level, 1.0)], one, two)["email"] == expected


def test_values_of_places_and_scalars() -> None:
    from crm_clean.review.explain import Evidence

    one = _face("Ann", {"kind": "address", "city": "Spring Hill", "postal_code": "94110"})
    two = _face("Anna", {"kind": "address", "city": "spring hill", "postal_code": "94111"})
    seen = [Evidence("address", "city", 1.0), Evidence("name", "close", 1.0), Evidence("company", "same", 1.0)]
    found = values(seen, one, two)
    assert found == {"address": ("Spring Hill",) * 2, "name": ("Ann", "Anna"), "company": ("Acme", "Acme")}


def test_an_explanation_is_its_lines() -> None:
    assert str(Explanation("gone", ("one", "two"))) == "one\ntwo"
