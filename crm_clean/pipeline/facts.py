"""What a store knows of pairs of records, gathered for telling: evidence, decisions, chains, what stands.

The evidence of a pair is that of the last run where the run kept it. Where it kept none, or a decision or a guard
covers what the model thinks, the pair is scored again by the model that stands: that takes the whole table, about 3 s
of reading and counting for 100,000 records, and is done at most a few times for one question.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import ValidationError

from crm_clean.link.guards import CONTRADICTION, DOUBTFUL, UNLIKELY
from crm_clean.link.spec import LinkSpec
from crm_clean.pipeline.sayings import Sayings
from crm_clean.pipeline.standing import last_run_row
from crm_clean.records.tables import CONTACT_POINTS, DECISIONS, FILES, MEMBERSHIP, PAIRS, RECORDS
from crm_clean.review.case import Clash, Link, Party
from crm_clean.review.paths import Pair, holding
from crm_clean.review.values import Face
from crm_clean.store.base import Store

if TYPE_CHECKING:
    from crm_clean.link.named_pairs import Looked

_LONG_ID = 40
_HELD = (DOUBTFUL, UNLIKELY, CONTRADICTION)
SAID = 99.0  # the weight of a link that somebody decided


@dataclass(frozen=True)
class Seen:
    """A pair as the model sees it, whatever was decided: `weight` counts, `free` is without guards, None where no
    model has learnt anything. `verdict` is the last run's, None where it kept no such pair."""

    levels: str
    weight: float | None
    free: float | None
    probability: float | None
    verdict: str | None
    is_compared: bool
    ground: str | None = None


