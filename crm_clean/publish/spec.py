"""What is handed back, and to whom."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class PublishSpec(BaseModel):
    """`systems`: names of the systems that get files; all that sent some, where none is named.

    `spelling`: also write values that differ from what the CRM has in spelling alone (case, blanks, the form of a phone
    number). `fill`: also write into cells that are blank there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    systems: tuple[str, ...] = ()
    spelling: bool = True
    fill: bool = True

    def serves(self, system: str) -> bool:
        """Whether `system` gets files."""
        return not self.systems or system in self.systems
