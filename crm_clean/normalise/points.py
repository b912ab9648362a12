"""Contact points normalised kind by kind: cells with several values parted, values and keys made, labels unified."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise import kernels as k
from crm_clean.normalise.distinct import flat, over
from crm_clean.normalise.findings import SEPARATOR, Findings
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.mail.quick_emails import read_emails as quick_emails
from crm_clean.normalise.memory import Memory
from crm_clean.normalise.telephony.quick_phones import read_phones as quick_phones
from crm_clean.normalise.workers import Workers

Positions = np.ndarray[Any, Any]
_SEVERAL = {"email": "(?s)[@\uff20].*[@\uff20]", "phone": r"(\p{Nd}\P{Nd}*){14}"}
_NOT_MOBILE = ("fixed", "premium", "toll_free", "shared_cost", "uan", "voicemail")
_NO_FLAGS = ("is_role", "is_free", "is_disposable", "is_placeholder")


@dataclass(frozen=True)
class Batch:
    """Points of one kind: the position of each one's record, the ordinal of the cell it stood in, and its columns."""

    kind: str
    at: Positions
    cell: Positions
    columns: dict[str, pa.Array]

    def __len__(self) -> int:
        return len(self.at)

    def in_order(self) -> Batch:
        """The same points by record and cell."""
        order = np.lexsort((self.cell, self.at))
        if (np.diff(order) == 1).all():
            return self
        place = pa.array(order)
        return Batch(self.kind, self.at[order], self.cell[order], {c: v.take(place) for c, v in self.columns.items()})


@dataclass(frozen=True)
class Tools:
    """What every reader of columns needs."""

    words: Lexicons
    workers: Workers
    findings: Findings
    memory: Memory | None = None


def batch_of(kind: str, points: pa.Table, at: Positions, *, tools: Tools) -> Batch:
    """The points of `kind` that hold something, a cell each, with `ordinal`, `label` and `raw`."""
    chosen = np.flatnonzero(pc.equal(points["kind"], kind).to_numpy())
    place = pa.array(chosen)
    columns = {c: flat(points[c].take(place)) for c in points.column_names if c not in ("record_id", "kind")}
    holds = np.zeros(len(chosen), dtype=bool)
    for name in ("raw", *(c for c in columns if c.endswith("_raw"))):
        holds |= pc.is_valid(columns[name]).to_numpy(zero_copy_only=False)
    if not holds.all():
        kept = pa.array(np.flatnonzero(holds))
        columns = {c: v.take(kept) for c, v in columns.items()}
    labels = over(k.kernel(k.label, k.LABEL, kind=kind, words=tools.words), [columns["label"]], workers=tools.workers)
    columns["label"] = labels["label"].combine_chunks()
    cell = columns["ordinal"].to_numpy(zero_copy_only=False).astype(np.int64)
    return Batch(kind, at[chosen][holds], cell, columns)


def _parted(batch: Batch, tools: Tools) -> Batch:
    """A point for each value where a cell holds several; the first keeps its ordinal, the others follow the last."""
    raw = batch.columns["raw"]
    several = pc.fill_null(pc.match_substring_regex(raw, _SEVERAL[batch.kind]), False)
    suspects = pc.if_else(several, raw, pa.scalar(None, pa.string()))
    if pc.sum(several).as_py() in (0, None):
        return batch
    kernel = k.kernel(k.pieces, k.PIECES, kind=batch.kind)
    found = over(kernel, [suspects], workers=tools.workers, memory=tools.memory, kind=f"{batch.kind}_cell")
    pieces = found["pieces"].combine_chunks()
    sizes = pc.fill_null(pc.list_value_length(pieces), 1).to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(batch)), sizes)
    from_list = pc.is_valid(pieces).to_numpy(zero_copy_only=False)[rows]
    columns = {c: v.take(pa.array(rows)) for c, v in batch.columns.items()}
    columns["raw"] = pc.replace_with_mask(columns["raw"], pa.array(from_list), pc.list_flatten(pieces))
    is_first = np.concatenate([[True], rows[1:] != rows[:-1]]) if len(rows) else np.zeros(0, dtype=bool)
    at, cell = batch.at[rows], batch.cell[rows]
    columns["ordinal"] = pa.array(_ordinals(at, cell, is_first))
    return Batch(batch.kind, at, cell, columns)


def _ordinals(at: Positions, cell: Positions, is_first: Positions) -> Positions:
    frame = pd.DataFrame({"at": at, "cell": cell, "first": is_first})
    order = frame.sort_values(["at", "cell"], kind="stable")
    last = order.groupby("at")["cell"].transform("max")
    extra = (~order["first"]).groupby(order["at"]).cumsum()
    return order["cell"].where(order["first"], last + extra).sort_index().to_numpy()


def read_emails(batch: Batch, *, tools: Tools) -> Batch:
    """E-mail addresses, one a point, with value, key and what kind of mailbox they are."""
    batch = _parted(batch, tools)
    kernel = partial(quick_emails, words=tools.words)
    found = over(kernel, [batch.columns["raw"]], workers=tools.workers, memory=tools.memory, kind="email")
    return _with(batch, found, tools)


def read_phones(batch: Batch, *, country: pa.Array, region: pa.Array, tools: Tools) -> Batch:
    """Phones in E.164, one a point; `country` and `region` stand by record.

    A mobile is labelled so if the source is silent. The label that a source gives stays; `phone.not_mobile` says where
    the number cannot be what it says.
    """
    batch = _parted(batch, tools)
    where = pa.array(batch.at)
    columns = [batch.columns["raw"], country.take(where), region.take(where)]
    kernel = partial(quick_phones, words=tools.words)
    found = over(kernel, columns, workers=tools.workers, memory=tools.memory, kind="phone")
    given, kind = batch.columns["label"], found["kind"].combine_chunks()
    wrong = pc.and_(pc.equal(given, "mobile"), pc.is_in(kind, value_set=pa.array(_NOT_MOBILE)))
    codes = found["codes"].combine_chunks()
    more = pc.coalesce(pc.binary_join_element_wise(codes, "phone.not_mobile", SEPARATOR), pa.scalar("phone.not_mobile"))
    codes = pc.if_else(pc.fill_null(wrong, False), more, codes)
    new = {"label": pc.coalesce(given, found["label"].combine_chunks()), "codes": codes}
    return _with(batch, pa.table({c: new.get(c, found[c]) for c in found.column_names if c != "kind"}), tools)


def read_others(batch: Batch, *, tools: Tools) -> Batch:
    """Profiles, web sites and plain text."""
    raw = [batch.columns["raw"]]
    if batch.kind == "profile":
        return _with(
            batch,
            over(
                k.kernel(k.profile, k.PROFILE, words=tools.words), [*raw, batch.columns["label"]], workers=tools.workers
            ),
            tools,
        )
    function = k.kernel(k.website if batch.kind == "website" else k.text, k.VALUE, words=tools.words)
    return _with(batch, over(function, raw, workers=tools.workers), tools)


def _with(batch: Batch, found: pa.Table, tools: Tools) -> Batch:
    new = {c: found[c].combine_chunks() for c in found.column_names}
    tools.findings.add(batch.at, batch.columns["raw"], new.pop("codes"), field=batch.kind)
    nothing = pa.array(np.zeros(len(batch), dtype=bool))
    return Batch(batch.kind, batch.at, batch.cell, batch.columns | dict.fromkeys(_NO_FLAGS, nothing) | new)
