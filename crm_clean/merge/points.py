"""The e-mails, phones, addresses, profiles, websites and texts of a golden record: each once, the best first.

One row per kind and key, whoever holds it. Order within a kind: usable before placeholders, not bounced before
bounced, people before role and disposable mailboxes and faxes; then by how many records hold it, then as the best
witness has it. Consent belongs to the address: an opt-out or bounce anybody recorded at an e-mail or phone number
holds for all who share it; that of a postal address for its own people alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.errors import BadFrame
from crm_clean.merge import consent
from crm_clean.merge.column import Column, whole
from crm_clean.merge.groups import NONE, BoolArray, Groups, IntArray
from crm_clean.merge.members import Members
from crm_clean.merge.places import ADDRESS, AddressRows, one_line, same_place
from crm_clean.merge.together import settle_together
from crm_clean.records.fields import ADDRESS_PARTS, POINT_KINDS
from crm_clean.records.tables import CONTACT_POINTS, GOLDEN_POINTS
from crm_clean.text import squeeze

_KIND: dict[str, int] = {kind: at for at, kind in enumerate(POINT_KINDS)}
_SHARED_CONSENT = ("email", "phone")
_ORDINALS = 1 << 16
_USED = tuple(name for name in CONTACT_POINTS.columns if name not in ("record_id", "raw"))


@dataclass(frozen=True, eq=False)
class GoldenPoints:
    """`frame`: GOLDEN_POINTS by golden id, kind, ordinal. `group`, `row`: golden record and best witness of a row."""

    frame: pd.DataFrame
    group: IntArray
    row: IntArray


@dataclass(frozen=True, eq=False)
class _Held:
    """Points as members hold them, by bundle: one kind and key of one golden record. `row`: the member's."""

    frame: pd.DataFrame
    row: IntArray
    kind: IntArray
    bundles: Groups


def golden_points(members: Members, contact_points: pd.DataFrame) -> GoldenPoints:
    """The points of every golden record. `contact_points`: CONTACT_POINTS of the members, in any order."""
    held = _bundled(members, contact_points)
    best = _best(members, held)
    kept = held.frame.take(best).reset_index(drop=True)
    kept["label"] = _labels(held)
    kept = _with_consent(kept, held)
    _mend_addresses(kept, held, members)
    return _in_order(kept, held, members)


def _bundled(members: Members, points: pd.DataFrame) -> _Held:
    row = _rows_of(members, points["record_id"])
    kind = np.asarray(points["kind"].map(_KIND), dtype=np.int64)
    said = np.flatnonzero(points[["value", "key", *ADDRESS_PARTS]].notna().any(axis=1))
    ordinal = np.clip(points["ordinal"].to_numpy(np.int64), 0, _ORDINALS - 1)
    order = said[np.argsort(row[said] * _ORDINALS + ordinal[said], kind="stable")]
    frame = points[list(_USED)].take(order).reset_index(drop=True)
    row, kind = row[order], kind[order]
    bundle = _bundle(frame, members.groups.of[row], kind)
    if (bundle[1:] < bundle[:-1]).any():
        by_bundle = np.argsort(bundle, kind="stable")
        frame = frame.take(by_bundle).reset_index(drop=True)
        row, kind, bundle = row[by_bundle], kind[by_bundle], bundle[by_bundle]
    return _Held(frame, row, kind, Groups.runs(bundle))


def _rows_of(members: Members, record_ids: pd.Series[str]) -> IntArray:
    found = pc.index_in(whole(record_ids), value_set=whole(members.frame["record_id"]))
    row = found.fill_null(NONE).to_numpy(zero_copy_only=False).astype(np.int64)
    strange = int((row == NONE).sum())
    if strange:
        raise BadFrame(f"contact_points: {strange} rows of records that are not among the records")
    return np.asarray(row)


