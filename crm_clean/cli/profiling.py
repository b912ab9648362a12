"""The command that looks at a file before anything is done with it: `profile`."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crm_clean.cli.options import Mapped, Region, column_fields, cores
from crm_clean.cli.screen import say
from crm_clean.errors import UsageError

if TYPE_CHECKING:
    from crm_clean.report.profiled import FileProfile


def profile(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX, vCard, Parquet, ZIP, or a folder.")],
    region: Region = None,
    mapped: Mapped = None,
    profiles: Annotated[
        Path | None, typer.Option("--profiles", metavar="DIR", help="Source profiles of your own, tried first.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PROFILE.toml", help="Write the draft of a source profile there.")
    ] = None,
) -> None:
    """Say what a file is and how clean.

    With a draft of a source profile where no profile knows it. Nobody's data is shown, and nothing is changed.
    """
    from crm_clean.pipeline.profile import profile as look
    from crm_clean.report.profile_text import screen

    if out is not None and out.exists():
        raise UsageError(f"{out} is there already; name another file, or move that one away.")
    found = look(file, mapping=column_fields(mapped), default_region=region, profiles=profiles, workers=cores(None))
    if out is not None:
        _write(found, out)
        found = replace(found, options={**found.options, "saved": out})
    say(screen(found, shutil.get_terminal_size((100, 24)).columns), nl=False)
    if out is None and len(found.drafts) == 1 and any(table.is_guessed for table in found.tables):
        say(f"\n{found.draft}", nl=False, most=None)


def _write(found: FileProfile, out: Path) -> None:
    from crm_clean import files
    from crm_clean.report.plain import shown

    if len(found.drafts) > 1:
        kinds = ", ".join(map(shown, found.drafts))
        raise UsageError(f"{found.path} holds tables of several kinds ({kinds}); give one of them alone with --out.")
    if not found.draft:
        raise UsageError(f"{found.path}: there is nothing to draft; say what its columns hold with --map COLUMN=field.")
    files.write_text(out, found.draft)
