"""What the user may say about reading: regions, mappings, own profiles, limits. A misspelt key is refused."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from crm_clean.records.fields import SCALARS, parse_target

OURS = ("source", "source_file", "source_row")  # said of every record by the reader, not by a column


class Limits(BaseModel):
    """What a file may cost before it, or a row of it, is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_columns: int = Field(default=2000, gt=0)
    max_cell_bytes: int = Field(default=1_000_000, gt=0)
    max_zip_ratio: int = Field(
        default=100, gt=0
    )  # unpacked bytes to packed bytes, of a member that unpacks to over 1 MB
    max_member_bytes: int = Field(default=4 * 2**30, gt=0)


class SourcesSpec(BaseModel):
    """How exports are read.

    `mapping`: column -> canonical field, stronger than any guess or profile. `ignore`: columns that are no evidence
    (they stay in `custom`). `profiles`: folder of the user's own profiles, tried before the built-in ones. `snapshots`:
    sources whose every export is all they hold, so that a record that the newest one lacks is gone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    default_region: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    mapping: dict[str, str] = {}
    ignore: tuple[str, ...] = ()
    profiles: Path | None = None
    snapshots: tuple[str, ...] = ()
    limits: Limits = Limits()

    @field_validator("mapping")
    @classmethod
    def _targets_exist(cls, mapping: dict[str, str]) -> dict[str, str]:
        unknown = sorted({to for to in mapping.values() if to in OURS or parse_target(to) is None})
        if unknown:
            raise ValueError(f"no such field: {', '.join(unknown)}; use {allowed_targets()}")
        return mapping


def allowed_targets() -> str:
    """The names a column can be mapped to, in one line for an error message."""
    points = "email, phone, profile, website, address, street, unit, city, region, postal_code, country"
    identity = "source_record_id, merged_ids, master_record_id, is_deleted"
    return f"{', '.join(SCALARS)}, {identity}, {points} (each also _2, _3, ...) or text:NAME"
