"""Changes of single values: names, jobs, dates, and consent, which only ever gets stricter."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from crm_clean.publish.given import TEXT, pick
from crm_clean.publish.sheet import Place, Sheet
from crm_clean.publish.target import Formats
from crm_clean.records.fields import SCALARS
from crm_clean.text import squeeze


def changes(sheet: Sheet) -> Iterator[pd.DataFrame]:
    """The changes of each single-valued column of the sheet."""
    for place in sheet.places:
        field = place.column.field
        if field in SCALARS:
            read = _flag if SCALARS[field] == "flag" else _date if SCALARS[field] == "date" else _text
            yield read(sheet, place)


def _flag(sheet: Sheet, place: Place) -> pd.DataFrame:
    """Consent is written where it becomes stricter, and never otherwise."""
    field = place.column.field
    stricter = sheet.golden(field).fillna(False) & ~sheet.own(field).fillna(False)
    new = pd.Series(sheet.target.formats.true, index=stricter.index, dtype=TEXT)
    return _rows(sheet, place, new, stricter)


def _date(sheet: Sheet, place: Place) -> pd.DataFrame:
    new, own = sheet.golden(place.column.field), sheet.own(place.column.field)
    return _rows(sheet, place, spelt_date(new, sheet.target.formats), new.ne(own.fillna("")) & new.notna())


def _text(sheet: Sheet, place: Place) -> pd.DataFrame:
    new, own = sheet.golden(place.column.field), sheet.own(place.column.field)
    differs = new.notna()
    if place.column.spelling != "golden":
        differs &= new.ne(own.fillna(""))
    elif not sheet.spec.spelling:
        differs &= _key(new).ne(_key(own))
    if place.column.spelling == "native":
        new = native(sheet.raw(place), own, new)
    return _rows(sheet, place, new, differs & new.notna())


def _rows(sheet: Sheet, place: Place, new: pd.Series[str], differs: pd.Series[bool]) -> pd.DataFrame:
    old = sheet.raw(place)
    trimmed = old.str.strip()
    chosen = differs & new.notna() & new.ne(trimmed)
    if not sheet.spec.fill:
        chosen &= trimmed.ne("")
    return sheet.change(
        place, chosen, pd.DataFrame({"old": old, "new": new, "rule": _rules(sheet, place.column.field)})
    )


def _rules(sheet: Sheet, field: str) -> pd.Series[str]:
    """The rule by which another record's value won; `cleaned` where the value is the record's own."""
    if field not in sheet.given.survivor_rows:
        return pd.Series("cleaned", index=range(len(sheet.rows)), dtype=TEXT)
    row, record = sheet.given.survivor_rows[field]
    rule = pick(sheet.given.survivors["rule"], row[sheet.person])
    is_own = (record[sheet.person] == sheet.record) & ~rule.str.startswith("derived").fillna(False)
    return rule.mask(is_own, "cleaned").fillna("cleaned")


def native(raw: pd.Series[str], own: pd.Series[str], wanted: pd.Series[str]) -> pd.Series[str]:
    """`wanted` as this export spells it: the commonest cell that was read as that value; else missing."""
    seen = pd.DataFrame({"value": own, "cell": raw.str.strip()}).dropna()
    used = seen[seen["cell"] != ""].value_counts().rename("n").reset_index()
    best = used.sort_values(["n", "cell"], ascending=[False, True]).drop_duplicates("value")
    return wanted.map(dict(zip(best["value"], best["cell"], strict=True))).astype(TEXT)


def spelt_date(dates: pd.Series[str], formats: Formats) -> pd.Series[str]:
    """ISO dates in the spelling of the import; one without its year is missing where the import has no word for it."""
    bare = dates.str.startswith("--").fillna(False)
    whole = _assembled(formats.date, dates.str[:4], dates.str[5:7], dates.str[8:10])
    if formats.birthday is None:
        return whole.mask(bare)
    return whole.mask(bare, _assembled(formats.birthday, dates.str[:0], dates.str[2:4], dates.str[5:7]))


def _assembled(form: str, year: pd.Series[str], month: pd.Series[str], day: pd.Series[str]) -> pd.Series[str]:
    parts = {"%Y": year, "%m": month, "%d": day}
    text = year.str[:0]
    while form:
        part = parts.get(form[:2])
        text = text + (form[0] if part is None else part)
        form = form[1:] if part is None else form[2:]
    return text


def _key(values: pd.Series[str]) -> pd.Series[str]:
    distinct = {value: squeeze(value) for value in values.dropna().unique()}
    return values.map(distinct).astype(TEXT).fillna("")
