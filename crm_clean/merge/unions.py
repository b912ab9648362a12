"""Values that are joined rather than chosen: tags and lists, notes, sources, and the columns nobody mapped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.ballot import Ballot
from crm_clean.merge.column import codes, is_there, objects, put, taken
from crm_clean.merge.groups import NONE, Groups, IntArray, distinct
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
    values = members.taken(field, ballot.rows).to_pylist()
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
    when = pc.coalesce(members.taken("updated_at", rows), members.taken("created_at", rows))
    told = pc.fill_null(pc.strftime(when, format="%Y-%m-%d"), "").to_pylist()
    return list(zip(told, members.taken("source", rows).to_pylist(), strict=True))


def _joined_notes(values: Iterable[str], heads: Iterable[tuple[str, str]]) -> str:
    """Every note once, oldest first, under the source and date it came from."""
    first_said: dict[str, tuple[str, str]] = {}
    for value, head in zip(values, heads, strict=True):
        first_said[value] = min(first_said.get(value, head), head)
    ordered = sorted(first_said.items(), key=lambda said: (said[1], said[0]))
    return "\n\n".join(f"[{' '.join(filter(None, (source, when)))}] {text}" for text, (when, source) in ordered)


def _sources(members: Members) -> tuple[IntArray, list[str]]:
    """Number of the source of each row of members, and the sources by number, sorted."""
    code, words = codes(members.values("source"))
    order = pc.sort_indices(words).to_numpy()
    rank = np.empty(len(words), np.int64)
    rank[order] = np.arange(len(words))
    return rank[code][members.at], words.take(pa.array(order)).to_pylist()


def _joined(texts: pa.Array, runs: Groups, separator: str) -> pa.Array:
    """Per run, its texts joined."""
    ends = np.append(runs.starts, len(texts))
    return pc.binary_join(pa.LargeListArray.from_arrays(pa.array(ends), texts), pa.scalar(separator, texts.type))


def sources(members: Members) -> pa.Array:
    """Per group, the sources of its members, sorted, each once."""
    code, names = _sources(members)
    packed = distinct(members.groups.of * max(len(names), 1) + code)
    groups = Groups.runs(packed // max(len(names), 1))
    words = pa.array(names, pa.large_string()).take(pa.array(packed % max(len(names), 1)))
    return _joined(words, groups, _SEPARATOR)


def custom(members: Members) -> pa.Array:
    """Per group, JSON `{source: {column: value}}` of the columns nobody mapped.

    Nothing is lost: where two records of one source differ, the value is a list, the best witness first.
    """
    code, names = _sources(members)
    n_groups, width = len(members.groups), max(len(names), 1)
    rows = np.flatnonzero(is_there(members.values("custom"))[members.at])
    if not len(rows):
        return pa.nulls(n_groups, pa.large_string())
    place = members.groups.of[rows] * width + code[rows]
    order = np.argsort(place, kind="stable")
    rows, place = rows[order], place[order]
    by_source = Groups.runs(place)
    texts = _per_source(by_source, members.taken("custom", rows))
    quoted = pa.array([f"{json.dumps(name, ensure_ascii=False)}: " for name in names], pa.large_string())
    place = place[by_source.starts]
    nothing = pa.scalar("", pa.large_string())
    entries = pc.binary_join_element_wise(quoted.take(pa.array(place % width)), texts, nothing)
    by_group = Groups.runs(place // width)
    contents = _joined(entries, by_group, ", ")
    opened, closed = pa.scalar("{", pa.large_string()), pa.scalar("}", pa.large_string())
    objects_ = pc.binary_join_element_wise(opened, contents, closed, nothing)
    at = np.full(n_groups, NONE, np.int64)
    at[place[by_group.starts] // width] = np.arange(len(by_group))
    return taken(objects_, at)


def _per_source(by_source: Groups, texts: pa.Array) -> pa.Array:
    """One JSON object per run: the text itself where a source says one thing, else its columns joined."""
    first = texts.take(pa.array(by_source.starts))
    code = codes(texts)[0]
    differs = by_source.least(code) != by_source.most(code)
    several = np.flatnonzero(differs)
    if not len(several):
        return first
    size = by_source.size()[several]
    rows = np.flatnonzero(differs[by_source.of])
    said = objects(texts.take(pa.array(rows)).to_pylist())
    ends = np.cumsum(size).tolist()
    joined = [_one_object(said[end - n : end]) for end, n in zip(ends, size.tolist(), strict=True)]
    return put(first, several, pa.array(joined, pa.large_string()))


def _one_object(texts: Iterable[str]) -> str:
    return json.dumps(_joined_columns([json.loads(text) for text in texts]), ensure_ascii=False)


def _joined_columns(spoken: list[dict[str, object]]) -> dict[str, object]:
    values: dict[str, list[object]] = {}
    for columns in spoken:
        for name, value in columns.items():
            said = values.setdefault(name, [])
            if value not in said:
                said.append(value)
    return {name: said[0] if len(said) == 1 else said for name, said in values.items()}
