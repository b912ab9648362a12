"""An erasure that is killed on its way: whoever comes next ends it, and the end is the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crm_clean import files
from crm_clean.project import Project
from crm_clean.records.tables import ERASURES, FILES, IDENTITY_EVENTS, QUARANTINE, SUPPRESSIONS
from tests.privacy.conftest import TELLTALES, ZORA
from tests.privacy.scan import found


class Killed(BaseException):
    """Stands for a process that is no more: nobody expects it."""


@pytest.fixture
def bare(project: Project) -> Project:
    """The project without its pages, which take longest to tell again."""
    for page in project.place.folder.rglob("*.html"):
        page.unlink()
    return project


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`killed_at(project, "crm.csv", after=True)`: erase her, and be killed at the nth file of that name."""

    def kill(project: Project, name: str, *, nth: int = 1, after: bool = False) -> None:
        seen = []

        def renaming(source: Path, target: Path) -> None:
            is_it = name in target.name
            seen.extend([target] if is_it else [])
            fatal = is_it and len(seen) == nth
            if fatal and not after:
                raise Killed
            rename(source, target)
            if fatal:
                raise Killed

        rename = files.rename
        with monkeypatch.context() as patch:
            patch.setattr(files, "rename", renaming)
            with pytest.raises(Killed):
                project.forget(ZORA[3], by="the office")

    return kill


POINTS = [
    pytest.param("erasing.json", 1, True, id="when it has only been noted down"),
    pytest.param("crm.csv", 1, False, id="before an export is replaced", marks=pytest.mark.soak),
    pytest.param("crm.csv", 1, True, id="after an export was replaced"),
    pytest.param("more.zip", 1, True, id="among the exports", marks=pytest.mark.soak),
    pytest.param("1_update_survivors.csv", 1, True, id="among the files for CRMs", marks=pytest.mark.soak),
    pytest.param("crm.duckdb", 1, False, id="before the store lets go"),
    pytest.param("crm.duckdb", 1, True, id="when the store has let go"),
    pytest.param("erasure-", 1, True, id="between the two certificates"),
]


def check_done(project: Project) -> None:
    """She is gone, the books say so once, and nothing is left to do."""
    store = project.store
    assert found(project.place.folder, TELLTALES) == {}
    assert len(store.read(ERASURES)) == 1
    assert len(store.read(IDENTITY_EVENTS, where={"event": "erased"})) == 1
    assert store.read(SUPPRESSIONS)["hash"].is_unique
    assert not store.read(QUARANTINE).duplicated(["file_id", "source_row"]).any()
    assert store.read(FILES)["file_id"].is_unique
    assert not (project.place.store_folder / "erasing.json").exists()
    assert len(list(project.place.reports.glob("erasure-*"))) == 2


@pytest.mark.parametrize(("name", "nth", "after"), POINTS)
def test_the_next_to_ask_ends_it(bare, killed_at, name, nth, after):
    killed_at(bare, name, nth=nth, after=after)
    assert [word for word in TELLTALES if word in journal(bare)] == []
    done = bare.forget(ZORA[3], by="somebody else")
    assert done.is_resumed
    check_done(bare)


def test_the_next_run_ends_it_and_takes_no_export_for_new(bare, killed_at):
    killed_at(bare, "more.zip", after=True)
    result = bare.run(workers=1)
    check_done(bare)
    assert result.counts.get("files", 0) == 0
    assert result.counts["records"] == 79


def journal(project: Project) -> str:
    path = project.place.store_folder / "erasing.json"
    return path.read_text().casefold() if path.exists() else ""
