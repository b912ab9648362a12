"""Phones read as columns: the quick way for those that are plainly written and valid, which nearly all are.

Says what `phones.read_phone` says of the same cell, or leaves it to that. A test holds the two together.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise import kernels as k
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.telephony.numbering import INTERNATIONAL, is_whole
from crm_clean.normalise.telephony.phone_fillers import TAIL, fillers
from crm_clean.normalise.telephony.phone_text import SEPARATORS
from crm_clean.normalise.telephony.phones import LONGEST, SERVICES, is_float
from crm_clean.normalise.telephony.plans import Found, find

Texts = list[str | None]
Row = tuple[str | None, str | None, str | None]
_NOTHING: Row = (None, None, None)
_EXTENDED = re.compile(
    r"(?P<number>\+?[0-9(][0-9 ().\-/]{5,25}[0-9])[ ,;]{0,3}(?P<word>[A-Za-z]{1,15})[ .:]{0,3}(?P<extension>[0-9]{1,7})"
)
_KEEPS_ZERO = frozenset(["39"])  # where a zero in brackets may be part of the number


def read_phones(raws: list[str], countries: Texts, regions: Texts, *, words: Lexicons) -> pa.Table:
    """A row of `kernels.PHONE` for each of `raws`, read in the country beside it, then in the region."""
    quick = _Quick(words)
    found: tuple[Texts, Texts, Texts] = ([], [], [])
    values, extensions, kinds = found
    for raw, country, region in zip(raws, countries, regions, strict=True):
        value, extension, kind = quick.read(raw, country, region)
        values.append(value)
        extensions.append(extension)
        kinds.append(kind)
    rest = [at for at, value in enumerate(values) if value is None]
    if not rest:
        return _table(*found)
    chosen = [[column[at] for at in rest] for column in (raws, countries, regions)]
    slow = k.kernel(k.phone, k.PHONE, words=words)(*chosen)
    order = np.arange(len(raws))
    order[rest] = len(raws) + np.arange(len(rest))
    return pa.concat_tables([_table(*found), slow]).take(pa.array(order)).combine_chunks()


class _Quick:
    """Reads the numbers that need no more than reading."""

    def __init__(self, words: Lexicons) -> None:
        known = fillers(words)
        self._heads, self._head, self._tails = known.heads, known.head, known.tails
        # The words that can mean an extension and nothing else.
        self._announcing = words.sets["phones.extension_words"] - words.maps["text.phone_labels"].keys()

    def read(self, raw: str, country: str | None, region: str | None) -> Row:
        """E.164, extension and kind; nothing for any other cell."""
        extension = None
        digits, has_plus = digits_of(raw)
        if not digits:
            raw, extension = self._parted(raw)
            digits, has_plus = digits_of(raw)
            if not digits:
                return _NOTHING
        found = find(digits, country or region or "ZZ", has_plus=has_plus)
        if found is not None and found.kind is None and not has_plus:
            found = _elsewhere(digits, country, region)
        if found is None or not is_whole(found, digits) or found.kind in SERVICES:
            return _NOTHING
        whole = found.code + found.national
        if whole[-TAIL:] in self._tails or whole[: self._head] in self._heads:
            return _NOTHING
        if found.code in _KEEPS_ZERO and "(0)" in raw:
            return _NOTHING
        return f"+{whole}", extension, found.kind

    def _parted(self, raw: str) -> tuple[str, str | None]:
        """A number and the extension after it; nothing where anything else is said or may be meant."""
        match = _EXTENDED.fullmatch(raw)
        if match is None or match["word"].lower() not in self._announcing:
            return "", None
        return match["number"], match["extension"]


def _elsewhere(digits: str, country: str | None, region: str | None) -> Found | None:
    """The number that is none in its country: in the source's region, else after 00."""
    found = find(digits, region, has_plus=False) if region and country and region != country else None
    if found is not None and found.kind:
        return found
    is_abroad = digits[:2] == "00" and digits[2:3] != "0" and len(digits) >= INTERNATIONAL
    return find(digits[2:], "ZZ", has_plus=True) if is_abroad else None


def digits_of(raw: str) -> tuple[str, bool]:
    """The digits of a plainly written number and whether a plus stands before them; none for any other cell."""
    has_plus = raw[:1] == "+"
    digits = raw[1:] if has_plus else raw
    if not digits.isdigit():
        digits = raw.translate(SEPARATORS)
        has_plus = digits[:1] == "+"
        digits = digits[1:] if has_plus else digits
        if not digits.isdigit() or is_float(raw) or len(raw) > LONGEST:
            return "", False
    return (digits, has_plus) if digits.isascii() else ("", False)


def _table(values: Texts, extensions: Texts, kinds: Texts) -> pa.Table:
    value, extension, kind = (pa.array(column, pa.string()) for column in (values, extensions, kinds))
    extended = pc.binary_join_element_wise(value, extension, ";ext=")
    columns: dict[str, Any] = {
        "value": value,
        "key": pc.coalesce(extended, value),
        "extension": extension,
        "label": pc.if_else(pc.equal(kind, "mobile"), kind, pa.scalar(None, pa.string())),
        "is_placeholder": pa.array(np.zeros(len(value), dtype=bool)),
        "kind": kind,
        "codes": pa.nulls(len(value), pa.string()),
    }
    return pa.table(columns, schema=k.PHONE)
