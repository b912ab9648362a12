"""Phone numbers that a numbering plan accepts, each given out once, and the many ways people write them.

A line is what stands before the subscriber's own digits: a mobile prefix, or the area code of a town.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from crm_clean.sample.columns import Column, Ints, Rng, by_group
from crm_clean.sample.lexicon import Lexicon, Phone, lexicons
from crm_clean.sample.words import Pool, Weights, pool, zipf

_FRENCH = {"P": "# ## ## ## ##", "D": "#.##.##.##.##", "H": "#-##-##-##-##"}
MAX_REDRAWS = 60


@dataclass(frozen=True)
class Lines:
    """Parallel arrays, one entry a line: mobile lines of all countries first, then the towns in pool order."""

    country: Ints
    area: Ints
    area_length: Ints
    lead: Ints
    free_digits: Ints
    number_length: Ints
    lowest: Ints
    mobile: Pool  # group: country; its indices are lines
    first_town: int


@dataclass(frozen=True)
class Numbers:
    """Parallel arrays, one entry a phone number."""

    line: Ints
    number: Ints


def _entry(country: int, lexicon: Lexicon, area: str, *, lead: str, digits: int) -> tuple[int, ...]:
    length = digits - len(area)
    lowest = 0 if lead else lexicon.phone.lowest
    return country, int(area), len(area), int(lead or 0), length - len(lead), length, lowest


@cache
def lines() -> Lines:
    """The lines of all countries."""
    every = lexicons()
    table = []
    for country, lex in enumerate(every):
        for prefix in lex.phone.mobile:
            digits = lex.phone.mobile_digits or len(prefix) + 7
            table.append(_entry(country, lex, prefix, lead="", digits=digits))
    first_town = len(table)
    for country, lex in enumerate(every):
        digits = lex.phone.digits
        table += [_entry(country, lex, town.area, lead=town.lead, digits=digits) for town in lex.places.towns]
    country_of, area, area_length, lead, free, length, lowest = np.array(table, dtype=np.int64).T
    prefixes = [lex.phone.mobile for lex in every]
    mobile = pool(prefixes, [zipf(len(p), shift=1, power=0) for p in prefixes])
    return Lines(
        country=country_of, area=area, area_length=area_length, lead=lead, free_digits=free, number_length=length,
        lowest=lowest, mobile=mobile, first_town=first_town,
    )  # fmt: skip


def give_numbers(rng: Rng, line: Ints) -> Numbers:
    """A number on each of the given lines, no number twice."""
    plan = lines()
    number = _draw(rng, line)
    for _ in range(MAX_REDRAWS):
        key = (plan.country[line] * 100_000 + plan.area[line]) * 10**9 + number
        order = np.argsort(key, kind="stable")
        again = order[1:][key[order][1:] == key[order][:-1]]
        if not len(again):
            break
        number[again] = _draw(rng, line[again])
    return Numbers(line, number)


def _draw(rng: Rng, line: Ints) -> Ints:
    plan = lines()
    scale = 10 ** plan.free_digits[line]
    low = plan.lowest[line] * scale // 10
    free = low + (rng.random(len(line)) * (scale - low)).astype(np.int64)
    return plan.lead[line] * scale + free


def write_numbers(rng: Rng, numbers: Numbers, index: Ints, *, international: Weights) -> Column:
    """The numbers at `index` as text, "" where negative; with the country code with that chance, row by row."""
    plan = lines()
    known = np.maximum(index, 0)
    line = numbers.line[known]
    country = plan.country[line]
    form = (rng.random(len(index)) ** 1.3 * _n_formats()[country]).astype(np.int64)
    form = np.where(rng.random(len(index)) < international, _international(rng, country), form)
    kind = ((country * 100 + form) * 10 + plan.area_length[line]) * 10 + plan.number_length[line]
    kind = np.where(index < 0, -1, kind)

    def render(code: int, rows: Ints) -> Column:
        if code < 0:
            return pa.repeat(pa.scalar(""), len(rows))
        return _render(code, plan.area[line[rows]], numbers.number[known[rows]])

    return by_group(kind, render)


@cache
def _n_formats() -> Ints:
    return np.array([len(lex.phone.formats) for lex in lexicons()])


@cache
def _international_formats() -> tuple[Ints, ...]:
    plus = [[i for i, form in enumerate(lex.phone.formats) if "+" in form] for lex in lexicons()]
    return tuple(np.array(forms) for forms in plus)


def _international(rng: Rng, country: Ints) -> Ints:
    forms = _international_formats()
    count = np.array([len(f) for f in forms])
    flat, start = np.concatenate(forms), np.concatenate([[0], np.cumsum(count)[:-1]])
    return np.asarray(flat[start[country] + (rng.random(len(country)) * count[country]).astype(np.int64)])


def _template(phone: Phone, form: int, *, area: int, number: int) -> str:
    groups = {g.count("#"): g for g in phone.groups}
    shapes = {"A": "#" * area, "s": "#" * number, "S": groups.get(number, "#" * number), **_FRENCH}
    return "".join(shapes.get(c, c) for c in phone.formats[form])


def _render(code: int, area: Ints, number: Ints) -> Column:
    code, number_length = divmod(code, 10)
    code, area_length = divmod(code, 10)
    country, form = divmod(code, 100)
    shape = _template(lexicons()[country].phone, form, area=area_length, number=number_length)
    text = np.tile(np.frombuffer(shape.encode(), np.uint8), (len(area), 1))
    places = [i for i, c in enumerate(shape) if c == "#"]
    whole, total = area * 10**number_length + number, area_length + number_length
    for rank, place in enumerate(places):
        text[:, place] = 48 + whole // 10 ** (total - 1 - rank) % 10
    return pa.array(text.view(f"S{len(shape)}").ravel()).cast(pa.string())
