"""The words of all countries in flat pools, drawn from by group.

A group is a country, a country and a sex, or a first name (for its nicknames). Common words are drawn more often:
the weight of the word at rank r falls as a power of r, and a long tail of composed surnames keeps homonyms as rare as
they are among real people.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from crm_clean.sample.columns import Column, Ints, Rng, column
from crm_clean.sample.lexicon import Lexicon, lexicons

Weights = NDArray[np.float64]

# The share of people who bear one of the listed surnames; the others bear a composed one.
COMMON_SURNAMES = 0.28
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True)
class Pool:
    """Words in groups. `cumulative` rises from g to g + 1 over the words of group g."""

    text: Column
    cumulative: Weights

    def draw(self, rng: Rng, group: Ints) -> Ints:
        """An index into `text` for every group number given; a group without words must not be asked for."""
        found = np.searchsorted(self.cumulative, group + rng.random(len(group)), side="right")
        return np.minimum(found, len(self.cumulative) - 1).astype(np.int64)


def slug(text: str, *, umlaut: bool = False) -> str:
    """The text as it would stand in an e-mail address: ASCII, lower case, letters and digits only."""
    text = text.translate(_UMLAUTS) if umlaut else text
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o")).lower()
    return "".join(c for c in plain if c.isascii() and c.isalnum())


def zipf(n: int, *, shift: float, power: float) -> Weights:
    """Weights of `n` ranks."""
    return np.asarray((np.arange(n) + float(shift)) ** -float(power), dtype=np.float64)


def pool(groups: Sequence[Sequence[str]], weights: Sequence[Weights]) -> Pool:
    """A pool of the given groups of words."""
    rising = [g + np.cumsum(w) / w.sum() for g, w in enumerate(weights) if len(w)]
    for g, part in zip((g for g, w in enumerate(weights) if len(w)), rising, strict=True):
        part[-1] = g + 1
    return Pool(column([word for words in groups for word in words]), np.concatenate(rising))


def _ranked(groups: Iterable[Sequence[str]], *, shift: float, power: float) -> Pool:
    groups = list(groups)
    return pool(groups, [zipf(len(words), shift=shift, power=power) for words in groups])


def _even(groups: Iterable[Sequence[str]]) -> Pool:
    return _ranked(groups, shift=1, power=0)


def _surnames(lexicon: Lexicon) -> tuple[list[str], Weights]:
    listed = list(lexicon.last)
    composed = sorted({root + end for root in lexicon.last_roots for end in lexicon.last_ends} - set(listed))
    shuffled = np.random.default_rng(0).permutation(len(composed))
    common, tail = zipf(len(listed), shift=6, power=0.8), zipf(len(composed), shift=400, power=0.8)
    weights = np.concatenate([common / common.sum() * COMMON_SURNAMES, tail / tail.sum() * (1 - COMMON_SURNAMES)])
    return listed + [composed[i] for i in shuffled], weights


def _streets(lexicon: Lexicon, form: int) -> list[str]:
    types, names = lexicon.places.street_types, lexicon.places.streets
    return [_fused(kind[form].format(name)) for kind in types for name in names]


def _fused(street: str) -> str:
    """German compounds keep their hyphen and write the generic part with a capital: `Robert-Koch-Straße`."""
    head, hyphen, tail = street.rpartition("-")
    return f"{head}-{tail[:1].upper()}{tail[1:]}" if hyphen and tail else street


@dataclass(frozen=True)
class Words:
    """Every pool; arrays beside a pool run parallel to its text."""

    first: Pool  # group: 2 * country + sex
    first_slug: Column
    nickname: Pool  # group: first name
    has_nickname: NDArray[np.bool_]
    last: Pool  # group: country
    last_slug: Column
    town: Pool
    town_region: Column
    town_region_long: Column
    street: Pool
    street_short: Column
    unit: Pool
    country_name: Pool
    sector: Pool
    sector_slug: Column
    legal: Pool
    title: Pool
    provider: Pool
    tld: Pool


def _nicknames(all_lexicons: Sequence[Lexicon]) -> list[tuple[str, ...]]:
    return [lex.nicknames.get(name, ()) for lex in all_lexicons for names in (lex.female, lex.male) for name in names]


@cache
def words() -> Words:
    """The words of all countries."""
    every = lexicons()
    firsts = [names for lex in every for names in (lex.female, lex.male)]
    surnames = [_surnames(lex) for lex in every]
    nicknames = _nicknames(every)
    towns = [(town, lex) for lex in every for town in lex.places.towns]
    street_weights = [_street_weights(lex) for lex in every]
    return Words(
        first=_ranked(firsts, shift=10, power=0.75),
        first_slug=column([slug(n, umlaut=lex.umlaut) for lex in every for ns in (lex.female, lex.male) for n in ns]),
        nickname=_even(nicknames),
        has_nickname=np.array([bool(names) for names in nicknames]),
        last=pool([names for names, _ in surnames], [weights for _, weights in surnames]),
        last_slug=column([slug(n, umlaut=x.umlaut) for (ns, _), x in zip(surnames, every, strict=True) for n in ns]),
        town=_ranked([[town.name for town in lex.places.towns] for lex in every], shift=12, power=0.8),
        town_region=column([town.region for town, _ in towns]),
        town_region_long=column([lex.places.regions.get(town.region, town.region) for town, lex in towns]),
        street=pool([_streets(lex, 0) for lex in every], street_weights),
        street_short=column([street for lex in every for street in _streets(lex, 1)]),
        unit=_even([lex.places.units for lex in every]),
        country_name=_ranked([lex.country_names for lex in every], shift=1, power=1),
        sector=_even([lex.work.sectors for lex in every]),
        sector_slug=column([slug(s, umlaut=lex.umlaut) for lex in every for s in lex.work.sectors]),
        legal=_even([lex.work.legal for lex in every]),
        title=_even([lex.work.titles for lex in every]),
        provider=_ranked([lex.email.providers for lex in every], shift=1, power=0.7),
        tld=_even([lex.tld for lex in every]),
    )


def _street_weights(lexicon: Lexicon) -> Weights:
    kinds = zipf(len(lexicon.places.street_types), shift=1, power=1.2)
    names = zipf(len(lexicon.places.streets), shift=12, power=0.7)
    return np.outer(kinds, names).ravel()
