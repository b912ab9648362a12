"""Numbers and codes in words: the same on the page and on the screen.

A share below one is never shown as 100 %, one above zero never as 0 %: rounding must not promise what is not so.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

DIMENSIONS = {
    "completeness": ("Complete", "has a name, a way to reach the person, and a company or country"),
    "validity": ("Valid", "e-mails, phones, postcodes and dates that can be used"),
    "uniqueness": ("Unique", "one contact per person"),
    "consistency": ("Consistent", "written in the normal form"),
    "timeliness": ("Timely", "touched within two years of the newest date in the data"),
}

# What befell golden ids in a run, in the order of telling.
EVENTS = {
    "created": "somebody whom no run knew before",
    "absorbed": "turned out to be somebody else who stands; the old id leads there",
    "split": "gave members back to another golden record",
    "retired": "nobody is left of them; the id is never given again",
    "revived": "came back under the id they had before",
}
# What became of records since the last run.
MOVED = {"new": "New records", "changed": "Changed records", "gone": "Records that are gone"}

NOT_KNOWN = "n/a"


def count(number: float | None) -> str:
    """`12,345`."""
    return NOT_KNOWN if number is None else f"{int(number):,}"


def percent(share: float | None, digits: int = 1) -> str:
    """`98.4%`, never 100% for less than all nor 0% for more than nothing."""
    if share is None:
        return NOT_KNOWN
    step = 10.0**-digits
    shown = round(share * 100, digits)
    if shown >= 100 and share < 1:
        shown = 100 - step
    if shown <= 0 and share > 0:
        shown = step
    return f"{shown:.{digits}f}%" if shown not in (0, 100) else f"{shown:.0f}%"


def seconds(number: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`."""
    if number < 9.95:
        return f"{number:.1f} s"
    whole = round(number)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"


def memory(megabytes: float | None) -> str:
    """`310 MB`, `2.1 GB`."""
    if megabytes is None:
        return NOT_KNOWN
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1024:.1f} GB"


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 pair`, `2 pairs`."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def spoken(code: str) -> str:
    """A code such as `row.too_many_fields` or `expect_column_values_to_be_unique` as words."""
    return code.removeprefix("expect_").replace(".", ": ").replace("_", " ")


@dataclass(frozen=True)
class Told:
    """A finding in words: what it is called, what it means, what was done, what its owner can do."""

    title: str
    means: str = ""
    done: str = ""
    todo: str = ""


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("crm_clean.report").joinpath("words.toml").read_text(encoding="utf-8"))


def told_codes() -> frozenset[str]:
    """The codes of findings and of quarantine that have words."""
    return frozenset(_table()["finding"])


def finding(code: str) -> Told:
    """The words for a finding or a reason for quarantine; of a code without any, the code itself with blanks."""
    known = _table()["finding"].get(code)
    return Told(**known) if known else Told(spoken(code))


def todo(field: str, dimension: str) -> str:
    """What to do about `field` where `dimension` is weak."""
    said = _table()["todo"].get(dimension, {})
    return str(said.get(field) or said.get("any", ""))
