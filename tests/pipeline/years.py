"""A project through the years, as a state machine: whatever is asked of it and in whatever order, some things hold.

Six made-up people have up to four records each in two exports that are all their source holds. Every record bears a
mark of its own in its notes, so that one can look for it. What is believed of the project is kept beside it, in plain
sets and dicts, and compared with what stands after every run.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crm_clean.errors import UsageError
from crm_clean.project import Project, RunResult
from crm_clean.records.decisions import standing
from crm_clean.records.fields import SCALARS
from crm_clean.records.tables import (
    CONTACT_POINTS,
    DECISIONS,
    GOLDEN,
    GOLDEN_POINTS,
    IDENTITY_EVENTS,
    MEMBERSHIP,
    RAW_ROWS,
    RECORDS,
    SURVIVORS,
    TABLES,
    VERSIONED,
)  # fmt: skip

SOURCES = ("alpha.csv", "beta.csv")
HEAD = "Record ID,First Name,Last Name,Email,Phone,City,Job Title,Unsubscribed,Notes"
NAMES = (
    ("Ottilie", "Quarrel"), ("Zebedee", "Solitarius"), ("Kimberly", "Umbrix"), ("Ada", "Longfellow"),
    ("Benjamin", "Shortt"), ("Dora", "Neumann"),
)  # fmt: skip
CITIES, JOBS = ("Springfield", "Shelbyville", "Ogdenville"), ("Baker", "Pilot", "Potter", "Carter")
BY = "Kim Rao"
CLOSING = ("email", "phone")
# A source is not believed to have lost more than a part of its records.
FEWEST = 5


@dataclass(frozen=True)
class Row:
    """A record at its source. `source`, `person` and `copy` are who it is; what else it says may change."""

    source: str
    person: int
    copy: int
    first: int = 0  # 0 in full, 1 the initial
    mailbox: int = 0
    phone: int = 0
    city: int = 0
    job: int = 0
    is_out: bool = False

    @property
    def id(self) -> str:
        return f"{self.source}:{self.native}"

    @property
    def native(self) -> str:
        return f"{self.source[0]}{self.person}{self.copy}"

    @property
    def mark(self) -> str:
        """Words that no other record has."""
        return f"qz{self.native}zq"

    @property
    def email(self) -> str:
        first, last = NAMES[self.person]
        return f"{first}.{last}{self.mailbox or ''}@{last}.example.org".lower()

    def line(self) -> str:
        first, last = NAMES[self.person]
        phone = f"+1 212 555 01{self.person}{self.phone}"
        out = "true" if self.is_out else ""
        said = first[: None if self.first == 0 else 1]
        return (
            f"{self.native},{said},{last},{self.email},{phone},{CITIES[self.city]},{JOBS[self.job]},{out},{self.mark}"
        )


ALL = [Row(source, person, copy) for source in SOURCES for person in range(len(NAMES)) for copy in range(2)]
# Both have everybody once, and the second has two of them twice.
AT_FIRST = {row.id: row for row in ALL if row.copy == 0 or (row.source == SOURCES[1] and row.person < 2)}
CHANGES = st.one_of(
    *(st.builds(lambda value, name=name: {name: value}, st.integers(0, most)) for name, most in
      (("first", 1), ("mailbox", 1), ("phone", 2), ("city", 2), ("job", 3))),
    st.just({"is_out": True}), st.just({"is_out": False}),
)  # fmt: skip
Homes = dict[str, str]


def write_exports(folder: Path, rows: Iterable[Row], *, torn: Iterable[str] = ()) -> None:
    """The exports of `rows` in their order; a source that is `torn` has a line that cannot be read."""
    for source in SOURCES:
        lines = [HEAD, *(row.line() for row in rows if row.source == source)]
        lines += ["torn,Line,With,far,too,many,cells,in,it,and,more,still"] * (source in torn)
        (folder / source).write_text("\n".join([*lines, ""]), "utf-8")


def made(folder: Path, *, store: str | None = None) -> Project:
    """A project that was loaded once; `store` is the address of its store, where it is not a file."""
    folder.mkdir()
    settings = f"[sources]\nsnapshots = {list(SOURCES)}\n[link]\npartial = 0.6\n"
    named = f'store = "{store}"\n' if store else ""
    (folder / "crm_clean.toml").write_text(named + settings, "utf-8")
    project = Project.init(folder)
    write_exports(project.place.landing, AT_FIRST.values())
    assert project.run(workers=1).run == 1
    return project


class Years(RuleBasedStateMachine):
    """`begin` gives a project that was loaded once, and tidies it away."""

    begin: Callable[[], object]

    def __init__(self) -> None:
        super().__init__()
        self._tidy = type(self).begin()
        self.project: Project = self._tidy.__enter__()  # type: ignore[attr-defined]
        self.store = self.project.store
        self.rows = dict(AT_FIRST)
        self.torn: set[str] = set()
        self.n_forgotten = 0
        self.gone: set[str] = set()  # records that were erased
        self.gone_values: set[str] = set()
        self.closed: set[tuple[str, str]] = set()
        self.ever: dict[str, set[str]] = {}  # every golden id there was, and all who were ever in it
        self.past: dict[int, dict[str, str]] = {}
        self.homes_of: dict[int, Homes] = {}
        self.is_due = False  # whether a run would have something to do
        self._look(1)

    def teardown(self) -> None:
        self._tidy.__exit__(None, None, None)  # type: ignore[attr-defined]

    # --- what is done to it ---------------------------------------------------------------------------------------

    @rule(
        comes=st.lists(st.sampled_from(ALL), max_size=3, unique=True),
        goes=st.lists(st.sampled_from(ALL), max_size=1),
        changes=st.lists(st.tuples(st.sampled_from(ALL), CHANGES), max_size=3),
        torn=st.sampled_from([(), (), (), (), SOURCES[:1]]),
        order=st.randoms(use_true_random=False),
        full=st.sampled_from([False, False, False, True]),
    )
    def load(self, comes, goes, changes, torn, order, full) -> None:
        """A month later: the next exports, in any order of rows."""
        for row in comes:
            self.rows.setdefault(row.id, row)
        for row in goes:
            if row.id in self.rows and sum(r.source == row.source for r in self.rows.values()) > FEWEST:
                del self.rows[row.id]
        for row, change in changes:
            if row.id in self.rows:
                self.rows[row.id] = replace(self.rows[row.id], **change)
        rows = list(self.rows.values())
        order.shuffle(rows)
        self.torn = set(torn)
        write_exports(self.project.place.landing, rows, torn=torn)
        before = self.homes
        self._after(self.project.run(workers=1, full=full))
        self._check_homes_are_kept(before)
        self._check_nothing_is_lost(before)

    @rule()
    def run_again(self) -> None:
        """The same exports again: nothing to do, where nobody said anything since."""
        last, digests = self.last, self.store.digests()
        result = self.project.run(workers=1)
        if self.is_due:
            self._after(result)
        else:
            assert not result.is_changed
            assert (self.last, self.store.digests()) == (last, digests)

    @rule(verdict=st.sampled_from(["same", "different", "undone"]), data=st.data())
    def decide(self, verdict, data) -> None:
        """Somebody says who two records are; the next run obeys."""
        left, right = data.draw(st.lists(st.sampled_from(sorted(self.homes)), min_size=2, max_size=2, unique=True))
        try:
            self.is_due |= self.project.decide(verdict, left, right, by=BY).is_new
        except UsageError:
            assert verdict == "undone"

    @rule(data=st.data())
    def split(self, data) -> None:
        """Somebody takes a golden record apart."""
        several = {golden_id: members for golden_id, members in self.groups.items() if len(members) > 1}
        if not several:
            return
        golden_id = data.draw(st.sampled_from(sorted(several)))
        members = sorted(several[golden_id])
        apart = data.draw(st.lists(st.sampled_from(members), min_size=1, max_size=len(members) - 1, unique=True))
        parted = self.project.split(golden_id, apart, by=BY, force=True)
        self._look(parted.run)
        assert {self.homes[record] for record in apart}.isdisjoint(
            self.homes[record] for record in members if record not in apart
        )

    @precondition(lambda self: self.last > 1)
    @rule(data=st.data())
    def rollback(self, data) -> None:
        """Back to an earlier run."""
        to = data.draw(st.integers(1, self.last - 1))
        returned = self.project.rollback(to)
        if returned.is_changed:
            self.is_due = True
            self._look(returned.run)
        assert self.homes == self.homes_of[to]

    @precondition(lambda self: self.n_forgotten < 2)
    @rule(data=st.data())
    def forget(self, data) -> None:
        """Somebody wants to be forgotten; their CRM goes on exporting them."""
        record = data.draw(st.sampled_from(sorted(self.homes)))
        doomed = self.groups[self.homes[record]]
        marks = [row.mark for row in ALL if row.id in doomed]
        assert self._found(marks), "what is looked for cannot be found"
        self.project.forget(record, by=BY)
        self._forgotten(doomed)
        assert not self._found(marks)

    # --- what holds -----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_erased_comes_back(self) -> None:
        marks = [row.mark for row in ALL if row.id in self.gone]
        assert not self._found(marks)
        assert not self.gone & set(self.homes)

    def _after(self, result: RunResult) -> None:
        if result.is_changed:
            self._look(result.run)
            self._check_decisions_hold()
        self.is_due = False

    def _look(self, run: int) -> None:
        """Takes in what stands after `run`, and checks what has to hold of any state whatsoever."""
        store = self.store
        with store.at_once():
            assert store.last_run() == run
            self.read()
            self._check_ids()
            self._check_counts()
            self._check_lineage()
            self._check_consent()
            self._check_events()
            digests = {table.name: store.digest(table) for table in VERSIONED}
            for then, told in self.past.items():
                assert {table.name: store.digest(table, as_of=then) for table in VERSIONED} == told, then
        self.past[run], self.homes_of[run] = digests, dict(self.homes)

    def read(self) -> None:
        store = self.store
        self.last = store.last_run()
        membership = store.read(MEMBERSHIP)
        self.homes: Homes = dict(zip(membership["record_id"], membership["golden_id"], strict=True))
        self.groups: dict[str, set[str]] = {}
        for record, golden_id in self.homes.items():
            self.groups.setdefault(golden_id, set()).add(record)

    def _check_ids(self) -> None:
        """An id that comes again belongs to people who had it."""
        for golden_id, members in self.groups.items():
            known = self.ever.setdefault(golden_id, set(members))
            assert known & members, f"{golden_id} was given to others"
            known |= members

    def _check_homes_are_kept(self, before: Homes) -> None:
        """Who is together with the same records as before is called as before."""
        were: dict[str, set[str]] = {}
        for record, golden_id in before.items():
            were.setdefault(golden_id, set()).add(record)
        for golden_id, members in were.items():
            now = {self.homes.get(record) for record in members}
            if len(now) == 1 and None not in now:
                (home,) = now
                if self.groups[str(home)] == members:
                    assert home == golden_id

    def _check_nothing_is_lost(self, before: Homes) -> None:
        """Every row that was exported stands, and nothing else but what a torn export may have left out."""
        exported = {row.id for row in self.rows.values()}
        tied = {row.id for row in self.rows.values() if {row.email, row.line().split(",")[4]} & self.gone_values}
        assert exported - self.gone - tied <= set(self.homes)
        stays = {record for record in before if record.partition(":")[0] in self.torn}
        assert set(self.homes) <= exported | stays

    def _check_decisions_hold(self) -> None:
        said = standing(self.store.read(DECISIONS))
        both = said[said["left_id"].isin(self.homes) & said["right_id"].isin(self.homes)]
        pairs = {
            verdict: {frozenset(pair) for pair in zip(rows["left_id"], rows["right_id"], strict=True)}
            for verdict, rows in both.groupby("verdict")
        }
        for people in _connected(pairs.get("same", set())):
            if not any(frozenset(pair) in pairs.get("different", set()) for pair in combinations(people, 2)):
                assert len({self.homes[record] for record in people}) == 1, "said to be one, and apart"
        clashing = [
            people
            for people in _connected(pairs.get("same", set()))
            if any(frozenset(pair) in pairs.get("different", set()) for pair in combinations(people, 2))
        ]
        for pair in pairs.get("different", set()):
            if not any(pair <= people for people in clashing):
                assert len({self.homes[record] for record in pair}) == 2, "said to be two, and together"

    def _check_counts(self) -> None:
        store = self.store
        golden = store.read(GOLDEN)
        assert set(store.read(RECORDS)["record_id"]) == set(self.homes)
        sizes = dict(zip(golden["golden_id"], golden["n_records"], strict=True))
        assert sizes == {golden_id: len(members) for golden_id, members in self.groups.items()}
        assert set(store.read(CONTACT_POINTS)["record_id"]) <= set(self.homes)
        assert set(store.read(GOLDEN_POINTS)["golden_id"]) <= set(self.groups)
        assert len(store.view("crosswalk")) == len(store.read(RAW_ROWS))

    def _check_lineage(self) -> None:
        """Each value of a golden record has a line that says where it is from."""
        store = self.store
        golden, lineage = store.read(GOLDEN), store.view("lineage")
        kept = lineage[lineage["is_kept"]]
        told = set(zip(kept["golden_id"], kept["field"], strict=True))
        chosen = store.read(SURVIVORS)
        told |= set(zip(chosen["golden_id"], chosen["field"], strict=True))
        for name in [name for name in SCALARS if name in golden]:
            for golden_id in golden.loc[golden[name].notna(), "golden_id"]:
                assert (golden_id, name) in told, f"nobody gave {name}"
        points = store.read(GOLDEN_POINTS)
        for golden_id, kind in set(zip(points["golden_id"], points["kind"], strict=True)):
            assert (golden_id, kind) in told, f"nobody gave a {kind}"

    def _check_consent(self) -> None:
        """What was closed once is closed wherever it stands."""
        points = self.store.read(CONTACT_POINTS)
        shut = points[points["opt_out"].fillna(False) & points["kind"].isin(CLOSING) & points["key"].notna()]
        self.closed |= set(zip(shut["kind"], shut["key"], strict=True))
        golden = self.store.read(GOLDEN_POINTS)
        is_open = golden[~golden["opt_out"].fillna(False)]
        reopened = self.closed & set(zip(is_open["kind"], is_open["key"], strict=True))
        assert not reopened, "an address that was closed is open"

    def _check_events(self) -> None:
        """Whoever was created or revived and has not ended since is who stands."""
        alive: dict[str, bool] = {}
        events = self.store.read(IDENTITY_EVENTS)
        for golden_id, event in zip(events["golden_id"], events["event"], strict=True):
            if event in ("created", "revived"):
                assert not alive.get(golden_id, False), f"{golden_id} was {event} while it stood"
                alive[golden_id] = True
            elif event in ("absorbed", "retired", "erased"):
                assert alive.get(golden_id, False), f"{golden_id} was {event} and did not stand"
                alive[golden_id] = False
        assert {golden_id for golden_id, stands in alive.items() if stands} == set(self.groups)

    def _forgotten(self, doomed: set[str]) -> None:
        """Takes in that these records never were."""
        self.n_forgotten += 1
        self.gone |= doomed
        erased = [row for row in [*self.rows.values(), *ALL] if row.id in doomed]
        self.gone_values |= {value for row in erased for value in (row.email, row.line().split(",")[4])}
        self.closed = {(kind, key) for kind, key in self.closed if not any(_is_of(key, row) for row in erased)}
        self.is_due = True
        self.read()
        with self.store.at_once():
            for run, homes in self.homes_of.items():
                left = {record: home for record, home in homes.items() if record not in doomed}
                then = self.store.read(MEMBERSHIP, as_of=run)
                assert dict(zip(then["record_id"], then["golden_id"], strict=True)) == left
                self.homes_of[run] = left
                self.past[run] = {t.name: self.store.digest(t, as_of=run) for t in VERSIONED}

    def _found(self, words: list[str]) -> set[tuple[str, str]]:
        """The tables that hold one of the words, with the word, their past included."""
        if not words:
            return set()
        store = self.store
        found = set()
        with store.at_once():
            for table in (*VERSIONED, RAW_ROWS, TABLES["quarantine"], TABLES["issues"], DECISIONS):
                rows = store.history(table) if table in VERSIONED else store.read(table)
                text = rows.to_csv()
                found |= {(table.name, word) for word in words if word in text}
        return found


def _is_of(key: str, row: Row) -> bool:
    digits = row.line().split(",")[4].replace(" ", "")
    return key == digits or NAMES[row.person][1].lower() in key


def _connected(pairs: Iterable[frozenset[str]]) -> list[set[str]]:
    groups: list[set[str]] = []
    for pair in pairs:
        mine = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair] + [set(pair).union(*mine)]
    return groups


@contextmanager
def copied(project: Project) -> Iterator[Project]:
    """A copy of a project whose store is a file, for as long as it is wanted."""
    with tempfile.TemporaryDirectory(prefix="crm-clean-years-") as folder:
        to = Path(folder) / "project"
        shutil.copytree(project.place.folder, to, symlinks=True)
        yield Project(to)


@contextmanager
def copied_on(server: Any, project: Project, database: str) -> Iterator[Project]:
    """A copy of a project whose store is `database` of a PostgreSQL server, for as long as it is wanted."""
    with copied(project) as there:
        server.say("DROP DATABASE IF EXISTS years WITH (FORCE)", f"CREATE DATABASE years TEMPLATE {database}")
        settings = there.place.settings_file
        settings.write_text(settings.read_text("utf-8").replace(server.url(database), server.url("years")), "utf-8")
        yield Project(there.place.folder)
