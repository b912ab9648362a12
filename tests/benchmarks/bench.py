"""Us and the peers on the same tables, and every step of a run; writes RESULTS.md beside this file.

    python tests/benchmarks/bench.py                                                  all of it, some hours
    python tests/benchmarks/bench.py --tables contacts --sizes 10000 --peers splink   a part, printed only
    python tests/benchmarks/bench.py --file MINE.csv --truth person --drop id         a table of yours

Every measurement runs in a process of its own, so that no run profits or suffers from the one before it, and is put
into out/measured.json as it comes; `--write` makes RESULTS.md of all that stands there. Times are of one machine, named
at the top of the results; figures of different machines do not compare. A peer that passes the limit of seconds on a
table is not tried on that shape again at that size or above.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import contests
import results
from peers.environments import PEERS

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
MEASURED = HERE / "out" / "measured.json"
ALL_TABLES = (*contests.SIZED, *contests.FIXED, *contests.PUBLIC)


class Notebook:
    """What was measured, kept in a file: the last figures of each contest and each size of steps."""

    def __init__(self, path: Path, *, fresh: bool) -> None:
        self.path = path
        self.held: dict[str, list[dict[str, Any]]] = {"linked": [], "stepped": []}
        if path.exists() and not fresh:
            self.held = json.loads(path.read_text("utf-8"))

    def put(self, kind: str, row: dict[str, Any], *, key: tuple[str, ...]) -> None:
        """Adds `row`, in place of one that is the same in all of `key`."""
        others = [one for one in self.held[kind] if any(one[name] != row[name] for name in key)]
        self.held[kind] = [*others, row]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.held, indent=1), "utf-8")


def link_all(asked: argparse.Namespace, notebook: Notebook) -> None:
    """Every contest asked for, by us and by the peers asked for."""
    if asked.file:
        wanted = iter([contests.own_file(asked.file, truth=asked.truth, drop=tuple(asked.drop))])
    else:
        wanted = contests.contests(asked.tables, asked.sizes, asked.seeds)
    slow: dict[tuple[str, str], int] = {}
    for contest in wanted:
        for who in (contests.US, *asked.peers):
            gone = slow.get((who, contest.name))
            if gone is not None and contest.rows >= gone:
                found = {"failed": f"passed {asked.limit:.0f} s before, not tried again"}
            elif who == contests.US:
                found = contests.ours(contest, limit=asked.limit)
            else:
                found = contests.peer(who, contest, limit=asked.limit)
            if str(found.get("failed", "")).startswith("stopped"):
                slow[who, contest.name] = contest.rows
            row = {"title": contest.title, "seed": contest.seed, "who": who, **found}
            notebook.put("linked", row, key=("title", "seed", "who"))
            print(_said(row), file=sys.stderr, flush=True)


def _said(row: dict[str, Any]) -> str:
    name = f"{row['title']}, seed {row['seed']}: {row['who']}"
    if "failed" in row:
        return f"{name}: {row['failed']}"
    f1 = ", ".join(f"{label} {good['f1']:.4f}" for label, good in row["clusters"].items())
    return f"{name}: {row['seconds']:.1f} s, {row['peak_mb']:,} MB, F1 {f1}"


def step_all(sizes: list[int], seeds: list[int], notebook: Notebook) -> None:
    """Every step of a run on made-up exports."""
    for contacts in sizes:
        for seed in seeds:
            print(f"steps: {contacts:,} contacts, seed {seed}", file=sys.stderr, flush=True)
            command = [sys.executable, HERE / "steps.py", str(contacts), str(seed)]
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            if ran.returncode:
                sys.exit(f"{contacts:,} contacts, seed {seed} failed:\n{ran.stderr}")
            notebook.put("stepped", json.loads(ran.stdout.splitlines()[-1]), key=("contacts", "seed"))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--tables", nargs="*", choices=ALL_TABLES, help="all if not given")
    words.add_argument("--sizes", type=int, nargs="+", default=list(contests.SIZES), help="rows of the contact tables")
    words.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="the largest tables take the first two")
    words.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    words.add_argument("--limit", type=float, default=1200.0, help="seconds that anybody may take on a table")
    words.add_argument("--file", type=Path, help="a CSV with a column of truth, in place of made-up tables")
    words.add_argument("--truth", default="truth", help="the column that holds the truth of --file")
    words.add_argument("--drop", nargs="*", default=[], help="columns of --file to take out")
    words.add_argument("--contacts", type=int, nargs="*", help="sizes of the exports whose steps are measured")
    words.add_argument("--write", action="store_true", help="write RESULTS.md after a part, too")
    asked = words.parse_args()
    everything = asked.tables is None and asked.file is None and asked.contacts is None and not asked.write
    notebook = Notebook(MEASURED, fresh=everything)
    if everything:
        asked.tables, asked.contacts = list(ALL_TABLES), [10_000, 100_000]
    asked.tables = asked.tables or []
    link_all(asked, notebook)
    step_all(asked.contacts or [], asked.seeds, notebook)
    text = results.report(**notebook.held)
    if everything or asked.write:
        RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
