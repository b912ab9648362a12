"""Which records a CRM should merge, in which order, and why; or archive, where it cannot merge."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from crm_clean.publish.given import TEXT, BoolArray, pick, positions
from crm_clean.publish.roster import DUPLICATE, Roster, by_target
from crm_clean.publish.target import targets
from crm_clean.records.tables import PUBLISH_MERGES

Explain = Callable[[str], str]

_LEVEL = re.compile(r"([\w:]+)=(\w+):(-?[\d.]+)")
_INDIRECT = "linked through other records of the same person"

ARCHIVE_COLUMNS = ["system", "object", "golden_id", "key_value", "reason", "survivor"]


def merges(roster: Roster, *, explain: Explain | None = None) -> pd.DataFrame:
    """PUBLISH_MERGES, with `object`: survivors and duplicates of systems that can merge, in order of steps.

    `explain` puts the levels of a pair in words; without it they stand as they are called.
    """
    can_merge = by_target(lambda target: target.merging.can_merge, default=True)
    gone, kept = _pairs(roster, can_merge)
    at_once = np.array([*(target.merging.at_once for target in targets()), 1])[gone["target"]]
    sureness = roster.given.sureness
    frame = pd.DataFrame(
        {
            "system": roster.text(gone, "system"),
            "golden_id": roster.text(gone, "golden_id"),
            "survivor_id": roster.text(kept, "source_record_id"),
            "duplicate_id": roster.text(gone, "source_record_id"),
            "step": (gone["rank"].to_numpy(np.int64) - 1) // at_once + 1,
            "confidence": np.minimum(sureness[gone["record"]], sureness[kept["record"]]),
            "reason": _reasons(roster, gone, kept, explain or _named),
            "survivor_label": _labels(roster, kept),
            "duplicate_label": _labels(roster, gone),
        }
    )
    order = ["system", "golden_id", "survivor_id", "step", "duplicate_id"]
    made = PUBLISH_MERGES.frame(frame).assign(object=roster.text(gone, "object"))
    return made.sort_values(order, ignore_index=True)


def archives(roster: Roster) -> pd.DataFrame:
    """Duplicates that a system can only put away: ARCHIVE_COLUMNS. Closed ones stay, since their status must."""
    gone, kept = _pairs(roster, by_target(lambda target: not target.merging.can_merge, default=False))
    frame = pd.DataFrame(
        {
            "system": roster.text(gone, "system"),
            "object": roster.text(gone, "object"),
            "golden_id": roster.text(gone, "golden_id"),
            "key_value": _address(roster, gone),
            "reason": pd.Series("same person as the survivor", index=gone.index, dtype=TEXT),
            "survivor": _address(roster, kept),
        }
    )
    known = frame[frame["key_value"].notna() & frame["key_value"].ne(frame["survivor"]) & ~gone["closed"]]
    return known[ARCHIVE_COLUMNS].sort_values(["system", "key_value"], ignore_index=True)


def _pairs(roster: Roster, of_target: BoolArray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the roster that are duplicates, and beside them those of their survivors."""
    frame = roster.frame
    gone = frame[(frame["role"] == DUPLICATE).to_numpy(bool) & of_target[frame["target"]]]
    kept = frame.take(gone["survivor"].to_numpy(np.int64))
    return gone.reset_index(drop=True), kept.reset_index(drop=True)


def _address(roster: Roster, rows: pd.DataFrame) -> pd.Series[str]:
    """The e-mail address a system knows each row by, as exported."""
    at = roster.given.first_points("email")[rows["record"]]
    return pick(roster.given.contact_points["raw"], at).str.strip()


def _labels(roster: Roster, rows: pd.DataFrame) -> pd.Series[str]:
    """Each row in a few words: its name and first e-mail; its id where these would run as a formula."""
    records, at = roster.given.records, rows["record"].to_numpy(np.int64)
    name = {field: pick(records[field], at) for field in ("full_name", "first_name", "last_name")}
    whole = name["full_name"].fillna((name["first_name"].fillna("") + " " + name["last_name"].fillna("")).str.strip())
    mail = pick(roster.given.contact_points["value"], roster.given.first_points("email")[at])
    label = (whole + (" <" + mail + ">").fillna("")).str.strip()
    return label.mask(label.str.match(r"^[=+\-@]"), roster.text(rows, "record_id"))


def _reasons(roster: Roster, gone: pd.DataFrame, kept: pd.DataFrame, explain: Explain) -> pd.Series[str]:
    """In words, why survivor and duplicate are one person."""
    pairs = roster.given.pairs
    if pairs is None or not len(pairs) or not len(gone):
        return pd.Series(_INDIRECT, index=gone.index, dtype=TEXT)
    one, other = roster.text(gone, "record_id"), roster.text(kept, "record_id")
    low, high = one.where(one < other, other), other.where(one < other, one)
    asked = pd.DataFrame({"left_id": low, "right_id": high})
    known = pairs[positions(pairs["left_id"], low.drop_duplicates()) >= 0][["left_id", "right_id", "levels", "verdict"]]
    found = asked.merge(known, on=["left_id", "right_id"], how="left")
    told = found[["levels", "verdict"]].fillna("").astype(str)
    words = [_words(levels, verdict, explain) for levels, verdict in zip(told["levels"], told["verdict"], strict=True)]
    return pd.Series(words, index=gone.index, dtype=TEXT)


def _words(levels: str, verdict: str, explain: Explain) -> str:
    if verdict == "decided_same":
        return "decided to be the same"
    return explain(levels) if levels else _INDIRECT


def _named(levels: str) -> str:
    """`name=exact:8.1 email=null:0.0`: what speaks for it, the strongest first."""
    told = [(float(bits), name, level) for name, level, bits in _LEVEL.findall(levels)]
    speaking = sorted(((-bits, name, level) for bits, name, level in told if bits > 0))
    return ", ".join(f"{name} {level}" for _, name, level in speaking) or _INDIRECT
