"""Plainly written addresses judged as columns: the quick way for nearly all of a mailing list.

Says what `emails.read_email` says of the same address, or leaves it to that: an address is plain when it has the form
that `emails` takes without a closer look, a domain that says the same of all its mailboxes, and a name that is nothing
but a name. A test holds the two together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise import kernels as k
from crm_clean.normalise.findings import SEPARATOR
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.mail.email_syntax import MAX_ADDRESS, MAX_LOCAL, everywhere
from crm_clean.normalise.mail.emails import PLAIN, WRAPPED
from crm_clean.normalise.mail.mailbox import Domain, read_domain

_LETTERS = re.compile("[a-z]*")


def read_emails(raws: list[str], *, words: Lexicons) -> pa.Table:
    """A row of `kernels.EMAIL` for each of `raws`."""
    texts = pa.array(raws, pa.string())
    fits = pc.and_(pc.match_substring_regex(texts, f"^{PLAIN}$"), pc.less_equal(pc.binary_length(texts), MAX_ADDRESS))
    plain = np.flatnonzero(fits.to_numpy(zero_copy_only=False))
    chosen = texts if len(plain) == len(texts) else texts.take(pa.array(plain))
    local, at_domain = _halves(chosen)
    encoded = pc.ascii_lower(at_domain).dictionary_encode()
    domains = [read_domain(name[1:], words) for name in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy()
    mean_more = pc.or_(
        pc.match_substring_regex(local, _more(words)), pc.greater(pc.binary_length(local), MAX_LOCAL)
    ).to_numpy(zero_copy_only=False)
    quick = np.array([_is_ordinary(d) for d in domains], dtype=bool)[codes] & ~mean_more
    done = plain[quick]
    found = _table(local.filter(pa.array(quick)), codes[quick], domains)
    if len(done) == len(texts):
        return found
    rest = np.setdiff1d(np.arange(len(texts)), done, assume_unique=True)
    slow = k.kernel(k.email, k.EMAIL, words=words)([raws[i] for i in rest])
    order = np.argsort(np.concatenate([done, rest]), kind="stable")
    return pa.concat_tables([found, slow]).take(pa.array(order)).combine_chunks()


def _halves(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """What stands before the @ of each text, and the @ with what follows; each text has one."""
    count = len(texts)
    if not count:
        return texts, texts
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + count + 1]
    signs = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    cuts = np.empty(2 * count + 1, np.int32)
    cuts[0::2] = offsets
    cuts[1::2] = np.flatnonzero(signs == ord("@")) + offsets[0]
    halves = pa.StringArray.from_buffers(2 * count, pa.py_buffer(cuts), texts.buffers()[2])
    return halves.take(pa.array(np.arange(0, 2 * count, 2))), halves.take(pa.array(np.arange(1, 2 * count, 2)))


def _is_ordinary(domain: Domain | None) -> bool:
    return domain is not None and not (domain.meant or domain.is_nobody or domain.owner)


@lru_cache(maxsize=4)
def _more(words: Lexicons) -> str:
    """What matches a local part that needs a closer look: shouted, wrapped, or like a role or a placeholder."""
    listed = {w for name in ("role", "placeholder_locals", "weak_locals") for w in words.sets[f"emails.{name}"]}
    listed |= everywhere()
    heads = {_LETTERS.match(w).group() for w in listed} - {""}  # type: ignore[union-attr]
    headless = {w for w in listed if not _LETTERS.match(w).group()}  # type: ignore[union-attr]
    begins = "|".join(re.escape(h) for h in sorted(heads, key=len, reverse=True))
    whole = "|".join(re.escape(w) for w in sorted(headless)) or "$^"
    return rf"^[^a-z]*[A-Z][^a-z]*$|(?i:^{WRAPPED}|^(?:{begins})(?:[^a-z]|$)|^(?:{whole})$)"


def _table(local: pa.Array, codes: np.ndarray[Any, Any], domains: list[Domain | None]) -> pa.Table:
    """Rows of EMAIL for local parts at domains, `codes` being positions in `domains`."""
    at = pa.array(codes)

    def of(name: str, kind: pa.DataType = k.TEXT) -> pa.Array:
        return pa.array([getattr(d, name) if d else None for d in domains], kind).take(at)

    said = pa.array([SEPARATOR.join(d.codes) or None if d else None for d in domains], k.TEXT).take(at)
    no = pa.array(np.zeros(len(local), dtype=bool))
    value = pc.binary_join_element_wise(local, of("shown"), "@")
    key = pc.binary_join_element_wise(_told_apart(local, codes, domains), of("main"), "@")
    columns = [value, key, no, of("is_free", k.FLAG), of("is_disposable", k.FLAG), no, said]
    return pa.table(columns, schema=k.EMAIL)


def _told_apart(local: pa.Array, codes: np.ndarray[Any, Any], domains: list[Domain | None]) -> pa.Array:
    """Names in small letters without what makes no difference at their domain."""
    name = pc.ascii_lower(local)
    rules = [(d.has_tags, d.ignored, d.same) if d else (False, "", "") for d in domains]
    for rule in sorted(set(rules)):
        if not any(rule):
            continue
        mine = np.array([r == rule for r in rules], dtype=bool)[codes]
        name = pc.replace_with_mask(name, pa.array(mine), _shortened(name.filter(pa.array(mine)), *rule))
    return name


def _shortened(name: pa.Array, has_tags: bool, ignored: str, same: str) -> pa.Array:
    short = pc.replace_substring_regex(name, pattern=r"\+.*$", replacement="") if has_tags else name
    for sign in ignored:
        short = pc.replace_substring(short, pattern=sign, replacement="")
    if same:
        short = pc.replace_substring(short, pattern=same[0], replacement=same[1])
    return pc.if_else(pc.equal(short, ""), name, short)
