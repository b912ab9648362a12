"""Settings that Prefect gets from us, through the environment: of this process, and of those we start.

What a user has set stands, but for telemetry, which is off. Nothing here imports Prefect, which reads its settings when
it is imported.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

HEARTBEAT_SECONDS = 30  # Prefect's least
TELEMETRY_OFF = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}

_UNLESS_SET = {
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
    # On a terminal we say what there is to say; Prefect's own telling is for its pages, which get all of it.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
}
_SERVER_UNLESS_SET = {
    # The default keeps leases in memory: a server that dies takes them along, and their slots stay taken for ever.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "PREFECT_SERVER_CONCURRENCY_MAXIMUM_CONCURRENCY_SLOT_WAIT_SECONDS": "5",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
}


def be_quiet() -> None:
    """No telemetry and no chatter from Prefect in this process; to be called before Prefect is imported."""
    os.environ.update(TELEMETRY_OFF)
    for name, value in _UNLESS_SET.items():
        os.environ.setdefault(name, value)


def home() -> Path:
    """Where Prefect keeps its database: PREFECT_HOME, else .prefect here; readable by its owner alone."""
    folder = Path(os.environ.get("PREFECT_HOME") or ".prefect").absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def of_server(folder: Path, api: str) -> dict[str, str]:
    """The environment of a server that keeps its things in `folder`; its pages must know where its API is."""
    own = {"PREFECT_HOME": str(folder), "PREFECT_SERVER_UI_API_URL": api}
    return {**_SERVER_UNLESS_SET, **_inherited(), **own, **TELEMETRY_OFF}


def of_client(folder: Path, api: str) -> dict[str, str]:
    """The environment of a process that talks to the server at `api`."""
    return {**_UNLESS_SET, **os.environ, "PREFECT_HOME": str(folder), "PREFECT_API_URL": api, **TELEMETRY_OFF}


def _inherited() -> Mapping[str, str]:
    """What a server takes over: not what we set for this process, and no address of another server."""
    ours = {name for name, value in _UNLESS_SET.items() if os.environ.get(name) == value}
    return {name: value for name, value in os.environ.items() if name not in ours | {"PREFECT_API_URL"}}
