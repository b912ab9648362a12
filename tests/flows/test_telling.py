"""What Prefect may hear of an error, and what is worth a second try."""

from __future__ import annotations

import errno
import pickle
import traceback

import pytest

from crm_clean.errors import CrmCleanError, GateFailed, StoreLocked, UnreadableInput
from flows.telling import is_locked, is_passing, spoken

SECRET = "zzcanary7261"


def caught(raising) -> Exception:
    try:
        raising()
    except Exception as error:
        return error
    raise AssertionError


def quoting() -> None:
    error = ValueError(f"invalid literal: {SECRET}")
    error.add_note(f"the row was {SECRET}")
    raise error


def ours_after_a_quote() -> None:
    try:
        quoting()
    except ValueError as error:
        ours = UnreadableInput("more.csv", "not_csv", "holds no contacts; export it again.")
        ours.add_note(SECRET)
        raise ours from error


@pytest.mark.parametrize(
    "raising",
    [
        pytest.param(quoting, id="of a library"),
        pytest.param(ours_after_a_quote, id="of ours, with a library's as its cause"),
        pytest.param(lambda: {}[SECRET], id="of a key that is a value"),
        pytest.param(lambda: int(SECRET), id="of a number that is none"),
    ],
)
def test_nothing_that_hangs_on_to_an_error_is_told(raising):
    told = spoken(caught(raising))
    with pytest.raises(CrmCleanError) as raised:
        raise told
    assert raised.value.__context__ is None
    assert SECRET not in "".join(traceback.format_exception(raised.value)) + repr(raised.value) + repr(vars(told))
    assert SECRET.encode() not in pickle.dumps((told.args, vars(told)))


def test_an_error_of_ours_is_told_as_it_is():
    error = GateFailed(["golden.email: expect_column_values_to_not_be_null, 3 of 9 rows"])
    assert spoken(error) is error


def test_an_error_of_a_library_is_told_by_kind_and_place():
    told = spoken(caught(quoting))
    assert str(told).startswith("Something went wrong inside crm-clean (ValueError at ")
    assert "crm-clean run --debug" in str(told)
    assert told.exit_code == 1


@pytest.mark.parametrize(
    ("error", "locked", "passing"),
    [
        pytest.param(StoreLocked("Another run holds the store."), True, True, id="a store that is held"),
        pytest.param(OSError(errno.EIO, "Input/output error"), False, True, id="a disk that does not answer"),
        pytest.param(TimeoutError(), False, True, id="a share that does not answer"),
        pytest.param(GateFailed(["golden: no row"]), False, False, id="a failed gate"),
        pytest.param(UnreadableInput("a.csv", "empty", "is empty."), False, False, id="an export that is none"),
        pytest.param(ValueError("no"), False, False, id="a mistake of ours"),
    ],
)
def test_what_is_worth_a_second_try(error, locked, passing):
    assert (is_locked(spoken(error)), is_passing(spoken(error))) == (locked, passing)
