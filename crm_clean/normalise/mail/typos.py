"""Domains of addresses that are probably a slip of a big provider's: what they may have been meant to be.

A domain is suspected when the lexicon lists it, when it ends in what no domain ends in, one slip away from com, net or
org, or when it is one slip away from a provider with a made-up name. One slip is a letter too many, too few, another,
or two that changed places (optimal string alignment, distance 1). Domains known to be real are never suspected.
Suspicion is all there is: nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from crm_clean.normalise.lexicon import Lexicons

_SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789-"
_ENDINGS = ("com", "net", "org")
_MAX = 60  # no provider's name is nearly as long, slips included


def suggest(domain: str, *, words: Lexicons) -> str | None:
    """The domain that `domain`, in its ASCII form, may have been meant to be, or None when it looks as meant."""
    if len(domain) > _MAX or domain in _real(words):
        return None
    near = words.maps["emails.typos"].get(domain) or slips(words).get(domain)
    if near:
        return near
    mended = _with_ending(domain, words)
    if mended:
        return suggest(mended, words=words) or mended
    return domain[4:] if domain.startswith("www.") and domain[4:] in words.sets["emails.free"] else None


def complete(name: str, *, words: Lexicons) -> str | None:
    """The provider meant by a domain that lost its dot or its ending (`gmailcom`, `gmail`), where only one can be."""
    return _undotted(words).get(name)


def _with_ending(domain: str, words: Lexicons) -> str | None:
    stem, _, ending = domain.rpartition(".")
    head, _, before = stem.rpartition(".")
    pair = words.maps["emails.endings"].get(f"{before}.{ending}")
    if pair and head:
        return f"{head}.{pair}"
    right = endings(words).get(ending)
    return f"{stem}.{right}" if right and stem else None


@lru_cache(maxsize=4)
def _real(words: Lexicons) -> frozenset[str]:
    return words.union("emails.free", "emails.not_typos", "emails.slip_targets")


@lru_cache(maxsize=4)
def slips(words: Lexicons) -> dict[str, str]:
    """Every domain one slip away from a big provider's, and the provider."""
    found: dict[str, set[str]] = {}
    for target in words.sets["emails.slip_targets"]:
        name, _, rest = target.partition(".")
        for slip in neighbours(name):
            # A first letter is seldom wrong, and other first letters make other firms: `mail.com`, `email.com`.
            if slip[:1] == name[:1] or sorted(slip[:2]) == sorted(name[:2]):
                found.setdefault(f"{slip}.{rest}", set()).add(target)
    real = _real(words)
    return {slip: targets.pop() for slip, targets in found.items() if len(targets) == 1 and slip not in real}


@lru_cache(maxsize=4)
def endings(words: Lexicons) -> dict[str, str]:
    """Endings that no domain has, and the one that was meant."""
    from publicsuffixlist import PublicSuffixList

    known = PublicSuffixList(accept_unknown=False, only_icann=True)
    found: dict[str, set[str]] = {}
    for ending in _ENDINGS:
        for slip in neighbours(ending):
            if known.publicsuffix(f"a.{slip}") is None:
                found.setdefault(slip, set()).add(ending)
    return {s: e.pop() for s, e in found.items() if len(e) == 1} | words.maps["emails.endings"]


@lru_cache(maxsize=4)
def _undotted(words: Lexicons) -> dict[str, str]:
    targets = words.sets["emails.slip_targets"]
    whole = {t.replace(".", ""): t for t in targets}
    names: dict[str, list[str]] = {}
    for target in targets:
        names.setdefault(target.partition(".")[0], []).append(target)
    return {n: found[0] for n, found in names.items() if len(found) == 1} | whole


def neighbours(word: str) -> set[str]:
    """All words one slip away from `word` in letters, digits and hyphens."""
    return {w for w in _changed(word) if w != word and w.strip("-") == w and w}


def _changed(word: str) -> Iterator[str]:
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        yield from (f"{head}{sign}{tail}" for sign in _SIGNS)
        if tail:
            yield head + tail[1:]
            yield from (f"{head}{sign}{tail[1:]}" for sign in _SIGNS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
