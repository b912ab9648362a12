"""The Python face: open a project and look at what stands, run it, or dedupe a frame without any project.

Everything that is read comes back as a pandas frame; nothing stays open between calls.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from crm_clean.errors import UnknownThing, UsageError
from crm_clean.pipeline import dedupe as deduping
from crm_clean.pipeline import run as running
from crm_clean.pipeline.dedupe import Options
from crm_clean.pipeline.order import Order, RunResult
from crm_clean.pipeline.past import check_any, check_run
from crm_clean.pipeline.place import Place, make_project
from crm_clean.pipeline.profile import profile
from crm_clean.pipeline.reporter import Reporter, Silent
from crm_clean.pipeline.wide import golden_wide
from crm_clean.records.tables import CONSENTS, DECISIONS, GOLDEN, GOLDEN_POINTS, OVERRIDES
from crm_clean.settings import Settings
from crm_clean.store.base import Store

if TYPE_CHECKING:
    from crm_clean.link.model_file import ModelFile
    from crm_clean.pipeline.assess import Assessment
    from crm_clean.pipeline.customer import Customer
    from crm_clean.pipeline.decide import Decided
    from crm_clean.pipeline.export import Exported
    from crm_clean.pipeline.forget import Forgotten
    from crm_clean.pipeline.offers import Offered
    from crm_clean.pipeline.open_close import Consented
    from crm_clean.pipeline.override import Overridden
    from crm_clean.pipeline.returned import Returned
    from crm_clean.pipeline.split import Parted
    from crm_clean.pipeline.tune import Tuning
    from crm_clean.review.account import Explanation
    from crm_clean.review.widget import ReviewWidget

__all__ = ["Options", "Project", "Result", "RunResult", "dedupe", "dedupe_files", "open", "profile"]


class Project:
    """A project folder: what stands in its store, and the way to make more of it."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)

    @classmethod
    def init(cls, folder: str | os.PathLike[str]) -> Project:
        """Make a project in `folder`, or complete the one that is there; changes nothing that exists."""
        project = cls(Path(folder))
        make_project(project.place)
        return project

    @property
    def store(self) -> Store:
        """The store behind the frames, for whoever needs history or digests."""
        return self.place.store()

    def settings(self) -> Settings:
        """What crm_clean.toml says now; raises BadSettings."""
        return Settings.read(self.place.folder)

    def golden(self, *, as_of: int | None = None) -> pd.DataFrame:
        """One row per golden record: golden_id, canonical fields, `email, email_2, ...`, custom, n_records, sources.

        With `as_of`, as it was after that run; raises UnknownThing for a run that never was.
        """
        run = check_run(self.store, as_of)
        return golden_wide(self.store.read(GOLDEN, as_of=run), self.store.read(GOLDEN_POINTS, as_of=run))

    def crosswalk(self, *, as_of: int | None = None) -> pd.DataFrame:
        """One row for every input row that was read, in input order.

        Columns: source_file, source_row (Int64, 1-based), source_record_id, golden_id, match_probability (0..1).
        `as_of` as for `golden`.
        """
        return self.store.view("crosswalk", as_of=check_run(self.store, as_of))

    def lineage(self, golden_id: str | None = None, *, as_of: int | None = None) -> pd.DataFrame:
        """One row per value offered to a golden record (to all of them if none is named), kept or not.

        Columns: golden_id, field, value, raw, source, record_id, source_file, source_row, is_kept, rule. `as_of` as
        for `golden`.
        """
        where = {"golden_id": golden_id} if golden_id else None
        return self.store.view("lineage", where=where, as_of=check_run(self.store, as_of))

    def review_queue(self, limit: int | None = None) -> pd.DataFrame:
        """Pairs for a person to judge, the most doubtful first, with the two records side by side and a reason.

        At most `limit` of them; pairs that were decided since the last run are no longer among them.
        """
        from crm_clean.pipeline.waiting import waiting

        return waiting(self.store, limit=limit)

    def explain(self, left: str, right: str | None = None) -> Explanation:
        """Why two records are one person or not, or what holds the golden record `left` together; `str()` says it.

        `left` is a golden id or a record id (or `file:row` as in the crosswalk), `right` a record id (or `file:row`).
        Raises UnknownThing for an id that does not exist.
        """
        from crm_clean.pipeline.explain import explain

        return explain(self.store, left, right, spec=self.settings().link)

    def offered(self, golden_id: str, field: str, *, as_of: int | None = None) -> Offered:
        """Where `field` of a golden record comes from: each value offered, kept or not, by whom, when, by which rule.

        `golden_id` may be a record of it. `as_of` a run: as it was then. Raises UnknownThing for what never was.
        """
        from crm_clean.pipeline.offers import offered

        return offered(self.store, golden_id, field, as_of=as_of)

    def decide(self, verdict: str, left: str, right: str, *, by: str, reason: str | None = None) -> Decided:
        """Record that two records are `same` or `different`, or that what was said is `undone`; the next run obeys.

        Raises UnknownThing for an id that does not exist, UsageError for a verdict that does not, StoreLocked when the
        store is held by somebody else.
        """
        from crm_clean.pipeline.decide import decide

        return decide(self.store, verdict, left, right, by=by, at=_now(), reason=reason)

    def decisions(self) -> pd.DataFrame:
        """The ledger: left_id, right_id, verdict, decided_by, decided_at, reason, in the order it was written.

        Then counts (boolean: nobody has said otherwise since) and contradicts (the chain of `same` that makes one
        person of a pair that stands as different, where this word has a part in that).
        """
        from crm_clean.pipeline.said import said

        return said(self.store)

    def customer(self, golden_id: str) -> Customer:
        """A golden record with its members, its lineage and its history; shows itself in a notebook.

        A golden id that was merged away leads to the one it went into. Raises UnknownThing for one that never was.
        """
        from crm_clean.pipeline.customer import customer

        return customer(self.store, golden_id)

    def review(self, *, by: str, limit: int = 200, show_probability: bool = True) -> ReviewWidget:
        """The queue as a widget for a notebook: a pair at a time, side by side; answers go to the ledger as `by`'s.

        Without `show_probability` the model's own opinion is not shown before yours is given.
        """
        from crm_clean.review.widget import ReviewWidget

        def record(verdict: str, left: str, right: str, reason: str | None) -> str | None:
            return self.decide(verdict, left, right, by=by, reason=reason).contradiction

        return ReviewWidget(self.review_queue(limit), record=record, show_probability=show_probability)

    def tune(self, *, model: str | os.PathLike[str] | None = None) -> Tuning:
        """The last run's linking taken up again in memory: charts of its model, other settings tried, nothing written.

        `model` is a model file to link by in place of the last run's. Raises UnknownThing before the first run,
        UnreadableInput for a model file that is none.
        """
        from crm_clean.pipeline.tune import tune

        return tune(self.store, spec=self.settings().link, model=_model(model))

    def issues(
        self,
        code: str | None = None,
        *,
        source: str | None = None,
        field: str | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """One row per finding of the last run: those of `code`, of `source`, of `field`, at most `limit` of them.

        Columns: code, field, record_id, source, source_file, source_row (Int64, 1-based), source_record_id, raw (the
        value as it came), suggestion (what it may have been meant to be), run (Int64); all others are
        string[pyarrow]. Raises UnknownThing before the first run and for a code, source or field that never was, with
        those that come near.
        """
        from crm_clean.pipeline.issues import issues

        return issues(self.store, code, source=source, field=field, limit=limit)

    def vocabulary(self, field: str | None = None) -> pd.DataFrame:
        """What the words of lists became in the last run, those of `field` (`tags`, `status`, ...) if one is named.

        Columns, string[pyarrow] but for the numbers: field, written (as it came), value (what it became, missing where
        a closed list does not know it), rule (listed, same, spelling, plural, unknown), suggestion, n_records (Int64,
        how many records have it), run (Int64). Raises as `issues`.
        """
        from crm_clean.pipeline.issues import vocabulary

        return vocabulary(self.store, field)

    def report(self, run: int | None = None, *, path: str | os.PathLike[str] | None = None) -> Path:
        """Write the report of the last run (or of `run`) as one HTML page, with the trend over all runs.

        It goes to `path`, else to `outbox/report.html`; returns where. Raises UnknownThing before the first run or for
        a run that never was.
        """
        from crm_clean.pipeline.retell import retell

        return retell(self.place, run, path=None if path is None else Path(path), title=self.settings().project.name)

    def evaluate(self, truth: str | os.PathLike[str]) -> Assessment:
        """The last run against a truth file (CSV of source_file, source_row, person): figures, and why no better.

        Raises UnreadableInput for a file that is no truth, UsageError for one about other rows, UnknownThing before
        the first run.
        """
        from crm_clean.pipeline.assess import assess

        return assess(self.store, Path(truth), spec=self.settings().link)

    def runs(self) -> pd.DataFrame:
        """One row per run, as the table `runs`: JSON text in settings, inputs, model, counts, digests."""
        return self.store.view("runs")

    def run(
        self,
        inputs: Iterable[str | os.PathLike[str]] | None = None,
        *,
        workers: int | None = None,
        full: bool = False,
        model: str | os.PathLike[str] | None = None,
        truth: str | os.PathLike[str] | None = None,
        check_deliverability: bool = False,
        accept_drop: bool = False,
        reporter: Reporter | None = None,
    ) -> RunResult:
        """Take every step over `inputs` (landing/ if none), commit, put out. `full` trains the model anew, `model` is
        the model.json of a run to link by.

        `truth`: a CSV of source_file, source_row, person to measure the result against. `check_deliverability` asks
        the name service which domains of e-mails take mail, whatever the settings say. `accept_drop` believes an export
        of all a source holds although it lacks much of what stood.

        Goes on where a stopped run was. Raises UnknownThing for an input that does not exist, StoreLocked when another
        run holds the store, GateFailed when a critical expectation is not met, UnreadableInput for a model file that is
        none, UsageError for one about other tables; what stood then still stands.
        """
        told = Path(truth) if truth is not None else None
        if full and model is not None:
            raise UsageError("Learning anew and linking by a model that is given exclude each other: ask for one.")
        order = Order(
            _existing(inputs),
            workers=_workers(workers),
            full=full,
            model=_model(model),
            truth=told,
            accept_drop=accept_drop,
        )
        return self._carry_out(order, reporter, check_deliverability)

    def step(
        self,
        name: str,
        inputs: Iterable[str | os.PathLike[str]] | None = None,
        *,
        workers: int | None = None,
        full: bool = False,
        truth: str | os.PathLike[str] | None = None,
        check_deliverability: bool = False,
        reporter: Reporter | None = None,
    ) -> RunResult:
        """Take the steps up to `name` that are not done yet; `publish`, the last, commits.

        `full`, `truth`, `check_deliverability` as for `run`; say the same at every step of one run. Raises as `run`.
        """
        known = [step.name for step in running.STEPS]
        if name not in known:
            raise UsageError(f"There is no step {name}; the steps are {', '.join(known)}.")
        told = Path(truth) if truth is not None else None
        order = Order(_existing(inputs), name, is_step=True, workers=_workers(workers), full=full, truth=told)
        return self._carry_out(order, reporter, check_deliverability)

    def rollback(self, run: int, *, reporter: Reporter | None = None) -> Returned:
        """Return to what stood after `run`, as a new run; `str()` of the answer says what came back.

        Nothing is destroyed, and what people said since is not taken back: decisions, overrides, closed addresses,
        erasures. Raises UnknownThing for a run that never was, and as `run`.
        """
        from crm_clean.pipeline.returned import returned, stands_already

        if already := stands_already(self.store, run):
            return already
        result = self._carry_out(Order(kind="rollback", to=run, workers=_workers(None)), reporter, False)
        return returned(self.store, run, result)

    def split(
        self,
        golden_id: str,
        records: Sequence[str] = (),
        *,
        by: str,
        reason: str | None = None,
        every: bool = False,
        force: bool = False,
        reporter: Reporter | None = None,
    ) -> Parted:
        """Take a golden record apart, at once and for good; `str()` of the answer says what stands now.

        `records` of it go into one of their own; without any the last merge is undone; `every` leaves each record on
        its own. It is remembered as decisions of `by`, which every later run obeys. Raises UnknownThing for what does
        not stand; UsageError for one record alone, a record of somebody else, and, without `force`, for records that a
        person decided to be the same; and as `run`.
        """
        from crm_clean.pipeline.split import decisions, plan_split, told

        store = self.store
        with store.hold():
            plan = plan_split(store, golden_id, records, is_all=every, is_forced=force)
            rows = decisions(store, plan, by=by, at=_now(), reason=reason)
            store.append(DECISIONS, rows)
        result = self._carry_out(Order(kind="split", workers=_workers(None)), reporter, False)
        return told(store, plan, run=result.run, n_decisions=len(rows))

    def forget(
        self, who: str, *, by: str, reason: str | None = None, everyone: bool = False, dry_run: bool = False
    ) -> Forgotten:
        """Erase a person from the store with all its history, from landing/, outbox/ and reports/, for good.

        `who` is an e-mail address or phone number in any spelling, a record id, `file:row` or a golden id. `by` and
        `reason` stand in the certificate and must not name the person. `everyone` erases all golden records that have
        the address, `dry_run` only says what would go. Raises UnknownThing when nobody is named so, UsageError when
        several people have the address, StoreLocked when a run holds the store.
        """
        from crm_clean.pipeline import forget as forgetting

        order = forgetting.Order(who, by, reason, everyone=everyone, is_dry=dry_run)
        return forgetting.forget(self.place.check(), order, settings=self.settings(), now=_now())

    def override(
        self,
        golden_id: str,
        field: str,
        value: str | None,
        *,
        by: str,
        reason: str | None = None,
        reporter: Reporter | None = None,
    ) -> Overridden:
        """Set one value of a golden record by hand, at once; None blanks it. `str()` of the answer says what stands.

        It outranks every rule until the records of it offer something else for that field, or until `lift`. The value
        is read as an export's would be. Raises UnknownThing for what does not stand, UsageError for a value that
        cannot be read and for fields of consent, and as `run`.
        """
        return self._say(golden_id, field, value, by, reason, False, reporter)

    def lift(
        self, golden_id: str, field: str, *, by: str, reason: str | None = None, reporter: Reporter | None = None
    ) -> Overridden:
        """Let the rules decide again on a value that was set by hand. Raises as `override`."""
        return self._say(golden_id, field, None, by, reason, True, reporter)

    def overrides(self) -> pd.DataFrame:
        """The values that were set by hand and not lifted: golden_id, field, value (missing: blank), decided_by,
        decided_at, reason, record_id, holds (False once the records offer something else)."""
        from crm_clean.pipeline.override import standing_overrides

        return standing_overrides(self.store)

    def consent(
        self, verb: str, address: str, *, by: str, reason: str | None = None, reporter: Reporter | None = None
    ) -> Consented:
        """`close` an e-mail address or phone number for good, or `open` it again, at once, for everybody who has it.

        Opening demands a reason. Raises UsageError for what is no address, and as `run`.
        """
        from crm_clean.pipeline import open_close

        store = self.store
        meant, row = open_close.entry(verb, address, by=by, at=_now(), reason=reason, settings=self.settings())
        with store.hold():
            check_any(store)
            store.append(CONSENTS, row)
        result = self._carry_out(Order(kind="override", workers=_workers(None)), reporter, False)
        return open_close.told(store, meant, verb, run=result.run)

    def export(
        self,
        out: str | os.PathLike[str],
        *,
        format: str = "csv",
        as_of: int | None = None,
        pseudonymise: bool = False,
    ) -> Exported:
        """Write golden, crosswalk and lineage to folder `out` as `csv` or `parquet`, all of them or none.

        With `as_of`, as they were after that run; with `pseudonymise`, a copy for analysts without what tells a person
        directly. Raises UnknownThing before the first run and for a run that never was, UsageError for another format.
        """
        from crm_clean.pipeline.export import export
        from crm_clean.privacy.hashes import Key

        key = Key(self.place.key()) if pseudonymise else None
        return export(self.store, Path(out), kind=format, as_of=as_of, key=key)

    def _say(
        self,
        golden_id: str,
        field: str,
        value: str | None,
        by: str,
        reason: str | None,
        is_lifted: bool,
        reporter: Reporter | None,
    ) -> Overridden:
        from crm_clean.pipeline import override as overriding

        store = self.store
        said = overriding.word(store, golden_id, field, value, is_lifted=is_lifted, settings=self.settings())
        with store.hold():
            _, was = overriding.current(store, said.record_id, said.field)
            store.append(OVERRIDES, overriding.row(store, said, by=by, at=_now(), reason=reason))
        result = self._carry_out(Order(kind="override", workers=_workers(None)), reporter, False)
        return overriding.told(store, said, was=was, run=result.run)

    def _carry_out(self, order: Order, reporter: Reporter | None, check_deliverability: bool) -> RunResult:
        place, settings = self.place.check(), self.settings()
        if check_deliverability:
            asked = settings.normalise.model_copy(update={"check_deliverability": True})
            settings = settings.model_copy(update={"normalise": asked})
        return running.run(place, order, settings=settings, clock=_now, reporter=reporter or Silent())


def open(path: str | os.PathLike[str]) -> Project:
    """The project in folder `path`; raises UnknownThing where there is none."""
    project = Project(Path(path))
    project.place.check()
    return project


@dataclass(frozen=True)
class Result:
    """What `dedupe` found: the files of `crm-clean dedupe` as frames, and summary.json as a dict."""

    crosswalk: pd.DataFrame
    golden: pd.DataFrame
    review: pd.DataFrame
    quarantine: pd.DataFrame
    summary: dict[str, Any]


def dedupe_files(
    paths: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    options: Options | None = None,
    reporter: Reporter | None = None,
) -> dict[str, Any]:
    """`crm-clean dedupe`: write seven files about the contacts in `paths` to folder `out`, return the summary.

    Raises UnreadableInput for a file that holds no contacts, GateFailed when a critical expectation is not met;
    nothing is written then.
    """
    chosen = options or Options(workers=_workers(None))
    return deduping.dedupe(_existing(paths), Path(out), options=chosen, clock=_now, reporter=reporter or Silent())


def dedupe(
    frame: pd.DataFrame,
    *,
    mapping: Mapping[str, str] | None = None,
    ignore: Iterable[str] = (),
    default_region: str | None = None,
    threshold: float | None = None,
    workers: int = 1,
    seed: int = 0,
    model: str | os.PathLike[str] | None = None,
) -> Result:
    """Dedupe a frame of contacts, whatever its columns are called.

    `mapping`: column -> canonical field, stronger than the guess. The crosswalk's `source_row` is the 1-based row of
    `frame`, its `source_file` is `frame.csv`. `model`: the model.json of another call, to link by. Raises as
    `dedupe_files`, and UnreadableInput for a model file that is none.
    """
    options = Options(dict(mapping or {}), tuple(ignore), default_region, threshold, workers, seed, model=_model(model))
    with tempfile.TemporaryDirectory(prefix="crm-clean-") as folder:
        source, out = Path(folder) / "frame.csv", Path(folder) / "out"
        frame.to_csv(source, index=False, encoding="utf-8")
        summary = dedupe_files([source], out, options=options)
        frames = {name: _read(out / f"{name}.csv") for name in ("crosswalk", "golden", "review", "quarantine")}
    return Result(**frames, summary=summary)


def _read(path: Path) -> pd.DataFrame:
    """A file we wrote ourselves, its numbers as numbers and all else as text."""
    frame = pd.read_csv(path, dtype="string[pyarrow]", keep_default_na=False, na_values=[""])
    numbers = {"source_row": "Int64", "left_row": "Int64", "right_row": "Int64", "match_probability": "float64"}
    return frame.astype({name: kind for name, kind in numbers.items() if name in frame.columns})


def _existing(paths: Iterable[str | os.PathLike[str]] | None) -> tuple[Path, ...]:
    found = tuple(Path(path) for path in paths or ())
    for path in found:
        if not path.exists():
            raise UnknownThing(f"{path}: no such file or folder; check the path.")
    return found


def _model(path: str | os.PathLike[str] | None) -> ModelFile | None:
    """The model in a file; None where none was named."""
    from crm_clean.link.model_file import read_model

    return None if path is None else read_model(Path(path))


def _workers(asked: int | None) -> int:
    # One unless asked: more start processes that import the calling script, which only some scripts are ready for.
    return asked or 1


def _now() -> datetime:
    return datetime.now(UTC)
