"""How to link, as data: what is promised, what may be spent. Readable aloud, refuses keys it does not know."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class LinkSpec(BaseModel):
    """Settings of the link step.

    `precision` is the promise: the share of pairs inside final clusters that are truly one person. `threshold` is the
    probability at which a pair is merged; None lets the run choose it so that the promise holds. Pairs between
    `review_floor` and the threshold go to people. A blocking rule may make at most `pairs_per_record` pairs for each
    record; blocks over `max_block` records are cut by further keys. A run in which at most the share `partial` of the
    records is new or changed looks at those and whom they touch alone; 0 makes every run a full one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    precision: float = Field(default=0.99, gt=0.5, lt=1.0)
    threshold: float | None = Field(default=None, gt=0.0, lt=1.0)
    review_floor: float = Field(default=0.2, ge=0.0, lt=1.0)
    pairs_per_record: float = Field(default=1.5, gt=0.0)
    max_block: int = Field(default=500, ge=2)
    max_cluster: int = Field(default=50, ge=2)
    partial: float = Field(default=0.2, ge=0.0, le=1.0)
    seed: int = 0
