"""What a line of a file, or a page, is recognised by as being about one person: ids, addresses, names.

Ids and addresses count where a whole cell is one. On a page and in free text, whole names count too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import pandas as pd

from crm_clean.text import fold

_ID_COLUMNS = ("survivor_id", "duplicate_id", "source_record_id", "record_id", "source_record", "left_id", "right_id")
_SYSTEMS = ("system", "source_system", "source")
_LEAST = 5  # signs of what is looked for inside other text


@dataclass(frozen=True)
class Telltales:
    """`ids`: golden and record ids. `natives`: source and id there. `addresses`: as they came, are shown, are compared,
    in small letters, of those that nobody else has. `names`: full names, folded."""

    ids: frozenset[str]
    natives: frozenset[tuple[str, str]]
    addresses: frozenset[str]
    names: frozenset[str]

    def in_line(self, header: Sequence[str], cells: Sequence[str], *, system: str = "") -> bool:
        """Whether a line of a table of ours is about them. `system`: whose folder the file lies in."""
        if any(cell in self.ids or cell.strip().casefold() in self.addresses for cell in cells):
            return True
        row = dict(zip(header, cells, strict=False))
        systems = {row[name] for name in _SYSTEMS if row.get(name)} or {system}
        named = {row[name] for name in _ID_COLUMNS if row.get(name)} | ({cells[0]} if cells else set())
        return any(native in named and (source in systems or systems == {""}) for source, native in self.natives)

    def in_text(self, text: str) -> bool:
        """Whether free text or a page speaks of them."""
        lower = text.casefold()
        if any(one.casefold() in lower for one in self.ids | self.addresses if len(one) >= _LEAST):
            return True
        folded = f" {fold(text)} "
        return any(f" {name} " in folded for name in self.names)

    def in_cells(self, text: str) -> bool:
        """Whether a broken line of an export holds one of their addresses, or all of one of their names."""
        lower = text.casefold()
        if any(one in lower for one in self.addresses if len(one) >= _LEAST):
            return True
        words = set(fold(text).split())
        return any(set(name.split()) <= words for name in self.names)


def telltales(
    ids: Iterable[str], records: pd.DataFrame, points: pd.DataFrame, *, shared: AbstractSet[tuple[str, str]]
) -> Telltales:
    """The telltales of the person whose records, of all times, these are.

    `records` and `points` are rows of RECORDS and CONTACT_POINTS, `shared` the kind and key of what others have too.
    """
    with_id = records[records["source_record_id"].notna()]
    known = points[points["kind"].isin(["email", "phone"])]
    own = [pair not in shared for pair in zip(known["kind"], known["key"], strict=True)]
    alone = known[pd.Series(own, index=known.index, dtype=bool) & ~known["is_role"].fillna(False).astype(bool)]
    forms = pd.concat([alone[name] for name in ("raw", "value", "key")]).dropna() if len(alone) else []
    return Telltales(
        ids=frozenset(ids),
        natives=frozenset(zip(with_id["source"], with_id["source_record_id"], strict=True)),
        addresses=frozenset(str(form).strip().casefold() for form in forms if re.search(r"\w{4}", str(form))),
        names=frozenset(_names(records)),
    )


def _names(records: pd.DataFrame) -> Iterable[str]:
    """First and last name in either order, and the whole name as it came; a single word tells nobody."""
    pairs = [(f"first_name{end}", f"last_name{end}") for end in ("", "_raw")]
    found: set[str] = set()
    for first, last in pairs:
        both = records[[first, last]].dropna()
        for one, two in zip(both[first], both[last], strict=True):
            found |= {fold(f"{one} {two}"), fold(f"{two} {one}")}
    for name in ("full_name", "full_name_raw"):
        found |= {fold(value) for value in records[name].dropna()}
    return (name for name in found if " " in name)
