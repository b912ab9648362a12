"""Golden records worth a look: those of most members, and those whose weakest link is the weakest.

Only what is shown is taken out of the tables. Why a link was made is told in the words that are passed in; without
them, by what the levels of the links have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.report.summary import blank

SHOWN_MERGES = 8
SHOWN_MEMBERS = 12

Tables = Mapping[str, pd.DataFrame]
Explain = Callable[[str], str]

_UNLINKED = "decided by a person or by the export itself"


def sizes(golden: pd.DataFrame) -> pd.DataFrame:
    """How many golden records (`n_golden`) have how many members (`n_records`), the small ones first."""
    counted = golden["n_records"].dropna().astype("int64").value_counts().sort_index()
    return pd.DataFrame({"n_records": counted.index.to_numpy(), "n_golden": counted.to_numpy()})


def worth_a_look(golden: pd.DataFrame, membership: pd.DataFrame, *, limit: int = SHOWN_MERGES) -> pd.Series:
    """The ids of those that `largest_merges` and `least_certain_merges` tell of, from golden_id and n_records of GOLDEN
    and from MEMBERSHIP: with these alone, they tell the same."""
    merged = golden[golden["n_records"] > 1]
    chosen = (_largest(merged, limit), _weakest(merged, membership, limit))
    ids: pd.Series = pd.concat([one["golden_id"] for one in chosen]).drop_duplicates()
    return ids


def _largest(merged: pd.DataFrame, limit: int) -> pd.DataFrame:
    # Few are as large as the last of the largest, so that there is little to put in order.
    least = merged["n_records"].nlargest(limit).min()
    largest = merged[merged["n_records"].ge(least).fillna(False)]
    return largest.sort_values(["n_records", "golden_id"], ascending=[False, True]).head(limit)


def _weakest(merged: pd.DataFrame, members: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Of each golden record that hangs on the weakest links, the member that does."""
    held = members[members["match_probability"].lt(1).fillna(False)]
    at = pc.is_in(pa.array(held["golden_id"], pa.string()), value_set=_whole(merged["golden_id"]))
    held = held[at.to_numpy(zero_copy_only=False)]
    weakest: pd.DataFrame = (
        held.sort_values(["match_probability", "golden_id"]).drop_duplicates("golden_id").head(limit)
    )
    return weakest


def _whole(ids: pd.Series) -> pa.Array:
    found = pa.array(ids, pa.string(), from_pandas=True)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def largest_merges(tables: Tables, *, explain: Explain | None = None, limit: int = SHOWN_MERGES) -> pd.DataFrame:
    """The golden records of most members, with what to call them and what holds them together.

    Columns golden_id, label, n_records, sources, match_probability (of the weakest link), reason. Equal sizes are in
    order of the golden id.
    """
    merged = tables["golden"][tables["golden"]["n_records"] > 1]
    return _told(tables, _largest(merged, limit), explain)


def least_certain_merges(tables: Tables, *, explain: Explain | None = None, limit: int = SHOWN_MERGES) -> pd.DataFrame:
    """The golden records that the weakest links hold together, the weakest first; columns as of `largest_merges`.

    What people decided is certain and not listed.
    """
    merged = tables["golden"][tables["golden"]["n_records"] > 1]
    held = _weakest(merged, tables["membership"], limit)
    return _told(tables, merged.set_index("golden_id").reindex(held["golden_id"]).reset_index(), explain)


def members_of(tables: Tables, golden_ids: pd.Series, *, limit: int = SHOWN_MEMBERS) -> pd.DataFrame:
    """The first `limit` members of each of `golden_ids`, the newest first: golden_id, source, source_file, source_row,
    record_id, name, email, phone, company, updated_at, match_probability. Several e-mails are joined by "; "."""
    members = tables["membership"][tables["membership"]["golden_id"].isin(golden_ids)]
    if members.empty:
        return blank("members")
    records = tables["records"][tables["records"]["record_id"].isin(members["record_id"])]
    both = members.merge(records, on="record_id", how="inner")
    both = both.sort_values(["golden_id", "updated_at", "record_id"], ascending=[True, False, True])
    both = both.groupby("golden_id", sort=False).head(limit)
    points = tables["contact_points"][tables["contact_points"]["record_id"].isin(both["record_id"])]
    columns = {name: both[name] for name in ("golden_id", "source", "source_file", "source_row", "record_id")}
    columns |= {
        # A name that is nobody's, or a company's, has no normal form; here it still tells one member from another.
        "name": spelt_out(both).fillna(spelt_out(both, form="_raw")),
        "email": _joined(points, "email", both),
        "phone": _joined(points, "phone", both),
    }
    columns |= {name: both[name] for name in ("company", "updated_at", "match_probability")}
    return pd.DataFrame(columns).reset_index(drop=True)


