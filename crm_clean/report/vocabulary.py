"""The words of lists for whoever keeps them: what became one, what may be a slip, what nobody uses or knows.

Each field comes with lines that are ready for a file of the admin's own. They are TOML whatever a word holds: quotes
are escaped, and so is what cannot be seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from crm_clean.report.shown import field_name
from crm_clean.report.view import rows
from crm_clean.text import fold

Row = dict[str, Any]

# Field: the file of an admin's words, and the heading in it.
_HOMES = {"status": ("status.toml", "status"), "industry": ("industries.toml", "industries")}
_ORDER = ("tags", "lists", "status", "industry", "lead_source", "department", "contact_preference")
_CLOSED = {"status": "other", "industry": "Other"}  # what an unknown word stands for until somebody says better
_MEANINGS = {"status": ("lead", "prospect", "customer", "former", "other")}
_MOST = 40  # of anything that is told
_LINES = 12
_LONGEST = 80  # a longer word is no word
_UNSEEN = re.compile(r"[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\uf8ff]")


def told(frame: pd.DataFrame) -> list[Row]:
    """Each field of a VOCABULARY frame that has words.

    name, n_written and n_values (in use, before and after), groups (value, n, writings), slips, unknown and unused
    (written, n, suggestion), removed, n_more of what is not listed, and file and lines for the admin's own.
    """
    known = {str(field): part for field, part in frame.groupby("field", sort=False) if len(part)}
    fields = [*(field for field in _ORDER if field in known), *sorted(known.keys() - set(_ORDER))]
    return [_field(field, _rows(known[field])) for field in fields]


def _rows(part: pd.DataFrame) -> list[Row]:
    """The words as plain values, the most used first."""
    counted = ({**row, "n": int(row["n_records"] or 0)} for row in rows(part))
    return sorted(counted, key=lambda row: (-row["n"], row["written"]))


def _field(field: str, said: list[Row]) -> Row:
    used = [row for row in said if row["n"]]
    groups = _groups(field, used)
    told_of = {
        "groups": groups,
        "slips": [row for row in used if row["suggestion"] and row["rule"] != "unknown"],
        "unknown": [row for row in used if row["rule"] == "unknown"],
        "removed": [row for row in used if row["value"] is None],
        "unused": sorted((row for row in said if not row["n"]), key=lambda row: row["written"]),
    }
    file, heading = _HOMES.get(field, ("tags.toml", field))
    return {
        "name": field_name(field),
        "is_closed": field in _CLOSED,
        "is_by_meaning": field == "tags",
        "meanings": _MEANINGS.get(field, ()),
        "n_written": len(used),
        "n_values": len({row["value"] for row in used if row["value"] is not None}),
        **{name: found[:_MOST] for name, found in told_of.items()},
        "n_more": {name: max(len(found) - _MOST, 0) for name, found in told_of.items()},
        "file": f"lexicons/{file}",
        "lines": "\n".join(
            [f"[maps.{heading}]", *(_lines(field, told_of) or ['# "as it is written" = "as it shall be"'])]
        ),
    }


def _groups(field: str, used: list[Row]) -> list[Row]:
    """The values that several writings became, or that a writing became by the admin's wish, the most used first."""
    by_value: dict[str, list[Row]] = {}
    for row in used:
        if row["value"] is not None and (row["rule"] != "unknown" or field not in _CLOSED):
            by_value.setdefault(row["value"], []).append(row)
    found = [
        {
            "value": value,
            "n": sum(row["n"] for row in written),
            "writings": written[:_MOST],
            "n_more": max(len(written) - _MOST, 0),
        }
        for value, written in by_value.items()
        if len(written) > 1 or written[0]["written"] != value
    ]
    return sorted(found, key=lambda group: (-group["n"], group["value"]))


def _lines(field: str, told_of: dict[str, list[Row]]) -> list[str]:
    """What an admin may want to write: slips put right, unknown words given a meaning, another writing chosen."""
    if field in _CLOSED:
        meant = [(row["written"], row["suggestion"] or _CLOSED[field]) for row in told_of["unknown"]]
    else:
        meant = [(row["written"], row["suggestion"]) for row in told_of["slips"]]
        meant += [(group["value"], group["writings"][-1]["written"]) for group in told_of["groups"][:1] if not meant]
    short = _once(field, ((old, new) for old, new in meant if len(old) <= _LONGEST and len(new) <= _LONGEST))
    return [f"{_quoted(old)} = {_quoted(new)}" for old, new in short][:_LINES]


def _once(field: str, meant: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Each word once; words of closed lists are compared folded."""
    seen: set[str] = set()
    for old, new in meant:
        form = fold(old) if field in _CLOSED else old
        if form and form not in seen and not (field in _CLOSED and "=" in old):
            seen.add(form)
            yield old, new


def _quoted(word: str) -> str:
    """A TOML string of one line."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(word, ensure_ascii=False))
