"""Values that are joined rather than chosen: tags and lists, notes, sources, and the columns nobody mapped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from crm_clean.merge.ballot import Ballot
from crm_clean.merge.groups import NONE, Groups, IntArray
from crm_clean.merge.members import Members
from crm_clean.text import fold

_SEPARATOR = "; "


def united(members: Members, field: str) -> tuple[IntArray, list[str], IntArray]:
    """Groups whose members offer different values of `field`, all of them joined, and the row that comes first."""
    column = members.column(field)
    offered = members.gives & (column.code != NONE)
    differs = members.groups.least(column.code, offered) < members.groups.most(column.code, offered)
    ballot = Ballot.among(members.groups, offered & differs[members.groups.of])
    if not len(ballot.groups):
        return ballot.outer, [], ballot.outer
    values = np.array([*column.distinct, ""], dtype=object)[column.code[ballot.rows]]
    join: Callable[[int, int], str]
    if field == "notes":
        heads = _note_heads(members, ballot.rows)
        join = lambda a, b: _joined_notes(values[a:b], heads[a:b])  # noqa: E731
    else:
        join = lambda a, b: _joined_words(values[a:b])  # noqa: E731
    joined = [join(a, b) for a, b in ballot.groups.spans]
    return ballot.outer, joined, ballot.rows[ballot.groups.starts]


def _joined_words(values: Iterable[str]) -> str:
    """Every word once, by its folded form, in the order of the best witness."""
    seen: dict[str, str] = {}
    for value in values:
        for word in value.split(";"):
            if word.strip():
                seen.setdefault(fold(word) or word.strip(), word.strip())
    return _SEPARATOR.join(seen.values())


def _note_heads(members: Members, rows: IntArray) -> list[tuple[str, str]]:
    """Date and source of each row's note."""
    frame = members.frame[["updated_at", "created_at", "source"]].take(rows)
    when = frame["updated_at"].fillna(frame["created_at"]).dt.strftime("%Y-%m-%d").fillna("")
    return list(zip(when, frame["source"], strict=True))


def _joined_notes(values: Iterable[str], heads: Iterable[tuple[str, str]]) -> str:
    """Every note once, oldest first, under the source and date it came from."""
    first_said: dict[str, tuple[str, str]] = {}
    for value, head in zip(values, heads, strict=True):
        first_said[value] = min(first_said.get(value, head), head)
    ordered = sorted(first_said.items(), key=lambda said: (said[1], said[0]))
    return "\n\n".join(f"[{' '.join(filter(None, (source, when)))}] {text}" for text, (when, source) in ordered)


def sources(members: Members) -> list[str]:
    """Per group, the sources of its members, sorted, each once."""
    code, names = pd.factorize(members.frame["source"], sort=True)
    packed = np.unique(members.groups.of * len(names) + code)
    groups = Groups.runs(packed // len(names)) if len(packed) else members.groups
    words = np.asarray(names, dtype=object)[packed % len(names)].tolist() if len(packed) else []
    return [_SEPARATOR.join(words[a:b]) for a, b in groups.spans]


def custom(members: Members) -> list[str | None]:
    """Per group, JSON `{source: {column: value}}` of the columns nobody mapped.

    Nothing is lost: where two records of one source differ, the value is a list, the best witness first.
    """
    given = members.frame["custom"]
    rows = np.flatnonzero(given.notna().to_numpy())
    texts = given.to_numpy(object)[rows]
    code, names = pd.factorize(members.frame["source"], sort=True)
    quoted = np.array([f"{json.dumps(name, ensure_ascii=False)}: " for name in names], dtype=object)
    order = np.lexsort([rows, code[rows], members.groups.of[rows]])
    rows, texts = rows[order], texts[order]
    by_source = Groups.runs(members.groups.of[rows] * max(len(names), 1) + code[rows])
    entries = _per_source(by_source, texts)
    first = rows[by_source.starts]
    parts = (quoted[code[first]] + entries).tolist() if len(first) else []
    by_group = Groups.runs(members.groups.of[first])
    result: list[str | None] = [None] * len(members.groups)
    for group, (a, b) in zip(members.groups.of[first[by_group.starts]].tolist(), by_group.spans, strict=True):
        result[group] = "{" + ", ".join(parts[a:b]) + "}"
    return result


def _per_source(by_source: Groups, texts: np.ndarray) -> np.ndarray:
    """One JSON object per run: the text itself where a source speaks once, else its columns joined."""
    entries = texts[by_source.starts]
    for at, (start, end) in enumerate(by_source.spans):
        if end - start == 1:
            continue
        spoken = [json.loads(text) for text in texts[start:end]]
        entries[at] = json.dumps(_joined_columns(spoken), ensure_ascii=False)
    return entries


def _joined_columns(spoken: list[dict[str, object]]) -> dict[str, object]:
    values: dict[str, list[object]] = {}
    for columns in spoken:
        for name, value in columns.items():
            said = values.setdefault(name, [])
            if value not in said:
                said.append(value)
    return {name: said[0] if len(said) == 1 else said for name, said in values.items()}
