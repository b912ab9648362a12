"""Prints shell exports that give uv the index, certificate and proxy settings that pip has, unless uv has its own.

Runs before anything is installed: standard library only.
"""

from __future__ import annotations

import ast
import os
import shlex
import subprocess
import sys
from pathlib import Path

# pip joins several values by white space; uv wants what stands third between them.
INDEX_SETTINGS = (
    ("index-url", "UV_DEFAULT_INDEX", " "),
    ("extra-index-url", "UV_INDEX", " "),
    ("find-links", "UV_FIND_LINKS", ","),
    ("no-index", "UV_NO_INDEX", " "),
    ("trusted-host", "UV_INSECURE_HOST", " "),
)
TRANSPORT_SETTINGS = (
    ("cert", "SSL_CERT_FILE", " "),
    ("proxy", "ALL_PROXY", " "),
    ("timeout", "UV_HTTP_TIMEOUT", " "),
    ("default-timeout", "UV_HTTP_TIMEOUT", " "),
)


def pip_settings() -> dict[str, str]:
    """pip's settings by name; the environment beats files, what is said of `install` beats what is said of all."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in found:
            found[section][name] = str(ast.literal_eval(value))
    return found["global"] | found["install"] | found[":env:"]


def uv_has_index_settings() -> bool:
    """Whether uv was told where to look, by its environment or a configuration of the user or the machine."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    if any((folder / "uv" / "uv.toml").exists() for folder in (home, Path("/etc"), Path("/etc/xdg"))):
        return True
    told = ("UV_CONFIG_FILE", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", *(name for _, name, _ in INDEX_SETTINGS))
    return any(os.environ.get(name) for name in told)


def main() -> None:
    settings = pip_settings()
    wanted = TRANSPORT_SETTINGS if uv_has_index_settings() else INDEX_SETTINGS + TRANSPORT_SETTINGS
    exports = {
        uv_name: between.join(settings[name].split())
        for name, uv_name, between in wanted
        if settings.get(name) and not os.environ.get(uv_name)
    }
    if "UV_INDEX" in exports:
        # pip looks for a version in every index; the hashes in the lock make that safe.
        exports["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    for name, value in exports.items():
        print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
