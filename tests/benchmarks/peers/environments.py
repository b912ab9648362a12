"""An environment of its own for each peer: `environments.py [PEER ...]` makes those that are not there yet.

They lie under tests/benchmarks/out/peers, which is not kept. What a peer needs, with versions, stands in
requirements-PEER.txt beside this file; nothing of it is a dependency of the project. Where packages come from is pip's
own configuration.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent / "out" / "peers"
PEERS = ("splink", "recordlinkage", "goldenmatch")


class NoEnvironment(Exception):
    """The packages of a peer could not be installed."""


def requirements(peer: str) -> Path:
    return HERE / f"requirements-{peer}.txt"


def environment(peer: str, *, root: Path = ROOT) -> Path:
    """The Python of the peer's environment, made anew when its requirements changed; raises NoEnvironment."""
    folder, wanted = root / peer, hashlib.sha256(requirements(peer).read_bytes()).hexdigest()
    python, mark = folder / "bin" / "python", folder / "installed.sha256"
    if mark.exists() and mark.read_text("ascii") == wanted:
        return python
    print(f"installing {peer}", file=sys.stderr, flush=True)
    venv.create(folder, clear=True, with_pip=True)
    ran = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements(peer)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        raise NoEnvironment(f"{peer} could not be installed: {ran.stderr.strip().splitlines()[-1]}")
    mark.write_text(wanted, "ascii")
    return python


if __name__ == "__main__":
    for name in sys.argv[1:] or PEERS:
        print(environment(name))
