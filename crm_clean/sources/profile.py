"""Profiles: one TOML file says how one kind of CRM export is recognised and what its columns mean.

A misspelt key, an unknown field or a file name that says nothing is refused with the file, the key and what is
allowed. The user's own profiles are tried before ours.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from crm_clean.errors import BadSettings
from crm_clean.records.fields import SCALARS, parse_target
from crm_clean.sources.spec import OURS, allowed_targets

_CLOSED = ConfigDict(frozen=True, extra="forbid")


class Signature(BaseModel):
    """A header is recognised when it has every column of `all`, one of `first`, `at_least` of `any`, none of `none`."""

    model_config = _CLOSED

    all: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    at_least: int = Field(1, gt=0)
    none: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Signature:
        if not (self.all or self.first or self.any):
            raise ValueError("a signature needs columns in `all`, `first` or `any`")
        return self

    def fits(self, header: frozenset[str]) -> bool:
        return (
            header.issuperset(self.all)
            and (not self.first or not header.isdisjoint(self.first))
            and (not self.any or len(header.intersection(self.any)) >= self.at_least)
            and header.isdisjoint(self.none)
        )


class Column(BaseModel):
    """What the columns of some names feed.

    `to`: canonical field. `named`: names over the years and in several languages, in order of preference; `{n}`
    stands for 1, 2, 3, ... `label`: mobile, work, home, fax, other. `label_from`: columns that hold the label.
    `split`: text between several values of a cell. `when`: raw value -> value, for flags told in words (`*` any other).
    """

    model_config = _CLOSED

    to: str
    named: tuple[str, ...] = Field(min_length=1)
    label: str | None = None
    label_from: tuple[str, ...] = ()
    split: str | None = None
    when: dict[str, str] | None = None

    @field_validator("to")
    @classmethod
    def _is_a_field(cls, to: str) -> str:
        if to in OURS or parse_target(to) is None:
            raise ValueError(f"no such field {to!r}; use {allowed_targets()}")
        return to


class FromFileName(BaseModel):
    """What a file's own name says of all its records: `pattern` is searched for in it, case aside."""

    model_config = _CLOSED

    pattern: str
    set: dict[str, str]

    @model_validator(mode="after")
    def _is_usable(self) -> FromFileName:
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"pattern {self.pattern!r} is no regular expression") from error
        unknown = sorted(set(self.set) - set(SCALARS))
        if unknown:
            raise ValueError(f"no such field {', '.join(unknown)}; use {', '.join(SCALARS)}")
        return self


class Profile(BaseModel):
    """One kind of export. `source` names the system its records belong to; the smaller `order` is tried first."""

    model_config = _CLOSED

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    source: str = Field(pattern=r"^[a-z0-9_-]+$")
    title: str
    order: int = 100
    signatures: tuple[Signature, ...] = Field(min_length=1)
    columns: tuple[Column, ...] = Field(min_length=1)
    nulls: tuple[str, ...] = ()
    from_file_name: tuple[FromFileName, ...] = ()
    default_region: str | None = Field(None, pattern=r"^[A-Z]{2}$")

    def fits(self, header: Sequence[str]) -> bool:
        """Whether this is the profile of a table with `header`: as it stands, else with case and outer blanks aside."""
        exact = frozenset(header)
        if any(signature.fits(exact) for signature in self.signatures):
            return True
        loose = frozenset(map(loosely, header))
        return any(_loose(signature).fits(loose) for signature in self.signatures)


def loosely(name: str) -> str:
    """A header with case, outer blanks and odd apostrophes aside."""
    return " ".join(name.replace("’", "'").replace("\ufeff", "").split()).casefold()


@cache
def _loose(signature: Signature) -> Signature:
    names = {part: tuple(map(loosely, getattr(signature, part))) for part in ("all", "first", "any", "none")}
    return signature.model_copy(update=names)


def load(path: Path) -> Profile:
    """The profile in `path`. Raises BadSettings with the file, the key and what is allowed."""
    return _parse(path.read_text(encoding="utf-8"), name=str(path))


def _parse(text: str, *, name: str) -> Profile:
    try:
        return Profile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{name} is no TOML: {error}. Mend the file.") from error
    except ValidationError as error:
        raise BadSettings(f"{name}: {'; '.join(map(_in_words, error.errors()))}. Mend the file.") from error


def _in_words(problem: object) -> str:
    assert isinstance(problem, dict)
    place = problem["loc"]
    key = ".".join(str(part) for part in place)
    if problem["type"] != "extra_forbidden":
        return f"{key}: {problem['msg']}"
    inner: dict[str, type[BaseModel]] = {"signatures": Signature, "columns": Column, "from_file_name": FromFileName}
    model = inner.get(str(place[0]), Profile) if len(place) > 1 else Profile
    return f"{key} is no key; use {', '.join(model.model_fields)}"


@cache
def built_in() -> tuple[Profile, ...]:
    """Our own profiles, in the order they are tried."""
    folder = files("crm_clean.sources").joinpath("profiles")
    entries = sorted((e for e in folder.iterdir() if e.name.endswith(".toml")), key=lambda e: e.name)
    found = [_parse(entry.read_text(encoding="utf-8"), name=entry.name) for entry in entries]
    return tuple(sorted(found, key=lambda profile: (profile.order, profile.name)))


def available(folder: Path | None) -> tuple[Profile, ...]:
    """The profiles of `folder`, if there is one, then ours but for those of the same name."""
    if folder is None:
        return built_in()
    if not folder.is_dir():
        raise BadSettings(f"{folder} is no folder of profiles. Mend `profiles`, or leave it out.")
    own = sorted((load(path) for path in sorted(folder.glob("*.toml"))), key=lambda p: (p.order, p.name))
    names = {profile.name for profile in own}
    return (*own, *(profile for profile in built_in() if profile.name not in names))
