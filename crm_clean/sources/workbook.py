"""Excel sheets, new and old: every cell as text, numbers and dates exactly, the table found among titles and totals."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import numpy as np

from crm_clean.errors import UnreadableInput
from crm_clean.sources.archive import check_book
from crm_clean.sources.dialect import check_header
from crm_clean.sources.grid import BadRow, Grid, shown, text_array
from crm_clean.sources.lexicon import n_known
from crm_clean.sources.settle import guarded
from crm_clean.sources.spec import Limits

_HEADER_WITHIN = 30
_MIDNIGHT = time()


def sheets(data: bytes, *, name: str, limits: Limits) -> list[str]:
    """The names of the visible worksheets, in their order."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        sheet.name
        for sheet in _open(data, name=name, limits=limits).sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def read(data: bytes, sheet: str, *, name: str, limits: Limits) -> Grid:
    """The table on `sheet`. Raises UnreadableInput when it holds none, or no rows.

    Row numbers count filled rows behind the header; `lines` are the sheet's own row numbers. A row with more cells
    than the header has columns is set aside; so are totals.
    """
    rows = _rows(data, sheet, name=name, limits=limits)
    at = _header_row(rows)
    if at is None:
        raise UnreadableInput(name, "empty", "the sheet is empty; export it again.")
    filled = [i for i in range(at + 1, len(rows)) if any(cell != "" for cell in rows[i])]
    header = _header(rows, at, filled)
    check_header(header, name=name, max_columns=limits.max_columns)
    if not filled:
        raise UnreadableInput(name, "no_rows", "the sheet has a header and no rows; export it again with its contacts.")
    width = len(header)
    too_wide = {i for i in filled if any(cell != "" for cell in rows[i][width:])}
    number = {row: place + 1 for place, row in enumerate(filled)}
    good = [i for i in filled if i not in too_wide]
    bad = (BadRow(number[i], "row.too_many_fields", _raw(rows[i]), i + 1) for i in sorted(too_wide))
    columns = zip(*(rows[i] for i in good), strict=True) if good else iter([()] * len(rows[at]))
    grid = Grid(
        header=header,
        columns=tuple(_texts(column) for column in list(columns)[:width]),
        source_rows=np.array([number[i] for i in good], dtype=np.int64),
        lines=np.array(good, dtype=np.int64) + 1,
        bad=tuple(bad),
    )
    return guarded(grid, limits)


def _open(data: bytes, *, name: str, limits: Limits) -> Any:
    from python_calamine import CalamineError, PasswordError, load_workbook

    check_book(data, limits, name=name)
    try:
        return load_workbook(io.BytesIO(data))
    except PasswordError as error:
        advice = "the workbook is locked with a password; save it without one."
        raise UnreadableInput(name, "encrypted", advice) from error
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableInput(
            name, "truncated", "the workbook is cut or damaged, or is no Excel file; export it again."
        ) from error


def _rows(data: bytes, sheet: str, *, name: str, limits: Limits) -> list[list[Any]]:
    from python_calamine import CalamineError

    try:
        book = _open(data, name=name, limits=limits)
        rows: list[list[Any]] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableInput(name, "truncated", "the workbook is cut or damaged; export it again.") from error
    return rows


def _header_row(rows: Sequence[Sequence[Any]]) -> int | None:
    """Of the first rows the one with most known names; else the first with two cells of text; else the first filled."""
    head = [[_text(cell).strip() for cell in row] for row in rows[:_HEADER_WITHIN]]
    filled = [i for i, row in enumerate(head) if any(row)]
    wide = [i for i in filled if sum(map(bool, head[i])) > 1]
    known = {i: n_known(cell for cell in head[i] if cell) for i in wide or filled}
    if not known:
        return None
    return max(known, key=lambda i: (known[i], -i))


def _header(rows: Sequence[Sequence[Any]], at: int, filled: Sequence[int]) -> tuple[str, ...]:
    """The names in row `at`, up to the last one, or to the last column that most rows fill without a name."""
    names = [shown(_text(cell)) for cell in rows[at]]
    width = max((i + 1 for i, name in enumerate(names) if name.strip()), default=1)
    for column in range(width, len(names)):
        if filled and 2 * sum(rows[i][column] != "" for i in filled) > len(filled):
            width = column + 1
    return tuple(names[:width])


def _raw(row: Sequence[Any]) -> str:
    return shown(",".join(map(_text, row)))


def _texts(column: Sequence[Any]) -> Any:
    if set(map(type, column)) <= {str}:
        return text_array(column)
    return text_array([cell if type(cell) is str else _text(cell) for cell in column])


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, dates as ISO, flags as Excel shows them."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == _MIDNIGHT else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)
