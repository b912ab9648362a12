"""What a user may set about normalising."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class NormaliseSpec(BaseModel):
    """Where national values are read, and whose words are known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    default_region: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    """ISO 3166 code in which national numbers, postcodes and dates are read when neither the record nor its source
    says; without it the region is found from each source's own data."""

    lexicons: Path | None = Field(default=None, exclude=True)
    """Folder of TOML files named as the package's own lexicons; their words are added, and win in maps. In a project
    the folder `lexicons`, where it is there. Left out where settings are compared: what counts is what it says."""

    check_deliverability: bool = False
    """Whether the name service is asked if the domains of e-mail addresses take mail. It learns which domains stand in
    the data, never an address; verdicts are kept for a month."""

    dns_timeout: float = Field(default=5.0, gt=0)
    """Seconds to wait for the answer on one domain."""
