"""When how values are read has changed, what stands is read again from the rows as they came, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crm_clean.project import Project

ROWS = (
    "Name,Email,Phone,Lifecycle Stage\n"
    "Anna Keller,anna@example.com,030 2312512,Habitué\n"
    "Ben Ochs,ben@example.org,,Lead\n"
)

IDENTIFIED = (
    "Salutation,First Name,Last Name,Email,Title,Contact ID\n"
    "Ms.,Clara,Stein,clara@example.com,Engineer,003000000000001AAA\n"
    "Mr.,Dan,Weiss,dan@example.org,Buyer,003000000000002AAA\n"
)


@pytest.fixture
def project(make: Callable[[], Project], tmp_path: Path) -> Project:
    """A project after one run over two contacts of whom one has a status that no word list knows."""
    (tmp_path / "people.csv").write_text(ROWS, "utf-8")
    project = make()
    project.run([tmp_path / "people.csv"], workers=1)
    return project


def statuses(project: Project) -> dict[str, str]:
    golden = project.golden()
    return dict(zip(golden["full_name"], golden["status"], strict=True))


def set_words(project: Project, words: str) -> None:
    (project.place.folder / "lexicons").mkdir(exist_ok=True)
    (project.place.folder / "lexicons" / "status.toml").write_text(f"[maps.status]\n{words}\n", "utf-8")
    settings = project.place.folder / "crm_clean.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('# lexicons = "lexicons"', 'lexicons = "lexicons"'), "utf-8"
    )


def test_a_word_added_today_counts_for_contacts_of_last_year(project: Project) -> None:
    before, ids = statuses(project), project.golden()["golden_id"].tolist()
    assert before["Anna Keller"] != "customer"
    set_words(project, '"habitué" = "customer"')
    again = Project(project.place.folder)
    result = again.run(workers=1)
    assert result.is_changed
    assert statuses(again) == {**before, "Anna Keller": "customer"}
    assert again.golden()["golden_id"].tolist() == ids


def test_nothing_is_read_again_while_nothing_changes(project: Project) -> None:
    set_words(project, '"habitué" = "customer"')
    Project(project.place.folder).run(workers=1)
    assert not Project(project.place.folder).run(workers=1).is_changed
    file = project.place.folder / "lexicons" / "status.toml"
    file.write_text(f"# a comment says nothing\n{file.read_text('utf-8')}", "utf-8")
    assert not Project(project.place.folder).run(workers=1).is_changed


def test_a_region_set_later_counts_for_numbers_of_old(project: Project) -> None:
    assert "+49302312512" not in set(project.golden()["phone"].dropna())
    settings = project.place.folder / "crm_clean.toml"
    text = settings.read_text("utf-8").replace(
        '[normalise]\n# default_region = "US"', '[normalise]\ndefault_region = "DE"'
    )
    settings.write_text(text, "utf-8")
    again = Project(project.place.folder)
    again.run(workers=1)
    assert "+49302312512" in set(again.golden()["phone"].dropna())


def test_what_is_known_of_values_is_kept_for_the_owner_alone(project: Project) -> None:
    key = project.place.folder / ".key"
    assert key.stat().st_mode & 0o077 == 0
    assert len(bytes.fromhex(key.read_text("ascii").strip())) == 32
    for file in project.place.folder.rglob("*.duckdb"):
        assert bytes.fromhex(key.read_text("ascii").strip()) not in file.read_bytes()


def test_the_same_contacts_in_another_file_are_not_read_again(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header, *rows = IDENTIFIED.splitlines(keepends=True)
    later, changed = header + "".join(reversed(rows)), IDENTIFIED.replace("Engineer", "Director")
    for day, text in (("first", IDENTIFIED), ("later", later), ("changed", changed)):
        (tmp_path / day).mkdir()
        (tmp_path / day / "crm.csv").write_text(text, "utf-8")
    project.run([tmp_path / "first"], workers=1)
    before = project.store.digests()
    with monkeypatch.context() as patched:
        patched.setattr("crm_clean.pipeline.normalise._normalised", None)
        project.run([tmp_path / "later"], workers=1)
    after = project.store.digests()
    for table in ("records", "contact_points", "golden", "membership"):
        assert after[table] == before[table]
    project.run([tmp_path / "changed"], workers=1)
    assert "Director" in set(project.golden()["job_title"].dropna())