def _bundle(frame: pd.DataFrame, group: IntArray, kind: IntArray) -> IntArray:
    """A number per row: equal for rows of one golden record, kind and key, and for addresses of one place."""
    same = Column.of(_sameness(frame)).code
    width = int(same.max(initial=0)) + 1
    _, first, bundle = np.unique((group * len(_KIND) + kind) * width + same, return_index=True, return_inverse=True)
    is_address = np.flatnonzero(kind[first] == _KIND["address"])
    crowded = Groups.runs(group[first[is_address]])
    several = is_address[(crowded.size() > 1)[crowded.of]]
    place = same_place(frame[list(ADDRESS_PARTS)].take(first[several]), group[first[several]])
    stands_for = np.arange(len(first))
    _, first_of_place, back = np.unique(place, return_index=True, return_inverse=True)
    stands_for[several] = several[first_of_place[back]]
    return np.asarray(stands_for[bundle])


def _sameness(frame: pd.DataFrame) -> pd.Series[str]:
    """What makes two points of one kind the same: their key; what can be read, where it is no usable value."""
    same = frame["key"].copy()
    unkeyed = np.flatnonzero(same.isna().to_numpy())
    if len(unkeyed):
        bare = frame[["value", *ADDRESS_PARTS]].take(unkeyed)
        shown = bare["value"].fillna(one_line(bare))
        same.iloc[unkeyed] = [f"\x00{squeeze(text) or text}" for text in shown]
    is_text = frame["kind"].eq("text").fillna(False).to_numpy(bool)
    if is_text.any():
        same = same.mask(is_text, frame["label"].fillna("") + "\x1f" + same)
    return same


def _best(members: Members, held: _Held) -> IntArray:
    """Per bundle, the row that shows the value: of a record that may give values, if one does."""
    shows = held.frame["value"].notna().to_numpy()
    live = held.bundles.first(members.gives[held.row] & shows)
    return np.where(live == NONE, held.bundles.starts, live)


def _labels(held: _Held) -> pd.Series[str]:
    """Per bundle the label most rows give; a telling one before `other`; then as the best witness has it."""
    label = Column.of(held.frame["label"], str)
    said = np.flatnonzero(label.code != NONE)
    vague = np.array([text == "other" for text in label.distinct] + [True])[label.code]
    packed = held.bundles.of * (len(label.distinct) + 1) + label.code
    _, back, votes = np.unique(packed[said], return_inverse=True, return_counts=True)
    order = said[np.lexsort([said, -votes[back], vague[said], held.bundles.of[said]])]
    runs = Groups.runs(held.bundles.of[order])
    chosen = np.full(len(held.bundles), NONE, np.int64)
    chosen[held.bundles.of[order[runs.starts]]] = order[runs.starts]
    return taken(held.frame["label"], chosen)


def taken(series: pd.Series[str], rows: IntArray) -> pd.Series[str]:
    """`series` at `rows`; missing where the row is NONE."""
    picked = whole(series).take(pa.array(rows, mask=rows == NONE))
    return pd.Series(picked.to_pandas(types_mapper=lambda _: series.dtype), dtype=series.dtype)


def _with_consent(kept: pd.DataFrame, held: _Held) -> pd.DataFrame:
    decisive = consent.strictest(held.bundles, held.frame)
    kept["consent_status"] = taken(held.frame["consent_status"], decisive.status)
    kept["consent_at"] = held.frame["consent_at"].reindex(decisive.at).reset_index(drop=True)
    kept["consent_basis"] = taken(held.frame["consent_basis"], decisive.basis)
    for flag in ("opt_out", "bounced"):
        own = held.bundles.most(consent.trinary(held.frame[flag]))
        kept[flag] = consent.as_flags(np.where(_flagged_elsewhere(kept, held, own == 1), 1, own))
    refused = kept["opt_out"].fillna(False) & kept["consent_status"].notna()
    kept["consent_status"] = kept["consent_status"].mask(refused, consent.WITHDRAWN)
    return kept


