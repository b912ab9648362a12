"""The Mailchimp audience: a zip with one CSV per status, the status nowhere but in the member's name.

Tags are quoted within their cell; an address is one cell, its parts two blanks apart.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from crm_clean.sample.bulk import Sheet
from crm_clean.sample.cards import Card, dates, moments, phone_cell, pick
from crm_clean.sample.columns import (
    Column,
    Rng,
    chance,
    column,
    constant,
    filled,
    join,
    join_filled,
    keep,
    numbers,
    take,
)

FILE = "mailchimp-audience.zip"
STATUSES = ("subscribed", "unsubscribed", "cleaned")
TAGS = ("VIP", "Customer 2024", "Newsletter", "Spring fair", "Partner, EU", "Lead magnet", "Winback")
CAMPAIGNS = ("March news", "Summer sale", "Autumn catalogue", "We miss you")
REASONS = ("NORMAL: I no longer want to receive these emails", "SPAM: The emails are spam", "OTHER: other")
SHOPS = ("Online", "City centre", "Outlet")
NOTES = ("Called on Monday", "VIP\nsince 2019", "asked for print catalogue")
ZONES = ("America/New_York", "Europe/London", "Europe/Paris", "Europe/Madrid", "Europe/Berlin", "Europe/Rome",
         "Europe/Amsterdam", "Europe/Lisbon")  # fmt: skip


def member_name(status: str) -> str:
    """The name of the member of that status."""
    return f"{status}_email_audience_export_3f9c21ab07.csv"


def mailchimp(rng: Rng, card: Card) -> list[Sheet]:
    """One sheet per status that has members."""
    n = len(card)
    status = np.where(card.bounced, 2, np.where(card.opted_out, 1, 0))
    columns = _columns(rng, card)
    extra: dict[int, dict[str, Column]] = {0: {}, 1: _unsubscribed(rng, card), 2: _cleaned(rng, card)}
    sheets = []
    for code, name in enumerate(STATUSES):
        at = np.flatnonzero(status == code)
        tail = ("NOTES", "TAGS")
        ordered = {k: v for k, v in columns.items() if k not in tail} | extra[code] | {k: columns[k] for k in tail}
        picked = {k: v.take(pa.array(at)) for k, v in ordered.items()}
        if len(at) or n == 0:
            sheets.append(Sheet(f"{FILE}/{member_name(name)}", picked, card.rows.person[at]))
    return sheets


def _columns(rng: Rng, card: Card) -> dict[str, Column]:
    n, rows, place = len(card), card.rows, card.place
    signed_up = chance(rng, n, 0.7)
    opted_in = keep(moments(rows.created, "%Y-%m-%d %H:%M:%S"), signed_up)
    confirmed = moments(rows.created + rng.integers(20, 9_000, n), "%Y-%m-%d %H:%M:%S")
    return {
        "Email Address": rows.email,
        "First Name": card.names.first,
        "Last Name": card.names.last,
        "Address": _address(card),
        "Phone Number": phone_cell(card.phones),
        "Birthday": dates(card.birth, "%m/%d"),
        "Favourite shop": pick(rng, SHOPS, n, 0.2),
        "MEMBER_RATING": numbers(rng.integers(1, 6, n)),
        "OPTIN_TIME": opted_in,
        "OPTIN_IP": keep(_addresses_ip(rng, n), signed_up),
        "CONFIRM_TIME": confirmed,
        "CONFIRM_IP": _addresses_ip(rng, n),
        "LATITUDE": constant("", n),
        "LONGITUDE": constant("", n),
        "GMTOFF": constant("", n),
        "DSTOFF": constant("", n),
        "TIMEZONE": take(column(ZONES), place.country_id),
        "CC": place.country_code,
        "REGION": constant("", n),
        "LAST_CHANGED": moments(rows.updated, "%Y-%m-%d %H:%M:%S"),
        "LEID": numbers(88_000_000 + np.cumsum(rng.integers(4, 90, n))),
        "EUID": _hex(rng, n),
        "NOTES": pick(rng, NOTES, n, 0.02),
        "TAGS": _tags(rng, n),
    }


def _address(card: Card) -> Column:
    place = card.place
    street = join_filled(place.street, place.unit, sep=", ")
    whole = join_filled(street, place.city, place.region, place.postal_code, place.country_code, sep="  ")
    return keep(whole, filled(street))


def _tags(rng: Rng, n: int) -> Column:
    count = rng.choice(3, n, p=(0.45, 0.4, 0.15))
    quoted = column([f'"{tag}"' for tag in TAGS])
    first = rng.integers(0, len(TAGS), n)
    second = (first + rng.integers(1, len(TAGS), n)) % len(TAGS)
    one, two = take(quoted, np.where(count > 0, first, -1)), take(quoted, np.where(count > 1, second, -1))
    return join_filled(one, two, sep=",")


def _addresses_ip(rng: Rng, n: int) -> Column:
    """From the three ranges kept for documentation."""
    nets = take(column(("192.0.2.", "198.51.100.", "203.0.113.")), rng.integers(0, 3, n))
    return join(nets, numbers(rng.integers(1, 255, n)))


def _hex(rng: Rng, n: int) -> Column:
    signs = np.frombuffer(b"0123456789abcdef", np.uint8)
    text = np.ascontiguousarray(signs[rng.integers(0, 16, (n, 10))])
    return pa.array(text.view("S10").ravel()).cast(pa.string())


def _campaign(rng: Rng, n: int) -> tuple[Column, Column]:
    return pick(rng, CAMPAIGNS, n), _hex(rng, n)


def _unsubscribed(rng: Rng, card: Card) -> dict[str, Column]:
    title, key = _campaign(rng, len(card))
    return {
        "UNSUB_TIME": moments(card.rows.updated, "%Y-%m-%d %H:%M:%S"),
        "UNSUB_CAMPAIGN_TITLE": title,
        "UNSUB_CAMPAIGN_ID": key,
        "UNSUB_REASON": pick(rng, REASONS, len(card), 0.6),
        "UNSUB_REASON_OTHER": constant("", len(card)),
    }


def _cleaned(rng: Rng, card: Card) -> dict[str, Column]:
    title, key = _campaign(rng, len(card))
    return {
        "CLEAN_TIME": moments(card.rows.updated, "%Y-%m-%d %H:%M:%S"),
        "CLEAN_CAMPAIGN_TITLE": title,
        "CLEAN_CAMPAIGN_ID": key,
    }
