"""The widget's side of the talk: what the page is told, what its presses record, what comes back when that fails."""

from __future__ import annotations

import builtins
import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crm_clean.errors import StoreLocked, UsageError
from crm_clean.review.queue import COLUMNS
from crm_clean.review.widget import ReviewWidget

HELD = "The store is held by another run: wait until it is done."
Said = list[tuple[str, str, str, str | None]]


def queue_of(n: int) -> pd.DataFrame:
    rows: dict[str, Any] = dict.fromkeys(COLUMNS)
    rows |= {
        "left_id": [f"a:{at}" for at in range(n)],
        "right_id": [f"b:{at}" for at in range(n)],
        "match_probability": [0.4] * n,
        "reason": ["Both are called Ann Lee."] * n,
        "left_full_name": ["Ann Lee"] * n,
        "right_full_name": ["Anna <b>Lee</b>"] * n,
        "left_email": ["ann@example.com; lee@example.org"] * n,
        "right_email": ["lee@example.org"] * n,
        "left_file": ["crm.csv"] * n,
        "left_row": pd.array(range(n), dtype="Int64"),
        "left_updated_at": pd.Timestamp("2024-05-01T10:00:00Z"),
    }
    return pd.DataFrame(rows, index=range(n))


class Page:
    """A page that hears what it is told and presses what it is asked to."""

    def __init__(self, n: int, *, fails: Exception | None = None, note: str | None = None, **options: Any) -> None:
        self.said: Said = []
        self.fails, self.note = fails, note
        self.heard: list[dict[str, Any]] = []
        self.widget = ReviewWidget(queue_of(n), record=self.record, **options)
        self.widget.send = self.hear
        self.press("show")

    def hear(self, content: dict[str, Any], _: object = None) -> None:
        self.heard.append(json.loads(json.dumps(content)))

    def record(self, verdict: str, left: str, right: str, reason: str | None) -> str | None:
        if self.fails:
            raise self.fails
        self.said.append((verdict, left, right, reason))
        return self.note

    def press(self, *presses: str, reason: str | None = None) -> dict[str, Any]:
        """Press buttons one after the other, each on the pair that is shown; what is shown at last."""
        for what in presses:
            shown = self.heard[-1]["pair"] if self.heard else None
            message = {"press": what, "place": shown and shown["place"], "reason": reason}
            self.widget._handle_custom_msg(message, [])
        return self.heard[-1]


@pytest.mark.parametrize(
    ("presses", "said", "shown"),
    [
        pytest.param(["same"], [("same", 0)], 1, id="same person"),
        pytest.param(["different"], [("different", 0)], 1, id="different people"),
        pytest.param(["skip", "same"], [("same", 1)], 2, id="a skipped pair is not recorded"),
        pytest.param(["same", "back"], [("same", 0), ("undone", 0)], 0, id="back takes the last answer back"),
        pytest.param(
            ["same", "back", "different"], [("same", 0), ("undone", 0), ("different", 0)], 1, id="and asks it again"
        ),
        pytest.param(["skip", "back"], [], 0, id="back after a skip has nothing to take back"),
        pytest.param(["same", "same", "back", "back"], [("same", 0), ("same", 1), ("undone", 1), ("undone", 0)], 0,
                     id="all the way back"),
        pytest.param(["skip", "same", "same", "ask_skipped"], [("same", 1), ("same", 2)], 0, id="skipped ones again"),
        pytest.param(["dance"], [], 0, id="a press that does not exist does nothing"),
    ],
)  # fmt: skip
def test_what_is_pressed_is_recorded(presses: list[str], said: list[tuple[str, int]], shown: int) -> None:
    page = Page(3)
    assert page.press(*presses)["pair"]["place"] == shown
    assert page.said == [(verdict, f"a:{at}", f"b:{at}", None) for verdict, at in said]


def test_the_reason_that_was_typed_is_recorded() -> None:
    page = Page(2)
    page.press("different", reason="  father and son ")
    assert page.said == [("different", "a:0", "b:0", "father and son")]
    assert page.widget.decided.to_dict("records") == [
        {"left_id": "a:0", "right_id": "b:0", "verdict": "different", "reason": "father and son"}
    ]


