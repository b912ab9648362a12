"""The house: who may import whom, what stands at the top, what an import costs, what a lock may say."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = {
    *(".ci", ".editorconfig", ".gitattributes", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md"),
    *("crm_clean", "data", "expectations", "flows", "notebooks", "prefect.yaml", "pyproject.toml", "tests"),
    *("requirements-dev.lock", "requirements.lock"),
}
HEAVY = {
    *("altair", "duckdb", "email_validator", "great_expectations", "jellyfish", "jinja2", "nameparser", "numpy"),
    *("pandas", "phonenumbers", "prefect", "psycopg", "pyarrow", "pyspark", "rapidfuzz", "recordlinkage"),
    *("scipy", "sklearn", "vobject", "xlsxwriter"),
}
LOCKS = ("requirements.lock", "requirements-dev.lock")


def modules(root: Path) -> list[Path]:
    return sorted((root / "crm_clean").rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


def pins(lock: Path) -> set[str]:
    """`name==version` for every version that a lock names."""
    return set(re.findall(r"^[\w.-]+==[^\s;]+", lock.read_text(encoding="utf-8"), re.MULTILINE))


def test_imports_go_downward_only(root: Path) -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert "0 broken" in linted.stdout


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        pytest.param("flows", (), id="nothing imports flows: schedules stand above the package"),
        pytest.param("prefect", (), id="Prefect is known to flows alone"),
        pytest.param("great_expectations", ("validate",), id="Great Expectations is known to validate"),
        pytest.param("recordlinkage", ("link",), id="recordlinkage is known to link"),
        pytest.param("phonenumbers", ("normalise",), id="phonenumbers is known to normalise"),
        pytest.param("email_validator", ("normalise",), id="email-validator is known to normalise"),
        pytest.param("psycopg", ("store",), id="PostgreSQL is known to store"),
        pytest.param("pyspark", ("spark",), id="Spark is known to spark"),
        pytest.param("typer", ("cli",), id="the command line is known to cli"),
    ],
)
def test_a_library_is_known_in_its_room_only(root: Path, library: str, rooms: tuple[str, ...]) -> None:
    knowing = [path.relative_to(root / "crm_clean") for path in modules(root) if library in imported(path)]
    assert [str(path) for path in knowing if path.parts[0].removesuffix(".py") not in rooms] == []


def test_the_top_of_the_repository_holds_what_it_should(root: Path) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert {name.partition("/")[0] for name in listed.splitlines()} - TOP == set()


def test_every_module_opens_with_its_promise(root: Path) -> None:
    silent = [path for path in modules(root) if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert [str(path.relative_to(root)) for path in silent] == []


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("import crm_clean", id="importing the package"),
        pytest.param("import crm_clean.cli", id="importing the command line"),
        pytest.param("from crm_clean.cli import main; main(['--help'])", id="asking for help"),
        pytest.param("from crm_clean.cli import main; main(['dedupe', '--help'])", id="asking for help on a command"),
    ],
)
def test_no_heavy_library_is_loaded_by(statement: str) -> None:
    report = "import json, sys; print('\\n' + json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    code = f"try:\n    {statement}\nexcept SystemExit:\n    pass\n{report}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(ran.stdout.splitlines()[-1]))
    assert "crm_clean" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_to_fetch_from(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert re.findall(r"^.*(?:://|--index|--extra-index|--find-links|--trusted-host).*$", text, re.MULTILINE) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_of_a_lock_has_hashes(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8").replace("\\\n", " ")
    bare = [line.split()[0] for line in text.splitlines() if line and "--hash=sha256:" not in line]
    assert bare == []
    assert len(text.splitlines()) > 50


def test_the_full_lock_holds_the_small_one(root: Path) -> None:
    assert pins(root / LOCKS[0]) - pins(root / LOCKS[1]) == set()
