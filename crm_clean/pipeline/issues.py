"""What was wrong with the values, asked of a store: the rows behind a code, how often by source, the words of lists.

The store keeps what the last run found. What is asked for and was never heard of is refused with what comes nearest,
since nothing found would look like nothing wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from crm_clean.errors import UnknownThing
from crm_clean.pipeline.named import PATIENCE_SECONDS, echo
from crm_clean.pipeline.tabular import write_csv
from crm_clean.records.tables import FILES
from crm_clean.store.base import Store
from crm_clean.store.lock import private_files

_NEAR = 3


def issues(
    store: Store,
    code: str | None = None,
    *,
    source: str | None = None,
    field: str | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """The rows of the view `issues` that fit all that is asked for, in order of records; at most `limit` of them.

    Raises UnknownThing before the first run and for a code, source or field that never was; StoreLocked.
    """
    from crm_clean.report.words import told_codes

    patient = store.patient(PATIENCE_SECONDS)
    with patient.at_once():
        _check_run(patient)
        asked = {"code": code, "source": source, "field": field}
        found = patient.view("issues", where={name: value for name, value in asked.items() if value is not None})
        if found.empty and any(asked.values()):
            every = patient.view("issues")
            _check("code", code, {*told_codes(), *every["code"]})
            _check("source", source, patient.read(FILES)["source"])
            _check("field", field, every["field"])
    return found if limit is None else found.head(limit)


def vocabulary(store: Store, field: str | None = None) -> pd.DataFrame:
    """The rows of the view `vocabulary`, those of `field` if one is named; raises as `issues`."""
    patient = store.patient(PATIENCE_SECONDS)
    with patient.at_once():
        _check_run(patient)
        found = patient.view("vocabulary", where={"field": field} if field is not None else None)
        if found.empty and field is not None:
            _check("field", field, patient.view("vocabulary")["field"])
    return found


def by_source(found: pd.DataFrame) -> pd.DataFrame:
    """How often each code, the most frequent first: code, n, and one column of counts a source, in order of name."""
    counts = pd.crosstab(found["code"].astype(object), found["source"].fillna("").astype(object))
    table = counts.sort_index(axis=1)
    table.insert(0, "n", counts.sum(axis=1))
    table = table.rename_axis(index="code", columns=None).reset_index()
    return table.sort_values(["n", "code"], ascending=[False, True], ignore_index=True)


def write_issues(path: Path, found: pd.DataFrame) -> None:
    """Write rows of `issues` to a CSV of its owner's alone."""
    with private_files():
        write_csv(path, found)


def _check_run(store: Store) -> None:
    if not store.last_run():
        raise UnknownThing("Nothing stands in this project yet: run it first, with `crm-clean run`.")


def _check(kind: str, asked: str | None, known: Iterable[str]) -> None:
    """Refuse what was `asked` for where it is none of `known`."""
    names = sorted({str(name) for name in known if not pd.isna(name)})
    if asked is None or asked in names:
        return
    near = get_close_matches(asked, names, n=_NEAR, cutoff=0.4) or names[:_NEAR]
    meant = f"did you mean {' or '.join(near)}?" if near else "there are none."
    raise UnknownThing(f"There is no {kind} {echo(asked)}; {meant}")