def test_a_press_on_a_pair_that_is_no_longer_shown_is_ignored() -> None:
    page = Page(3)
    for _ in range(2):
        page.widget._handle_custom_msg({"press": "same", "place": 0, "reason": None}, [])
    assert [left for _, left, _, _ in page.said] == ["a:0"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        pytest.param(StoreLocked(HELD), HELD, id="the sentence of an error of ours"),
        pytest.param(
            RuntimeError("ann@example.com"),
            "That could not be recorded (RuntimeError); the pair is undecided. Try it once more.",
            id="another error without what it says",
        ),
    ],
)
def test_what_cannot_be_recorded_comes_back_as_a_sentence_and_stays_undecided(error: Exception, sentence: str) -> None:
    page = Page(2, fails=error)
    told = page.press("same")
    assert (told["refused"], told["pair"]["place"]) == (sentence, 0)
    assert page.widget.decided.empty
    page.fails = None
    assert page.press("same")["refused"] is None
    assert page.widget.decided["verdict"].tolist() == ["same"]


def test_an_answer_that_cannot_be_taken_back_still_stands() -> None:
    page = Page(2)
    page.press("same")
    page.fails = StoreLocked(HELD)
    told = page.press("back")
    assert (told["refused"], told["pair"]["place"]) == (HELD, 1)
    assert page.widget.decided["verdict"].tolist() == ["same"]


def test_what_there_is_to_say_about_an_answer_is_shown_once() -> None:
    page = Page(3, note="That contradicts two other answers.")
    assert page.press("same")["note"] == "That contradicts two other answers."
    assert page.press("skip")["note"] is None


def test_after_the_last_pair_there_are_counts() -> None:
    told = Page(3).press("same", "skip", "different")
    assert (told["pair"], told["counts"]) == (None, {"same": 1, "different": 1, "skipped": 1, "all": 3})


def test_nothing_to_review() -> None:
    told = Page(0).press("same", "skip", "back")
    assert (told["pair"], told["counts"]["all"]) == (None, 0)
    assert told["refused"] == "There is nothing to take back yet."


def test_a_pair_is_told_side_by_side_with_what_differs() -> None:
    pair = Page(1).heard[-1]["pair"]
    name, email = pair["fields"]
    assert (name["mark"], email["mark"]) == ("differs", "shared")
    assert email["left"] == [[["lee@example.org", False]], [["ann@example.com", True]]]
    assert pair["left"] == {"source": None, "file": "crm.csv", "row": 0, "changed": "2024-05-01"}
    assert pair["reason"] == "Both are called Ann Lee."


@pytest.mark.parametrize(("show", "before"), [(True, 0.4), (False, None)], ids=["open", "blind"])
def test_the_models_opinion_may_wait_until_the_pair_was_judged(show: bool, before: float | None) -> None:
    page = Page(2, show_probability=show)
    assert page.heard[-1]["pair"]["probability"] == before
    assert page.press("same")["last"] == {"verdict": "same", "probability": 0.4}


def test_the_opinion_can_be_hidden_at_any_time() -> None:
    page = Page(2)
    page.widget.show_probability = False
    assert page.heard[-1]["pair"]["probability"] is None


def test_one_pair_travels_at_a_time_and_none_is_kept_with_the_notebook() -> None:
    page = Page(2_000)
    assert len(json.dumps(page.press("same"))) < 5_000
    assert "Ann" not in json.dumps(page.widget.get_state(), default=str)


def test_where_widgets_cannot_be_shown_a_table_is() -> None:
    data, _ = Page(30).widget._repr_mimebundle_()  # type: ignore[misc]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"].startswith("ReviewWidget: 30 pairs, 0 gone through, 0 judged")
    assert "Ann Lee" in data["text/plain"]
    assert data["text/html"].count("<tr") == 21
    assert "Anna &lt;b&gt;Lee&lt;/b&gt;" in data["text/html"]


def test_a_queue_without_its_columns_is_refused() -> None:
    with pytest.raises(UsageError, match="The queue has no left_file"):
        ReviewWidget(pd.DataFrame({"left_id": ["a"]}), record=lambda *_: None)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    really: Callable[..., Any] = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "anywidget":
            raise ImportError(name)
        return really(name, *rest)

    monkeypatch.delitem(sys.modules, "crm_clean.review.widget")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"install crm-clean\[notebooks\]"):
        importlib.import_module("crm_clean.review.widget")
