"""Copies of tables for analysts, without what tells a person directly: every column is kept, coarsened or dropped.

Ids become pseudonyms that are the same in every table and export of a project, so that joins still work. What few
people have - a rare job, a tag of one customer, a name in the wrong column - is left out. This is still personal data,
and no promise of k-anonymity: who knows enough about somebody may find them. A column we have no rule for is dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

import pandas as pd

from crm_clean.errors import UnknownThing
from crm_clean.privacy.hashes import Key
from crm_clean.records.table import STRING, Table

Rule = Literal["keep", "common", "pseudonym", "year", "month", "area", "rounded", "drop", "by field"]

Words = Mapping[str, frozenset[str]]

NOTICE = (
    "Pseudonymised: names, addresses, notes and numbers of people are left out, ids are pseudonyms, days, postcodes "
    "and amounts are coarse, and words that fewer than five people share are missing. It is still personal data, and "
    "people with rare combinations may be recognised (no k-anonymity): give it to those who need it, publish it never."
)
FEW = 5  # values that fewer golden records share say too much about each
_AREA = 2  # leading signs of a postcode
_DIGITS = 2  # of an amount that stay
_NUMBERED = re.compile(r"_(?:[2-9]|[1-9]\d)$")

GOLDEN: Mapping[str, Rule] = {
    "golden_id": "pseudonym",
    **dict.fromkeys(("full_name", "salutation", "first_name", "middle_name", "last_name", "suffix"), "drop"),
    **dict.fromkeys(("nickname", "maiden_name", "email", "phone", "profile", "website", "address", "text"), "drop"),
    **dict.fromkeys(("street", "unit", "notes", "custom"), "drop"),
    "gender": "common",
    "birth_date": "year",
    **dict.fromkeys(("city", "region", "country"), "common"),
    "postal_code": "area",
    **dict.fromkeys(("company", "company_id", "company_domain", "owner"), "pseudonym"),
    **dict.fromkeys(("department", "job_title", "industry", "status", "status_detail", "lead_source"), "common"),
    **dict.fromkeys(("tags", "lists", "language", "contact_preference", "consent_status", "consent_basis"), "common"),
    **dict.fromkeys(("email_opt_out", "do_not_call", "postal_opt_out", "email_bounced"), "keep"),
    **dict.fromkeys(("consent_at", "created_at", "updated_at", "last_activity_at"), "month"),
    **dict.fromkeys(("n_interactions", "n_purchases", "survey_score"), "keep"),
    "purchase_total": "rounded",
    "n_records": "keep",
    "sources": "common",
    "is_deleted": "keep",
}
CROSSWALK: Mapping[str, Rule] = {
    "source_file": "common",
    "source_row": "drop",  # who has the export finds the person by it
    "source_record_id": "pseudonym",
    "golden_id": "pseudonym",
    "match_probability": "keep",
}
LINEAGE: Mapping[str, Rule] = {
    "golden_id": "pseudonym",
    "field": "keep",
    "value": "by field",
    "raw": "drop",
    "source": "common",
    "record_id": "pseudonym",
    "source_file": "common",
    "source_row": "drop",
    "is_kept": "keep",
    "rule": "keep",
}
RULES: Mapping[str, Mapping[str, Rule]] = {"golden": GOLDEN, "crosswalk": CROSSWALK, "lineage": LINEAGE}


def rule_of(table: str, column: str) -> Rule:
    """What becomes of a column; numbered ones (`email_2`) are treated as their first."""
    rules = RULES[table]
    return rules.get(column) or rules.get(_NUMBERED.sub("", column)) or "drop"


def common_words(table: str, frames: Iterable[pd.DataFrame]) -> Words:
    """The words that at least FEW golden records share, by field, over batches of `table` that split no golden record.

    Raises UnknownThing for a table that has no rules.
    """
    counts: dict[str, Counter[str]] = {}
    for frame in frames:
        for field, values in _worded(table, frame):
            words = pd.DataFrame({"word": _split(values), "who": frame["golden_id"]}).explode("word")
            told = words.dropna().drop_duplicates()["word"].value_counts()
            counts.setdefault(field, Counter()).update({str(word): int(n) for word, n in told.items()})
    return {field: frozenset(word for word, n in found.items() if n >= FEW) for field, found in counts.items()}


def pseudonymised(table: str, frame: pd.DataFrame, *, key: Key, common: Words | None = None) -> pd.DataFrame:
    """A copy of `frame` (golden, crosswalk or lineage, as projects give it) for analysts, in the order of pseudonyms.

    `common`: `common_words` of the whole table, where `frame` is a batch of it. Raises UnknownThing for another table.
    """
    words = common_words(table, [frame]) if common is None else common
    out = {}
    for column in frame.columns:
        rule = rule_of(table, str(column))
        if rule == "by field":
            out[column] = _by_field(frame, str(column), key, words)
        elif rule != "drop":
            out[column] = _made(frame[column], rule, words, name=str(column), key=key)
    made = pd.DataFrame(out, index=frame.index)
    order = [name for name in ("golden_id", "field", "record_id", "source_record_id", "source_file") if name in made]
    return made.sort_values(order, kind="stable", ignore_index=True)  # the order rows came in would tell who is who


def _worded(table: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """The values of each field whose words count, with the field."""
    if table not in RULES:
        raise UnknownThing(f"{table} cannot be pseudonymised: ask for {', '.join(RULES)}.")
    for column in map(str, frame.columns):
        rule = rule_of(table, column)
        if rule == "common":
            yield column, frame[column]
        elif rule == "by field":
            for field, rows in frame.groupby("field"):
                if rule_of("golden", str(field)) == "common":
                    yield str(field), rows[column]


def _made(values: pd.Series, rule: Rule, words: Words, *, name: str, key: Key) -> pd.Series:
    made: Mapping[str, Callable[[], pd.Series]] = {
        "keep": lambda: values,
        "common": lambda: _common(values, words.get(name, frozenset())),
        "pseudonym": lambda: _each(values, lambda text: f"P-{key.hash('pseudonym', name, text)[:16]}"),
        "year": lambda: _each(values, _year),
        "month": lambda: _each(values, lambda text: text[:7]),
        "area": lambda: _each(values, lambda text: text[:_AREA]),
        "rounded": lambda: _rounded(values),
    }
    return made[rule]()


def _each(values: pd.Series, make: Callable[[str], str | None]) -> pd.Series:
    """Each distinct value made something else, as text."""
    known = {value: make(str(value)) for value in values.dropna().unique()}
    return values.map(known).astype(_text())


def _text() -> pd.StringDtype:
    kind = Table("text", (), {"text": STRING}).empty()["text"].dtype
    assert isinstance(kind, pd.StringDtype)
    return kind


def _year(day: str) -> str | None:
    """The year of a date; a birthday without one says nothing."""
    return day[:4] if re.match(r"\d{4}", day) else None


def _rounded(values: pd.Series) -> pd.Series:
    return values.map(lambda amount: float(f"{float(amount):.{_DIGITS}g}"), na_action="ignore")


def _split(values: pd.Series) -> pd.Series:
    """The words of values that may be lists joined by "; "."""
    return values.astype(_text()).str.split("; ")


def _common(values: pd.Series, known: frozenset[str]) -> pd.Series:
    """The words that are `known`, and nothing else."""
    words = _split(values).explode()
    kept = words[words.isin(list(known))]
    return kept.groupby(level=0).agg("; ".join).reindex(values.index).astype(_text())


def _by_field(frame: pd.DataFrame, column: str, key: Key, words: Words) -> pd.Series:
    """Values of many fields in one column, each treated as its field is in `golden`."""
    out = pd.Series(pd.NA, index=frame.index, dtype=_text())
    for field, rows in frame.groupby("field"):
        rule = rule_of("golden", str(field))
        if rule != "drop":
            made = _made(rows[column], rule, words, name=str(field), key=key)
            out.loc[rows.index] = made.astype(_text())
    return out