def spelt_out(people: pd.DataFrame, *, form: str = "") -> pd.Series:
    """The whole name of each, put together from its parts where it is not given; missing where there is none.

    `form` is `_raw` for the names as they came.
    """
    whole, first, last = (people[f"{name}{form}"] for name in ("full_name", "first_name", "last_name"))
    return whole.fillna((first.fillna("") + " " + last.fillna("")).str.strip().replace("", pd.NA))


def _joined(points: pd.DataFrame, kind: str, owners: pd.DataFrame) -> pd.Series:
    mine = points[points["kind"].eq(kind)].sort_values(["record_id", "ordinal"])
    text = mine["value"].fillna(mine["raw"])
    joined = text[text.notna()].groupby(mine["record_id"]).agg("; ".join)
    return owners["record_id"].map(joined)


def _told(tables: Tables, chosen: pd.DataFrame, explain: Explain | None) -> pd.DataFrame:
    members = tables["membership"][tables["membership"]["golden_id"].isin(chosen["golden_id"])]
    weakest = members.groupby("golden_id")["match_probability"].min()
    links = _links(members.set_index("record_id")["golden_id"], tables["pairs"])
    reasons = _common(links) if explain is None else _weakest_explained(links, weakest, explain)
    return pd.DataFrame(
        {
            "golden_id": chosen["golden_id"],
            "label": _labels(chosen, tables["golden_points"]),
            "n_records": chosen["n_records"].astype("int64"),
            "sources": chosen["sources"],
            "match_probability": chosen["golden_id"].map(weakest),
            "reason": chosen["golden_id"].map(reasons).fillna(_UNLINKED),
        }
    ).reset_index(drop=True)


def _labels(golden: pd.DataFrame, points: pd.DataFrame) -> pd.Series:
    """What to call a golden record: its name, else its first e-mail, phone or other point, else its id."""
    own = points[points["golden_id"].isin(golden["golden_id"]) & points["value"].notna()]
    first = own.sort_values(["golden_id", "kind", "ordinal"]).drop_duplicates("golden_id")
    ids = golden["golden_id"]
    named = spelt_out(golden).fillna(golden["company"])
    return named.fillna(ids.map(first.set_index("golden_id")["value"])).fillna(ids)


def _links(home: pd.Series, pairs: pd.DataFrame) -> pd.DataFrame:
    """The scored pairs inside each golden record of `home`: golden_id, left_id, right_id, probability, levels."""
    inside = pairs[pairs["left_id"].isin(home.index) & pairs["right_id"].isin(home.index) & pairs["levels"].notna()]
    at = inside["left_id"].map(home)
    inside = inside[at.eq(inside["right_id"].map(home)).fillna(False).astype("bool")]
    # Of no pair at all `map` makes floats, which no golden id can be joined to.
    owner = inside["left_id"].map(home).astype("string[pyarrow]")
    return inside[["left_id", "right_id", "probability", "levels"]].assign(golden_id=owner)


def _weakest_explained(links: pd.DataFrame, weakest: pd.Series, explain: Explain) -> pd.Series:
    """In words, the weakest link that holds each golden record: what it stands or falls with.

    `weakest` has its probability by golden id. Other pairs inside may be less likely still; nothing hangs on those.
    """
    off = (links["probability"] - links["golden_id"].map(weakest)).abs()
    nearest = links.assign(off=off).sort_values(["golden_id", "off", "left_id", "right_id"])
    return nearest.drop_duplicates("golden_id").set_index("golden_id")["levels"].map(explain)


def _common(links: pd.DataFrame) -> pd.Series:
    """What speaks for the links inside each golden record, the most frequent evidence first, as text."""
    found = links["levels"].str.extractall(r"(?P<comparison>\S[^=]*)=(?P<level>\w+):(?P<bits>-?[\d.]+(?:e[-+]?\d+)?)")
    found = found.reset_index(level="match", drop=True).join(links["golden_id"])
    found = found[found["bits"].astype("float64") > 0.5]
    found["said"] = found["comparison"].str.strip() + " " + found["level"]
    said = found.groupby(["golden_id", "said"]).size().rename("n").reset_index()
    said = said.sort_values(["n", "golden_id", "said"], ascending=[False, True, True])
    said["text"] = said["said"] + " (" + said["n"].astype("string") + ")"
    return said.groupby("golden_id")["text"].agg(lambda texts: ", ".join(texts.head(4)))
