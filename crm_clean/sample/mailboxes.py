"""E-mail addresses: up to four a person, each written once in the world unless a household shares it on purpose."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.sample.columns import (
    Column,
    Ints,
    Mask,
    Rng,
    by_group,
    chance,
    column,
    constant,
    filled,
    join,
    keep,
    numbers,
    put,
    take,
    where,
)
from crm_clean.sample.companies import Companies
from crm_clean.sample.people import COUPLE, FAMILY, People
from crm_clean.sample.uniqueness import repeats
from crm_clean.sample.words import words

FIRST, SECOND, WORK, OLD_WORK = range(4)
HAS_FIRST, HAS_SECOND, HAS_WORK = 0.93, 0.2, 0.86
SHARED_BY_COUPLE = 0.06
# Local parts: f first name, i its initial, s surname, t a tail of digits; the firms' house rules count in this order.
SHAPES = ("f.s", "fs", "is", "i.s", "f", "s.f", "f.st", "ft")
# How often private addresses have each of them.
PRIVATE = (0.34, 0.14, 0.12, 0.02, 0.05, 0.03, 0.16, 0.14)


def draw_mailboxes(rng: Rng, people: People, companies: Companies, *, jobs: tuple[Ints, Ints]) -> tuple[Column, Mask]:
    """The addresses, `4 * person + slot`, "" where a person has none; and which of them a household shares.

    `jobs` are the present and the former employer of each person, -1 for none. Slots: FIRST, SECOND, WORK, OLD_WORK.
    """
    n = len(people)
    has_first = chance(rng, n, HAS_FIRST)
    has_first[:4] = True  # so that the smallest audience has members
    private = [_private(rng, people, maiden=chance(rng, n, 0.5)), _private(rng, people, maiden=chance(rng, n, 0.1))]
    work = [_work(people, companies, job) for job in jobs]
    has = [has_first, has_first & chance(rng, n, HAS_SECOND), (jobs[0] >= 0) & chance(rng, n, HAS_WORK), jobs[1] >= 0]
    pairs = [*private, *work]
    local = pa.concat_arrays([keep(pair[0], h) for pair, h in zip(pairs, has, strict=True)])
    domain = pa.concat_arrays([pair[1] for pair in pairs])
    by_slot = _unique(rng, local, domain)
    shared, by_slot = _share(rng, people, by_slot)
    order = np.arange(4 * n).reshape(4, n).T.ravel()
    return by_slot.take(pa.array(order)), shared[order]


def _private(rng: Rng, people: People, *, maiden: Mask) -> tuple[Column, Column]:
    n = len(people)
    born_as = np.where(maiden & (people.maiden >= 0), people.maiden, people.last)
    domain = take(words().provider.text, words().provider.draw(rng, people.country))
    pattern = rng.choice(len(PRIVATE), n, p=PRIVATE)
    year = 1970 + people.birth // 365.25
    tail = where(chance(rng, n, 0.5), numbers((year % 100).astype(np.int64)), numbers(rng.integers(1, 999, n)))
    return _local(people, born_as, pattern=pattern, tail=tail), domain


def _work(people: People, companies: Companies, job: Ints) -> tuple[Column, Column]:
    rule = companies.rule[np.maximum(job, 0)]
    return _local(people, people.last, pattern=rule, tail=constant("1", len(people))), take(companies.domain, job)


def _local(people: People, last: Ints, *, pattern: Ints, tail: Column) -> Column:
    first, surname = take(words().first_slug, people.first), take(words().last_slug, last)
    initial = pc.utf8_slice_codeunits(first, 0, 1)

    def shape(form: int, rows: Ints) -> Column:
        parts = {"f": first, "i": initial, "s": surname, "t": tail}
        return join(*(parts[c].take(pa.array(rows)) if c in parts else c for c in SHAPES[form]))

    return by_group(pattern, shape)


def _unique(rng: Rng, local: Column, domain: Column) -> Column:
    """Whoever comes second takes a number, as one does when signing up."""
    for attempt in range(12):
        again = repeats(join(local, domain, sep="@")) & filled(local)
        if not again.any():
            break
        tail = numbers(rng.integers(1, 10 ** (2 + attempt // 2), int(again.sum())))
        local = put(local, again, join(local.filter(again), tail))
    return keep(join(local, domain, sep="@"), filled(local))


def _share(rng: Rng, people: People, by_slot: Column) -> tuple[Mask, Column]:
    """Some couples have one private address between them: the head's."""
    n = len(people)
    head = np.arange(n) - people.role
    spouse = np.isin(people.kind, [COUPLE, FAMILY]) & (people.role == 1) & chance(rng, n, SHARED_BY_COUPLE)
    index = np.arange(4 * n)
    index[:n] = np.where(spouse, head, index[:n])
    shared = np.zeros(4 * n, dtype=bool)
    shared[np.flatnonzero(spouse)] = True
    shared[head[spouse]] = True
    return shared, by_slot.take(pa.array(index))


def role_mailbox(companies: Companies, job: Ints) -> Column:
    """The shared mailbox of each firm, `info@` and the like."""
    return keep(join(take(companies.role, job), take(companies.domain, job), sep="@"), job >= 0)


def placeholders(rng: Rng, n: int) -> Column:
    """What people type when a field must not stay empty."""
    said = (
        "noemail@noemail.com", "none@none.com", "test@test.com", "na@na.com", "noreply@example.com", "x@x.com",
        "noemail@example.com", "unknown@unknown.com",
    )  # fmt: skip
    return column([said[i] for i in rng.integers(0, len(said), n).tolist()])
