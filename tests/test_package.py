"""The wheel: built, installed in an empty environment and run, it needs nothing of the checkout."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

CONTACTS = """First Name,Last Name,Email,Phone,City
Ann,Lee,ann.lee@example.com,+1 415 555 0101,Oakland
Ann,Lee,Ann.Lee@Example.com,(415) 555-0101,Oakland
Omar,Haddad,omar@example.org,+1 212 555 0187,Albany
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """An environment of the wheel and the libraries of the lock; the checkout is not on its path."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    install = [uv, "pip", "install", "--quiet", "--python", python, "--offline", "--no-deps", wheel]
    subprocess.run(install, check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    # A path file of a path file is not followed: the editable install of the checkout stays out of sight.
    (site / "locked.pth").write_text(sysconfig.get_path("purelib"))
    return folder


def run(environment: Path, *words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    command = [environment / "bin" / words[0], *words[1:]]
    return subprocess.run(command, cwd=cwd, env=bare, capture_output=True, text=True, check=False)


def test_the_wheel_holds_every_file_of_the_package_and_the_expectations(wheel: Path, root: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "crm_clean", "expectations"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    wanted = {name.replace("expectations/", "crm_clean/_expectations/", 1) for name in listed}
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert wanted - packed == set()
    assert any(name.startswith("crm_clean/_expectations/") and name.endswith(".json") for name in packed)
    strays = {name for name in packed if not name.startswith(("crm_clean/", "crm_clean-"))}
    assert strays == set()


def test_what_is_imported_is_the_wheel(environment: Path, tmp_path: Path) -> None:
    ran = run(environment, "python", "-c", "import crm_clean; print(crm_clean.__file__)", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert Path(ran.stdout.strip()).is_relative_to(environment)


def test_the_wheel_cleans_a_file(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text(CONTACTS)
    ran = run(environment, "crm-clean", "dedupe", "contacts.csv", "--out", "out", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    with (tmp_path / "out" / "crosswalk.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["source_row"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["golden_id"] == rows[1]["golden_id"] != rows[2]["golden_id"]
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["rows"]["read"] == 3
