"""What a project sets, read once from its `crm_clean.toml`: one section a stage, each defined by that stage.

Frozen and closed: a misspelt key is refused with the nearest one we know, before anything else happens. A file that
is not there means every default; a folder of word lists beside it is used without being named.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from crm_clean.errors import BadSettings
from crm_clean.link.spec import LinkSpec
from crm_clean.merge.spec import MergeSpec
from crm_clean.normalise.spec import NormaliseSpec
from crm_clean.publish.spec import PublishSpec
from crm_clean.sources.spec import SourcesSpec
from crm_clean.store.postgres.address import VARIABLE, check_setting

FILE_NAME = "crm_clean.toml"
# Settings that name a folder: taken from the folder of the settings file, not from where the command is run.
_FOLDERS = (("sources", "profiles"), ("normalise", "lexicons"))
LEXICONS = "lexicons"


class ProjectSpec(BaseModel):
    """What the project is called in reports."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="contacts", min_length=1, max_length=100)


class Settings(BaseModel):
    """All settings of a project; every section may be left out.

    `store`: the PostgreSQL database that keeps what stands, as its owner wrote it; None for the file in the project's
    folder. It says where, never what: no run depends on it, and it is not kept with runs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    store: str | None = Field(default=None, exclude=True, repr=False)
    project: ProjectSpec = Field(default_factory=ProjectSpec)
    sources: SourcesSpec = Field(default_factory=SourcesSpec)
    normalise: NormaliseSpec = Field(default_factory=NormaliseSpec)
    link: LinkSpec = Field(default_factory=LinkSpec)
    merge: MergeSpec = Field(default_factory=MergeSpec)
    publish: PublishSpec = Field(default_factory=PublishSpec)

    @field_validator("store")
    @classmethod
    def _names_a_server_and_no_secret(cls, given: str | None) -> str | None:
        return None if given is None else check_setting(given)

    @classmethod
    def read(cls, folder: Path) -> Settings:
        """The settings of the project in `folder`; raises BadSettings naming file, key and what would be allowed."""
        return cls.understand(_with_own_words(_given(folder), folder), origin=str(folder / FILE_NAME), folder=folder)

    @classmethod
    def understand(cls, given: Mapping[str, Any], *, origin: str, folder: Path = Path()) -> Settings:
        """Settings from nested keys; `origin` is named in errors, relative folders are taken from `folder`."""
        try:
            return cls.model_validate(_rooted(given, folder))
        except ValidationError as error:
            raise BadSettings(f"{origin}: {'; '.join(_advice(e) for e in error.errors())}.") from error


def store_address(folder: Path) -> str | None:
    """Where the project in `folder` keeps what stands, as it may be opened; None for the file in its folder.

    The environment's CRM_CLEAN_STORE outranks the settings. Raises BadSettings as `Settings.read` does, for this key.
    """
    if whole := os.environ.get(VARIABLE):
        return whole
    named = _given(folder).get("store")
    return None if named is None else Settings.understand({"store": named}, origin=str(folder / FILE_NAME)).store


def _given(folder: Path) -> dict[str, Any]:
    file = folder / FILE_NAME
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{file}: this is not TOML ({error}); mend that line.") from error


def _with_own_words(given: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The settings with the project's own folder of word lists, where there is one and no other is named."""
    section = given.get("normalise", {})
    if not isinstance(section, dict) or not (folder / LEXICONS).is_dir():
        return given
    return {**given, "normalise": {"lexicons": LEXICONS, **section}}


def _rooted(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    out = dict(given)
    for section, key in _FOLDERS:
        values = out.get(section)
        if isinstance(values, dict) and isinstance(values.get(key), str):
            out[section] = {**values, key: str(folder / values[key])}
    return out


def _advice(error: Mapping[str, Any]) -> str:
    where = [str(part) for part in error["loc"]]
    key = ".".join(where)
    if error["type"] != "extra_forbidden":
        return f"{key}: {error['msg']}"
    allowed = _keys_at(Settings, where[:-1])
    near = get_close_matches(where[-1], allowed, n=1, cutoff=0.0)
    kind = "section" if len(where) == 1 else "key"
    return f"there is no {kind} {key}; did you mean {near[0]}? Allowed: {', '.join(allowed)}"


def _keys_at(model: type[BaseModel], path: Sequence[str]) -> list[str]:
    """The keys of the model that stands at `path` below `model`; numbers on the way are places in a list."""
    for part in (p for p in path if not p.isdigit()):
        found = _model_in(model.model_fields[part].annotation)
        assert found is not None
        model = found
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for m in map(_model_in, get_args(annotation)) if m), None)
