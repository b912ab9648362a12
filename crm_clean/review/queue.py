"""The review queue: pairs that a person should judge, the two records side by side, most worth asking first.

Takes pairs whose verdict is `review`, and those `cut` from a cluster although they look alike; decides nothing.
Uncertain pairs come first (nearest to one half, in hundredths), then those with more business behind them.
"""

from __future__ import annotations

import pandas as pd

from crm_clean.records.tables import CONTACT_POINTS, PAIRS, RECORDS
from crm_clean.review.explain import reason

_ASKED = ("review", "cut")
_SHOWN = (
    "full_name",
    "email",
    "phone",
    "company",
    "job_title",
    "address",
    "birth_date",
    "other",
    "source",
    "updated_at",
)
_POINT_COLUMNS = {"email": "email", "phone": "phone", "address": "address", "text": "other"}
_SCALARS = ("full_name", "company", "job_title", "birth_date", "source", "updated_at")
# What a comparison looked at, among the columns shown and among the points.
_SCALARS_LOOKED_AT = {"name": "full_name", "birth_date": "birth_date", "company": "company"}
_POINTS_LOOKED_AT = ("email", "phone", "address")
_CUT = "Taken out of a group that did not hold together: "

_ValuePairs = list[tuple[str | None, str | None]]

COLUMNS = (
    *("left_file", "left_row", "right_file", "right_row", "match_probability", "reason"),
    *(f"{side}_{field}" for field in _SHOWN for side in ("left", "right")),
    *("verdict", "left_id", "right_id"),
)


def review_queue(
    pairs: pd.DataFrame, records: pd.DataFrame, contact_points: pd.DataFrame, *, limit: int | None = None
) -> pd.DataFrame:
    """The pairs to judge, from PAIRS, RECORDS and CONTACT_POINTS frames, as a frame of `COLUMNS`; the first `limit`.

    `left_row`, `right_row` are Int64, `match_probability` is float64 in 0..1, `*_updated_at` are UTC instants, all
    else is text. Several e-mails, phones or addresses of a record are joined by "; ". Ties are broken by the ids.
    """
    for table, frame in ((PAIRS, pairs), (RECORDS, records), (CONTACT_POINTS, contact_points)):
        table.check(frame)
    asked = pairs[pairs["verdict"].isin(_ASKED)]
    asked = _in_order(asked, records.set_index("record_id")).head(len(asked) if limit is None else limit)
    ids = pd.Index(pd.unique(pd.concat([asked["left_id"], asked["right_id"]])))
    known = records[records["record_id"].isin(ids)].set_index("record_id")
    points = contact_points[contact_points["record_id"].isin(ids)]
    shown = _faces(known, points)
    queue = {
        "left_file": _at(known["source_file"], asked["left_id"]),
        "left_row": _at(known["source_row"], asked["left_id"]),
        "right_file": _at(known["source_file"], asked["right_id"]),
        "right_row": _at(known["source_row"], asked["right_id"]),
        "match_probability": asked["probability"],
        "reason": pd.array(_reasons(asked, shown, points), dtype="string"),
    }
    for field in _SHOWN:
        for side in ("left", "right"):
            queue[f"{side}_{field}"] = _at(shown[field], asked[f"{side}_id"])
    return pd.DataFrame({**queue, **{name: asked[name] for name in ("verdict", "left_id", "right_id")}})[list(COLUMNS)]


def _at(values: pd.Series, ids: pd.Series) -> pd.Series:
    return values.reindex(ids).reset_index(drop=True)


def _in_order(asked: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    worth = known["purchase_total"].fillna(0.0) + known["n_interactions"].fillna(0).astype("float64")
    keys = asked.assign(
        doubt=(asked["probability"] - 0.5).abs().round(2),
        worth=-(_at(worth, asked["left_id"]) + _at(worth, asked["right_id"])).to_numpy(),
    )
    ordered = keys.sort_values(["doubt", "worth", "left_id", "right_id"], kind="stable")
    return ordered.drop(columns=["doubt", "worth"]).reset_index(drop=True)


def _faces(known: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """What is shown of each record, by record id."""
    faces = known[list(_SCALARS)].copy()
    parts = known["first_name"].fillna("") + " " + known["last_name"].fillna("")
    spelt = parts.str.strip().replace("", pd.NA)
    faces["full_name"] = faces["full_name"].fillna(spelt).fillna(known["full_name_raw"])
    faces["company"] = faces["company"].fillna(known["company_raw"])
    said = points["value"].fillna(points["raw"])
    labelled = points["label"].fillna("") + ": " + said
    said = said.where(points["kind"] != "text", labelled)
    listed = points.assign(said=said)[said.notna()].sort_values(["record_id", "kind", "ordinal"])
    for kind, column in _POINT_COLUMNS.items():
        faces[column] = _joined(listed[listed["kind"] == kind])
    return faces


def _joined(listed: pd.DataFrame) -> pd.Series:
    """The values of each record in one text, by record id; most have but one, which needs no joining."""
    several = listed["record_id"].duplicated(keep=False)
    lone = listed[~several].set_index("record_id")["said"]
    joined = listed[several].groupby("record_id")["said"].agg(lambda values: "; ".join(values.tolist()))
    together: pd.Series = pd.concat([lone, joined.astype(lone.dtype)])
    return together


def _reasons(asked: pd.DataFrame, shown: pd.DataFrame, points: pd.DataFrame) -> list[str]:
    seen = [_both_sides(shown[field], asked) for field in _SCALARS_LOOKED_AT.values()]
    seen += [_values_compared(asked, points[points["kind"] == kind]) for kind in _POINTS_LOOKED_AT]
    names = (*_SCALARS_LOOKED_AT, *_POINTS_LOOKED_AT)
    said = (dict(zip(names, row, strict=True)) for row in zip(*seen, strict=True))
    texts = [reason(levels, values) for levels, values in zip(asked["levels"], said, strict=True)]
    cut = asked["verdict"].eq("cut")
    return [_CUT + text[0].lower() + text[1:] if is_cut else text for text, is_cut in zip(texts, cut, strict=True)]


def _values_compared(asked: pd.DataFrame, points: pd.DataFrame) -> _ValuePairs:
    """The value two records share, else the only value of each; where either has several, none is named."""
    ids = asked[["left_id", "right_id"]].reset_index(names="pair")
    sides = points[["record_id", "ordinal", "key"]].assign(said=points["value"].fillna(points["raw"]))
    left = ids.merge(sides.dropna(subset="key"), left_on="left_id", right_on="record_id")
    shared = left.merge(
        sides[["record_id", "key"]].drop_duplicates(), left_on=["right_id", "key"], right_on=["record_id", "key"]
    )
    shared_said = shared.sort_values(["pair", "ordinal"]).drop_duplicates("pair").set_index("pair")["said"]
    lone = sides.drop_duplicates("record_id", keep=False).set_index("record_id")["said"]
    named = [shared_said.reindex(asked.index).fillna(_at(lone, asked[side])) for side in ("left_id", "right_id")]
    return list(zip(*(_none_for_missing(column) for column in named), strict=True))


def _both_sides(values: pd.Series, asked: pd.DataFrame) -> _ValuePairs:
    return list(zip(*(_none_for_missing(_at(values, asked[side])) for side in ("left_id", "right_id")), strict=True))


def _none_for_missing(values: pd.Series) -> list[str | None]:
    return [None if pd.isna(value) else value for value in values.to_numpy(dtype=object)]
