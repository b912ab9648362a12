"""Explain, asked of a project that has run: made-up exports, and by hand one pair of each kind among them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from crm_clean.errors import UnknownThing
from crm_clean.project import Project
from crm_clean.records.tables import FILES, MEMBERSHIP, PAIRS
from crm_clean.review.account import Explanation
from crm_clean.sample.generate import write_sample

HAND = "hand.csv"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Project:
    """A project after one run; not to be changed."""
    project = Project.init(tmp_path_factory.mktemp("town"))
    write_sample(project.place.landing, contacts=800, seed=5)
    (project.place.landing / "truth.csv").unlink()
    shutil.copy(root / "tests" / "cases" / "explain_hand.csv", project.place.landing / HAND)
    project.run(workers=1)
    return project


@pytest.fixture(scope="module")
def decided(town: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same after decisions and a second run; n1 and n2 are one now, m1 and m2 are apart."""
    folder = tmp_path_factory.mktemp("decided") / "project"
    shutil.copytree(town.place.folder, folder, symlinks=True)
    project = Project(folder)
    project.decide("same", "hand.csv:n1", "hand.csv:n2", by="Kim Rao", reason="she told me")
    project.decide("different", "hand.csv:m1", "hand.csv:m2", by="Kim Rao")
    (project.place.landing / "later.csv").write_text("Record ID,First Name,Last Name\nz1,Xenia,Ypsilanti\n")
    assert project.run(workers=1).is_changed
    return project


def _is_fit(told: Explanation) -> bool:
    return len(told.lines) <= 6 and all(len(line) <= 100 for line in told.lines if "crm-clean" not in line)


def _flat(told: Explanation) -> str:
    return " ".join(line.strip() for line in told.lines)


@pytest.mark.parametrize(
    ("left", "right", "kind", "words"),
    [
        pytest.param(
            "m1", "m2", "merged",
            ["both write to ottilie@quarrel.example.org (+", "merged from", "If wrong: crm-clean decide different"],
            id="merged on strong evidence",
        ),
        pytest.param(
            "c1", "c3", "chain", ["by way of others: hand.csv:c1 =", "= hand.csv:c2 =", "= hand.csv:c3"],
            id="one through a third record",
        ),
        pytest.param("i1", "i2", "import", ["the export says so (merged at the source"], id="said by the export"),
        pytest.param("a1", "m1", "never_compared", ["nothing brought them together"], id="never compared"),
        pytest.param("u1", "u2", "unlike", ["compared and found too unlike", "asked about from 20%"], id="too unlike"),
        pytest.param("s1", "s2", "held_down", ["on purpose", "The first names differ: a family"], id="siblings"),
        pytest.param("f1", "f2", "held_down", ["father and son", "held down to under 0.1%"], id="father and son"),
        pytest.param("n1", "n2", "held_down", ["as with namesakes", "held down to 41%"], id="namesakes"),
        pytest.param("m1", "m1", "same_record", ["is one record, named twice"], id="the same record twice"),
        pytest.param("a1", None, "alone", ["no other record came near", "Zebedee Solitarius"], id="a lone record"),
        pytest.param("m1", None, "merged", ["hand.csv:m1 belongs to G-", "its strongest link"], id="one of several"),
    ],
)  # fmt: skip
def test_kinds_by_hand(town: Project, left: str, right: str | None, kind: str, words: list[str]) -> None:
    told = town.explain(f"{HAND}:{left}", f"{HAND}:{right}" if right else None)
    assert (told.kind, [word for word in words if word not in _flat(told)]) == (kind, [])
    assert _is_fit(told)


def test_every_pair_that_waits_or_was_cut_has_its_reason(town: Project) -> None:
    pairs = town.store.read(PAIRS)
    asked = pairs[pairs["verdict"].isin(("review", "cut"))]
    found = {}
    for row in asked.head(12).itertuples():
        told = town.explain(row.right_id, row.left_id)
        found[told.kind] = told
        assert _is_fit(told)
        assert told.probability == row.probability
        assert told.levels == row.levels
        assert "crm-clean decide same" in told.lines[-1]
    assert set(found) <= {"review", "cut", "held_down"}
    cut = asked[asked["verdict"] == "cut"].iloc[0]
    assert "Kept apart though alike" in str(town.explain(cut["left_id"], cut["right_id"]))
    assert "to be judged by a person" in str(found["held_down"])


def test_the_weights_that_are_told_add_up_to_the_sum(town: Project) -> None:
    merged = town.store.read(PAIRS).query("verdict == 'merge'").sample(15, random_state=2)
    for row in merged.itertuples():
        text = _flat(town.explain(row.left_id, row.right_id))
        if "start" in text:
            start = float(re.search(r"start ([+-][\d.]+)", text)[1])
            total = float(re.search(r"(?:Sum|alone:) ([+-][\d.]+)", text)[1])
            parts = [
                float(bits) for bits in re.findall(r"\(([+-][\d.]+)\)", text.split("start")[0].rsplit("Sum", 1)[0])
            ]
            assert total == pytest.approx(start + sum(parts), abs=0.35)


def _golden_of(project: Project, record_id: str) -> str:
    members = project.store.read(MEMBERSHIP, where={"record_id": record_id})
    return str(members["golden_id"].iloc[0])


def test_a_golden_record_is_told_by_its_links(town: Project) -> None:
    golden_id = _golden_of(town, "hand.csv:c1")
    told = town.explain(golden_id)
    assert told.kind == "golden"
    assert told.lines[0] == f"{golden_id} is Barnaby Fenwickle, 3 records; its links, the weakest first:"
    assert re.search(r"hand\.csv:c2 =99\.9\d%= hand\.csv:c3: ", str(told))
    assert _is_fit(told)


