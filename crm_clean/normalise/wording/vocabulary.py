"""The words of lists, column by column: what each writing in use became, and the columns made of it.

Writings of tags and of other short lists are brought together over the whole column; a word of a closed list (status,
industry) is read for what it means. A writing chosen once is kept in later runs. The order of rows changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.wording import near
from crm_clean.normalise.wording.industries import read_industry
from crm_clean.normalise.wording.status import read_status
from crm_clean.normalise.wording.tag_keys import spelling_key
from crm_clean.normalise.wording.wishes import Wishes
from crm_clean.normalise.wording.word_cells import Cells, Codes, cells_of
from crm_clean.normalise.wording.word_groups import Word, settle
from crm_clean.records.tables import VOCABULARY
from crm_clean.text import fold

LISTS = ("tags", "lists")
FREE = ("lead_source", "department", "contact_preference")
CLOSED: dict[str, tuple[str, Callable[..., Any]]] = {  # field: its map, and how a word is read
    "status": ("status.status", read_status),
    "industry": ("industries.industries", read_industry),
}
FIELDS = (*LISTS, *CLOSED, *FREE)
MAX_WORDS = 20_000  # a column of more different words is no list: its cells are tidied one by one

Found = dict[str, Word]


@dataclass(frozen=True)
class Vocabulary:
    """`frame`: VOCABULARY. By field, in the order of the rows given: `columns` of values, `codes` of findings."""

    frame: pd.DataFrame
    columns: dict[str, pa.Array]
    codes: dict[str, pa.Array]


def of_records(records: pa.Table, *, words: Lexicons, standing: pd.DataFrame | None = None) -> Vocabulary:
    """`vocabulary` of the raw columns of STAGED_RECORDS or RECORDS."""
    return vocabulary({field: records[f"{field}_raw"] for field in FIELDS}, words=words, standing=standing)


def vocabulary(columns: Mapping[str, Any], *, words: Lexicons, standing: pd.DataFrame | None = None) -> Vocabulary:
    """The raw `columns` (text, by field of FIELDS, all of one length) read against `words`.

    `standing`: VOCABULARY of the last run; its choices are kept, and its words stand in the frame with 0 records where
    no row has them any more. So do words that nothing but an admin's own map names.
    """
    rows: list[pd.DataFrame] = []
    values, codes = {}, {}
    for field, raw in columns.items():
        cells = cells_of(raw, is_list=field in LISTS, words=words)
        found, counts = _read(field, cells, _of_field(standing, field), words)
        values[field] = cells.values({written: word.value for written, word in found.items()})
        codes[field] = cells.findings(_unknown(field, found))
        if len(counts) <= MAX_WORDS:
            rows.append(_rows(field, found, counts, words))
    frame = pd.concat(rows, ignore_index=True) if rows else VOCABULARY.empty()
    return Vocabulary(VOCABULARY.frame(frame.sort_values(["field", "written"], ignore_index=True)), values, codes)


def recount(frame: pd.DataFrame, columns: Mapping[str, Any], *, words: Lexicons) -> pd.DataFrame:
    """`frame` (VOCABULARY) with its records counted over other raw `columns`, such as those of all that stand."""
    counts = {
        (field, written): n
        for field, raw in columns.items()
        for written, n in cells_of(raw, is_list=field in LISTS, words=words).counts().items()
    }
    keys = zip(frame["field"], frame["written"], strict=True)
    return VOCABULARY.frame(frame.assign(n_records=pd.array([counts.get(key, 0) for key in keys], dtype="Int64")))


def _of_field(standing: pd.DataFrame | None, field: str) -> pd.DataFrame:
    known = VOCABULARY.empty() if standing is None else standing
    return known[known["field"].eq(field).fillna(False).astype(bool)]


def _read(field: str, cells: Cells, standing: pd.DataFrame, words: Lexicons) -> tuple[Found, dict[str, int]]:
    """What each writing of the field became, and its records."""
    counts = dict.fromkeys(sorted(standing["written"]), 0) | cells.counts()
    if field in CLOSED:
        _, reader = CLOSED[field]
        read = {written: reader(written, words=words) for written in counts}
        found = {w: Word(said.value, said.rule) for w, said in read.items() if said.value}
        return found | _left(counts.keys() - found.keys(), counts, standing, words), counts
    if len(counts) > MAX_WORDS:
        return {written: Word(written, "same") for written in counts}, counts
    wishes = Wishes(words.maps[f"tags.{field}"])
    before = _chosen(standing)
    return settle(counts, before=before, wishes=wishes, by_meaning=field == "tags", words=words), counts


def _left(unread: Any, counts: Mapping[str, int], standing: pd.DataFrame, words: Lexicons) -> Found:
    """Words that a closed list does not know: kept, in one writing each."""
    mine = {w: counts[w] for w in unread}
    if len(mine) > MAX_WORDS:
        return {w: Word(w, "unknown") for w in mine}
    before = {w: said for w, said in _chosen(standing).items() if w in mine}
    found = settle(mine, before=before, wishes=Wishes({}), by_meaning=False, words=words)
    return {w: Word(word.value, "unknown") for w, word in found.items()}


def _chosen(standing: pd.DataFrame) -> dict[str, tuple[str, int]]:
    """Writing to value and records, of the choices that are ours to keep."""
    ours = standing[standing["value"].notna() & standing["rule"].ne("listed")]
    n_records = ours["n_records"].fillna(0).astype("int64")
    return dict(zip(ours["written"], zip(ours["value"], n_records, strict=True), strict=True))


def _unknown(field: str, found: Found) -> dict[str, Codes]:
    if field not in CLOSED:
        return {}
    code = "status.unknown" if field == "status" else "industry.unknown"
    return {written: (code,) for written, word in found.items() if word.rule == "unknown"}


def _rows(field: str, found: Found, counts: Mapping[str, int], words: Lexicons) -> pd.DataFrame:
    suggested = _near_words(field, found, counts, words)
    named = {w: word for w, word in _named(field, words).items() if _form(field, w) not in _in_use(field, found)}
    told = {**found, **named}
    return pd.DataFrame(
        {
            "field": field,
            "written": list(told),
            "value": [word.value for word in told.values()],
            "rule": [word.rule for word in told.values()],
            "suggestion": [suggested.get(written) for written in told],
            "n_records": [counts.get(written, 0) for written in told],
        }
    )


def _named(field: str, words: Lexicons) -> Found:
    """The words that an admin's own map names, with what it makes of them."""
    if field not in CLOSED:
        wishes = Wishes(words.maps[f"tags.{field}"])
        return {old: Word(wishes.of(old) or None, "listed") for old in wishes.named}
    name = CLOSED[field][0]
    ours = load().maps[name]
    return {w: Word(value, "listed") for w, value in words.maps[name].items() if ours.get(w) != value}


def _form(field: str, written: str) -> str:
    return fold(written) if field in CLOSED else spelling_key(written)


def _in_use(field: str, found: Found) -> set[str]:
    return {_form(field, written) for written in found}


def _near_words(field: str, found: Found, counts: Mapping[str, int], words: Lexicons) -> dict[str, str]:
    """By writing, the word it may have been meant to be."""
    if field in CLOSED:
        known = words.maps[CLOSED[field][0]]
        unknown = [written for written, word in found.items() if word.rule == "unknown" and counts.get(written)]
        return {written: known[near_one] for written, near_one in near.slips(unknown, known=known).items()}
    records: dict[str, int] = {}
    for written, word in found.items():
        if word.value:
            records[word.value] = records.get(word.value, 0) + counts.get(written, 0)
    likely = near.suggestions(records)
    return {w: likely[word.value] for w, word in found.items() if word.value in likely and word.rule != "listed"}
