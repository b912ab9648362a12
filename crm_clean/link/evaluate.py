"""How well a crosswalk finds the people a truth file names: pairs, B-cubed, whole entities, and the worst mistakes.

Everything is counted from the contingency of clusters and people; no pair is ever enumerated. Which rows are compared
is decided here (those that stand in both); why two records were linked is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from crm_clean.errors import UnreadableInput, UsageError

Ints = NDArray[np.int64]

ROW = ("source_file", "source_row")
SHOWN = 20


@dataclass(frozen=True)
class Evaluation:
    """Shares lie in 0..1; pairs are counted inside clusters and inside people, over the rows that both tables have.

    `misses` and `wrong` have the columns left_file, left_row, right_file, right_row, match_probability, n_pairs: one
    pair of rows that stands for all `n_pairs` pairs its person (misses) or cluster (wrong) costs, the costliest first.
    `match_probability` is the smaller one of the two rows; for a miss, where no link holds the pair, it is NaN.
    """

    n_rows: int
    n_only_in_crosswalk: int
    n_only_in_truth: int
    n_true_pairs: int
    n_predicted_pairs: int
    precision: float
    recall: float
    f1: float
    b3_precision: float
    b3_recall: float
    b3_f1: float
    exact_entities: float
    largest_cluster: int
    misses: pd.DataFrame
    wrong: pd.DataFrame


@dataclass(frozen=True)
class _Contingency:
    """Rows per (cluster, person): parallel arrays, one entry a non-empty cell; `first` is the first row of the cell."""

    cluster: Ints
    person: Ints
    count: Ints
    first: Ints


def read_truth(path: Path) -> pd.DataFrame:
    """The truth file as a frame: source_file and person as text, source_row as int64.

    Raises UnreadableInput when there is no such file, or it is no CSV with the columns source_file, source_row, person
    and a whole number in every source_row.
    """
    advice = "give a CSV with the columns source_file,source_row,person (as `crm-clean sample` writes it)."
    if not path.is_file():
        raise UnreadableInput(path.name, "missing", f"there is no such truth file; {advice}")
    try:
        frame = _all_text(path)
    except ValueError as error:
        raise UnreadableInput(path.name, "not_csv", f"the truth file cannot be read; {advice}") from error
    missing = [name for name in (*ROW, "person") if name not in frame.columns]
    if missing:
        raise UnreadableInput(path.name, "no_column", f"the truth file has no {', '.join(missing)}; {advice}")
    rows = pd.to_numeric(frame["source_row"], errors="coerce")
    unclear = int((rows.isna() | (rows % 1 != 0)).sum())
    if unclear:
        raise UnreadableInput(path.name, "bad_row", f"{unclear} values of source_row are no whole numbers; {advice}")
    return frame.assign(source_row=rows.astype("int64"))


def _all_text(path: Path) -> pd.DataFrame:
    as_text = pa_csv.ConvertOptions(
        column_types=dict.fromkeys((*ROW, "person"), pa.string()), strings_can_be_null=False
    )
    table = pa_csv.read_csv(path, convert_options=as_text)
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.string(): pd.StringDtype("pyarrow")}.get)
    return frame


def evaluate(crosswalk: pd.DataFrame, truth: pd.DataFrame) -> Evaluation:
    """Compare clusters with people, joined on source_file and source_row.

    `crosswalk` has source_file, source_row, golden_id and, if it likes, match_probability; `truth` has source_file,
    source_row, person. Pairwise and B-cubed measures as usual (Bagga and Baldwin 1998 for B-cubed); precision is 1 when
    nothing is linked, recall 1 when nothing is to be linked. Raises UsageError when a column is missing, a row is named
    twice, or no row stands in both.
    """
    _require(crosswalk, (*ROW, "golden_id"), "crosswalk")
    _require(truth, (*ROW, "person"), "truth")
    left, right = _matching(crosswalk, truth)
    cluster, person = _codes(crosswalk["golden_id"].take(left)), _codes(truth["person"].take(right))
    table = _contingency(cluster, person)
    in_cluster, in_person = np.bincount(cluster), np.bincount(person)
    hit, said, there = _pairs(table.count), _pairs(in_cluster), _pairs(in_person)
    precision, recall = hit / said if said else 1.0, hit / there if there else 1.0
    squares, n = table.count.astype("float64") ** 2, len(left)
    b3_precision = float((squares / in_cluster[table.cluster]).sum() / n)
    b3_recall = float((squares / in_person[table.person]).sum() / n)
    exact = (table.count == in_cluster[table.cluster]) & (table.count == in_person[table.person])
    named = crosswalk.take(left)
    return Evaluation(
        n_rows=n,
        n_only_in_crosswalk=len(crosswalk) - n,
        n_only_in_truth=len(truth) - n,
        n_true_pairs=there,
        n_predicted_pairs=said,
        precision=precision,
        recall=recall,
        f1=_harmonic(precision, recall),
        b3_precision=b3_precision,
        b3_recall=b3_recall,
        b3_f1=_harmonic(b3_precision, b3_recall),
        exact_entities=float(exact.sum() / len(in_person)),
        largest_cluster=int(in_cluster.max()),
        misses=_worst(named, table.person, table, are_linked=False),
        wrong=_worst(named, table.cluster, table, are_linked=True),
    )


def _require(frame: pd.DataFrame, columns: tuple[str, ...], name: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise UsageError(f"The {name} has no column {', '.join(missing)}; it needs {', '.join(columns)}.")


def _matching(crosswalk: pd.DataFrame, truth: pd.DataFrame) -> tuple[Ints, Ints]:
    """Positions of the rows that stand in both, in the order of the crosswalk."""
    files = _codes(pd.concat([crosswalk["source_file"].astype("string[pyarrow]"), truth["source_file"]]))
    rows = pd.concat([crosswalk["source_row"], truth["source_row"]])
    numbers = pd.to_numeric(rows, errors="coerce").fillna(-1).to_numpy(dtype="int64")
    keys = files * 2**40 + numbers
    ours, theirs = pd.Index(keys[: len(crosswalk)]), pd.Index(keys[len(crosswalk) :])
    for name, index in (("crosswalk", ours), ("truth", theirs)):
        if not index.is_unique:
            raise UsageError(f"The {name} names a row more than once; give every source_file and source_row one line.")
    found = theirs.get_indexer(ours)
    left = np.flatnonzero(found >= 0)
    if not len(left):
        raise UsageError(
            "No row of the crosswalk stands in the truth: compare their source_file names, which are relative to the "
            "folder given, and count source_row from 1 below the header."
        )
    return left, found[left].astype("int64")


def _codes(values: pd.Series) -> Ints:
    text = pa.array(values.astype("string[pyarrow]"), type=pa.string(), from_pandas=True)
    chunks = text if isinstance(text, pa.ChunkedArray) else pa.chunked_array([text])
    codes = pc.fill_null(chunks, "").combine_chunks().dictionary_encode().indices
    return np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.int64)


def _contingency(cluster: Ints, person: Ints) -> _Contingency:
    people = int(person.max()) + 1
    cell, first, count = np.unique(cluster * people + person, return_index=True, return_counts=True)
    return _Contingency(cell // people, cell % people, count.astype("int64"), first.astype("int64"))


def _pairs(counts: Ints) -> int:
    return int((counts * (counts - 1) // 2).sum())


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def _worst(rows: pd.DataFrame, group: Ints, table: _Contingency, *, are_linked: bool) -> pd.DataFrame:
    """One pair for each of the costliest groups (people torn apart, or clusters of several people).

    The pair is the first rows of the two largest parts; ties go to the part, and the group, that comes first.
    """
    size = np.bincount(group, weights=table.count).astype("int64")
    whole = np.bincount(group, weights=table.count * (table.count - 1) // 2).astype("int64")
    cost = size * (size - 1) // 2 - whole
    start = np.full(len(size), len(rows), dtype="int64")
    np.minimum.at(start, group, table.first)
    chosen = np.lexsort((start, -cost))[:SHOWN]
    chosen = chosen[cost[chosen] > 0]
    pairs = [_two_largest(np.flatnonzero(group == g), table) for g in chosen.tolist()]
    left, right = (np.array([pair[side] for pair in pairs], dtype="int64") for side in (0, 1))
    return _shown(rows, left, right, cost=cost[chosen], are_linked=are_linked)


def _two_largest(cells: Ints, table: _Contingency) -> tuple[int, int]:
    order = cells[np.lexsort((table.first[cells], -table.count[cells]))]
    one, two = sorted(table.first[order[:2]].tolist())
    return one, two


def _shown(rows: pd.DataFrame, left: Ints, right: Ints, *, cost: Ints, are_linked: bool) -> pd.DataFrame:
    if are_linked and "match_probability" in rows.columns:
        held = pd.to_numeric(rows["match_probability"]).to_numpy(dtype="float64", na_value=np.nan)
        probability = np.minimum(held[left], held[right])
    else:
        probability = np.full(len(left), np.nan)
    named = {
        f"{side}_{name.removeprefix('source_')}": rows[name].take(at).to_numpy()
        for side, at in (("left", left), ("right", right))
        for name in ROW
    }
    return pd.DataFrame({**named, "match_probability": probability, "n_pairs": cost})
