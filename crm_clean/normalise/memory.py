"""What earlier runs made of values, so that a value is read once in its life and not once in every export.

A value is known by a keyed hash, never by itself: the key lies outside the store, so that nobody can try values out on
the hashes alone. The version of everything that decides how a value is read (code, word lists, libraries) is part of
the hash; another version remembers nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from threading import Lock
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DIGEST = pa.binary(16)
_FIELD, _NOTHING = "\x1f", "\x00"


class Recall(Protocol):
    """Where remembered values are kept."""

    def __call__(self, kind: str, schema: pa.Schema) -> pa.Table | None:
        """The table of `kind` with exactly the columns of `schema`, None where there is none of that shape."""


class Memory:
    """Remembered rows of values by kind; `learnt` is what this run adds to them, tables of `digest` and the results.

    `key`: bytes of the project's own; `version`: of all that decides how values are read; `recall`: see Recall.
    """

    def __init__(self, key: bytes, *, version: str, recall: Recall) -> None:
        self._key, self._version, self._recall = key, version, recall
        self._asking = Lock()  # kinds are read side by side, the store is asked by one at a time
        self.learnt: dict[str, pa.Table] = {}

    def recalled(self, kind: str, rows: Sequence[pa.Array], read: Callable[[list[pa.Array]], pa.Table]) -> pa.Table:
        """What `read` makes of the distinct `rows`: as remembered where they were read before, read now elsewhere."""
        digests = self._digests(kind, rows)
        empty = read([row.slice(0, 0) for row in rows])
        schema = pa.schema([pa.field("digest", DIGEST), *empty.schema])
        with self._asking:
            known = self._recall(kind, schema)
        known = schema.empty_table() if known is None else known
        at = pc.index_in(digests, value_set=known["digest"].combine_chunks())
        place = pc.fill_null(at, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        missing = np.flatnonzero(place < 0)
        fresh = read([row.take(pa.array(missing)) for row in rows]) if len(missing) else empty
        self.learnt[kind] = fresh.add_column(0, schema.field("digest"), digests.take(pa.array(missing))).cast(schema)
        place[missing] = len(known) + np.arange(len(missing))
        both = pa.concat_tables([known.drop_columns(["digest"]), fresh.cast(empty.schema)]).combine_chunks()
        return both.take(pa.array(place))

    def _digests(self, kind: str, rows: Sequence[pa.Array]) -> pa.Array:
        key = blake2b(f"{kind}{_FIELD}{self._version}".encode(), key=self._key, digest_size=32).digest()
        texts = [row.cast(pa.string()) for row in rows]
        joined = pc.binary_join_element_wise(*texts, _FIELD, null_handling="replace", null_replacement=_NOTHING)
        found = b"".join([blake2b(text.encode(), key=key, digest_size=16).digest() for text in joined.to_pylist()])
        return pa.Array.from_buffers(DIGEST, len(joined), [None, pa.py_buffer(found)])
