"""How long a million contacts take to normalise, the first time and again, and how much memory.

    python tests/benchmarks/normalise.py [--contacts 1000000] [--workers 2] [--seed 1]

Made-up exports are taken in once; then two processes, each new, normalise them: the first remembers nothing, the second
what the first put into the store. Prints one line of JSON for each, with the memory of the process and its workers
together; ends with an error if the two results differ in anything.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from crm_clean import files

_KEY = bytes(range(32))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the staged tables of an earlier call are kept or put")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.folder, workers=asked.workers)))
        return 0
    with tempfile.TemporaryDirectory(prefix="crm-clean-bench-") as made:
        folder = asked.folder or Path(made)
        if not (folder / "staged_records.parquet").exists():
            stage(folder, contacts=asked.contacts, seed=asked.seed)
        for left_over in (*folder.glob("crm.duckdb*"), folder / "run"):
            files.remove(left_over)
        found = [_apart(folder, asked.workers) for _ in range(2)]
    for one in found:
        print(json.dumps(one))
    return 0 if found[0]["digest"] == found[1]["digest"] else 1


def stage(folder: Path, *, contacts: int, seed: int) -> None:
    """Made-up exports as staged_records.parquet and staged_points.parquet in `folder`."""
    from crm_clean.project import Project
    from crm_clean.sample.generate import write_sample

    with tempfile.TemporaryDirectory(prefix="crm-clean-bench-") as made:
        exports = Path(made) / "exports"
        write_sample(exports, contacts=contacts, seed=seed)
        project = Project.init(Path(made) / "project")
        project.step("ingest", [exports])
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("staged_records", "staged_points"):
            source = Path(made) / "project" / "store" / "runs" / "1.tmp" / f"{name}.parquet"
            (folder / source.name).write_bytes(source.read_bytes())


def measure(folder: Path, *, workers: int) -> dict[str, Any]:
    """Normalise what `folder` holds: `seconds`, `peak_mb`, how many distinct values, and a `digest` of the result.

    What the store in `folder` remembers is used, and what is new is put there.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    import crm_clean.normalise.flow  # noqa: F401 - imports are no work
    from crm_clean.normalise.apply import normalise_tables
    from crm_clean.normalise.memory import Memory
    from crm_clean.normalise.spec import NormaliseSpec
    from crm_clean.normalise.version import reading_version
    from crm_clean.store.duckdb import DuckDBStore

    store, version = DuckDBStore(folder / "crm.duckdb"), reading_version(NormaliseSpec())
    memory = Memory(_KEY, version=version, recall=lambda kind, schema: store.recall(kind, version, schema))
    store.last_run()
    with watched() as peak:
        started = time.perf_counter()
        records, points = (pq.read_table(folder / f"staged_{name}.parquet") for name in ("records", "points"))
        distinct = {
            kind: pc.count_distinct(points["raw"].filter(pc.equal(points["kind"], kind))).as_py()
            for kind in ("email", "phone")
        }
        read = time.perf_counter()
        found = normalise_tables(records, points, spec=NormaliseSpec(), workers=workers, memory=memory)
        done = time.perf_counter()
    _remember(store, folder, memory, version)
    return {
        "records": len(records),
        **{f"distinct_{kind}s": n for kind, n in distinct.items()},
        "read_seconds": round(read - started, 2),
        "seconds": round(done - read, 2),
        "remember_seconds": round(time.perf_counter() - done, 2),
        "peak_mb": peak["mb"],
        "learnt": sum(len(table) for table in memory.learnt.values()),
        "digest": digest(found.records, found.contact_points, found.issues),
    }


def _remember(store: Any, folder: Path, memory: Any, version: str) -> None:
    from crm_clean.pipeline.shelf import Shelf
    from crm_clean.records.tables import RUNS

    shelf, now = Shelf(folder / "run"), datetime.now(UTC)
    for kind, learnt in memory.learnt.items():
        if len(learnt):
            shelf.write_memory(kind, version, learnt)
    row = {"run": [store.last_run() + 1], "started_at": [now], "committed_at": [now], "version": ["bench"]}
    store.commit(RUNS.frame(row), shelf.folder)
    files.remove(shelf.folder)


def digest(*tables: Any) -> str:
    """One digest of all cells of Arrow tables, in their order."""
    found = blake2b(digest_size=8)
    for table in tables:
        for name in table.column_names:
            for batch in table.select([name]).to_batches(max_chunksize=100_000):
                found.update(repr(batch.column(0).to_pylist()).encode("utf-8", "surrogatepass"))
    return found.hexdigest()


@contextmanager
def watched() -> Iterator[dict[str, int]]:
    """The most memory, in MB, that this process and its children held together while the block ran."""
    peak, over = {"mb": 0}, threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            peak["mb"] = max(peak["mb"], _held(os.getpid()) // 1024)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _held(process: int) -> int:
    """Resident kilobytes of a process and everything below it; pages that they share count once each."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return 0
    own = next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
    return own + sum(_held(int(child)) for child in children)


def _apart(folder: Path, workers: int) -> dict[str, Any]:
    """`measure` in a process of its own."""
    command = [sys.executable, __file__, "--one", "--folder", str(folder), "--workers", str(workers)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(f"failed:\n{ran.stderr}")
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
