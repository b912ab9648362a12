"""A column of words seen as its distinct cells: what each cell holds, how often, and back to rows again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.distinct import flat
from crm_clean.normalise.findings import SEPARATOR
from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.wording import tags

Codes = tuple[str, ...]


@dataclass(frozen=True)
class Cells:
    """The distinct cells of a column, each with its words in order, each once, and the codes of what was odd in it.

    `at`: the cell of each row, -1 for none.
    """

    at: np.ndarray[Any, Any]
    held: list[tuple[str, ...]]
    codes: list[Codes]

    def counts(self) -> dict[str, int]:
        """How many rows hold each word."""
        rows = np.bincount(self.at[self.at >= 0], minlength=len(self.held)).tolist()
        counted: dict[str, int] = {}
        for words, n in zip(self.held, rows, strict=True):
            for word in words:
                counted[word] = counted.get(word, 0) + n
        return counted

    def values(self, became: Mapping[str, str | None]) -> pa.Array:
        """By row, what the words of its cell became, each once, joined by `; `."""
        made = (dict.fromkeys(filter(None, map(became.get, words))) for words in self.held)
        return self._by_row([tags.JOINT.join(values) or None for values in made])

    def findings(self, found: Mapping[str, Codes]) -> pa.Array:
        """By row, the codes of its cell and of its words, joined by SEPARATOR."""
        joined = ((*codes, *(c for w in words for c in found.get(w, ()))) for words, codes in self._pairs())
        return self._by_row([SEPARATOR.join(codes) or None for codes in joined])

    def _pairs(self) -> Iterable[tuple[tuple[str, ...], Codes]]:
        return zip(self.held, self.codes, strict=True)

    def _by_row(self, values: list[str | None]) -> pa.Array:
        return pa.array(values, pa.string()).take(pa.array(self.at, mask=self.at < 0))


def cells_of(raw: Any, *, is_list: bool, words: Lexicons) -> Cells:
    """The cells of a raw column, which may be a pandas series or an Arrow array."""
    encoded = flat(raw).dictionary_encode()
    at = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    texts = encoded.dictionary.to_pylist()
    if is_list:
        return Cells(at, _parted(texts, words), [()] * len(texts))
    seen = [look(text) for text in texts]
    held: list[tuple[str, ...]] = [() if is_blank(text.value, words=words) else (text.value,) for text in seen]
    return Cells(at, held, [text.codes for text in seen])


def _parted(texts: list[str], words: Lexicons) -> list[tuple[str, ...]]:
    known: dict[str, str | None] = {}
    held = []
    for text in texts:
        pieces = tags.pieces(text)
        for piece in pieces:
            if piece not in known:
                known[piece] = tags.tidy(piece, words=words)
        held.append(tuple(dict.fromkeys(word for piece in pieces if (word := known[piece]))))
    return held
