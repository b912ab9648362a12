"""The Salesforce weekly export: `Contact.csv` under API names, every field quoted, in Windows-1252.

Booleans are 0 and 1, an empty lookup is fifteen zeros and AAA, and a record merged away is still there, deleted, naming
its master.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from crm_clean.sample.bulk import Sheet
from crm_clean.sample.cards import DAY, OWNERS, Card, dates, moments, pick
from crm_clean.sample.columns import (
    Column,
    Ints,
    Mask,
    Rng,
    chance,
    column,
    constant,
    filled,
    join_filled,
    keep,
    put,
    take,
    where,
)

FILE = "salesforce/Contact.csv"
ENCODING = "cp1252"
EMPTY_LOOKUP = "000000000000000AAA"
SOURCES = ("Web", "Trade Show", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
DEPARTMENTS = ("Sales", "Finance", "Operations", "IT", "Marketing", "HR", "Purchasing")
NOTES = (
    "Met at the spring fair", "Prefers e-mail", "Asked for a quote\nCall back in May", "Long-standing customer",
    'Says "not before noon"', "Invoice to head office",
)  # fmt: skip
CHANNELS, TIERS = ("Email", "Phone", "Post", "None"), ("Bronze", "Silver", "Gold")
_DIGITS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", np.uint8)
_CHECK = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", np.uint8)


def salesforce(rng: Rng, card: Card) -> Sheet:
    """The sheet; rows come in the order of their ids."""
    n, rows, place, phones = len(card), card.rows, card.place, card.phones
    ids = salesforce_ids("0035g00000", np.cumsum(rng.integers(1, 60, n)) + 14_776_336)
    deleted, master = _merged_away(rng, rows.person, ids)
    has_mail = filled(rows.email)
    bounced = card.bounced & has_mail
    street = where(
        chance(rng, n, 0.5),
        join_filled(place.street, place.unit, sep="\n"),
        join_filled(place.unit, place.street, sep=", "),
    )
    stamp = moments(rows.updated, "%Y-%m-%d %H:%M:%S")
    columns = {
        "Id": ids,
        "IsDeleted": _flag(deleted),
        "MasterRecordId": master,
        "AccountId": _lookup("0015g00000", card.company_id),
        "LastName": _required(rng, card.names.last),
        "FirstName": card.names.first,
        "Salutation": card.names.salutation,
        "MailingStreet": street,
        "MailingCity": place.city,
        "MailingState": place.region,
        "MailingPostalCode": place.postal_code,
        "MailingCountry": place.country,
        "Phone": phones.work,
        "Fax": constant("", n),
        "MobilePhone": phones.mobile,
        "HomePhone": phones.home,
        "OtherPhone": constant("", n),
        "ReportsToId": constant(EMPTY_LOOKUP, n),
        "Email": rows.email,
        "Title": card.title,
        "Department": keep(pick(rng, DEPARTMENTS, n, 0.3), card.company_id >= 0),
        "LeadSource": pick(rng, SOURCES, n, 0.6),
        "Birthdate": dates(card.birth),
        "Description": pick(rng, NOTES, n, 0.12),
        "OwnerId": salesforce_ids("0055g00000", card.owner + 917),
        "HasOptedOutOfEmail": _flag(card.opted_out & has_mail),
        "HasOptedOutOfFax": _flag(chance(rng, n, 0.01)),
        "DoNotCall": _flag(card.do_not_call),
        "CreatedDate": moments(rows.created, "%Y-%m-%d %H:%M:%S"),
        "CreatedById": salesforce_ids("0055g00000", card.owner + 917),
        "LastModifiedDate": stamp,
        "LastModifiedById": salesforce_ids("0055g00000", rng.integers(0, len(OWNERS), n) + 917),
        "SystemModstamp": stamp,
        "LastActivityDate": moments(card.active, "%Y-%m-%d"),
        "EmailBouncedReason": where(bounced, "550 5.1.1 mailbox unknown", constant("", n)),
        "EmailBouncedDate": keep(moments(rows.updated // DAY * DAY, "%Y-%m-%d %H:%M:%S"), bounced),
        "IndividualId": constant(EMPTY_LOOKUP, n),
        "Preferred_Channel__c": pick(rng, CHANNELS, n, 0.4),
        "Loyalty_Tier__c": pick(rng, TIERS, n, 0.25),
    }
    return Sheet(FILE, columns, rows.person)


def salesforce_ids(prefix: str, serial: Ints) -> Column:
    """Ids of 18 characters: a prefix of ten, the serial in base 62, and three that tell upper from lower case."""
    text = np.empty((len(serial), 18), np.uint8)
    text[:, :10] = np.frombuffer(prefix.encode(), np.uint8)
    for place in range(5):
        text[:, 14 - place] = _DIGITS[serial // 62**place % 62]
    text[:, 15:] = _CHECK[_capitals(text[:, :15])]
    return pa.array(text.view("S18").ravel()).cast(pa.string())


def _capitals(text: NDArray[np.uint8]) -> Ints:
    """For each chunk of five characters, which of them are capitals, as a number."""
    capital = ((text >= ord("A")) & (text <= ord("Z"))).reshape(-1, 3, 5)
    return np.asarray((capital * (1 << np.arange(5))).sum(axis=2), dtype=np.int64)


def _lookup(prefix: str, serial: Ints) -> Column:
    return where(serial >= 0, salesforce_ids(prefix, np.maximum(serial, 0) + 238_328), EMPTY_LOOKUP)


def _flag(mask: Mask) -> Column:
    return where(mask, "1", constant("0", len(mask)))


def _required(rng: Rng, last: Column) -> Column:
    """A contact needs a last name; who knows none types something."""
    missing = ~filled(last)
    said = column(("Unknown", "[not provided]", ".", "N/A"))
    return put(last, missing, take(said, rng.integers(0, 4, int(missing.sum()))))


def _merged_away(rng: Rng, person: Ints, ids: Column) -> tuple[Mask, Column]:
    """Some later records of a person were merged into the first, which stays."""
    first = pd.Series(np.arange(len(person))).groupby(person).transform("first").to_numpy()
    deleted = (first != np.arange(len(person))) & chance(rng, len(person), 0.18)
    return deleted, where(deleted, take(ids, first), EMPTY_LOOKUP)
