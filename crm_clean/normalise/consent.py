"""Consent put where it belongs: on the address it was given for. The record keeps what it said, too.

A record's opt-out or bounce is its primary e-mail's: the first that can be used, and any unusable one before it, since
it may have been meant. Do-not-call is every phone's, no post every address's.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.flags import says_bounced
from crm_clean.normalise.points import Batch, Positions

_EMAIL_FLAGS = {"opt_out": "email_opt_out", "bounced": "email_bounced"}
_EMAIL_FACTS = ("consent_status", "consent_at", "consent_basis")


def settle(scalars: dict[str, pa.Array], consent_raw: pa.Array) -> dict[str, pa.Array]:
    """`scalars` with the flags that the consent status implies: unsubscribed is an opt-out, whatever the flag says."""
    left = pc.fill_null(pc.equal(scalars["consent_status"], "unsubscribed"), False)
    distinct = consent_raw.dictionary_encode()
    bounces = pa.array([says_bounced(v) for v in distinct.dictionary.to_pylist()], pa.bool_())
    bounced = pc.fill_null(bounces.take(distinct.indices), False)
    return scalars | {
        "email_opt_out": pc.if_else(left, True, scalars["email_opt_out"]),
        "email_bounced": pc.if_else(bounced, True, scalars["email_bounced"]),
    }


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
