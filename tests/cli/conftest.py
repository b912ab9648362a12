"""Running a command inside the test: what it prints and the code it leaves with."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from crm_clean.cli import main


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def crm_clean(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """`crm_clean("run", "--project", folder)`; words that are no text are made text."""

    def run(*words: object) -> Ran:
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        said = capsys.readouterr()
        return Ran(int(left.value.code or 0), said.out, said.err)

    return run
