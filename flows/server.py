"""Which Prefect server there is to talk to, and one of our own where there is none.

Speaks plain HTTP with the standard library: whether a server answers is known before Prefect is imported, which takes
seconds. An ephemeral server loses the last task records of a run; so where none stands, one is started in earnest, for
as long as it is needed.
"""

from __future__ import annotations

import json
import os
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit, urlunsplit

from crm_clean.errors import CrmCleanError, UsageError
from crm_clean.store.lock import private_files
from flows import environment, leash

HOST, PORT = "127.0.0.1", 4200
_START_SECONDS = 180.0
_BUSY_SECONDS = (1.0, 2.0, 4.0)  # between tries, while a server says that its database is busy
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ServerFailed(CrmCleanError):
    """A Prefect server of ours did not start, or is no more."""


@dataclass(frozen=True)
class Server:
    """A server that answered: its API's address, and whether we started it."""

    api: str
    is_ours: bool = False

    @property
    def pages(self) -> str:
        """Where its pages are."""
        return self.api.removesuffix("/api")

    def ask(self, path: str, body: object = None, *, timeout: float = 10.0) -> Any:
        """The answer to a request below /api: a POST where there is a `body`."""
        for seconds in _BUSY_SECONDS:
            try:
                return _ask(f"{self.api}{path}", body, timeout=timeout)
            except HTTPError as refused:
                refused.close()
                if refused.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
            time.sleep(seconds)
        return _ask(f"{self.api}{path}", body, timeout=timeout)


def given() -> Server | None:
    """The server PREFECT_API_URL names, None where it names none; raises UsageError when none answers there."""
    url = os.environ.get("PREFECT_API_URL", "").rstrip("/")
    if not url:
        return None
    shown = _without_password(url)
    if shown is None:
        raise UsageError("PREFECT_API_URL is no web address; write http://HOST:PORT/api.")
    if answers(url):
        return Server(url)
    if answers(f"{url}/api"):
        raise UsageError(f"PREFECT_API_URL is {shown}, where a server has its pages; its API is {shown}/api.")
    raise UsageError(
        f"No Prefect server answers at PREFECT_API_URL, {shown}: start one there, mend the address, or unset it."
    )


def standing(port: int = PORT) -> Server | None:
    """The server on this machine's usual port, where there is one."""
    found = Server(f"http://{HOST}:{port}/api")
    return found if answers(found.api) else None


def answers(api: str) -> bool:
    """Whether a Prefect server answers at `api`; a web page that is none does not."""
    try:
        healthy = _ask(f"{api}/health", timeout=5.0) is True
    except (OSError, ValueError, HTTPException):
        return False
    return healthy


def is_free(port: int) -> bool:
    """Whether nobody listens on `port` of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(folder: Path, *, port: int, with_pages: bool = True) -> Iterator[Server]:
    """A server of our own that keeps its things in `folder`; ends with the block, or with this process.

    Raises ServerFailed when it does not come up.
    """
    words = ["server", "start", "--host", HOST, "--port", str(port), "--ui" if with_pages else "--no-ui"]
    server = Server(f"http://{HOST}:{port}/api", is_ours=True)
    with private_files(), (folder / "server.log").open("wb") as log:
        process = leash.start(words, env=environment.of_server(folder, server.api), log=log)
    try:
        _await(server, process, folder)
        yield server
    finally:
        leash.stop(process)


def _await(server: Server, process: Any, folder: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while not answers(server.api):
        if process.poll() is not None or time.monotonic() > until:
            raise ServerFailed(f"The Prefect server did not start; {folder / 'server.log'} says why.")
        time.sleep(0.2)


def _without_password(url: str) -> str | None:
    """An address as it may be shown; None when it is none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or any(sign.isspace() for sign in url):
        return None
    return urlunsplit((parts.scheme, f"{parts.hostname}{port}", parts.path, "", ""))


def _ask(url: str, body: object = None, *, timeout: float) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    # What is on this machine is not behind its proxy.
    reach = _DIRECT.open if request.host.startswith(f"{HOST}:") else urllib.request.urlopen
    with reach(request, timeout=timeout) as answer:
        return json.loads(answer.read() or b"null")
