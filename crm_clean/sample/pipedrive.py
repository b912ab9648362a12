"""The Pipedrive export: a workbook of people, every header under its object, one column for each label."""

from __future__ import annotations

import numpy as np

from crm_clean.sample.bulk import Sheet
from crm_clean.sample.cards import OWNERS, Card, dates, moments, pick
from crm_clean.sample.columns import (
    Column,
    Rng,
    chance,
    column,
    constant,
    filled,
    join_filled,
    keep,
    numbers,
    take,
    where,
)
from crm_clean.sample.mailboxes import FIRST

FILE = "pipedrive-people.xlsx"
TAB = "People"
INTEGERS = frozenset({"Person - ID"})
LABELS = ("Customer", "Hot lead", "Warm lead", "Cold lead", "Customer, Hot lead")
ACCOUNTS = ("A", "B", "C", "A+")
MARKETING = ("Subscribed", "No consent", "Archived")


def pipedrive(rng: Rng, card: Card) -> Sheet:
    """The sheet; rows come in the order of their ids."""
    n, rows, place, phones = len(card), card.rows, card.place, card.phones
    work, home, other = _emails(rng, card)
    names = card.names
    columns = {
        "Person - ID": numbers(100 + np.cumsum(rng.integers(1, 4, n))),
        "Person - Name": join_filled(names.first, names.last, sep=" "),
        "Person - First name": names.first,
        "Person - Last name": names.last,
        "Person - Organization": card.company,
        "Person - Title": card.title,
        "Person - Email - Work": work,
        "Person - Email - Home": home,
        "Person - Email - Other": other,
        "Person - Phone - Work": phones.work,
        "Person - Phone - Home": phones.home,
        "Person - Phone - Mobile": phones.mobile,
        "Person - Phone - Other": constant("", n),
        "Person - Postal address": join_filled(
            join_filled(place.street, place.unit, sep=" "), join_filled(place.postal_code, place.city, sep=" "),
            place.country, sep=", ",
        ),
        "Person - Birthday": dates(card.birth),
        "Person - Labels": pick(rng, LABELS, n, 0.5),
        "Person - Owner": take(column(OWNERS), card.owner),
        "Person - Marketing status": _marketing(rng, card),
        "Person - Person created": moments(rows.created, "%Y-%m-%d %H:%M:%S"),
        "Person - Update time": moments(rows.updated, "%Y-%m-%d %H:%M:%S"),
        "Person - Last activity date": moments(card.active, "%Y-%m-%d"),
        "Person - Account class": pick(rng, ACCOUNTS, n, 0.3),
        "Person - Coffee order": pick(rng, ("Espresso", "Tea", "Flat white"), n, 0.03),
    }  # fmt: skip
    return Sheet(FILE, columns, rows.person)


def _emails(rng: Rng, card: Card) -> tuple[Column, Column, Column]:
    """Work addresses under Work, private ones under Home - mostly."""
    rows, n = card.rows, len(card)
    private = rows.slot <= FIRST + 1
    at_home = private ^ chance(rng, n, 0.15)
    spare = rows.other_email
    work = where(at_home, keep(spare, chance(rng, n, 0.5)), rows.email)
    home = where(at_home, rows.email, keep(spare, chance(rng, n, 0.5)))
    left = ~(filled(work) & filled(home)) & filled(spare)
    return work, home, keep(spare, left)


def _marketing(rng: Rng, card: Card) -> Column:
    said = pick(rng, MARKETING, len(card))
    said = where(card.opted_out, "Unsubscribed", said)
    return keep(where(card.bounced, "Bounced", said), filled(card.rows.email))
