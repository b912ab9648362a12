"""The certificate of an erasure: when, by whom, why, what was removed in counts, what could not be. It names nobody.

As JSON for programs and as text for people; both say the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

LIMITS = (
    "Copies outside this project are not reached: backups, exports kept elsewhere, files already imported into a CRM, "
    "e-mails. Erase the person in every CRM too, and let backups run out.",
    "Free text of other people's records is kept as it is, also where it mentions somebody.",
    "Names of files are kept; rename an export that is called after a person.",
    "On PostgreSQL the server's own archives (WAL, dumps) keep old pages until they are recycled.",
)
_WORDS = {
    "store": "rows of the store, by table",
    "landing": "exports in the landing folder",
    "outbox": "files for CRMs, reports and other files of the project",
}


@dataclass(frozen=True)
class Certificate:
    """`removed`: place -> what -> how many. `left`: what could not be removed, in words. Holds no personal data."""

    erasure_id: str
    erased_at: str  # ISO, UTC
    erased_by: str
    reason: str
    n_records: int
    golden_ids: Sequence[str]
    removed: Mapping[str, Mapping[str, int]]
    left: Sequence[str] = ()
    limits: Sequence[str] = field(default=LIMITS)


def as_json(certificate: Certificate) -> str:
    """The certificate for programs."""
    return f"{json.dumps(asdict(certificate), indent=1, ensure_ascii=False, sort_keys=True)}\n"


def as_text(certificate: Certificate) -> str:
    """The certificate for people."""
    said = certificate
    lines = [
        f"Certificate of erasure {said.erasure_id}",
        "",
        f"Erased on    {said.erased_at}",
        f"By           {said.erased_by}",
        f"Reason       {said.reason}",
        f"Records      {said.n_records}",
        f"Golden ids   {', '.join(said.golden_ids) or 'none'}",
        "",
        "Removed",
    ]
    for place, counts in said.removed.items():
        lines += ["", f"  {_WORDS.get(place, place)}"]
        lines += [f"    {what.replace('_', ' '):28} {n:,}" for what, n in sorted(counts.items()) if n] or [
            "    nothing"
        ]
    lines += ["", "Could not be removed", "", *(f"  - {one}" for one in (said.left or ["nothing that we know of"]))]
    lines += ["", "What an erasure cannot reach", "", *(f"  - {one}" for one in said.limits)]
    lines += [
        "",
        "A keyed hash of each address and source id is kept in the suppression list, so that the next export does not",
        "bring the person back. It says nothing without the project's key.",
    ]
    return "\n".join(lines) + "\n"
