"""How this run reads what it is given, and whether an earlier one read the same things otherwise.

When a word list, a profile, a setting or the code that reads has changed, what stands is read again from the rows as
they came, so that a word an admin adds today counts for the contacts of last year.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

import pandas as pd
import pyarrow as pa

from crm_clean.pipeline.shelf import content_digest
from crm_clean.pipeline.step import Context
from crm_clean.records.tables import FILES, RAW_ROWS, RECORDS, STAGED_POINTS, STAGED_RECORDS


def reading(context: Context) -> str:
    """A digest of everything that decides what is made of a row: code, word lists, profiles, settings, libraries."""
    from crm_clean.normalise.version import reading_version

    settings = context.settings
    said = {
        "values": reading_version(settings.normalise),
        "normalise": settings.normalise.model_dump(
            mode="json", exclude={"lexicons", "check_deliverability", "dns_timeout"}
        ),
        "sources": settings.sources.model_dump(mode="json", exclude={"profiles", "snapshots"}),
        "profiles": content_digest([settings.sources.profiles]) if settings.sources.profiles else None,
        "code": _code(),
    }
    return blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=8).hexdigest()


def is_read_alike(context: Context) -> bool:
    """Whether the last run read as this one does; so there was one."""
    return bool(context.last) and json.loads(context.last["inputs"]).get("reading") == reading(context)


def staged(context: Context) -> tuple[pa.Table, pa.Table]:
    """STAGED_RECORDS and STAGED_POINTS: what this run was given, and what stands if it is read otherwise now."""
    shelf = context.shelf
    fresh = shelf.read_table(STAGED_RECORDS), shelf.read_table(STAGED_POINTS)
    if not context.last or is_read_alike(context):
        return fresh
    again = list(_again(context, fresh[0]["record_id"]))
    if again:
        n = sum(len(records) for records, _ in again)
        context.reporter.notice(
            f"{n:,} records are read again: the version, the word lists or the settings have changed."
        )
    records = pa.concat_tables([fresh[0], *(records for records, _ in again)])
    return records.combine_chunks(), pa.concat_tables([fresh[1], *(points for _, points in again)]).combine_chunks()


def _again(context: Context, given: pa.ChunkedArray) -> Iterator[tuple[pa.Table, pa.Table]]:
    """The rows of the records that stand and that this run does not bring, staged anew."""
    from crm_clean.sources.again import stage_again

    standing = context.store.read(RECORDS)
    standing = standing[~standing["record_id"].isin(given.to_pandas())]
    rows, place = context.store.read(RAW_ROWS), ["file_id", "source_row"]
    wanted = pd.MultiIndex.from_frame(standing[place])
    rows = rows[pd.MultiIndex.from_frame(rows[place]).isin(wanted)].reset_index(drop=True)
    for one in stage_again(context.store.read(FILES), rows, spec=context.settings.sources):
        yield one.staged_records, one.staged_points


@cache
def _code() -> str:
    """A digest of the code and the profiles that stage rows."""
    room = Path(__file__).parents[1] / "sources"
    digest = blake2b(digest_size=16)
    for file in sorted(p for p in room.rglob("*") if p.suffix in (".py", ".toml")):
        digest.update(f"{file.relative_to(room)}\0".encode() + file.read_bytes())
    return digest.hexdigest()