def _flagged_elsewhere(kept: pd.DataFrame, held: _Held, flagged: BoolArray) -> BoolArray:
    """Whether an e-mail or phone number is flagged in any bundle that has its key."""
    kind = held.kind[held.bundles.starts]
    shared = np.isin(kind, [_KIND[name] for name in _SHARED_CONSENT]) & kept["key"].notna().to_numpy()
    key = Column.of(kept["key"], str).code * len(_KIND) + kind
    return shared & np.isin(key, key[shared & flagged])


def _mend_addresses(kept: pd.DataFrame, held: _Held, members: Members) -> None:
    """In `kept`: the parts of each address that several rows of one place agree on best."""
    kind = held.kind[held.bundles.starts]
    several = (kind == _KIND["address"]) & (held.bundles.size() > 1)
    rows = np.flatnonzero(several[held.bundles.of])
    if not len(rows):
        return
    parts = held.frame[list(ADDRESS_PARTS)].take(rows).reset_index(drop=True)
    ranks = {rule: rank[held.row[rows]] for rule, rank in members.ranks.items()}
    ranks["most_complete"] = -parts.notna().sum(axis=1).to_numpy(np.int64)
    witnesses = AddressRows(
        columns={part: Column.of(parts[part]) for part in ADDRESS_PARTS},
        groups=Groups.runs(held.bundles.of[rows]),
        gives=members.gives[held.row[rows]],
        ranks=ranks,
    )
    won = settle_together(witnesses, ADDRESS)
    at = np.flatnonzero(several)
    mended = pd.DataFrame({part: taken(parts[part], won[part].row) for part in ADDRESS_PARTS})
    before = kept[list(ADDRESS_PARTS)].take(at).reset_index(drop=True)
    changed = (mended.fillna("") != before.fillna("")).any(axis=1).to_numpy() & mended.notna().any(axis=1).to_numpy()
    street = np.where(won["street"].row == NONE, NONE, rows[won["street"].row])
    keys = taken(held.frame["key"], street)
    mended["value"], mended["key"] = one_line(mended), keys.fillna(kept["key"].take(at).reset_index(drop=True))
    for column in mended:
        kept.loc[at[changed], column] = mended[column][changed].to_numpy()


def _in_order(kept: pd.DataFrame, held: _Held, members: Members) -> GoldenPoints:
    row, kind = held.row[held.bundles.starts], held.kind[held.bundles.starts]
    group = members.groups.of[row]
    ordinal = held.frame["ordinal"].to_numpy(np.int64)[held.bundles.starts]
    order = np.lexsort([ordinal, row, -_support(held), _doubt(kept), kind, group])
    runs = Groups.runs((group * len(_KIND) + kind)[order])
    kept["ordinal"] = 0
    kept["golden_id"] = members.golden_id.take(group).to_numpy()
    frame = kept.take(order).reset_index(drop=True)
    frame["ordinal"] = np.arange(len(order)) - runs.starts[runs.of] + 1
    return GoldenPoints(GOLDEN_POINTS.frame(frame), group[order], row[order])


def _support(held: _Held) -> IntArray:
    """How many members hold each bundle."""
    is_new = np.concatenate([[True], held.row[1:] != held.row[:-1]]) if len(held.row) else held.row.astype(bool)
    is_new[held.bundles.starts] = True
    return held.bundles.count(is_new)


def _doubt(kept: pd.DataFrame) -> IntArray:
    """The smaller, the better to reach somebody by."""
    flags = {
        name: kept[name].fillna(False).to_numpy(bool)
        for name in ("is_placeholder", "bounced", "is_role", "is_disposable")
    }
    unusable = kept["key"].isna().to_numpy() | flags["is_placeholder"]
    second_best = flags["is_role"] | flags["is_disposable"] | kept["label"].eq("fax").fillna(False).to_numpy(bool)
    return np.asarray(unusable * 4 + flags["bounced"] * 2 + second_best * 1, dtype=np.int64)