def test_a_golden_record_and_a_record_of_it_or_not(town: Project) -> None:
    golden_id = _golden_of(town, "hand.csv:c1")
    member = town.explain("hand.csv:c3", golden_id)
    assert f"hand.csv:c3 belongs to {golden_id}" in _flat(member)
    assert {member.left_id, member.right_id} == {"hand.csv:c2", "hand.csv:c3"}
    stranger = town.explain(golden_id, "hand.csv:s1")
    assert "is somebody else; nearest there:" in _flat(stranger)
    assert stranger.kind in ("never_compared", "unlike")


def test_two_golden_records_are_told_by_their_nearest_pair(town: Project) -> None:
    one, two = _golden_of(town, "hand.csv:s1"), _golden_of(town, "hand.csv:s2")
    told = town.explain(one, two)
    assert told.kind == "held_down"
    assert {told.left_golden_id, told.right_golden_id} == {one, two}
    assert town.explain(one, one).kind == "alone"


def test_a_row_is_as_good_as_its_record(town: Project) -> None:
    assert town.explain("hand.csv:1", "hand.csv:2").lines == town.explain("hand.csv:m1", "hand.csv:m2").lines
    file = town.store.read(FILES)["source_file"].iloc[0]
    assert town.explain(f"{file}:1", "hand.csv:1").right_id == "hand.csv:m1"


def test_decisions_that_a_run_obeyed_name_who_said_so(decided: Project) -> None:
    same, apart = (decided.explain(f"hand.csv:{kind}1", f"hand.csv:{kind}2") for kind in "nm")
    assert (same.kind, apart.kind) == ("decided_same", "decided_different")
    assert "because Kim Rao said so on" in _flat(same)
    assert "(she told me)" in _flat(same)
    assert "The records alone:" in str(same)
    assert apart.left_golden_id != apart.right_golden_id
    assert apart.probability is not None
    assert apart.probability > 0.99  # what the records say is told, not hidden by the decision
    assert "crm-clean undo hand.csv:m1 hand.csv:m2 --by YOU" in apart.lines[-1]
    assert _is_fit(same)
    assert _is_fit(apart)


def test_a_golden_id_that_was_merged_away_leads_on(town: Project, decided: Project) -> None:
    before = {_golden_of(town, "hand.csv:n1"), _golden_of(town, "hand.csv:n2")}
    now = _golden_of(decided, "hand.csv:n1")
    (gone,) = before - {now}
    told = decided.explain(gone)
    assert told.lines[0] == f"{gone} was merged into {now} in run 2."
    assert told.left_golden_id == now


def test_what_was_decided_since_the_last_run_is_news(decided: Project, tmp_path: Path) -> None:
    shutil.copytree(decided.place.folder, tmp_path / "p", symlinks=True)
    project = Project(tmp_path / "p")
    project.decide("different", "hand.csv:c1", "hand.csv:c2", by="Lee")
    told = project.explain("hand.csv:c1", "hand.csv:c2")
    assert told.kind == "decided_since"
    assert "Lee said on" in _flat(told)
    assert "until the next run takes them apart" in _flat(told)
    project.decide("undone", "hand.csv:n1", "hand.csv:n2", by="Lee")
    undone = project.explain("hand.csv:n1", "hand.csv:n2")
    assert undone.kind == "decided_since"
    assert "Lee took back on" in _flat(undone)
    project.decide("same", "hand.csv:c2", "hand.csv:c3", by="Lee")
    project.decide("same", "hand.csv:c1", "hand.csv:c3", by="Lee")
    clash = project.explain("hand.csv:c1", "hand.csv:c2")
    assert clash.kind == "contradiction"
    assert "hand.csv:c1 = hand.csv:c3 = hand.csv:c2 by what was said" in _flat(clash)
    assert project.explain("hand.csv:c2", "hand.csv:c3").kind == "contradiction"
    assert _is_fit(told)
    assert _is_fit(undone)
    assert _is_fit(clash)


def test_the_id_of_a_row_beats_its_number_and_says_so(tmp_path: Path) -> None:
    project = Project.init(tmp_path / "p")
    (project.place.landing / "n.csv").write_text(
        "Record ID,First Name,Last Name,Email\n2,Ann,Lee,ann@example.com\n1,Bob,Ray,bob@example.com\n"
    )
    project.run(workers=1)
    told = project.explain("n.csv:1")
    assert told.lines[0] == "n.csv:1 is taken for a record id; row 1 of n.csv is n.csv:2."
    assert "Bob Ray" in str(told)
    assert "There are no weights yet" in str(project.explain("n.csv:1", "n.csv:2"))


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("nobody:1", id="no such record"),
        pytest.param("hand.csv:9999", id="no such row"),
        pytest.param("hand.csv:" + "9" * 40, id="no number of a row"),
        pytest.param("G-00000000000000000000", id="no such golden record"),
        pytest.param("", id="nothing"),
        pytest.param("Ottilie Quarrel", id="a name"),
    ],
)
def test_what_never_stood_is_named_with_where_to_look(town: Project, typed: str) -> None:
    with pytest.raises(UnknownThing, match=r"look its id up|name it by file:row") as raised:
        town.explain(typed, "hand.csv:m1")
    assert str(raised.value).startswith(f"{typed or '(nothing)'}: no such")


def test_before_the_first_run_there_is_nothing_to_explain(tmp_path: Path) -> None:
    with pytest.raises(UnknownThing, match="run it first, with `crm-clean run`"):
        Project.init(tmp_path / "p").explain("a", "b")
