"""Targets: how one kind of record of one CRM is imported, as data in `targets/*.toml`.

A target names the columns we write and no others, so that a column nobody thought about is never touched. It is found
by the profile that read the file and by the key column standing in its header.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files as resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from crm_clean.errors import BadSettings
from crm_clean.records.fields import ADDRESS_PARTS, SCALARS

_CLOSED = ConfigDict(frozen=True, extra="forbid")
_FLAGS = ("email_opt_out", "do_not_call")
_FIELDS = {*SCALARS, *ADDRESS_PARTS, "email", "phone"}
_LOCKED = {"email_bounced", "postal_opt_out", "consent_status", "consent_at", "consent_basis"}


class Key(BaseModel):
    """The column by which the CRM knows a record: `names` it has in exports, `header` in the import file."""

    model_config = _CLOSED

    names: tuple[str, ...] = Field(min_length=1)
    header: str | None = None
    is_email: bool = False  # the address is the identity: it is never changed


class Column(BaseModel):
    """A column we may write.

    `names` it has in exports, `header` in the import file where that differs. `spelling`: `golden`, the value as it
    survived; `native`, only in a spelling the export itself uses (picklists); `as_is`, only when it differs in
    substance. `label`: what kind of phone or e-mail it holds.
    """

    model_config = _CLOSED

    field: str
    names: tuple[str, ...] = Field(min_length=1)
    header: str | None = None
    label: str | None = None
    spelling: Literal["golden", "native", "as_is"] = "golden"
    max_chars: int | None = Field(default=None, ge=1)
    max_bytes: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _is_sound(self) -> Column:
        if self.field not in _FIELDS or self.field in _LOCKED:
            raise ValueError(f"{self.field} cannot be written; fields are {', '.join(sorted(_FIELDS - _LOCKED))}")
        return self


class Formats(BaseModel):
    """How the import spells things. `date` in strftime's words."""

    model_config = _CLOSED

    date: str = "%Y-%m-%d"
    birthday: str | None = None  # of a date without its year
    true: str = "true"
    list_separator: str = ";"


class File(BaseModel):
    """The bytes of an import file."""

    model_config = _CLOSED

    delimiter: Literal[",", ";"] = ","
    line_end: Literal["\n", "\r\n"] = "\r\n"
    bom: bool = False
    quote_all: bool = False


class Merging(BaseModel):
    """What the CRM does with two records that are one person. `at_once`: duplicates that one merge call takes."""

    model_config = _CLOSED

    can_merge: bool
    at_once: int = Field(default=1, ge=1)


class Target(BaseModel):
    """One kind of record of one CRM. `readme`: what the admin does, in order, in plain words."""

    model_config = _CLOSED

    system: str
    object: str
    title: str
    profiles: tuple[str, ...] = Field(min_length=1)
    key: Key
    file: File = File()
    formats: Formats = Formats()
    merging: Merging
    columns: tuple[Column, ...]
    readme: tuple[str, ...] = Field(min_length=1)

    def fits(self, profile: str, header: Iterable[str]) -> bool:
        """Whether a file that `profile` read, with this header, holds records of this kind."""
        return profile in self.profiles and not set(self.key.names).isdisjoint(header)


@cache
def targets() -> tuple[Target, ...]:
    """All targets, by name of their file. Raises BadSettings naming the file that is not sound."""
    entries = sorted(resources("crm_clean.publish").joinpath("targets").iterdir(), key=lambda entry: entry.name)
    files = [entry for entry in entries if entry.name.endswith(".toml")]
    return tuple(read_target(file.read_text(encoding="utf-8"), origin=file.name) for file in files)


def read_target(text: str, *, origin: str) -> Target:
    """A target from the text of its file; `origin` is named in errors."""
    try:
        return Target.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadSettings(f"{origin}: this target does not hold together: {error}; mend the file.") from error


def target_of(profile: str, header: Iterable[str]) -> Target | None:
    """The target of a file, or None when it comes from a system that takes no import files of ours."""
    present = set(header)
    return next((target for target in targets() if target.fits(profile, present)), None)
