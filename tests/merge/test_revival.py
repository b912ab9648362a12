"""Ids come back to those who bore them: a merge undone leaves no trace but in the events."""

import random
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from crm_clean.merge.golden import Merged
from crm_clean.merge.identity import EARLIER, Identity, MembershipHistory, assign
from crm_clean.records.tables import CLUSTERS, GOLDEN, MEMBERSHIP

ENDINGS, BEGINNINGS = {"absorbed", "retired"}, {"created", "revived"}


class Past:
    """Runs one after the other, and what each of them left."""

    def __init__(self) -> None:
        self.run = 0
        self.golden: dict[str, str] = {}
        self.stood: dict[str, str] = {}
        self.ever: set[str] = set()
        self.earlier: list[tuple[str, str, int]] = []
        self.events: list[tuple[str, str, str | None]] = []

    def history(self) -> MembershipHistory:
        """What the next run is told."""
        stands = pd.DataFrame([(r, g, 1.0) for r, g in self.golden.items()], columns=list(MEMBERSHIP.columns))
        last = {r: (r, g, 1.0) for r, g, _ in self.earlier if r not in self.golden}
        gone = pd.DataFrame(list(last.values()), columns=list(MEMBERSHIP.columns))
        before = pd.DataFrame(self.earlier[::-1], columns=list(EARLIER.columns))
        return MembershipHistory(
            MEMBERSHIP.frame(stands),
            used=self.ever.intersection,
            former=MEMBERSHIP.frame(gone),
            before=EARLIER.frame(before),
        )

    def take(self, identity: Identity) -> None:
        """One more run has ended."""
        self.run += 1
        ids = (identity.membership[name].to_pylist() for name in ("record_id", "golden_id"))
        self.stood, self.golden = self.golden, dict(zip(*ids, strict=True))
        self.earlier += [(r, g, self.run) for r, g in sorted(self.stood.items()) if self.golden.get(r) != g]
        self.events = [tuple(event.values()) for event in identity.events.to_pylist()]  # type: ignore[misc]
        self.ever |= set(self.golden.values())

    def next(self, *groups: str | set[str]) -> dict[str, str]:
        """The golden ids after a run in which these stood together."""
        rows = [(record, f"c{at}", 1.0) for at, group in enumerate(groups) for record in group]
        random.Random(self.run).shuffle(rows)
        frame = CLUSTERS.frame(pd.DataFrame(rows, columns=["record_id", "cluster_id", "match_probability"]))
        self.take(assign(frame, self.history(), run=self.run + 1))
        return self.golden


@pytest.mark.parametrize(
    ("first", "then"),
    [
        pytest.param(["a", "b"], ["ab"], id="one and one"),
        pytest.param(["ab", "cd"], ["abcd"], id="two and two"),
        pytest.param(["abc", "de", "fg"], ["abcdefg"], id="three at once: the parts that came together go home"),
        pytest.param(["a", "b", "c"], ["ab", "c"], id="a third stands by"),
    ],
)
def test_a_merge_undone_gives_everybody_the_id_back(first: list[str], then: list[str]) -> None:
    past = Past()
    before = past.next(*first)
    past.next(*then)
    assert past.next(*first) == before
    assert {event for _, event, _ in past.events} <= {"revived", "split"}


def test_parts_that_merged_one_after_the_other_go_home_too() -> None:
    past = Past()
    before = past.next("abc", "de", "fg")
    past.next("abcde", "fg")
    past.next("abcdefg")
    half = past.next("abc", "defg")
    assert half["a"] == before["a"]
    assert half["d"] in {before["d"], before["f"]}
    assert past.next("abc", "de", "fg") == before


def test_who_merges_and_parts_again_and_again_keeps_two_ids() -> None:
    past = Past()
    before = past.next("a", "bc")
    for _ in range(3):
        past.next("abc")
        assert past.next("a", "bc") == before
    assert past.ever == set(before.values())


def test_a_record_that_left_and_came_back_alone_has_its_id() -> None:
    past = Past()
    before = past.next("a", "b")
    past.next("b")
    assert past.next("a", "b") == before
    assert past.events == [(before["a"], "revived", None)]


def test_an_id_is_not_given_to_a_crowd_of_strangers() -> None:
    past = Past()
    before = past.next("a", "b")
    past.next("b")
    assert past.next("acde", "b")["a"] != before["a"]


