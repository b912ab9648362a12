"""The review queue in a notebook: a pair at a time, side by side, judged by a click or a key.

One pair travels to the page at a time, as a message that no notebook file keeps. The page shows it as text and sends
back what was pressed; what cannot be recorded comes back as a sentence, and the pair stays undecided. Needs the extra
`notebooks`; where widgets cannot be shown a plain table stands in their place.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pandas as pd

from crm_clean.errors import CrmCleanError, UsageError
from crm_clean.review.queue import COLUMNS
from crm_clean.review.session import Record, Session
from crm_clean.review.shade import Against, against

try:
    import anywidget
    import traitlets
except ImportError as error:
    raise UsageError(
        "Reviewing in a notebook needs more than is installed: install crm-clean[notebooks], then start the notebook "
        "anew."
    ) from error

_STATIC = files("crm_clean.review").joinpath("static")
_LISTS = ("email", "phone", "address", "other")
_COMPARED = {
    "full_name": "Name", "email": "E-mail", "phone": "Phone", "company": "Company", "job_title": "Job title",
    "address": "Address", "birth_date": "Birth date", "other": "Other",
}  # fmt: skip
_IN_THE_TABLE = 20
_MAX_REASON = 2_000

Message = dict[str, Any]


class ReviewWidget(anywidget.AnyWidget):
    """A queue of pairs to judge. `decided` is what was judged in this sitting.

    `queue`: a frame of review.queue.COLUMNS. `record(verdict, left_id, right_id, reason)` keeps an answer: `same`,
    `different`, or `undone` for one that was taken back; what it raises is shown as a sentence and leaves the pair
    undecided, what it returns is shown too, if it is text. With `show_probability` False (it may be set at any time)
    the model's opinion of a pair is shown only once the pair was judged. Raises UsageError for a queue without its
    columns.
    """

    _esm = _STATIC.joinpath("review.js").read_text(encoding="utf-8")
    _css = _STATIC.joinpath("review.css").read_text(encoding="utf-8")

    show_probability = traitlets.Bool(True)

    def __init__(self, queue: pd.DataFrame, *, record: Record, show_probability: bool = True) -> None:
        if missing := [name for name in COLUMNS if name not in queue.columns]:
            raise UsageError(f"The queue has no {', '.join(missing)}; take it from project.review_queue().")
        self._session = Session(queue.reset_index(drop=True), record)
        super().__init__(show_probability=show_probability)
        self.on_msg(self._answer)
        self.observe(lambda _: self.send(self._screen()), names="show_probability")

    @property
    def decided(self) -> pd.DataFrame:
        """What was judged in this sitting, in the order it was: left_id, right_id, verdict, reason."""
        return self._session.decided()

    def _answer(self, _: object, content: Message, __: object) -> None:
        """Do what the page asks, then show what there is now."""
        refused = self._session.note = None
        try:
            self._obey(content)
        except CrmCleanError as error:
            refused = str(error)
        except Exception as error:  # whatever went wrong, the page must not wait for ever
            refused = f"That could not be recorded ({type(error).__name__}); the pair is undecided. Try it once more."
        self.send({**self._screen(), "refused": refused, "note": self._session.note})

    def _obey(self, content: Message) -> None:
        session, pressed = self._session, content.get("press")
        if pressed in ("same", "different") and content.get("place") == session.place:
            session.judge(pressed, reason=_reason(content.get("reason")))
        elif pressed == "skip" and content.get("place") == session.place:
            session.skip()
        elif pressed == "back" and content.get("place") == session.place:
            session.back()
        elif pressed == "ask_skipped":
            session.ask_skipped()

    def _screen(self) -> Message:
        """What the page shows now."""
        session = self._session
        last = session.trail[-1] if session.trail else None
        return {
            "pair": None if session.place is None else self._pair(session.place),
            "counts": session.counts(),
            "last": last and {"verdict": last.verdict, "probability": self._probability(last.place)},
        }

    def _pair(self, place: int) -> Message:
        row = self._row(place)
        seen = {name: against(row[f"left_{name}"], row[f"right_{name}"], is_list=name in _LISTS) for name in _COMPARED}
        return {
            "place": place,
            "probability": self._probability(place) if self.show_probability else None,
            "reason": row["reason"],
            "left": _heading(row, "left"),
            "right": _heading(row, "right"),
            "fields": [_field(_COMPARED[name], told) for name, told in seen.items() if told],
        }

    def _row(self, place: int) -> Message:
        row = self._session.queue.iloc[place]
        return {str(name): None if pd.isna(value) else value for name, value in row.items()}

    def _probability(self, place: int) -> float:
        return float(self._session.queue["match_probability"].iloc[place])

    def __repr__(self) -> str:
        counts = self._session.counts()
        done = counts["all"] - len(self._session.round)
        return f"ReviewWidget: {counts['all']} pairs, {done} gone through, {len(self.decided)} judged"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[Message, Message] | None:
        """The widget, and beside it a plain table for whatever cannot show widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        table = self._table()
        plain = f"{self!r}\n{table.to_string(index=False)}"
        return {**bundle[0], "text/plain": plain, "text/html": table.to_html(index=False)}, bundle[1]

    def _table(self) -> pd.DataFrame:
        """The first pairs that wait, on one line each."""
        waiting = self._session.queue.iloc[self._session.round[:_IN_THE_TABLE]]
        sides = ("left_full_name", "right_full_name", "left_email", "right_email", "left_company", "right_company")
        return waiting[["left_id", "right_id", *sides, "reason"]].fillna("")


def _reason(given: object) -> str | None:
    text = str(given or "").strip()
    return text[:_MAX_REASON] or None


def _heading(row: Message, side: str) -> Message:
    """Where a record stands and when it changed."""
    changed = row[f"{side}_updated_at"]
    return {
        "source": row[f"{side}_source"],
        "file": row[f"{side}_file"],
        "row": None if row[f"{side}_row"] is None else int(row[f"{side}_row"]),
        "changed": None if changed is None else f"{changed:%Y-%m-%d}",
    }


def _field(name: str, told: Against) -> Message:
    return {"name": name, "mark": told.mark, "left": told.left, "right": told.right}
