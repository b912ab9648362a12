"""Who is meant by an e-mail address, a phone number, a record or a golden record: all records of one person.

An address is taken in any writing. Where several golden records have it, nobody is chosen: the one who asks does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow.compute as pc

from crm_clean.errors import UnknownThing, UsageError
from crm_clean.pipeline.named import echo, resolve
from crm_clean.records.tables import CONTACT_POINTS, GOLDEN_POINTS, MEMBERSHIP
from crm_clean.settings import Settings
from crm_clean.store.base import Store

_LEAST_DIGITS = 5
_MOST_TOLD = 20


@dataclass(frozen=True)
class Whom:
    """The golden records somebody is, or was last, and all records, sorted; those that no longer stand among them."""

    golden_ids: tuple[str, ...]
    record_ids: tuple[str, ...]


def whom(store: Store, typed: str, *, settings: Settings, everyone: bool = False) -> Whom:
    """The person that `typed` names; with `everyone` all people who have the address.

    Raises UnknownThing when nothing that ever stood is named so, UsageError when several people have the address.
    """
    asked = typed.strip()
    if not store.last_run():
        resolve(store, asked)  # which says what is missing
    golden_ids = _by_address(store, asked, settings) if "@" in asked and ":" not in asked else _by_id(store, asked)
    if golden_ids is None:
        golden_ids = _by_address(store, asked, settings)
    if not golden_ids:
        raise UnknownThing(
            f"{echo(typed)}: nobody here has that; name an e-mail address, a phone number with its country code, a "
            "record by file:row as in crosswalk.csv, or a golden id."
        )
    if len(golden_ids) > 1 and not everyone:
        told = ", ".join(golden_ids[:_MOST_TOLD]) + (", ..." if len(golden_ids) > _MOST_TOLD else "")
        raise UsageError(
            f"{len(golden_ids)} golden records have that address: {told}; name the one you mean, or add --everyone to "
            "erase them all."
        )
    return Whom(tuple(golden_ids), _records(store, golden_ids))


def _by_id(store: Store, asked: str) -> list[str] | None:
    """The golden record that an id leads to; None for what is no id."""
    try:
        named = resolve(store, asked)
    except UnknownThing:
        return None
    if named.golden_id:
        return [named.golden_id]
    if named.record_id is None:
        if store.history(MEMBERSHIP, where={"golden_id": asked}).empty:
            raise UnknownThing(f"{named.note} There is nothing left to erase.")
        return [asked]
    return _last_homes(store, [named.record_id])


def _by_address(store: Store, asked: str, settings: Settings) -> list[str]:
    kind = "email" if "@" in asked or "\uff20" in asked else "phone"
    keys = _email_keys(asked, settings) if kind == "email" else _phone_keys(store, asked, settings)
    if not keys:
        return []
    ever = store.history(CONTACT_POINTS, where={"kind": kind, "key": keys})
    now = set(ever.loc[ever["valid_to"].isna(), "record_id"])
    gone = [record for record in ever["record_id"].unique() if record not in now and not _stands(store, record)]
    return _last_homes(store, [*sorted(now), *gone])


def _stands(store: Store, record_id: str) -> bool:
    return not store.read(MEMBERSHIP, where={"record_id": record_id}).empty


def _email_keys(asked: str, settings: Settings) -> list[str]:
    from crm_clean.normalise.lexicon import load
    from crm_clean.normalise.mail.emails import read_email

    folder = settings.normalise.lexicons
    key = read_email(asked, words=load(str(folder) if folder else None)).key
    return [key] if key else []


def _phone_keys(store: Store, asked: str, settings: Settings) -> list[str]:
    """The keys a number may have: a national one is read in every country somebody lives in."""
    from crm_clean.normalise.lexicon import load
    from crm_clean.normalise.telephony.phones import read_phone

    if sum(sign.isdigit() for sign in asked) < _LEAST_DIGITS:
        return []
    folder = settings.normalise.lexicons
    words = load(str(folder) if folder else None)
    lived_in = pc.unique(store.standing(GOLDEN_POINTS, columns=["country"])["country"]).drop_null().to_pylist()
    given = (settings.normalise.default_region, settings.sources.default_region)
    regions: Iterable[tuple[str, ...]] = ((), *((r,) for r in sorted({*lived_in, *(one for one in given if one)})))
    found = {read_phone(asked, regions=one, words=words).key for one in regions}
    return sorted(key for key in found if key)


def _last_homes(store: Store, record_ids: Sequence[str]) -> list[str]:
    """The golden records that records belong to, or belonged to last."""
    if not record_ids:
        return []
    return sorted(set(_homes(store.history(MEMBERSHIP, where={"record_id": list(record_ids)}))["golden_id"]))


def _homes(history: pd.DataFrame) -> pd.DataFrame:
    """The last row of each record."""
    return history.sort_values(["valid_from"], kind="stable").drop_duplicates("record_id", keep="last")


def _records(store: Store, golden_ids: Sequence[str]) -> tuple[str, ...]:
    """Every record whose last home is one of these."""
    ever = store.history(MEMBERSHIP, where={"golden_id": list(golden_ids)})["record_id"].unique().tolist()
    last = _homes(store.history(MEMBERSHIP, where={"record_id": ever})) if ever else pd.DataFrame()
    return tuple(sorted(last.loc[last["golden_id"].isin(golden_ids), "record_id"])) if len(last) else ()
