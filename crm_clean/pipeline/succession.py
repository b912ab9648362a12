"""What becomes of golden ids when one state takes the place of another that has them already."""

from __future__ import annotations

import pandas as pd

from crm_clean.records.tables import IDENTITY_EVENTS


def events_between(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What becomes of the golden ids that stand when one MEMBERSHIP frame takes the place of another: IDENTITY_EVENTS
    by golden id. One that comes back was there earlier, so it is `revived`."""
    stood, stands = set(before["golden_id"]), set(after["golden_id"])
    columns = ["record_id", "golden_id"]
    both = before[columns].merge(after[columns], on="record_id", suffixes=("", "_now"))
    moved = both[both["golden_id"] != both["golden_id_now"]]
    shares = moved.groupby(["golden_id", "golden_id_now"]).size().rename("n").reset_index()
    heirs = shares[~shares["golden_id"].isin(stands)]
    heirs = heirs.sort_values(["n", "golden_id_now"], ascending=[False, True]).drop_duplicates("golden_id")
    heir = dict(zip(heirs["golden_id"], heirs["golden_id_now"], strict=True))
    told = [(golden_id, "revived", None) for golden_id in stands - stood]
    told += [(one, "absorbed" if one in heir else "retired", heir.get(one)) for one in stood - stands]
    split = shares[shares["golden_id"].isin(stands)]
    told += [(now, "split", was) for was, now in zip(split["golden_id"], split["golden_id_now"], strict=True)]
    told.sort(key=lambda event: (event[0], event[1], event[2] or ""))
    frame = pd.DataFrame(told, columns=list(IDENTITY_EVENTS.columns), dtype="string[pyarrow]")
    return IDENTITY_EVENTS.frame(frame)