class Facts:
    """The answers of one store, each read once."""

    def __init__(self, store: Store, spec: LinkSpec) -> None:
        self.store = store
        self._given_spec = spec
        self._seen: dict[Pair, Seen] = {}
        self.face = lru_cache(maxsize=None)(self._face)
        self.party = lru_cache(maxsize=None)(self._party)

    @cached_property
    def _run(self) -> dict[str, Any]:
        return last_run_row(self.store)

    @cached_property
    def _model(self) -> dict[str, Any]:
        kept: dict[str, Any] = json.loads(self._run["model"])
        return kept

    @property
    def threshold(self) -> float:
        """The probability from which the last run merged."""
        return float(self._model["report"]["threshold"])

    @property
    def model(self) -> dict[str, Any]:
        """The model that the last run linked by, as `link` returns it."""
        model: dict[str, Any] = self._model["model"]
        return model

    @property
    def trained_on(self) -> int:
        """How many records that model was learnt from."""
        return int(self._model["trained_on"])

    @property
    def expected_precision(self) -> float:
        """The share of true pairs that the last run expected among those it put together."""
        return float(self._model["report"]["expected_precision"])

    @cached_property
    def spec(self) -> LinkSpec:
        """How the last run linked; the settings of today where it was too long ago to say."""
        try:
            return LinkSpec.model_validate(json.loads(self._run["settings"])["link"])
        except (KeyError, ValidationError):
            return self._given_spec

    @cached_property
    def sayings(self) -> Sayings:
        return Sayings(self.store.read(DECISIONS))

    @cached_property
    def _tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self.store.read(RECORDS), self.store.read(CONTACT_POINTS)

    def kept(self, ids: Iterable[str]) -> pd.DataFrame:
        """The pairs of the last run among `ids`, a PAIRS frame."""
        among = sorted(set(ids))
        return self.store.read(PAIRS, where={"left_id": among, "right_id": among})

    def around(self, record_id: str) -> pd.DataFrame:
        """The pairs of the last run that a record has a part in, but for those decided to be different."""
        ends = [self.store.read(PAIRS, where={end: record_id}) for end in ("left_id", "right_id")]
        found = pd.concat([frame for frame in ends if len(frame)] or ends[:1], ignore_index=True)
        return found[found["verdict"] != "decided_different"]

    def look(self, pairs: Sequence[Pair]) -> Looked:
        """Pairs scored by the model that stands."""
        from crm_clean.link.named_pairs import look

        left, right = [a for a, _ in pairs], [b for _, b in pairs]
        return look(*self._tables, left, right, spec=self.spec, model=self.model)

    def seen(self, pair: Pair) -> Seen:
        """The evidence of a pair."""
        if ordered(pair) not in self._seen:
            self.see([pair])
        return self._seen[ordered(pair)]

    def see(self, pairs: Iterable[Pair]) -> None:
        """Find the evidence of several pairs, those that must be scored anew all at once."""
        wanted = sorted({ordered(pair) for pair in pairs} - self._seen.keys())
        kept = self.kept(end for pair in wanted for end in pair)
        rows = {(row["left_id"], row["right_id"]): row for row in kept.to_dict("records")}
        anew = [pair for pair in wanted if pair not in rows or _is_covered(rows[pair])]
        for pair in wanted:
            if pair not in anew:
                self._seen[pair] = _seen(rows[pair], verdict=rows[pair]["verdict"])
        if anew:
            looked = self.look(anew)
            for at, pair in enumerate(anew):
                row = looked.pairs.iloc[at].to_dict()
                verdict = rows[pair]["verdict"] if pair in rows else None
                free = float(looked.free_weight[at])
                self._seen[pair] = _seen(row, verdict=verdict, free=free, ground=looked.ground[at])

    def links(self, members: Sequence[str]) -> dict[Pair, float]:
        """Bits between the members of a golden record, by pair: those of the run, all of them where these do not
        reach everybody."""
        kept = self.kept(members)
        holds = kept[kept["verdict"].isin(("merge", "decided_same"))]
        weights: dict[Pair, float] = {
            (row["left_id"], row["right_id"]): SAID if row["verdict"] == "decided_same" else row["weight"]
            for row in holds.to_dict("records")
        }
        if len(holding(weights, members)) == len(members) - 1:
            return weights
        every = [pair for pair in combinations(sorted(members), 2) if pair not in weights]
        looked = self.look(every).pairs
        return weights | dict(zip(every, looked["weight"].tolist(), strict=True))

    def link(self, left: str, right: str, bits: float) -> Link:
        """A link of `links` in words that can be told."""
        ruling = self.sayings.ruling(left, right) if bits >= SAID else None
        likely = 1.0 / (1.0 + 2.0**-bits)
        return Link(self.party(left).handle, self.party(right).handle, likely, ruling)

    def clash(self, pair: Pair) -> Clash | None:
        """The contradiction in the ledger that a pair has a part in."""
        chain = self.sayings.clash(pair)
        ruling = self.sayings.ruling(chain[0], chain[-1]) if chain else None
        return Clash(tuple(self.party(one).handle for one in chain), ruling) if chain and ruling else None

    def is_deleted(self, record_id: str) -> bool:
        """Whether its source marks a record as deleted."""
        return self.face(record_id).record["is_deleted"] is True

    def _face(self, record_id: str) -> Face:
        mine = {"record_id": record_id}
        record = self.store.read(RECORDS, where=mine).iloc[0].to_dict()
        points = self.store.read(CONTACT_POINTS, where=mine).to_dict("records")
        return Face({str(k): v for k, v in record.items()}, [{str(k): v for k, v in p.items()} for p in points])

    def _party(self, record_id: str) -> Party:
        belongs = self.store.read(MEMBERSHIP, where={"record_id": record_id})["golden_id"]
        return Party(record_id, self._handle(record_id), None if belongs.empty else str(belongs.iloc[0]))

    def _handle(self, record_id: str) -> str:
        """The record id, or its file and row where that is shorter and means no other row."""
        if len(record_id) <= _LONG_ID:
            return record_id
        records = self.store.read(RECORDS, where={"record_id": record_id})
        if records.empty:
            return record_id
        record = records.iloc[0]
        taken = self.store.read(FILES, where={"source_file": str(record["source_file"])})["file_id"].tolist()
        row = f"{record['source_file']}:{record['source_row']}"
        return row if taken and taken[-1] == record["file_id"] and len(row) < len(record_id) else record_id


def ordered(pair: Pair) -> Pair:
    """The pair as the store keeps it, the smaller id first."""
    return pair if pair[0] < pair[1] else (pair[1], pair[0])


def _is_covered(row: Mapping[Hashable, Any]) -> bool:
    """Whether a decision or a guard covers what the model thinks of a pair that the run kept."""
    return str(row["verdict"]).startswith("decided") or row["weight"] in _HELD


def _seen(
    row: Mapping[Hashable, Any], *, verdict: str | None, free: float | None = None, ground: str | None = None
) -> Seen:
    weight = _number(row["weight"])
    return Seen(
        levels=str(row["levels"]),
        weight=weight,
        free=weight if free is None else _number(free),
        probability=_number(row["probability"]),
        verdict=verdict,
        is_compared=verdict is not None or not pd.isna(row["rule"]),
        ground=ground,
    )


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
