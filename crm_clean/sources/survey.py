"""What each column of a table looks like as it came: filled, distinct, shape, and what stands out. Never a value.

Judges the cells alone; whether a value can be used is the normaliser's to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.fields import NAME_FIELDS, SCALARS, parse_target
from crm_clean.sources import contents as look
from crm_clean.sources.cells import filled
from crm_clean.sources.contents import Contents
from crm_clean.sources.grid import Grid
from crm_clean.sources.lexicon import read_heading
from crm_clean.sources.plan import Plan
from crm_clean.sources.shapes import commonest
from crm_clean.sources.staging import distinct_names
from crm_clean.text import fold

# Said where nothing is known; and those of them that are never anybody's name or answer.
_NOTHING = (
    *("n/a", "na", "n.a.", "#n/a", "#ref!", "#value!", "#name?", "null", "(null)", "<null>", "[null]", "\\n", "none"),
    *(
        "nan",
        "nil",
        "undefined",
        "unknown",
        "not available",
        "not provided",
        "tbd",
        "tba",
        "k.a.",
        "k. a.",
        "unbekannt",
    ),
    *("keine angabe", "inconnu", "non renseigné", "desconocido", "no informado", "ninguno", "aucun", "test", "xxx"),
)
_SURELY_NOTHING = frozenset({"n/a", "#n/a", "#ref!", "#value!", "#name?", "(null)", "<null>", "[null]", "\\n"})
_DATE_FORMATS = (
    ("9999-99-99", r"^\s*\d{4}[-/.]\d"),
    ("99/99/9999", r"^\s*\d{1,2}/\d{1,2}/"),
    ("99.99.9999", r"^\s*\d{1,2}\.\s?\d{1,2}\."),
    ("99-99-9999", r"^\s*\d{1,2}-\d{1,2}-"),
    ("month in words", r"\p{L}{3}"),
    ("Excel day numbers", r"^\s*\d{5}([.,]\d+)?\s*$"),
    ("99999999", r"^\s*\d{8}\s*$"),
    ("Unix seconds", r"^\s*\d{10,13}(\.\d+)?\s*$"),
)
_NUMBERS = ("phone", "source_record_id", "postal_code", "company_id")
# A list that is closed has few values, each of them many times.
_MOST_LISTED, _LEAST_REPEATED = 100, 3
_FREE = ("company", "notes", "city", "street", "unit", *NAME_FIELDS[2:], "full_name")
_OWN_KINDS = ("email", "phone", "profile", "website")


@dataclass(frozen=True)
class Remark:
    """Something that stands out: a code, how many cells it is about, and what may be said of it without a value."""

    code: str
    n: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Surveyed:
    """One column; `shape` is the commonest pattern of its filled cells."""

    position: int
    name: str
    field: str
    n_filled: int
    n_distinct: int
    shape: str
    remarks: tuple[Remark, ...] = ()


def survey(grid: Grid, plan: Plan) -> list[Surveyed]:
    """Every column of `grid`, in order; `plan` says what it is taken for."""
    names = distinct_names(grid.header)
    cells = [filled(column, plan.nulls) for column in grid.columns]
    fields = plan.mapping(len(grid.header))
    twins = _twins(cells)
    offered, labels = _Offers(plan), {feed.label_from: feed.target.field for feed in plan.feeds}
    out = []
    for at, (name, column, field) in enumerate(zip(names, cells, fields, strict=True)):
        remarks = [*_of_name(grid.header, at)]
        if at in twins:
            remarks.append(Remark("same_as", len(column) - column.null_count, names[twins[at]]))
        if at in labels:
            remarks.append(Remark("labels", 0, labels[at]))
        elif not field:
            remarks += _unmapped(name, column, offered)
        remarks += _of_cells(name, column, field)
        out.append(_surveyed((at, name, field), column, remarks))
    return out


def sure_nulls(column: pa.Array) -> list[str]:
    """What the cells of `column` write for nothing, beyond doubt: `N/A` is nobody's name, `Null` may be."""
    sure = pc.is_in(pc.utf8_lower(column), pa.array(sorted(_SURELY_NOTHING)))
    return sorted(pc.unique(column.filter(sure)).to_pylist())


def _surveyed(who: tuple[int, str, str], column: pa.Array, remarks: list[Remark]) -> Surveyed:
    values = pc.unique(column.drop_null())
    shown = commonest(column)
    return Surveyed(
        *who,
        n_filled=len(column) - column.null_count,
        n_distinct=len(values),
        shape=shown[0][0] if shown else "",
        remarks=tuple(remarks),
    )


def _twins(cells: Sequence[pa.Array]) -> dict[int, int]:
    """Columns that hold what an earlier one does, cell by cell, and which; empty ones aside."""
    found: dict[int, int] = {}
    seen: dict[tuple[object, ...], list[int]] = {}
    for at, column in enumerate(cells):
        if column.null_count == len(column):
            continue
        alike = seen.setdefault((column.null_count, *column[:20].to_pylist()), [])
        twin = next((other for other in alike if cells[other].equals(column)), None)
        if twin is None:
            alike.append(at)
        else:
            found[at] = twin
    return found


