"""Installing: where only pip was told which index to use, uv is told the same; what uv was told itself stands."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pip") is None, reason="this environment has no pip whose settings could be read"
)


@pytest.fixture
def exports(root: Path, tmp_path: Path):
    """What is exported for uv, by name, from a pip configuration file and the environment given."""

    def run(configuration: str = "", **environment: str) -> dict[str, str]:
        (tmp_path / "pip.conf").write_text(configuration)
        bare = {n: v for n, v in os.environ.items() if not n.startswith(("PIP_", "UV_", "SSL_", "ALL_PROXY", "XDG_"))}
        settings = {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf"), "HOME": str(tmp_path)} | environment
        # A file of PIP_CONFIG_FILE hides no machine-wide one: only what the test sets is compared.
        command = [sys.executable, root / ".ci" / "pip_settings_for_uv.py"]
        ran = subprocess.run(command, env=bare | settings, capture_output=True, text=True, check=True)
        return dict(line.removeprefix("export ").split("=", 1) for line in ran.stdout.splitlines())

    return run


@pytest.mark.parametrize(
    ("configuration", "environment", "expected"),
    [
        pytest.param(
            "[global]\nindex-url = https://packages.example.com/simple\n",
            {},
            {"UV_DEFAULT_INDEX": "https://packages.example.com/simple"},
            id="the index",
        ),
        pytest.param(
            "",
            {"PIP_EXTRA_INDEX_URL": "https://a.example.com/s https://b.example.com/s"},
            {
                "UV_INDEX": "'https://a.example.com/s https://b.example.com/s'",
                "UV_INDEX_STRATEGY": "unsafe-best-match",
            },
            id="further indexes, all of which are looked in, as pip does",
        ),
        pytest.param(
            "[global]\nindex-url = https://file.example.com/s\n",
            {"PIP_INDEX_URL": "https://environment.example.com/s"},
            {"UV_DEFAULT_INDEX": "https://environment.example.com/s"},
            id="the environment beats the file",
        ),
        pytest.param(
            "[global]\nindex-url = https://all.example.com/s\n[install]\nindex-url = https://install.example.com/s\n",
            {},
            {"UV_DEFAULT_INDEX": "https://install.example.com/s"},
            id="what is said of install beats what is said of all",
        ),
        pytest.param("", {"PIP_FIND_LINKS": "/a /b"}, {"UV_FIND_LINKS": "/a,/b"}, id="folders of wheels"),
        pytest.param("", {"PIP_CERT": "/etc/ca.pem"}, {"SSL_CERT_FILE": "/etc/ca.pem"}, id="the certificates"),
    ],
)
def test_uv_is_told_what_pip_was(exports, configuration: str, environment: dict[str, str], expected: dict[str, str]):
    told = exports(configuration, **environment)
    assert {name: told.get(name) for name in expected} == expected


def test_what_uv_was_told_itself_stands(exports) -> None:
    told = exports("", PIP_INDEX_URL="https://pip.example.com/s", UV_DEFAULT_INDEX="https://uv.example.com/s")
    assert "UV_DEFAULT_INDEX" not in told
    assert "UV_INDEX" not in told
