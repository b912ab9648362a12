"""Errors raised on purpose: each has the exit code its kind promises, and says what to do."""

from __future__ import annotations

import pytest

from crm_clean import errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(errors.UsageError("x"), 2, id="wrong usage"),
        pytest.param(errors.BadSettings("x"), 2, id="settings we do not understand"),
        pytest.param(errors.UnknownThing("x"), 2, id="a thing that does not exist"),
        pytest.param(errors.UnreadableInput("a.csv", "empty", "holds nothing"), 2, id="a file that cannot be read"),
        pytest.param(errors.GateFailed(["x"]), 3, id="a gate that failed"),
        pytest.param(errors.StoreLocked("x"), 4, id="a store that is held"),
        pytest.param(errors.BadFrame("x"), 1, id="our own mistake"),
    ],
)
def test_exit_codes(error: errors.CrmCleanError, code: int) -> None:
    assert error.exit_code == code


def test_every_error_is_one_of_ours() -> None:
    raised = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, BaseException)]
    assert all(issubclass(e, errors.CrmCleanError) for e in raised)
    assert all(e.__doc__ for e in raised)


@pytest.mark.parametrize(
    ("error", "is_a_line"),
    [
        pytest.param(errors.UnknownThing("There is no such run; ask for another."), True, id="wrong usage: a line"),
        pytest.param(errors.BadFrame("records: no column source"), False, id="our own mistake: all there is to know"),
    ],
)
def test_a_notebook_shows_a_sentence_unless_the_mistake_is_ours(error: errors.CrmCleanError, is_a_line: bool) -> None:
    try:
        raise error
    except errors.CrmCleanError as raised:
        shown = raised._render_traceback_()
    assert (len(shown) == 1) == is_a_line
    assert str(error) in shown[-1]


def test_an_unreadable_input_names_the_file_and_the_advice() -> None:
    error = errors.UnreadableInput("a.csv", "empty", "the file is empty; export it again.")
    assert str(error) == "a.csv: the file is empty; export it again."
    assert (error.path, error.code) == ("a.csv", "empty")


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        pytest.param(
            ["a", "b"], r"2 critical .* nothing was committed or published: a; b\. Mend", id="a few are all named"
        ),
        pytest.param(["a", "b", "c", "d"], r"4 critical .*: a; b; c; \.\.\.\. Mend", id="of many the first three"),
    ],
)
def test_a_failed_gate_says_what_failed(failures: list[str], expected: str) -> None:
    with pytest.raises(errors.GateFailed, match=expected):
        raise errors.GateFailed(failures)
