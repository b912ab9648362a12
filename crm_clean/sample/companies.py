"""Firms: a name, an e-mail domain of its own, a town, and a house rule for e-mail addresses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm_clean.sample.columns import Column, Ints, Rng, by_group, chance, column, join, put, take, where
from crm_clean.sample.lexicon import lexicons
from crm_clean.sample.uniqueness import repeats
from crm_clean.sample.words import Weights, words, zipf

PEOPLE_PER_FIRM = 4.5
# How a firm forms addresses: shares of the patterns of `mailboxes`.
HOUSE_RULES = (0.5, 0.02, 0.22, 0.12, 0.1, 0.04)
ROLES = ("info", "info", "sales", "office", "contact", "admin")
LOCAL_ROLES = {2: "contact", 3: "administracion", 4: "kontakt", 5: "amministrazione", 7: "geral"}


@dataclass(frozen=True)
class Companies:
    """Parallel arrays, one entry a firm, sorted by country."""

    country: Ints
    town: Ints
    stem: Column  # name without its legal form
    legal: Column  # may be missing
    domain: Column
    rule: Ints
    role: Column  # the local part of its shared mailbox
    cumulative: Weights  # over firms, rising from c to c + 1 within country c

    def pick(self, rng: Rng, country: Ints) -> Ints:
        """An employer in each of the given countries; large firms come up more often."""
        found = np.searchsorted(self.cumulative, country + rng.random(len(country)), side="right")
        return np.minimum(found, len(self.country) - 1).astype(np.int64)


def draw_companies(rng: Rng, employees: int) -> Companies:
    """Enough firms for so many employees, at least two in every country."""
    shares = np.array([lex.share for lex in lexicons()])
    count = 2 + (employees / PEOPLE_PER_FIRM * shares / shares.sum()).astype(np.int64)
    country = np.repeat(np.arange(len(count)), count)
    surname, sector = words().last.draw(rng, country), words().sector.draw(rng, country)
    rising = []
    for c, n in enumerate(count):
        weights = np.cumsum(zipf(int(n), shift=20, power=0.6))
        rising.append(c + weights / weights[-1])
    return Companies(
        country=country,
        town=words().town.draw(rng, country),
        stem=_names(country, take(words().last.text, surname), take(words().sector.text, sector)),
        legal=take(words().legal.text, words().legal.draw(rng, country)),
        domain=_domains(rng, country, surname=surname, sector=sector),
        rule=rng.choice(len(HOUSE_RULES), len(country), p=HOUSE_RULES),
        role=_roles(rng, country),
        cumulative=np.concatenate(rising),
    )


def _names(country: Ints, surname: Column, sector: Column) -> Column:
    def name(c: int, rows: Ints) -> Column:
        stem_first = lexicons()[c].work.form.startswith("{stem}")
        parts = (surname, sector) if stem_first else (sector, surname)
        return join(*(part.take(rows) for part in parts), sep=" ")

    return by_group(country, name)


def _domains(rng: Rng, country: Ints, *, surname: Ints, sector: Ints) -> Column:
    """No domain twice: a second firm of the same name takes a number."""
    hyphen = where(chance(rng, len(country), 0.3), "-", "")
    tld = take(words().tld.text, words().tld.draw(rng, country))
    name = join(take(words().last_slug, surname), hyphen, take(words().sector_slug, sector))
    for _ in range(20):
        again = repeats(join(name, tld))
        if not again.any():
            break
        tail = column([str(2 + k % 97) for k in np.cumsum(again)[again].tolist()])
        name = put(name, again, join(name.filter(again), tail))
    return join(name, tld)


def _roles(rng: Rng, country: Ints) -> Column:
    plain = rng.integers(0, len(ROLES), len(country)).tolist()
    local = chance(rng, len(country), 0.4).tolist()
    return column(
        [
            LOCAL_ROLES[c] if here and c in LOCAL_ROLES else ROLES[r]
            for c, r, here in zip(country.tolist(), plain, local, strict=True)
        ]
    )
