"""`python -m flows.leash WORDS`: the command `prefect WORDS`, which ends when whoever started it is no more.

A process that is killed cannot end its children. They hold the reading end of a pipe from it instead: when the pipe
closes, for whatever reason, they end themselves.
"""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
_PATIENCE = 20.0


def start(words: Sequence[str], *, env: Mapping[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start `prefect WORDS` on the leash, in a session of its own, so that a Ctrl-C is ours to pass on."""
    command = [sys.executable, "-m", "flows.leash", *words]
    return subprocess.Popen(
        command, cwd=ROOT, env=dict(env), stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
    )


def stop(process: subprocess.Popen[bytes], *, patience: float = _PATIENCE) -> None:
    """End `process` and all it started: asked first, then killed, if anything is left after `patience` seconds."""
    if process.poll() is None:
        process.terminate()
    until = time.monotonic() + patience
    while _lives(process) and time.monotonic() < until:
        time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()


def _lives(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process, or any that it started, still runs."""
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE)
    os.killpg(0, signal.SIGKILL)  # and with it what it started


def main(words: Sequence[str]) -> None:
    """Be `prefect WORDS`."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["prefect", *words]
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
