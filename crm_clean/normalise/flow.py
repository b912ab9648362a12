"""The way of values through normalising: which reader waits for which, and how all is put together in the end.

Addresses name countries, countries and numbers tell the region of a source, the region is what national numbers, dates
and postal codes are read in; everything else is independent and read side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.errors import BadFrame
from crm_clean.normalise import consent, points
from crm_clean.normalise.assemble import contact_points, record_table
from crm_clean.normalise.business.business_domains import Mailboxes, Sites, business_domains
from crm_clean.normalise.content import content_hashes
from crm_clean.normalise.distinct import flat, text_series
from crm_clean.normalise.findings import Findings
from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.memory import Memory
from crm_clean.normalise.people.columns import read_names
from crm_clean.normalise.points import Batch, Positions, Tools
from crm_clean.normalise.post import columns as places
from crm_clean.normalise.scalars import read_scalars
from crm_clean.normalise.spec import NormaliseSpec
from crm_clean.normalise.telephony import regions
from crm_clean.normalise.telephony.common_numbers import find_shared
from crm_clean.normalise.wording.vocabulary import Vocabulary, of_records
from crm_clean.normalise.workers import Workers
from crm_clean.records.fields import POINT_KINDS
from crm_clean.records.tables import STAGED_POINTS, STAGED_RECORDS, VOCABULARY

_STEPS = 11  # what `_Counter` counts: regions, nine jobs side by side, putting together


@dataclass(frozen=True)
class Flow:
    """One table of STAGED_RECORDS and its STAGED_POINTS on their way."""

    records: pa.Table
    points: pa.Table
    spec: NormaliseSpec
    memory: Memory | None = None
    vocabulary: pd.DataFrame | None = None  # VOCABULARY of the last run
    now: datetime | None = None  # what lies beyond it has not happened

    def run(
        self, *, workers: int, on_progress: Callable[[int, int], None] | None
    ) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
        """Tables of RECORDS, CONTACT_POINTS, ISSUES and VOCABULARY."""
        words = load(str(self.spec.lexicons) if self.spec.lexicons else None)
        at, count = positions_of(self.records, self.points), _Counter(on_progress)
        ids = flat(self.records["record_id"])
        with Workers(workers) as pool:
            tools = Tools(words, pool, Findings(), self.memory)
            read = self._read(at, tools, count)
            scalars, spoken = read.pop("scalars")
            scalars = consent.settle(scalars, flat(self.records["consent_status_raw"]))
            columns = scalars | read.pop("names") | {"content_hash": read.pop("hashes")}
            batches: dict[str, Batch] = {kind: consent.on_points(read[kind], scalars) for kind in POINT_KINDS}
            told = pool.begin(partial(contact_points, batches, ids))
            columns["business_domain"] = self._business_domains(columns["company_domain"], batches, words)
            self._find_shared(columns, batches["phone"], tools)
            records = record_table(self.records, columns)
            done = records, told.result(), tools.findings.table(ids), VOCABULARY.to_arrow(spoken.frame)
        count.one_more()
        return done

    def _read(self, at: Positions, tools: Tools, count: _Counter) -> dict[str, Any]:
        """What each reader gives. Those that wait for nobody begin first; regions are found meanwhile."""
        begun: dict[str, Future[Any]] = {}

        def begin(name: str, job: Callable[[], Any]) -> None:
            begun[name] = tools.workers.begin(partial(count.done, job))

        begin("hashes", partial(content_hashes, self.records, self.points, at=at))
        batches: dict[str, Batch] = {k: points.batch_of(k, self.points, at, tools=tools) for k in POINT_KINDS}
        begin("email", partial(points.read_emails, batches["email"], tools=tools))
        address = places.read_countries(places.take_apart(batches["address"], tools=tools), tools=tools)
        batches["address"] = address
        country = places.first_country(address, len(self.records))
        region = self._regions(batches, country)
        count.one_more()
        begin("phone", partial(points.read_phones, batches["phone"], country=country, region=region, tools=tools))
        begin("names", partial(read_names, self.records, pc.coalesce(country, region), tools=tools))
        begin("address", partial(places.read_addresses, address, region=region, tools=tools))
        begin("scalars", partial(self._scalars, region, tools))
        for kind in ("profile", "website", "text"):
            begin(kind, partial(points.read_others, batches[kind], tools=tools))
        return {name: future.result() for name, future in begun.items()}

    def _business_domains(self, own: pa.Array, batches: Mapping[str, Batch], words: Lexicons) -> pa.Array:
        sites, mail = batches["website"].in_order(), batches["email"].in_order()
        kinds = (mail.columns[c] for c in ("value", "is_free", "is_disposable", "is_placeholder"))
        mailboxes, websites = Mailboxes(mail.at, *kinds), Sites(sites.at, sites.columns["value"])
        return business_domains(len(self.records), company_domain=own, websites=websites, emails=mailboxes, words=words)

    def _find_shared(self, columns: Mapping[str, Any], phones: Batch, tools: Tools) -> None:
        """Note the numbers that nobody has to himself: the owner of a record is its company, else its family."""
        owners = pc.coalesce(columns["business_domain"], columns["company_key"], columns["last_name_key"])
        found = find_shared(phones.at, phones.columns["key"], owners)
        tools.findings.add(phones.at, phones.columns["raw"], found, field="phone")

    def _scalars(self, region: pa.Array, tools: Tools) -> tuple[dict[str, pa.Array], Vocabulary]:
        spoken = of_records(self.records, words=tools.words, standing=self.vocabulary)
        return read_scalars(self.records, region, tools=tools, spoken=spoken, now=self.now), spoken

    def _regions(self, batches: dict[str, Batch], country: pa.Array) -> pa.Array:
        phones = batches["phone"]
        sources = text_series(self.records["source"])
        ballots = [
            regions.country_votes(sources, pd.Series(country.to_pandas(), dtype=object)),
            regions.phone_votes(sources.take(phones.at), phones.columns["raw"]),
        ]
        given = text_series(self.records["default_region"])
        emails, addresses = batches["email"], batches["address"]
        hints = [
            partial(regions.email_votes, sources.take(emails.at), emails.columns["raw"]),
            partial(regions.postcode_votes, sources.take(addresses.at), addresses.columns["postal_code_raw"]),
            partial(regions.language_votes, sources, flat(self.records["language_raw"])),
        ]
        decided = regions.decide(sources, given, ballots, default=self.spec.default_region, hints=hints)
        return pa.array(decided, pa.string(), from_pandas=True)


class _Counter:
    """Counts what is done and tells of it."""

    def __init__(self, on_progress: Callable[[int, int], None] | None) -> None:
        self._tell, self._done, self._counting = on_progress, 0, Lock()

    def one_more(self) -> None:
        with self._counting:
            self._done += 1
            if self._tell:
                self._tell(self._done, _STEPS)

    def done(self, job: Callable[[], Any]) -> Any:
        """What `job` gives, counted once it has."""
        found = job()
        self.one_more()
        return found


def positions_of(records: pa.Table, staged: pa.Table) -> Positions:
    """The position in `records` (STAGED_RECORDS) of the record of each of `staged` (STAGED_POINTS).

    Raises BadFrame when one has none.
    """
    assert records.schema.names == list(STAGED_RECORDS.columns)
    assert staged.schema.names == list(STAGED_POINTS.columns)
    found = pc.index_in(flat(staged["record_id"]), value_set=flat(records["record_id"]))
    if found.null_count:
        raise BadFrame(f"staged_points: {found.null_count} points belong to no record")
    at: Positions = found.to_numpy(zero_copy_only=False).astype(np.int64)
    return at
