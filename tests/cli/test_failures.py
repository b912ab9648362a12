"""What stopped a command: one sentence that says what to do, the right exit code, and nobody's data."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
import typer

from crm_clean import errors, text
from crm_clean.cli.failures import failure


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        pytest.param(
            errors.UsageError("No such field;\n use email."), 2, "No such field; use email.", id="wrong usage"
        ),
        pytest.param(
            errors.UnreadableInput("a.csv", "empty", "it is empty; export it again."),
            2,
            "a.csv: it is empty; export it again.",
            id="input that cannot be read",
        ),
        pytest.param(
            errors.GateFailed(["golden: no row"]),
            3,
            "1 critical expectation(s) failed, nothing was committed or published: golden: no row. "
            "Mend the export or the expectation, then run again.",
            id="a failed gate",
        ),
        pytest.param(errors.StoreLocked("Held; wait."), 4, "Held; wait.", id="a store that is held"),
        pytest.param(
            typer.BadParameter("'x' is not a number."),
            2,
            "Invalid value: 'x' is not a number. Try `crm-clean --help`.",
            id="an option that makes no sense",
        ),
        pytest.param(KeyboardInterrupt(), 130, "Stopped. What stood before still stands.", id="Ctrl-C"),
        pytest.param(BrokenPipeError(errno.EPIPE, "pipe"), 1, "", id="nobody reads any more: nothing is said"),
        pytest.param(
            MemoryError(),
            1,
            "Memory ran out; run again with --workers 1, or on a machine with more of it.",
            id="out of memory",
        ),
        pytest.param(
            OSError(errno.ENOSPC, "No space", "/data/store/x"),
            1,
            "/data/store/x: the disk is full; free some space and run again. What stood before still stands.",
            id="a full disk, with the path",
        ),
        pytest.param(
            OSError(errno.ENOSPC, "No space", "/work/out/x"),
            1,
            "/work/out/x: the disk is full; free some space and run again. What stood before still stands.",
            id="a full disk is nobody's wrong usage, wherever it is",
        ),
        pytest.param(
            OSError(errno.EIO, "I/O"),
            1,
            "input/output error; mend that and run again. What stood before still stands.",
            id="a disk that fails, without a path",
        ),
        pytest.param(
            PermissionError(errno.EACCES, "no", "/data/store/x"),
            1,
            "/data/store/x: permission denied; mend that and run again. What stood before still stands.",
            id="a path the user did not name",
        ),
        pytest.param(
            PermissionError(errno.EACCES, "no", "/work/out/golden.csv"),
            2,
            "/work/out/golden.csv: permission denied; check the path and who may use it.",
            id="a file in a folder the user named",
        ),
        pytest.param(
            FileNotFoundError(errno.ENOENT, "no", "/work/in.csv"),
            2,
            "/work/in.csv: no such file or directory; check the path and who may use it.",
            id="a file the user named",
        ),
        pytest.param(
            FileNotFoundError(errno.ENOENT, "no", "/work/out2"),
            1,
            "/work/out2: no such file or directory; mend that and run again. What stood before still stands.",
            id="a name that only begins alike was not given",
        ),
    ],
)
def test_failure(error: BaseException, code: int, sentence: str) -> None:
    told = failure(error, given=["dedupe", "/work/in.csv", "--out=/work/out", "--threshold", "0.9"])
    assert (told.code, told.sentence) == (code, sentence)


def test_the_folder_one_stands_in_does_not_make_every_path_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    error = PermissionError(errno.EACCES, "no", str(tmp_path / "store" / "x"))
    assert failure(error, given=["run", "--project", "."]).code == 1


def test_of_an_error_of_ours_only_kind_and_place_are_told() -> None:
    try:
        text.fold({"ann@example.com": 1})  # type: ignore[arg-type]
    except AttributeError as error:
        told = failure(error, given=[])
    assert told.code == 1
    assert told.sentence.startswith("Something went wrong inside crm-clean (AttributeError at crm_clean/text.py:")
    assert "--debug" in told.sentence


def test_an_error_that_quotes_data_is_not_quoted() -> None:
    told = failure(ValueError("could not convert 'ann@example.com'"), given=[])
    assert "ann" not in told.sentence
    assert "ValueError" in told.sentence
