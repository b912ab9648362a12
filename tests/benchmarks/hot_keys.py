"""What one value that very many records share costs the link step: `hot_keys.py TABLE.csv [--share 0.1]`.

TABLE.csv has a `truth` column. Links it as it is, then three times with a tenth of its records altered: all with one
role mailbox, all with one switchboard, all with one placeholder name. Prints the seconds each takes, records of
different people that are together only because of the alteration, the largest cluster, and what the run reports about
the value. With `--keep FOLDER` the normalised table is kept there for the next call.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from reading import WORKERS, Normalised, normalised

from crm_clean.link.linking import link
from crm_clean.link.results import Linked
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import CONTACT_POINTS, DECISIONS, RECORDS

ROLE, SWITCHBOARD, NAME = "info@acme.example", "+13125550100", "test"
Tables = tuple[pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Timed:
    """A link step: its result, and its seconds of CPU and by the clock."""

    linked: Linked
    cpu: float
    wall: float


def with_role_mailbox(records: pd.DataFrame, points: pd.DataFrame, chosen: pd.Index[str]) -> Tables:
    """All of `chosen` write from one role mailbox and no other."""
    return records, _with_point(points, chosen, "email", ROLE)


def with_switchboard(records: pd.DataFrame, points: pd.DataFrame, chosen: pd.Index[str]) -> Tables:
    """All of `chosen` are called at one number and no other."""
    return records, _with_point(points, chosen, "phone", SWITCHBOARD)


def with_placeholder_name(records: pd.DataFrame, points: pd.DataFrame, chosen: pd.Index[str]) -> Tables:
    """All of `chosen` are called Test Test."""
    mine = records["record_id"].isin(chosen)
    names = {name: records[name].mask(mine, NAME) for name in ("first_name_key", "last_name_key")}
    return records.assign(**names, content_hash=_altered(records["content_hash"], mine)), points


CASES: dict[str, Callable[[pd.DataFrame, pd.DataFrame, pd.Index[str]], Tables]] = {
    "one role mailbox": with_role_mailbox,
    "one switchboard": with_switchboard,
    "one placeholder name": with_placeholder_name,
}


def _with_point(points: pd.DataFrame, chosen: pd.Index[str], kind: str, key: str) -> pd.DataFrame:
    """Contact points in which `key` is the only one of its kind that each of `chosen` has."""
    kept = points[~(points["record_id"].isin(chosen) & points["kind"].eq(kind))]
    shared = {"record_id": chosen, "kind": kind, "ordinal": 1, "key": key, "is_role": kind == "email"}
    return pd.concat([kept, CONTACT_POINTS.frame(pd.DataFrame(shared))], ignore_index=True)


def _altered(hashes: pd.Series[str], mine: pd.Series[bool]) -> pd.Series[str]:
    return hashes.mask(mine, "~" + hashes)


def timed(records: pd.DataFrame, points: pd.DataFrame) -> Timed:
    cpu, wall = time.process_time(), time.perf_counter()
    linked = link(records, points, DECISIONS.empty(), spec=LinkSpec(), workers=WORKERS)
    return Timed(linked, time.process_time() - cpu, time.perf_counter() - wall)


def wrongly_joined(before: Linked, after: Linked, truth: pd.Series[str], chosen: pd.Index[str]) -> int:
    """Records of `chosen` that are, since the alteration only, in a cluster with another person of `chosen`."""

    def strangers(linked: Linked) -> npt.NDArray[np.object_]:
        mine = linked.clusters[linked.clusters["record_id"].isin(chosen)]
        person = truth.reindex(mine["record_id"].to_numpy(dtype=object)).to_numpy()
        people = pd.DataFrame({"cluster": mine["cluster_id"].to_numpy(dtype=object), "person": person})
        mixed = people.groupby("cluster")["person"].transform("nunique").to_numpy() > 1
        return mine["record_id"].to_numpy(dtype=object)[mixed]

    return len(set(strangers(after)) - set(strangers(before)))


def told(linked: Linked, least: int) -> list[str]:
    """What the run reports about values that at least `least` records share."""
    return [
        f"{rule['name']}: {block['value']}, {block['n_records']:,} records, {block['n_left_out']:,} pairs left out"
        for rule in linked.report["rules"]
        for block in rule["fullest"]
        if block["n_records"] >= least
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    table = normalised(asked.table, keep=asked.keep)
    show(table, share=asked.share)
    return 0


def show(table: Normalised, *, share: float) -> None:
    records = RECORDS.frame(table.records)
    n = int(len(records) * share)
    chosen = pd.Index(records["record_id"].sort_values().sample(n, random_state=1))
    before = timed(records, table.points)
    print(f"{len(records):,} records as they are: {before.cpu:.1f} s of CPU, {before.wall:.1f} s by the clock")
    for title, altered in CASES.items():
        after = timed(*altered(records, table.points, chosen))
        wrong = wrongly_joined(before.linked, after.linked, table.truth, chosen)
        print(
            f"{n:,} with {title}: {after.cpu:.1f} s of CPU ({after.cpu / before.cpu - 1.0:+.0%}), {after.wall:.1f} s "
            f"by the clock; {wrong} records joined wrongly; largest cluster {after.linked.report['largest_cluster']}"
        )
        print(*(f"  {line}" for line in told(after.linked, n // 2)), sep="\n")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GB at most")


if __name__ == "__main__":
    sys.exit(main())
