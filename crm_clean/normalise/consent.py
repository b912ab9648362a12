"""Consent put where it belongs: on the address it was given for. The record keeps what it said, too.

What a record says of consent in several places is made one: who has opted out is unsubscribed, whatever else stands
there, and the date of an opt-out is that of the withdrawal. Nothing here ever makes consent out of less.

A record's opt-out or bounce is its primary e-mail's: the first that can be used, and any unusable one before it, since
it may have been meant. Do-not-call is every phone's, no post every address's.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.distinct import flat, over, rows
from crm_clean.normalise.flags import says_bounced, split_date
from crm_clean.normalise.moments.instants import read_columns
from crm_clean.normalise.moments.orders import Files
from crm_clean.normalise.points import Batch, Positions, Tools

_EMAIL_FLAGS = {"opt_out": "email_opt_out", "bounced": "email_bounced"}
_EMAIL_FACTS = ("consent_status", "consent_at", "consent_basis")
_MAY_BE_DATED = r"[0-9].*[0-9].*[0-9].*[0-9].*[0-9]"
_TEXT = pa.string()


def unite(scalars: dict[str, pa.Array], records: pa.Table, files: Files, *, tools: Tools) -> dict[str, pa.Array]:
    """`scalars` with what the consent cells of `records` say together; `files`: where each record stood.

    Finds `consent.contradiction` where somebody who opted out is called subscribed.
    """
    opted_out = pc.fill_null(scalars["email_opt_out"], False)
    status_raw = flat(records["consent_status_raw"])
    subscribed = pc.fill_null(pc.equal(scalars["consent_status"], "subscribed"), False)
    both = pc.and_(opted_out, subscribed)
    codes = pc.if_else(both, pa.scalar("consent.contradiction"), pa.scalar(None, _TEXT))
    tools.findings.add(np.arange(len(codes)), status_raw, codes, field="consent_status")
    left_at = _only_where(opted_out, _dates(flat(records["email_opt_out_raw"]), files, tools))
    said_at = pc.coalesce(scalars["consent_at"], _dates(status_raw, files, tools))
    kept_at = pc.coalesce(left_at, _only_where(pc.invert(both), said_at))
    is_gone = pc.or_(both, pc.is_valid(left_at))
    bounced = _bounced(status_raw, tools)
    return scalars | {
        "consent_status": pc.if_else(is_gone, pa.scalar("unsubscribed"), scalars["consent_status"]),
        "consent_at": kept_at,
        "email_bounced": pc.if_else(bounced, True, scalars["email_bounced"]),
    }


def _only_where(mask: pa.Array, values: pa.Array) -> pa.Array:
    return pc.if_else(pc.fill_null(mask, False), values, pa.scalar(None, values.type))


def _dates(raw: pa.Array, files: Files, tools: Tools) -> pa.Array:
    """The instants in cells that say when."""
    wanted = pc.fill_null(pc.match_substring_regex(raw, _MAY_BE_DATED), False)
    if not pc.any(wanted).as_py():
        return pa.nulls(len(raw), pa.timestamp("us", tz="UTC"))
    kernel = rows(_date_of, pa.schema({"date": _TEXT}))
    text = over(kernel, [_only_where(wanted, raw)], workers=tools.workers)["date"].combine_chunks()
    return read_columns({"date": text}, files, workers=tools.workers)["date"]["value"].combine_chunks()


def _date_of(raw: str) -> tuple[str | None]:
    return (split_date(raw)[1],)


def _bounced(consent_raw: pa.Array, tools: Tools) -> pa.Array:
    distinct = consent_raw.dictionary_encode()
    said = pa.array([says_bounced(v, words=tools.words) for v in distinct.dictionary.to_pylist()], pa.bool_())
    return pc.fill_null(said.take(distinct.indices), False)


def settle(scalars: dict[str, pa.Array], consent_raw: pa.Array) -> dict[str, pa.Array]:
    """`scalars` with the flag that a consent status said in words implies: unsubscribed is an opt-out."""
    said = pc.and_(pc.is_valid(consent_raw), pc.fill_null(pc.equal(scalars["consent_status"], "unsubscribed"), False))
    return scalars | {"email_opt_out": pc.if_else(said, True, scalars["email_opt_out"])}


def on_points(batch: Batch, scalars: dict[str, pa.Array]) -> Batch:
    """`batch` with the consent of its records."""
    where = pa.array(batch.at)
    if batch.kind == "phone":
        return replace(batch, columns=batch.columns | {"opt_out": scalars["do_not_call"].take(where)})
    if batch.kind == "address":
        return replace(batch, columns=batch.columns | {"opt_out": scalars["postal_opt_out"].take(where)})
    if batch.kind != "email":
        return batch
    primary = pa.array(_primary(batch))
    new = {}
    for column, field in (*_EMAIL_FLAGS.items(), *zip(_EMAIL_FACTS, _EMAIL_FACTS, strict=True)):
        value = scalars[field].take(where)
        new[column] = pc.if_else(primary, value, pa.scalar(None, value.type))
    return replace(batch, columns=batch.columns | new)


def _primary(batch: Batch) -> Positions:
    """Whether each e-mail stood no later than the first usable one of its record."""
    n_records = int(batch.at.max()) + 1 if len(batch) else 0
    usable = pc.is_valid(batch.columns["key"]).to_numpy(zero_copy_only=False)
    first = np.full(n_records, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(first, batch.at[usable], batch.cell[usable])
    return batch.cell <= first[batch.at]
