"""Two values against each other: what differs is shaded, what is the same is not, missing is not different."""

from __future__ import annotations

import pytest

from crm_clean.review.shade import Parts, against


def written(lines: list[Parts]) -> list[str]:
    """Each line, what is shaded between brackets."""
    return ["".join(f"[{text}]" if differs else text for text, differs in parts) for parts in lines]


@pytest.mark.parametrize(
    ("left", "right", "mark", "shaded"),
    [
        pytest.param("Ann Lee", "Ann Lee", "same", ("Ann Lee", "Ann Lee"), id="equal: nothing is shaded"),
        pytest.param("ANN LEE", "Ann Lee", "same", ("ANN LEE", "Ann Lee"), id="case is no difference"),
        pytest.param("Ann Lee", "Anna Lee", "differs", ("Ann Lee", "Ann[a] Lee"), id="a letter more"),
        pytest.param("Jon Smith", "Jan Smith", "differs", ("[Jo]n Smith", "[Ja]n Smith"), id="no specks of agreement"),
        pytest.param("Ann", "Robert", "differs", ("[Ann]", "[Robert]"), id="nothing in common: all of it"),
        pytest.param("+14155550101", "+14155550102", "differs", ("+1415555010[1]", "+1415555010[2]"), id="a digit"),
        pytest.param("İpek", "Ipek", "differs", ("[İpek]", "[Ipek]"), id="a letter that folds into two is not cut"),
        pytest.param("Ann", None, "one_sided", ("Ann", None), id="missing is not different"),
    ],
)
def test_a_value(left: str, right: str | None, mark: str, shaded: tuple[str, str | None]) -> None:
    told = against(left, right)
    assert told is not None
    assert (told.mark, written(told.left), written(told.right)) == (mark, [shaded[0]], [shaded[1]] if shaded[1] else [])


@pytest.mark.parametrize(
    ("left", "right", "mark", "lines"),
    [
        pytest.param("a@x.org; b@x.org", "b@x.org; a@x.org", "same", (["a@x.org", "b@x.org"],) * 2, id="in any order"),
        pytest.param(
            "a@x.org; kim@x.org", "kim@x.org", "shared", (["kim@x.org", "[a@x.org]"], ["kim@x.org"]), id="one in common"
        ),
        pytest.param(
            "kim.lee@x.org", "kim.le@x.org", "differs", (["kim.l[e]e@x.org"], ["kim.le@x.org"]), id="none in common"
        ),
        pytest.param(None, "kim@x.org; lee@x.org", "one_sided", ([], ["kim@x.org", "lee@x.org"]), id="on one side"),
    ],
)
def test_a_list(left: str | None, right: str | None, mark: str, lines: tuple[list[str], list[str]]) -> None:
    told = against(left, right, is_list=True)
    assert told is not None
    assert (told.mark, written(told.left), written(told.right)) == (mark, *lines)


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_on_either_side_is_nothing_to_show(nothing: str | None) -> None:
    assert against(nothing, None) is None
