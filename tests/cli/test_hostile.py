"""A file that means harm, on a terminal: nothing in it, nor its own name, steers the screen, hides or floods it."""

from __future__ import annotations

import csv
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_clean.project import Project

OVERRIDE, ISOLATE, NO_WIDTH, CSI = "\u202e", "\u2066", "\u200b", "\x9b"
CLEAR, TITLE, BLINK = "\x1b[2J\x1b[1;1H", "\x1b]0;pwned\x07", "\x1b[41;5m"
LINK = "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\"
MARKS = "\u0301" * 10_000
NAMES = (
    ("Ada" + CLEAR, "Langfeld" + BLINK),
    (LINK, "Kurz"),
    ("Cleo" + OVERRIDE + "oelC", "Weit" + ISOLATE),
    ("D" + NO_WIDTH + "ora", "Klein" + CSI + "31m"),
    ("E" + MARKS, "Lang" + MARKS),
    (TITLE + "Fritz", "Hart\b\b\b\b\b"),
    ("G" * 9_000, "H" * 9_000),
    ("Ada\r\nroot#", "Zeile\x0b\x0c\x85\u2028"),
)
FILE = f"people{CLEAR}{OVERRIDE}{NO_WIDTH}{BLINK}.csv"
HEADER = ["First Name", "Last Name", "Email", "Phone", "City" + TITLE, "Notes" + OVERRIDE + LINK]
# What the bars of a run send to a terminal: colours, lines taken back, the cursor hidden and shown.
_BARS = re.compile(r"\x1b\[(?:\?25[lh]|[0-2]?K|1?A|(?:[0-9]|3[0-9]|9[0-7]|38;5;\d+|1;3\d)?m)")
_HARM = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_LONGEST, _MOST_MARKS = 1_200, 8


def on_a_terminal(*words: object, code: int = 0) -> str:
    """What the command `crm-clean WORDS` sends to a terminal of 100 columns; it must leave with `code`."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    command = [sys.executable, "-c", "from crm_clean.cli import main; main()", *map(str, words)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as running:
        os.close(theirs)
        said = b"".join(_read(ours))
    os.close(ours)
    assert running.returncode == code, said[-2000:]
    return said.decode("utf-8")


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            said = os.read(terminal, 65_536)
        except OSError:  # nobody writes to it any more
            return
        if not said:
            return
        yield said


def check(said: str) -> None:
    """Nothing but our own bars steers the terminal, and no line or letter is heaped up."""
    plain = _BARS.sub("", said)
    assert sorted({hex(ord(c)) for c in _HARM.findall(plain)}) == []
    assert max(map(len, plain.splitlines()), default=0) <= _LONGEST
    assert "\u0301" * (_MOST_MARKS + 1) not in plain


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file, in a folder that is called as badly."""
    path = tmp_path_factory.mktemp("hostile") / f"in{BLINK}" / FILE
    path.parent.mkdir()
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [[*name, "none@none.com", "12" + OVERRIDE, "Köln" + CSI, LINK + MARKS] for name in NAMES]
        rows += [[*name, f"person{at}@example.org", "+49 30 555010" + str(at), "", ""] for at, name in enumerate(NAMES)]
        rows += [[*name, f"person{at}@example.org", "", CLEAR, ""] for at, name in enumerate(NAMES)]
        csv.writer(file).writerows([HEADER, *rows])
        file.write(f"{CLEAR},{TITLE},too,many,cells,in,this,{OVERRIDE}row\n")
    return path


@pytest.fixture(scope="module")
def folder(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has taken the file in, the terminal watched while it ran."""
    place = tmp_path_factory.mktemp("hostile") / f"crm{OVERRIDE}"
    check(on_a_terminal("init", place))
    check(on_a_terminal("run", "--project", place, "--input", hostile, "--workers", "1"))
    return place


def test_dedupe(hostile: Path, tmp_path: Path) -> None:
    check(on_a_terminal("dedupe", hostile, "--out", tmp_path / f"out{CLEAR}", "--workers", "1"))


def test_profile(hostile: Path) -> None:
    said = on_a_terminal("profile", hostile, "--default-region", "DE")
    check(said)
    assert "people[U+001B][2J" in said


def test_issues(folder: Path) -> None:
    check(on_a_terminal("issues", "--project", folder))
    found = Project(folder).issues()
    worst = found[found["raw"].str.contains(_HARM.pattern, regex=True).fillna(False)]["code"].value_counts()
    for code in worst.index[:3]:
        said = on_a_terminal("issues", code, "--project", folder)
        check(said)
        assert re.search(r"\[U\+(001B|009B|202E|200B)\]", said)


def test_explain_and_decide(folder: Path) -> None:
    crosswalk = Project(folder).crosswalk()
    one, two = (f"{crosswalk['source_file'][0]}:{row}" for row in (9, 17))
    check(on_a_terminal("explain", one, two, "--project", folder))
    check(on_a_terminal("explain", one, "--project", folder))
    check(on_a_terminal("explain", f"nobody{CLEAR}{OVERRIDE}" + "y" * 9_000, "--project", folder, code=2))
    named = ("--by", f"ann{BLINK}", "--reason", TITLE + MARKS, "--project", folder)
    check(on_a_terminal("decide", "different", one, two, *named))


def test_what_is_refused(hostile: Path, tmp_path: Path) -> None:
    check(on_a_terminal("profile", tmp_path / f"{CLEAR}{OVERRIDE}.csv", code=2))
    check(on_a_terminal("dedupe", hostile, "--out", tmp_path, "--map", f"{TITLE}=email", code=2))
    check(on_a_terminal("report", "--project", tmp_path / LINK.replace("/", ""), code=2))
    check(on_a_terminal(f"command{CLEAR}", code=2))


def test_the_check_itself_can_fail() -> None:
    for harm in (CLEAR, TITLE, BLINK, LINK, OVERRIDE, CSI, NO_WIDTH, MARKS, "G" * 9_000):
        with pytest.raises(AssertionError):
            check(f"a value: {harm}")