def test_an_id_that_stands_elsewhere_is_left_alone() -> None:
    past = Past()
    before = past.next("a", "bc")
    past.next("abc")
    told = past.history()
    part = MembershipHistory(told.membership, told.used, told.former, told.before, lambda ids: {*ids})
    frame = CLUSTERS.frame(
        {"record_id": ["a", "b", "c"], "cluster_id": ["1", "2", "2"], "match_probability": [1.0] * 3}
    )
    now = assign(frame, part, run=3).membership["golden_id"].to_pylist()
    assert now[1] == before["b"]
    assert now[0] not in past.ever


PEOPLE = 1_000


def test_merge_and_split_is_as_if_nothing_had_happened(people: Callable[..., Merged]) -> None:
    """A thousand random merges undone: ids and values, value for value."""
    chance = random.Random(7)
    rows: list[dict[str, Any]] = []
    apart, together = [], []
    for person in range(PEOPLE):
        for side in range(chance.randint(2, 3)):
            for _ in range(chance.randint(1, 3)):
                names = {
                    part: chance.choice([None, "Rosa", "Rosalia", "Ana", "Ode"]) for part in ("first_name", "last_name")
                }
                day = f"20{chance.randint(10, 24)}-01-01"
                rows.append(
                    {"id": len(rows), **names, "company": chance.choice([None, "Acme", "Blue"]), "updated_at": day}
                )
                apart.append(f"{person}/{side}")
                together.append(str(person))
    past = Past()
    results = []
    for clusters in (apart, together, apart):
        merged = people(rows, clusters, run=past.run + 1, standing=past.history())
        past.take(Identity(MEMBERSHIP.to_arrow(merged.membership), merged.tables["identity_events"], None, None))  # type: ignore[arg-type]
        results.append(merged)
    first, joined, again = results
    assert len(joined.golden) == PEOPLE
    pd.testing.assert_frame_equal(first.membership, again.membership)
    pd.testing.assert_frame_equal(first.golden[list(GOLDEN.columns)], again.golden[list(GOLDEN.columns)])
    pd.testing.assert_frame_equal(first.survivors, again.survivors)


class Lives(RuleBasedStateMachine):
    """Random lives of golden records, in which records come, go and come back, and clusters grow and break."""

    def __init__(self) -> None:
        super().__init__()
        self.past = Past()
        self.groups: list[set[str]] = []
        self.gone: list[str] = []
        self.count = 0

    def _run(self) -> None:
        self.past.next(*self.groups)

    @rule()
    def add(self) -> None:
        self.count += 1
        self.groups.append({f"{(self.count * 7919) % 1000:03d}"})
        before = dict(self.past.golden)
        self._run()
        assert before.items() <= self.past.golden.items()

    @rule(data=st.data())
    def join(self, data: st.DataObject) -> None:
        if len(self.groups) > 1:
            at = data.draw(st.integers(0, len(self.groups) - 2))
            self.groups[at] |= self.groups.pop()
            self._run()

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.groups:
            group = self.groups[data.draw(st.integers(0, len(self.groups) - 1))]
            self.gone.append(max(group))
            group.discard(max(group))
            self.groups = [g for g in self.groups if g]
            before = dict(self.past.golden)
            self._run()
            assert all(self.past.golden[r] == before[r] for r in self.past.golden)

    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        if self.gone:
            record = self.gone.pop(data.draw(st.integers(0, len(self.gone) - 1)))
            if self.groups and data.draw(st.booleans()):
                self.groups[0].add(record)
            else:
                self.groups.append({record})
            before = dict(self.past.golden)
            self._run()
            assert before.items() <= self.past.golden.items()

    @rule(data=st.data())
    def part(self, data: st.DataObject) -> None:
        large = [group for group in self.groups if len(group) > 1]
        if large:
            group = data.draw(st.sampled_from(large))
            leavers = {max(group)} if data.draw(st.booleans()) else set(sorted(group)[: len(group) // 2])
            group -= leavers
            self.groups.append(leavers)
            self._run()

    @invariant()
    def one_id_per_group(self) -> None:
        ids = [{self.past.golden[r] for r in group} for group in self.groups if self.past.golden]
        assert all(len(one) == 1 for one in ids)
        assert len(set.union(set(), *ids)) == len(ids)

    @invariant()
    def every_id_ends_once_and_begins_once(self) -> None:
        stood, stands = set(self.past.stood.values()), set(self.past.golden.values())
        endings = [golden for golden, event, _ in self.past.events if event in ENDINGS]
        beginnings = [golden for golden, event, _ in self.past.events if event in BEGINNINGS]
        if self.past.run:
            assert sorted(endings) == sorted(stood - stands)
            assert sorted(beginnings) == sorted(stands - stood)
            assert all(other in stands for _, event, other in self.past.events if event in {"absorbed", "split"})


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
