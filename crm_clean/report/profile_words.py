"""What stands out in a column of a file, in plain words.

For whoever keeps the file; no word of statistics, no value of anybody.
"""

from __future__ import annotations

from crm_clean.report.profiled import Column, Note
from crm_clean.report.words import count, spoken

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# What a column's unusable cells are not, by the field it is taken for.
_NOT = {
    "email": "no e-mail address",
    "phone": "no number that can be dialled",
    "birth_date": "no date of birth",
    **dict.fromkeys(("created_at", "updated_at", "last_activity_at", "consent_at"), "no date"),
    "website": "no web address",
    "profile": "no profile we know",
    "full_name": "nobody's name",
    "first_name": "nobody's name",
    "last_name": "nobody's name",
    "country": "no country we know",
}
# Remarks that ask for somebody to look, in the order they are told.
GRAVE = (
    *("scientific", "repeats", "not_as_named", "looks_like", "date_order", "date_formats", "float", "unknown"),
    *("placeholder", "future", "spellings", "same_name", "same_as", "apostrophe", "unkeyed", "nameless", "never"),
)
USABLE_ENOUGH = 0.9
# Every file has a few of these: told only where they are more than this share of the filled cells.
_SOME = {"placeholder": 0.01, "unknown": 0.01, "apostrophe": 0.001}


def is_grave(note: Note, column: Column) -> bool:
    """Whether somebody should look."""
    return note.code in GRAVE and note.n >= _SOME.get(note.code, 0.0) * column.n_filled


def remark(note: Note, column: Column) -> str:
    """What stands out, to follow the column's name."""
    n, detail = count(note.n), note.detail
    of = f"{n} of {count(column.n_filled)}"
    said = {
        "scientific": f"{of} were cut to the form 4.9E+11 by a spreadsheet: export again, as text",
        "float": f"{of} end in .0, as a spreadsheet leaves numbers",
        "apostrophe": f"{of} begin with an apostrophe, as a spreadsheet marks text",
        "repeats": f"{n} times an id comes again" + ("" if column.field else ": not taken for the id of a row"),
        "unkeyed": f"{count(note.n)} without an id",
        "not_as_named": f"does not hold what its name says ({_spoken_field(detail)}), so it is kept as it is",
        "looks_like": f"looks like {_spoken_field(detail)}, but is not taken for it",
        "date_order": f"days and months change places: {detail}",
        "date_formats": f"dates are written in {n} ways: {detail}",
        "unknown": f"{of} are in no list we know: free text, or words of your own",
        "placeholder": f"{of} stand for nothing, such as N/A or Test",
        "future": f"{of} lie in the future",
        "spellings": f"{n} spellings of {detail} {'value' if detail == '1' else 'values'}",
        "same_name": "another column has the same name",
        "same_as": f"holds the same as {detail}, cell by cell",
        "nameless": "has no name in the header",
        "never": "tells who is who: never used as evidence",
    }
    return said.get(note.code, spoken(note.code))


def unusable(column: Column) -> str | None:
    """How many cells cannot be used for no reason that another remark gives, where they are many."""
    if column.share_usable is None:
        return None
    base = column.field.rstrip("_0123456789")
    n = round((1 - column.share_usable) * column.n_filled)
    n -= sum(note.n for note in column.notes if note.code in ("placeholder", "scientific", "unknown"))
    if n <= (1 - USABLE_ENOUGH) * column.n_filled:
        return None
    return f"{count(n)} of {count(column.n_filled)} are {_NOT.get(base, 'of no use')}"


def _spoken_field(field: str) -> str:
    base = field.partition("_")[0] if field[-1:].isdigit() else field
    return {"email": "an e-mail", "phone": "a phone", "profile": "a profile"}.get(base, spoken(field))
