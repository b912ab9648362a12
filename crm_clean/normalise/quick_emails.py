"""Plainly written addresses judged as columns: the quick way for nearly all of a mailing list.

Says what `emails.read_email` says of the same address, or leaves it to that: an address is plain when it is ASCII, has
one @, common signs, no blank, and a domain that is no special-use name. A test holds the two together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise import kernels as k
from crm_clean.normalise.emails import is_special, read_email
from crm_clean.normalise.findings import SEPARATOR
from crm_clean.normalise.lexicon import Lexicons

_PLAIN = (
    r"^(?P<local>[A-Za-z0-9_+-]{1,40}(?:\.[A-Za-z0-9_+-]{1,20})?)@"
    r"(?P<domain>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?\.){1,3}[A-Za-z]{2,20})$"
)
_SIGNS = r"[+._0-9-]"


def read_emails(raws: list[str], *, words: Lexicons) -> pa.Table:
    """A row of `kernels.EMAIL` for each of `raws`."""
    texts = pa.array(raws, pa.string())
    parts = pc.extract_regex(texts, _PLAIN)
    domain = pc.utf8_lower(pc.struct_field(parts, "domain"))
    facts = _facts(domain, words)
    local = pc.struct_field(parts, "local")
    ordinary = pc.and_(pc.is_valid(local), facts["is_ordinary"])
    ordinary = pc.and_(ordinary, pc.invert(_may_mean_more(local, words)))
    quick = pc.fill_null(ordinary, False).to_numpy(zero_copy_only=False)
    out = _table(local, domain, facts)
    rest = np.flatnonzero(~quick)
    if not len(rest):
        return out
    slow = k.kernel(k.email, k.EMAIL, words=words)([raws[i] for i in rest])
    mask = pa.array(~quick)
    columns = [pc.replace_with_mask(out[c].combine_chunks(), mask, slow[c].combine_chunks()) for c in k.EMAIL.names]
    return pa.table(columns, schema=k.EMAIL)


def _facts(domain: pa.Array, words: Lexicons) -> dict[str, pa.Array]:
    """What is known of each domain, found once for each: whether it is ordinary, how it delivers, its codes."""
    encoded = domain.dictionary_encode()
    names = encoded.dictionary.to_pylist()
    found: dict[str, list[Any]] = {"is_ordinary": [], "is_free": [], "is_disposable": [], "codes": [], "has_tags": []}
    for name in names:
        judged = read_email(f"qzjw@{name}", words=words)  # a local part that says nothing: the rest is the domain's
        found["is_ordinary"].append(
            judged.value is not None and not judged.is_placeholder and "--" not in name and not is_special(name)
        )
        found["is_free"].append(judged.is_free)
        found["is_disposable"].append(judged.is_disposable)
        found["codes"].append(SEPARATOR.join(judged.codes) or None)
        found["has_tags"].append(name in words.sets["emails.plus_tags"] or name == "googlemail.com")
    types = {"codes": pa.string()}
    return {c: pa.array(v, types.get(c, pa.bool_())).take(encoded.indices) for c, v in found.items()}


def _may_mean_more(local: pa.Array, words: Lexicons) -> pa.Array:
    """Whether a local part needs a closer look: all capitals, or its letters begin like a role or a placeholder."""
    lower = pc.utf8_lower(local)
    loud = pc.and_(pc.equal(local, pc.utf8_upper(local)), pc.not_equal(local, lower))
    head = pc.replace_substring_regex(lower, pattern=rf"{_SIGNS}.*$", replacement="")
    listed = [w for name in ("role", "placeholder_locals", "weak_locals") for w in words.sets[f"emails.{name}"]]
    heads = sorted(set(listed) | {_head(w) for w in listed} | {""})
    return pc.or_(loud, pc.is_in(head, value_set=pa.array(heads)))


def _head(word: str) -> str:
    for at, sign in enumerate(word):
        if sign in "+._-" or sign.isdigit():
            return word[:at]
    return word


def _table(local: pa.Array, domain: pa.Array, facts: dict[str, pa.Array]) -> pa.Table:
    value = pc.binary_join_element_wise(local, domain, "@")
    name = pc.utf8_lower(local)
    untagged = pc.replace_substring_regex(name, pattern=r"\+.*$", replacement="")
    google = pc.is_in(domain, value_set=pa.array(["gmail.com", "googlemail.com"]))
    undotted = pc.replace_substring(untagged, pattern=".", replacement="")
    name = pc.if_else(google, undotted, pc.if_else(facts["has_tags"], untagged, name))
    key = pc.binary_join_element_wise(name, pc.if_else(google, "gmail.com", domain), "@")
    no = pa.array(np.zeros(len(local), dtype=bool))
    columns = [value, key, no, facts["is_free"], facts["is_disposable"], no, facts["codes"]]
    return pa.table(columns, schema=k.EMAIL)
