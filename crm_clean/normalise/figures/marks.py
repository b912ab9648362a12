"""The decimal mark of each file of a column of figures, proven by those of its values that can only be read one way."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.distinct import over, rows
from crm_clean.normalise.figures.numbers import mark_shown
from crm_clean.normalise.moments.orders import Files
from crm_clean.normalise.workers import Workers

_MARKED = "[0-9][.,][0-9]"
_POINTED = r"^-?[0-9]+\.([0-9]{1,2}|[0-9]{4,})$"  # the decimal point of nearly every export, seen at once
_SHOWN = pa.schema({"mark": pa.string()})


def decide_marks(raw: pa.Array, files: Files, *, workers: Workers) -> pa.Array:
    """The mark of each row, `,` or `.`; `mixed` where its file proves both; missing where it proves none."""
    marked = pc.fill_null(pc.match_substring_regex(raw, _MARKED), False)
    if not pc.any(marked).as_py():
        return pa.nulls(len(raw), pa.string())
    pointed = pc.fill_null(pc.match_substring_regex(raw, _POINTED), False)
    suspects = pc.if_else(pc.and_not(marked, pointed), raw, pa.scalar(None, pa.string()))
    shown = over(rows(_shown, _SHOWN), [suspects], workers=workers)["mark"].combine_chunks()
    commas = _by_file(pc.equal(shown, ","), files)
    points = _by_file(pc.or_(pointed, pc.fill_null(pc.equal(shown, "."), False)), files)
    names = np.where(commas & points, "mixed", np.where(commas, ",", np.where(points, ".", "")))
    of_rows = pa.DictionaryArray.from_arrays(pa.array(files.of.astype(np.int32)), names.tolist()).cast(pa.string())
    return pc.if_else(pc.equal(of_rows, ""), pa.scalar(None, pa.string()), of_rows)


def _shown(raw: str) -> tuple[str | None]:
    return (mark_shown(raw),)


def _by_file(is_so: pa.Array, files: Files) -> np.ndarray:
    said = pc.fill_null(is_so, False).to_numpy(zero_copy_only=False)
    found: np.ndarray = np.bincount(files.of[said], minlength=len(files)) > 0
    return found
