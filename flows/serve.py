"""A Prefect server with its pages, the deployments of prefect.yaml on it, and a worker that runs what is due.

All of it ends with this process, however that ends. Where PREFECT_API_URL names a server, that one is served, and none
is started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

from crm_clean.errors import UsageError
from crm_clean.store.lock import private_files
from flows import environment, leash, server
from flows.server import Server, ServerFailed

POOL = "crm-clean"
_DEPLOY_SECONDS = 180
Say = Callable[[str], object]


def serve(*, port: int, say: Say) -> None:
    """Serve until somebody stops it; raises UsageError when the port is taken, ServerFailed when something dies."""
    signal.signal(signal.SIGTERM, _interrupt)
    home = environment.home()
    try:
        with _server(home, port) as found:
            os.environ.update(environment.of_client(home, found.api))
            say(f"Prefect is on {found.pages}, its database and logs are in {home}.")
            _deploy(home)
            with _worker(home, found) as worker:
                for line in _prepared():
                    say(line)
                say("Ctrl-C stops it all.")
                _watch(found, worker, home)
    except KeyboardInterrupt:
        say("Stopped.")


@contextmanager
def _server(home: Path, port: int) -> Iterator[Server]:
    found = server.given()
    if found is not None:
        yield found
        return
    if server.standing(port):
        raise UsageError(
            f"A Prefect server stands on port {port} already: stop it, or take another port with --port, or set "
            f"PREFECT_API_URL=http://{server.HOST}:{port}/api to serve on it."
        )
    if not server.is_free(port):
        raise UsageError(f"Port {port} is taken by another program: take another one with --port.")
    with server.started(home, port=port) as own:
        yield own


def _deploy(home: Path) -> None:
    """Make the work pool, the automation, and the deployments of prefect.yaml, as they are now."""
    from flows import deployments

    deployments.make_pool(POOL)
    words = ["--no-prompt", "deploy", "--all"]
    log = home / "deploy.log"
    with private_files(), log.open("wb") as handle:
        process = leash.start(words, env=os.environ, log=handle)
        try:
            code = process.wait(_DEPLOY_SECONDS)
        except subprocess.TimeoutExpired:
            code = 1
        finally:
            leash.stop(process)
    if code:
        raise ServerFailed(f"Prefect did not deploy prefect.yaml; {log} says why.")


def _prepared() -> Iterator[str]:
    """Limits and automation made; what is deployed, in lines."""
    from flows import automations, deployments, limits

    automations.ensure()
    for deployed in deployments.read(POOL):
        project = Path(deployed.project)
        limits.ensure(leash.ROOT / project)
        when = "not scheduled" if deployed.next is None else f"next on {_local(deployed.next)}"
        yield f"{deployed.name} works on {project}: {when}."


@contextmanager
def _worker(home: Path, on: Server) -> Iterator[subprocess.Popen[bytes]]:
    from flows import deployments

    words = ["worker", "start", "--pool", POOL, "--type", "process", "--name", f"{POOL}-{os.getpid()}"]
    with private_files(), (home / "worker.log").open("wb") as log:
        process = leash.start(words, env=os.environ, log=log)
    try:
        yield process
    finally:
        leash.stop(process)
        if on.is_ours and server.answers(on.api):  # or other workers may run what runs there
            deployments.mark_stopped(POOL)


def _watch(found: Server, worker: subprocess.Popen[bytes], home: Path) -> NoReturn:
    """Wait for the interrupt; what must not end by itself is looked at now and then."""
    missed = 0
    while True:
        if worker.poll() is not None:
            raise ServerFailed(f"The Prefect worker ended; {home / 'worker.log'} says why.")
        missed = 0 if server.answers(found.api) else missed + 1
        if missed >= 6:
            raise ServerFailed(f"The Prefect server at {found.api} went away; {home / 'server.log'} says why.")
        time.sleep(5)


def _local(instant: datetime) -> str:
    return instant.astimezone().strftime("%A %d %B %Y at %H:%M %Z")


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
