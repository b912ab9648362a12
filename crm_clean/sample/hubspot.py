"""The HubSpot export: one CSV of all contacts, in UTF-8, every field quoted, labels as headers."""

from __future__ import annotations

import numpy as np

from crm_clean.sample.bulk import Sheet
from crm_clean.sample.cards import OWNERS, Card, dates, moments, pick
from crm_clean.sample.columns import Rng, chance, column, constant, filled, join_filled, keep, numbers, take, where

FILE = "hubspot-crm-exports-all-contacts-2026-10-01.csv"
STAGES = ("Lead", "Subscriber", "Customer", "Marketing Qualified Lead", "Sales Qualified Lead", "Opportunity", "Other")
LEAD_STATUS = ("New", "Open", "In Progress", "Attempted to Contact", "Connected", "Unqualified", "Bad Timing")
SOURCES = ("Offline Sources", "Organic Search", "Direct Traffic", "Email Marketing", "Paid Search", "Referrals")
TOPICS = ("Product news", "Events", "Product news;Events", "Tips", "Offers", "Offers;Tips")
SHIRTS = ("M", "L", "S", "XL", "XXL")


def hubspot(rng: Rng, card: Card) -> Sheet:
    """The sheet; rows come in the order of their record ids."""
    n, rows, place, phones = len(card), card.rows, card.place, card.phones
    ids = 51_000_000_000 + np.cumsum(rng.integers(3, 900, n))
    main = where(filled(phones.work), phones.work, phones.home)
    merged = join_filled(numbers(ids - rng.integers(1, 3, n)), numbers(ids + 7_000_000_000), sep=";")
    street = join_filled(place.street, place.unit, sep=", ")
    columns = {
        "Record ID": numbers(ids),
        "First Name": card.names.first,
        "Last Name": card.names.last,
        "Email": rows.email,
        "Additional email addresses": rows.other_email,
        "Phone Number": main,
        "Mobile Phone Number": phones.mobile,
        "Salutation": card.names.salutation,
        "Date of birth": dates(card.birth),
        "Company Name": card.company,
        "Job Title": card.title,
        "Street Address": street,
        "City": place.city,
        "State/Region": place.region_long,
        "Postal Code": place.postal_code,
        "Country/Region": place.country,
        "Lifecycle Stage": pick(rng, STAGES, n, 0.92),
        "Lead Status": pick(rng, LEAD_STATUS, n, 0.45),
        "Contact owner": keep(take(column(OWNERS), card.owner), chance(rng, n, 0.7)),
        "Original Source": pick(rng, SOURCES, n),
        "Unsubscribed from all email": where(card.opted_out & filled(rows.email), "true", constant("", n)),
        "Marketing emails bounced": where(card.bounced & filled(rows.email), "1", constant("", n)),
        "Create Date": moments(rows.created, "%Y-%m-%d %H:%M"),
        "Last Modified Date": moments(rows.updated, "%Y-%m-%d %H:%M"),
        "Last Activity Date": moments(card.active, "%Y-%m-%d %H:%M"),
        "Merged Contact IDs": keep(merged, chance(rng, n, 0.02)),
        "Newsletter topics": pick(rng, TOPICS, n, 0.3),
        "Event shirt size": pick(rng, SHIRTS, n, 0.08),
        "Shop visits": keep(numbers(rng.integers(0, 40, n)), chance(rng, n, 0.25)),
    }
    return Sheet(FILE, columns, rows.person)
