"""Ten monthly loads of a made-up company: who keeps their golden id, how well people are found, how the store grows.

    python tests/benchmarks/monthly.py 100000 --seeds 1 2

5% of the records are new each month, 10% changed, 2% gone. A line of JSON a month.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
from company import SOURCES, Company, draw_company, months

from crm_clean.project import Project
from crm_clean.records.tables import IDENTITY_EVENTS, MEMBERSHIP

MONTHS = 10


@dataclass(frozen=True)
class Renamed:
    """Somebody whose golden id of this month is another than that of the last; `event` tells of it, if one does."""

    person: int
    before: str
    after: str
    event: str | None


@dataclass(frozen=True)
class Month:
    """What a month's run made of the company. `survivors` are people who had a record in both months."""

    month: int
    records: int
    is_partial: bool
    precision: float
    recall: float
    survivors: int
    renamed: list[Renamed]
    record_moves: int
    store_mb: float
    seconds: dict[str, float]

    @property
    def share_renamed(self) -> float:
        return len(self.renamed) / max(self.survivors, 1)


def live(company: Company, project: Project, folder: Path, *, number: int = MONTHS) -> Iterator[Month]:
    """Load month after month into `project` and look at what stands after each."""
    before = pd.DataFrame({"golden_id": [], "person": []}, dtype=object)
    for month, exports in enumerate(months(company, number, folder), 1):
        result = project.run([exports])
        assert result.run == month
        people = company.people()
        now = project.store.read(MEMBERSHIP).set_index("record_id")[["golden_id"]]
        now = now.assign(person=people.reindex(now.index))
        assert set(now.index) == set(people.index), "what stands is not what the newest exports hold"
        both = before.join(now[["golden_id"]], how="inner", rsuffix="_now")
        precision, recall = pairwise(now)
        yield Month(
            month, len(now), result.counts["remade"] < result.counts["golden"], precision, recall,
            survivors=both["person"].nunique(),
            renamed=[Renamed(*one, event_of(project, *one[1:])) for one in renamed(both)],
            record_moves=int((both["golden_id"] != both["golden_id_now"]).sum()),
            store_mb=size_mb(project), seconds={step.name: round(step.seconds, 2) for step in result.steps},
        )  # fmt: skip
        before = now


def renamed(both: pd.DataFrame) -> list[tuple[int, str, str]]:
    """People none of whose main golden ids is one still: the ids that most of their surviving records have."""
    was, now = main_ids(both, "golden_id"), main_ids(both, "golden_id_now")
    return [(person, min(was[person]), min(now[person])) for person in was if was[person].isdisjoint(now[person])]


def main_ids(both: pd.DataFrame, column: str) -> dict[int, set[str]]:
    """By person the golden ids that most of their records have: several where as many have each."""
    sizes = both.groupby(["person", column]).size()
    most = sizes[sizes == sizes.groupby(level=0).transform("max")]
    found: dict[int, set[str]] = {}
    for person, golden_id in most.index:
        found.setdefault(person, set()).add(golden_id)
    return found


def event_of(project: Project, before: str, after: str) -> str | None:
    """What the store says of how one id came to be replaced by another, in the last run."""
    written = project.store.written(IDENTITY_EVENTS)
    last = written[written["run"] == written["run"].max()]
    told = last[
        (last["golden_id"].isin([before, after]) & (last["other_id"].isin([before, after]) | last["other_id"].isna()))
    ]
    return "; ".join(sorted(set(told["event"]))) or None


def pairwise(membership: pd.DataFrame) -> tuple[float, float]:
    """Precision and recall of the pairs inside golden records."""
    hit, said, true = (_pairs(membership, by) for by in (["golden_id", "person"], ["golden_id"], ["person"]))
    return (hit / said if said else 1.0), (hit / true if true else 1.0)


def _pairs(membership: pd.DataFrame, by: list[str]) -> int:
    sizes = membership.groupby(by).size()
    return int((sizes * (sizes - 1) // 2).sum())


def size_mb(project: Project) -> float:
    """All that the store takes on disk."""
    return round(sum(file.stat().st_size for file in project.place.store_folder.rglob("*") if file.is_file()) / 1e6, 1)


def made(folder: Path, *, partial: float | None = None) -> Project:
    """A project whose sources export all that they hold."""
    project = Project.init(folder)
    text = project.place.settings_file.read_text("utf-8")
    text = text.replace('# snapshots = ["hubspot"]', f"snapshots = {json.dumps(SOURCES)}")
    if partial is not None:
        text = text.replace("# partial = 0.2", f"partial = {partial}")
    project.place.settings_file.write_text(text, "utf-8")
    return project


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("records", type=int, nargs="?", default=3_000)
    words.add_argument("--seeds", type=int, nargs="+", default=[1])
    words.add_argument("--months", type=int, default=MONTHS)
    words.add_argument("--partial", type=float, help="the share of new or changed records up to which a run is partial")
    asked = words.parse_args()
    for seed in asked.seeds:
        with tempfile.TemporaryDirectory(prefix="crm-clean-months-") as folder:
            project = made(Path(folder) / "project", partial=asked.partial)
            company = draw_company(records=asked.records, months=asked.months, seed=seed)
            for month in live(company, project, Path(folder) / "exports", number=asked.months):
                print(json.dumps({"seed": seed, "share_renamed": month.share_renamed, **asdict(month)}), flush=True)


if __name__ == "__main__":
    main()
