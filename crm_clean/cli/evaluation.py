"""How well a result agrees with a truth file, for eyes or programs: figures, the costliest mistakes, reasons."""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_clean.errors import UnreadableInput

if TYPE_CHECKING:
    import pandas as pd

    from crm_clean.link.evaluate import Evaluation
    from crm_clean.link.shortfall import Shortfall
    from crm_clean.pipeline.assess import Assessment

_SHOWN = 5
_REASONS = {
    "never_compared": "never compared: no key in common, or in a block too large",
    "below_threshold": "below the threshold, the middle one by {bits:.1f} bits",
    "cut": "likely enough, but cut from a group that contradicts it",
    "decided": "decided so by a person",
    "agreed": "agree: {detail} counted most",
    "welded": "put together by other records only",
}
_GROUNDS = {
    "generation": "senior and junior in conflict",
    "one_generation": "senior or junior on one side only",
    "strangers": "whole names that differ",
    "given_name": "one surname, different first names",
    "mailbox": "different names at one mailbox",
    "surname": "different surnames",
    "birth_date": "different birth dates",
    "name_alone": "nothing but name and town in common",
}


def of_crosswalk(crosswalk: Path, truth: Path) -> Assessment:
    """A crosswalk.csv against a truth file; what the run expected is in the summary.json beside it, if anywhere."""
    from crm_clean.link.evaluate import evaluate, read_truth
    from crm_clean.pipeline.assess import Assessment

    return Assessment(evaluate(read_crosswalk(crosswalk), read_truth(truth)), _expected(crosswalk))


def _expected(crosswalk: Path) -> float | None:
    try:
        said = json.loads(crosswalk.with_name("summary.json").read_text("utf-8"))
        return float(said["expected_precision"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_crosswalk(path: Path) -> pd.DataFrame:
    """A crosswalk.csv as a frame of text, match_probability as float64; raises UnreadableInput for what is none."""
    import pandas as pd

    try:
        frame = pd.read_csv(path, dtype="string[pyarrow]", keep_default_na=False, na_values=[""])
        return frame.astype({"match_probability": "float64"} if "match_probability" in frame else {})
    except ValueError as error:
        advice = "this is no crosswalk; give the crosswalk.csv that `crm-clean dedupe` writes."
        raise UnreadableInput(str(path), "not_csv", advice) from error


def told(found: Assessment) -> str:
    """The assessment in a screenful."""
    return "\n".join(_lines(found))


def as_json(found: Assessment) -> str:
    """The same as one JSON object: every figure under the name that the API gives it."""
    said: dict[str, Any] = _plain(found.evaluation) | {"expected_precision": found.expected_precision}
    if found.shortfall is not None:
        said["blocking_recall"] = found.shortfall.blocking_recall
        said["missed_by_reason"] = _rows(found.shortfall.missed)
        said["wrong_by_reason"] = _rows(found.shortfall.wrong)
    return json.dumps(said, indent=1, ensure_ascii=False)


def _plain(found: Evaluation) -> dict[str, Any]:
    said = {name: value for name, value in asdict(found).items() if name not in ("misses", "wrong")}
    return said | {"misses": _rows(found.misses), "wrong": _rows(found.wrong)}


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, what is missing as null, rows of files as numbers."""
    numbers = {name: int for name in frame.columns if name.endswith("_row")}
    return [
        {str(k): None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()}
        for row in frame.astype(numbers).astype(object).to_dict("records")
    ]


def _lines(found: Assessment) -> Iterator[str]:
    scores = found.evaluation
    yield f"pairs     {_figures(scores.precision, scores.recall, scores.f1)}"
    if found.expected_precision is not None:
        too_sure = _kept(found.expected_precision - scores.precision)
        yield f"expected  precision {found.expected_precision:.4f}, {too_sure}"
    if found.shortfall is not None:
        missed = found.shortfall.n_true_pairs - found.shortfall.n_compared
        yield f"compared  {found.shortfall.blocking_recall:.2%} of the pairs of one person; {missed:,} never"
    yield f"B-cubed   {_figures(scores.b3_precision, scores.b3_recall, scores.b3_f1)}"
    alone, most = scores.exact_entities, scores.largest_cluster
    yield f"people    {alone:.1%} found whole and alone; at most {most} records in one"
    aside = scores.n_only_in_crosswalk, scores.n_only_in_truth
    yield f"rows      {scores.n_rows:,} compared, {aside[0]:,} in the crosswalk only, {aside[1]:,} in the truth only"
    for name, pairs in (("torn apart", scores.misses), ("put together wrongly", scores.wrong)):
        if len(pairs):
            yield f"{name}, the costliest:"
            yield from (_pair(row) for row in pairs.head(_SHOWN).to_dict("records"))
    if found.shortfall is not None and found.places is not None:
        yield from _reasons(found.shortfall, found.places)


def _figures(precision: float, recall: float, f1: float) -> str:
    return f"precision {precision:.4f}   recall {recall:.4f}   F1 {f1:.4f}"


def _kept(too_sure: float) -> str:
    if abs(too_sure) < 0.00005:
        return "as measured"
    return f"{abs(too_sure):.4f} {'more' if too_sure > 0 else 'less'} than measured"


def _pair(row: Mapping[Hashable, object]) -> str:
    left, right = (f"{row[f'{side}_file']} row {row[f'{side}_row']}" for side in ("left", "right"))
    return f"  {left} / {right} ({row['n_pairs']} pairs)"


def _reasons(why: Shortfall, places: pd.DataFrame) -> Iterator[str]:
    for name, frame in (("torn apart", why.missed), ("put together wrongly", why.wrong)):
        if len(frame):
            yield f"{name}, by reason:"
            yield from (_reason(row, places) for row in frame.to_dict("records"))


def _reason(row: Mapping[Hashable, Any], places: pd.DataFrame) -> str:
    left, right = (_place(places, row[f"{side}_id"]) for side in ("left", "right"))
    return f"  {row['n_pairs']:>6,} {_worded(row)}, such as {left} / {right}"


def _worded(row: Mapping[Hashable, Any]) -> str:
    if row["reason"] == "agreed" and not row["detail"]:
        return "agree on little, in a table where such pairs are often one person"
    if row["reason"] == "guard":
        return f"held for a person: {_GROUNDS.get(row['detail'], str(row['detail']).replace('_', ' '))}"
    detail = str(row["detail"]).replace("_", " ")
    return _REASONS[row["reason"]].format(bits=row["bits_short"], detail=detail)


def _place(places: pd.DataFrame, record_id: str) -> str:
    at = places.loc[record_id]
    return f"{at['source_file']} row {at['source_row']}"
