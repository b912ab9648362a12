"""How well a crosswalk agrees with a truth file, for eyes: the figures, then the costliest mistakes by file and row."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from crm_clean.errors import UnreadableInput

if TYPE_CHECKING:
    import pandas as pd

    from crm_clean.link.evaluate import Evaluation

_SHOWN = 5


def read_crosswalk(path: Path) -> pd.DataFrame:
    """A crosswalk.csv as a frame of text, match_probability as float64; raises UnreadableInput for what is none."""
    import pandas as pd

    try:
        frame = pd.read_csv(path, dtype="string[pyarrow]", keep_default_na=False, na_values=[""])
        return frame.astype({"match_probability": "float64"} if "match_probability" in frame else {})
    except ValueError as error:
        advice = "this is no crosswalk; give the crosswalk.csv that `crm-clean dedupe` writes."
        raise UnreadableInput(str(path), "not_csv", advice) from error


def told(found: Evaluation) -> str:
    """The evaluation in a dozen lines."""
    return "\n".join(_lines(found))


def _lines(found: Evaluation) -> Iterator[str]:
    yield f"pairs     {_figures(found.precision, found.recall, found.f1)}"
    yield f"B-cubed   {_figures(found.b3_precision, found.b3_recall, found.b3_f1)}"
    yield f"people    {found.exact_entities:.1%} found whole and alone; at most {found.largest_cluster} records in one"
    aside = found.n_only_in_crosswalk, found.n_only_in_truth
    yield f"rows      {found.n_rows:,} compared, {aside[0]:,} in the crosswalk only, {aside[1]:,} in the truth only"
    for name, pairs in (("torn apart", found.misses), ("put together wrongly", found.wrong)):
        if len(pairs):
            yield f"{name}, the costliest:"
            yield from (_pair(row) for row in pairs.head(_SHOWN).to_dict("records"))


def _figures(precision: float, recall: float, f1: float) -> str:
    return f"precision {precision:.4f}   recall {recall:.4f}   F1 {f1:.4f}"


def _pair(row: Mapping[Hashable, object]) -> str:
    left, right = (f"{row[f'{side}_file']} row {row[f'{side}_row']}" for side in ("left", "right"))
    return f"  {left} / {right} ({row['n_pairs']} pairs)"
