"""What stopped a command, as one sentence and an exit code.

Knows our own errors, the command line's, the operating system's and the user's; everything else is a mistake of ours,
of which only the kind and the place are told, because the text of a foreign error may quote somebody's data.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from crm_clean.cli.screen import on_screen
from crm_clean.errors import CrmCleanError

OUR_BUG, WRONG_USAGE, INTERRUPTED = 1, 2, 130
_PACKAGE = Path(__file__).resolve().parents[1]
_FULL = (errno.ENOSPC, errno.EDQUOT)
_STILL_STANDS = "What stood before still stands."
_STOPPED = f"Stopped. {_STILL_STANDS}"
_REPORT_IT = "nothing was committed. Run again with --debug to see where, and report it."


@dataclass(frozen=True)
class Failure:
    """An exit code, and the sentence for stderr; an empty one when nobody is left to read it."""

    code: int
    sentence: str


def carry_out(app: typer.Typer, words: Sequence[str] | None, *, name: str, program: str | None = None) -> int:
    """Run the command of `app` that `words` (the process's own, if None) spell; returns the exit code.

    What stops it is said on stderr, in one sentence that begins with `name`; with --debug among the words, behind the
    lines of code it came through, which tell of foreign errors no more than their kind.
    """
    given = list(sys.argv[1:] if words is None else words)
    debug = "--debug" in given
    given = [word for word in given if word != "--debug"] or ["--help"]
    try:
        code: Any = app(given, prog_name=program or name, standalone_mode=False)
        if code == INTERRUPTED:  # Typer has swallowed the interrupt
            raise KeyboardInterrupt
    except BaseException as error:
        if debug:
            _show(error)
        stopped = failure(error, given=given)
        if stopped.sentence:
            print(on_screen(f"{name}: {stopped.sentence}"), file=sys.stderr)
        return stopped.code
    return int(code or 0)


def _show(error: BaseException) -> None:
    """The traceback of an error and of what caused it, without the words of errors that are not ours: those may quote
    somebody's data."""
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain:
        chain.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    for one in reversed(chain):
        said = f": {one}" if isinstance(one, CrmCleanError | typer.TyperException) else ""
        lines = "".join(traceback.format_tb(one.__traceback__))
        told = f"Traceback (most recent call last):\n{lines}{type(one).__name__}{said}"
        print(on_screen(told, most=None), file=sys.stderr)


def failure(error: BaseException, *, given: Iterable[str]) -> Failure:
    """What to say of `error`, and the code to leave with, when the command was called with the words `given`."""
    match error:
        case CrmCleanError():
            return Failure(error.exit_code, _one_line(str(error)))
        case typer.TyperException():
            return Failure(WRONG_USAGE, _of_the_command_line(error))
        case KeyboardInterrupt() | typer.Abort():
            return Failure(INTERRUPTED, _STOPPED)
        case OSError(errno=int(number)):
            return _of_the_system(error, number, list(given))
        case MemoryError():
            return Failure(OUR_BUG, "Memory ran out; run again with --workers 1, or on a machine with more of it.")
    kind, place = type(error).__name__, _place(error)
    return Failure(OUR_BUG, f"Something went wrong inside crm-clean ({kind} at {place}); {_REPORT_IT}")


def _of_the_command_line(error: typer.TyperException) -> str:
    command = getattr(getattr(error, "ctx", None), "command_path", "crm-clean")
    return f"{_one_line(error.format_message()).removesuffix('.')}. Try `{command} --help`."


def _of_the_system(error: OSError, number: int, given: list[str]) -> Failure:
    if number == errno.EPIPE:
        return Failure(OUR_BUG, "")
    path = str(error.filename) if error.filename is not None else ""
    where = f"{path}: " if path else ""
    if number in _FULL:
        return Failure(OUR_BUG, f"{where}the disk is full; free some space and run again. {_STILL_STANDS}")
    what = os.strerror(number)
    said = f"{where}{what[0].lower()}{what[1:]}"
    if path and _is_given(path, given):
        return Failure(WRONG_USAGE, f"{said}; check the path and who may use it.")
    return Failure(OUR_BUG, f"{said}; mend that and run again. {_STILL_STANDS}")


def _is_given(path: str, given: list[str]) -> bool:
    """Whether `path` is one the user named, or lies in one."""
    named = [Path(word.partition("=")[2] if word.startswith("-") else word).absolute() for word in given if word]
    here = Path(path).absolute()
    return any(here.is_relative_to(place) for place in named if place != Path.cwd())


def _place(error: BaseException) -> str:
    """The last line of ours that the error came through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).resolve().is_relative_to(_PACKAGE)]
    if not ours:
        return "an unknown place"
    return f"{Path(ours[-1].filename).resolve().relative_to(_PACKAGE.parent)}:{ours[-1].lineno}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
