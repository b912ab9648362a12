"""Which records a CRM should merge, in which order, and why; or archive, where it cannot merge."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from crm_clean.publish.given import TEXT, Given, positions
from crm_clean.publish.roster import Roster
from crm_clean.publish.target import targets
from crm_clean.records.tables import PUBLISH_MERGES

_LEVEL = re.compile(r"([\w:]+)=(\w+):(-?[\d.]+)")
_INDIRECT = "linked through other records of the same person"

ARCHIVE_COLUMNS = ["system", "object", "golden_id", "key_value", "reason", "survivor"]


def merges(given: Given, roster: Roster) -> pd.DataFrame:
    """PUBLISH_MERGES, with `object`: survivors and duplicates of systems that can merge, in order of steps."""
    pairs = _pairs(roster)
    mergeable = np.array([*(t.merging.can_merge for t in targets()), True])[pairs["target"]]
    at_once = np.array([*(t.merging.at_once for t in targets()), 1])[pairs["target"]]
    pairs["step"] = (pairs["rank"].to_numpy(np.int64) - 1) // at_once + 1
    chosen = pairs[mergeable].reset_index(drop=True)
    chosen["reason"] = _reasons(given, chosen)
    chosen["confidence"] = np.minimum(chosen["match_probability"], chosen["match_probability_survivor"])
    frame = PUBLISH_MERGES.frame(chosen[[*PUBLISH_MERGES.columns]])
    order = ["system", "golden_id", "survivor_id", "step", "duplicate_id"]
    return frame.assign(object=chosen["object"].to_numpy()).sort_values(order, ignore_index=True)


def archives(roster: Roster, key_values: pd.Series[str]) -> pd.DataFrame:
    """Duplicates that a system can only put away: ARCHIVE_COLUMNS. Closed ones stay, since their status must.

    `key_values`: the key of each record in import files, by record id.
    """
    pairs = _pairs(roster)
    mergeable = np.array([*(t.merging.can_merge for t in targets()), True])[pairs["target"]]
    chosen = pairs[~mergeable & ~pairs["closed"]].reset_index(drop=True)
    chosen["key_value"] = chosen["record_id"].map(key_values)
    chosen["survivor"] = chosen["record_id_survivor"].map(key_values)
    chosen["reason"] = "same person as the survivor"
    known = chosen[chosen["key_value"].notna() & chosen["key_value"].ne(chosen["survivor"])]
    return known[ARCHIVE_COLUMNS].sort_values(["system", "key_value"], ignore_index=True)


def _pairs(roster: Roster) -> pd.DataFrame:
    frame = roster.frame
    duplicates = frame[frame["role"] == "duplicate"]
    survivors = frame.take(duplicates["survivor"].to_numpy(np.int64))[
        ["record_id", "source_record_id", "label", "match_probability"]
    ]
    pairs = duplicates.reset_index(drop=True).join(survivors.reset_index(drop=True), rsuffix="_survivor")
    return pairs.rename(
        columns={
            "source_record_id": "duplicate_id",
            "source_record_id_survivor": "survivor_id",
            "label": "duplicate_label",
            "label_survivor": "survivor_label",
        }
    )


def _reasons(given: Given, chosen: pd.DataFrame) -> pd.Series[str]:
    """In words, why survivor and duplicate are one person."""
    if given.pairs is None or not len(given.pairs) or not len(chosen):
        return pd.Series(_INDIRECT, index=chosen.index, dtype=TEXT)
    low = chosen["record_id"].where(chosen["record_id"] < chosen["record_id_survivor"], chosen["record_id_survivor"])
    high = chosen["record_id_survivor"].where(low == chosen["record_id"], chosen["record_id"])
    asked = pd.DataFrame({"left_id": low, "right_id": high})
    known = given.pairs[positions(given.pairs["left_id"], low.drop_duplicates()) >= 0][
        ["left_id", "right_id", "levels", "verdict"]
    ]
    found = asked.merge(known, on=["left_id", "right_id"], how="left")
    told = found[["levels", "verdict"]].fillna("").astype(str)
    words = [_words(levels, verdict) for levels, verdict in zip(told["levels"], told["verdict"], strict=True)]
    return pd.Series(words, index=chosen.index, dtype=TEXT)


def _words(levels: str, verdict: str) -> str:
    """`name=exact:8.1 email=null:0.0`: what speaks for it, the strongest first."""
    if verdict == "decided_same":
        return "decided to be the same"
    told = [(float(bits), name, level) for name, level, bits in _LEVEL.findall(levels)]
    speaking = sorted(((-bits, name, level) for bits, name, level in told if bits > 0))
    return ", ".join(f"{name} {level}" for _, name, level in speaking) or _INDIRECT
