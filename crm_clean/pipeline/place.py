"""Where a project keeps its things, and how a new one is made."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from crm_clean import files
from crm_clean.errors import UnknownThing
from crm_clean.settings import FILE_NAME, LEXICONS, store_address
from crm_clean.store.base import Store
from crm_clean.store.duckdb import FILE_NAME as STORE_NAME
from crm_clean.store.duckdb import DuckDBStore
from crm_clean.store.lock import private_files


@dataclass(frozen=True)
class Place:
    """The folder of a project and what lies where in it."""

    folder: Path

    @property
    def settings_file(self) -> Path:
        return self.folder / FILE_NAME

    @property
    def store_folder(self) -> Path:
        return self.folder / "store"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    @property
    def reports(self) -> Path:
        """Pages that were asked for or that tell of a refused run; made when there is one."""
        return self.folder / "reports"

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def expectations(self) -> Path | None:
        """The project's own suites, where it has some."""
        own = self.folder / "expectations"
        return own if own.is_dir() else None

    @property
    def lexicons(self) -> Path:
        """The project's own words, beside those of the package."""
        return self.folder / LEXICONS

    def key(self) -> bytes:
        """The project's own secret: 32 bytes that only its owner reads, not in the store; made when first asked for."""
        file = self.folder / ".key"
        if not file.exists():
            files.write_text(file, f"{secrets.token_hex(32)}\n")
        return bytes.fromhex(file.read_text(encoding="ascii").strip())

    def store(self) -> Store:
        """The store of the project: the database that its settings name, or the file in its folder.

        Made by the first write. Raises BadSettings for a name that is no address of a database.
        """
        named = store_address(self.folder)
        if named is None:
            return DuckDBStore(self.store_folder / STORE_NAME)
        from crm_clean.store.postgres.address import address
        from crm_clean.store.postgres.store import PostgresStore

        return PostgresStore(address(named), folder=self.store_folder)

    def check(self) -> Place:
        """Itself, when there is a project here; raises UnknownThing otherwise."""
        if not self.settings_file.exists():
            raise UnknownThing(f"No project in {self.folder}: there is no {FILE_NAME}. Make one with `crm-clean init`.")
        return self


def make_project(place: Place) -> None:
    """Folders, suites, word lists, store and, last, settings of a project; what is there already stays as it is."""
    from crm_clean.validate.suites import own_folder

    with private_files():
        for folder in (place.folder, place.landing, place.outbox, place.store_folder):
            folder.mkdir(parents=True, exist_ok=True)
        if place.expectations is None:
            _copy(own_folder(), place.folder / "expectations")
        if not place.lexicons.exists():
            with resources.as_file(resources.files("crm_clean.pipeline") / "own_words") as examples:
                _copy(examples, place.lexicons)
        place.store().prepare()
        if not place.settings_file.exists():
            template = resources.files("crm_clean.pipeline") / FILE_NAME
            files.write_text(place.settings_file, template.read_text(encoding="utf-8"))


def _copy(source: Path, target: Path) -> None:
    beside = target.with_name(f".{target.name}{files.TEMPORARY_SUFFIX}")
    files.remove(beside)
    shutil.copytree(source, beside, copy_function=shutil.copyfile)
    for folder in (beside, *(path for path in beside.rglob("*") if path.is_dir())):
        folder.chmod(0o700)  # a copy of a folder is as open as what it is a copy of
    files.rename(beside, target)
