"""A person's word on whether an address may be used: closed at once and for good, or opened again, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from crm_clean.errors import UsageError
from crm_clean.pipeline.decide import author
from crm_clean.pipeline.typed import read_address
from crm_clean.records.tables import CONSENTS, GOLDEN_POINTS
from crm_clean.report.words import plural
from crm_clean.store.base import Store

if TYPE_CHECKING:
    from crm_clean.settings import Settings

_NAMES = {"email": "e-mail", "phone": "number"}
_EVENTS = {"open": "opened", "close": "closed"}


@dataclass(frozen=True)
class Address:
    """An address as it is kept: its channel (email, phone) and key."""

    channel: str
    key: str


@dataclass(frozen=True)
class Consented:
    """What became of an address: how many golden records have it, and at how many it is open now; `str()` says it."""

    channel: str
    event: str
    run: int
    n_golden: int
    n_open: int

    def __str__(self) -> str:
        people = plural(self.n_golden, "golden record")
        if not self.n_golden:
            return f"Noted in run {self.run}: the {_NAMES[self.channel]} is {self.event}; nobody who stands has it."
        if self.event == "closed":
            return (
                f"Run {self.run}: the {_NAMES[self.channel]} is closed for {people}, and stays so whatever exports say."
            )
        still = "" if self.n_open == self.n_golden else "; what the exports of today say keeps it closed"
        return f"Run {self.run}: the {_NAMES[self.channel]} is open for {self.n_open} of {people}{still}."

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def entry(
    verb: str, typed: str, *, by: str, at: datetime, reason: str | None, settings: Settings
) -> tuple[Address, pd.DataFrame]:
    """The address that is meant, and the row of CONSENTS about it. `verb` is open or close.

    Raises UsageError for another verb, nobody who says so, what is no address, and for opening without a reason.
    """
    if verb not in _EVENTS:
        raise UsageError("Say `open` or `close`.")
    who, why = author(by), (reason or "").strip() or None
    if verb == "open" and why is None:
        raise UsageError("Say with --reason how you know that this address may be used again.")
    address = Address(*read_address(typed, settings=settings))
    frame = CONSENTS.frame(
        {
            "channel": [address.channel], "key": [address.key], "event": [_EVENTS[verb]], "since": [pd.Timestamp(at)],
            "evidence": [why], "decided_by": [who],
        }
    )  # fmt: skip
    return address, frame


def told(store: Store, address: Address, verb: str, *, run: int) -> Consented:
    """What stands of the address after `run`."""
    points = store.read(GOLDEN_POINTS, where={"kind": address.channel, "key": address.key})
    is_open = ~points["opt_out"].fillna(False).astype(bool)
    n_golden = int(points["golden_id"].nunique())
    return Consented(address.channel, _EVENTS[verb], run, n_golden, int(points["golden_id"][is_open].nunique()))