def _of_name(header: Sequence[str], at: int) -> list[Remark]:
    if not header[at].strip():
        return [Remark("nameless")]
    return [Remark("same_name")] if header[at] in header[:at] else []


def _of_cells(name: str, column: pa.Array, field: str) -> list[Remark]:
    """What the cells of a column, mapped to `field` if to any, say by themselves."""
    if column.null_count == len(column):
        return []
    target = parse_target(field) if field else None
    kind = (target.kind if target.part == "value" else target.part) if target and target.kind else field
    found = [
        Remark("placeholder", _n(_says_nothing(column))),
        Remark("apostrophe", _matching(column, r"^'[0-9+=(-]")),
    ]
    if kind in _NUMBERS or read_heading(name).concept == "id":
        found.append(Remark("float", _matching(column, r"^\d+\.0$")))
        found.append(Remark("scientific", _matching(column, r"^\d([.,]\d+)?[eE]\+?\d+$")))
    if kind == "source_record_id" or (not field and read_heading(name).concept == "id"):
        found += _as_key(column)
    if SCALARS.get(field) in ("date", "instant") or (not field and Contents(column).share(look.is_date) >= 0.8):
        found += _date_formats(column)
    if not (target and target.kind in _OWN_KINDS) and kind not in _FREE:
        found += _spellings(column)
    if column.null_count == 0 and len(column) > 1 and pc.count_distinct(column).as_py() == 1:
        found.append(Remark("constant", len(column)))
    return [remark for remark in found if remark.n]


def _spellings(column: pa.Array) -> list[Remark]:
    """Values of a short list that differ in case, accents or punctuation alone, where they are many."""
    values = pc.unique(column.drop_null())
    if len(values) > _MOST_LISTED or len(values) * _LEAST_REPEATED > len(column) - column.null_count:
        return []
    said = values.to_pylist()
    n_words = len({fold(value) or value for value in said})
    return [Remark("spellings", len(said), f"{n_words:,}")] if 1.25 * n_words <= len(said) else []


def _says_nothing(column: pa.Array) -> pa.Array:
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(column))
    return pc.or_(pc.is_in(plain, pa.array(_NOTHING)), pc.match_substring_regex(plain, r"^[^\p{L}\p{N}+✓✔☑✗☐]+$"))


def _as_key(column: pa.Array) -> list[Remark]:
    values = column.drop_null()
    repeats = len(values) - pc.count_distinct(values).as_py()
    return [Remark("repeats", repeats), Remark("unkeyed", column.null_count)]


def _date_formats(column: pa.Array) -> list[Remark]:
    rest, counts = column.drop_null(), {}
    for label, pattern in _DATE_FORMATS:
        fits = pc.match_substring_regex(rest, pattern)
        counts[label] = fits.true_count
        rest = pc.filter(rest, pc.invert(fits))
    written = {label: n for label, n in counts.items() if n}
    if len(written) < 2:
        return []
    ranked = sorted(written.items(), key=lambda entry: -entry[1])
    return [Remark("date_formats", len(ranked), ", ".join(f"{label} ({n:,})" for label, n in ranked))]


class _Offers:
    """The next free field of a kind, for columns that were not mapped."""

    def __init__(self, plan: Plan) -> None:
        self._taken = {feed.target.field for feed in plan.feeds}

    def is_free(self, field: str) -> bool:
        """Whether no column is `field` yet."""
        return field not in self._taken

    def next(self, base: str) -> str:
        number = 1
        while (field := base if number == 1 else f"{base}_{number}") in self._taken:
            number += 1
        self._taken.add(field)
        return field


def _unmapped(name: str, column: pa.Array, offered: _Offers) -> list[Remark]:
    concept = read_heading(name).concept
    if concept == "never":
        return [Remark("never")]
    if column.null_count == len(column):
        return []
    values = Contents(column)
    base = _looks_like(values)
    if base:
        return [Remark("looks_like", len(column) - column.null_count, offered.next(base))]
    said = (concept or "").partition(":")[0]
    is_known = said in ("email", "phone", "first_name", "last_name", "full_name", "city") and offered.is_free(said)
    return [Remark("not_as_named", len(column) - column.null_count, said)] if is_known else []


def _looks_like(values: Contents) -> str | None:
    if values.share(look.is_email) >= 0.3:
        return "email"
    if values.share(look.is_social) >= 0.5:
        return "profile"
    starts = values.share(lambda value: value.lstrip("'( ")[:1] in ("0", "+"))
    if values.share(look.is_written_phone) >= 0.4 or (starts >= 0.5 and values.share(look.is_phone) >= 0.8):
        return "phone"
    return None


def _matching(column: pa.Array, pattern: str) -> int:
    return _n(pc.match_substring_regex(column, pattern))


def _n(mask: pa.Array) -> int:
    return int(mask.true_count)
