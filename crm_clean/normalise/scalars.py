"""The scalar fields of records, each read by its kind over its distinct values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise import consent
from crm_clean.normalise import kernels as k
from crm_clean.normalise.distinct import flat, over, text_series
from crm_clean.normalise.figures.marks import decide_marks
from crm_clean.normalise.moments import plausible
from crm_clean.normalise.moments.instants import read_columns
from crm_clean.normalise.moments.orders import Files
from crm_clean.normalise.points import Tools
from crm_clean.normalise.wording.vocabulary import Vocabulary, of_records
from crm_clean.normalise.workers import Kernel
from crm_clean.records.fields import NAME_FIELDS, SCALARS

_DEAR = frozenset({"company", "job_title"})  # to read, and so worth remembering
_CLOSED = ("gender", "language", "consent_status", "consent_basis", "company_domain")


def read_scalars(
    records: pa.Table,
    region: pa.Array,
    *,
    tools: Tools,
    spoken: Vocabulary | None = None,
    now: datetime | None = None,
) -> dict[str, pa.Array]:
    """Every scalar field but the names', and the keys of companies and job titles; `region` stands by record.

    `spoken`: the words of lists as they were read already; without it they are read here. `now`: the clock
    that dates of the future are told by; without it there are none.
    """
    out: dict[str, pa.Array] = {}
    said = spoken or of_records(records, words=tools.words)
    at = np.arange(len(records))
    files = Files.from_rows(text_series(records["file_id"]), text_series(records["source"]), text_series(region))
    dated = {f: flat(records[f"{f}_raw"]) for f, kind in SCALARS.items() if kind in ("instant", "date")}
    dates = read_columns(dated, files, birth_dates=frozenset({"birth_date"}), workers=tools.workers)
    dates = plausible.sound(dates, now=now)
    for field, kind in SCALARS.items():
        if field in NAME_FIELDS:
            continue
        raw = flat(records[f"{field}_raw"])
        if field in said.columns:
            out[field] = said.columns[field]
            tools.findings.add(at, raw, said.codes[field], field=field)
            continue
        if field in dates:
            found = dates[field]
        else:
            beside = [decide_marks(raw, files, workers=tools.workers)] if kind in ("count", "amount") else []
            known = field if field in _DEAR else None
            kernel = _kernel(field, kind, tools)
            found = over(kernel, [raw, *beside], workers=tools.workers, memory=tools.memory, kind=known)
        out[field] = found["value"].combine_chunks()
        if field in ("company", "job_title"):
            out[f"{field}_key"] = found["key"].combine_chunks()
        if field == "company":
            out["company_legal_form"] = found["legal_form"].combine_chunks()
        tools.findings.add(at, raw, found["codes"].combine_chunks(), field=field)
    detail = over(k.kernel(k.text, k.VALUE, words=tools.words), [flat(records["status_raw"])], workers=tools.workers)
    out["status_detail"] = pc.coalesce(out["status_detail"], detail["value"].combine_chunks())
    return consent.unite(out, records, files, tools=tools)


def _kernel(field: str, kind: str, tools: Tools) -> Kernel:
    words = tools.words
    settings: dict[str, Any] = {"words": words}
    if kind == "flag":
        return k.kernel(k.flag, k.FLAG_VALUE, **settings)
    if kind in ("count", "amount"):
        return k.kernel(k.number, k.COUNT if kind == "count" else k.AMOUNT, whole=kind == "count", **settings)
    if field in _CLOSED:
        return k.kernel(k.said, k.VALUE, field=field, **settings)
    if field == "company":
        return k.kernel(k.company, k.COMPANY, **settings)
    functions = {"job_title": k.job_title, "notes": k.note}
    return k.kernel(functions.get(field, k.text), k.VALUE, **settings)
