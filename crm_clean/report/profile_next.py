"""What to do next with a file that was looked at, as commands to copy."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from crm_clean.report import words
from crm_clean.report.plain import shown, wrapped
from crm_clean.report.profiled import FileProfile

_ONE_ALONE = "crm-clean profile FILE --out profiles/NAME.toml"


def next_steps(profile: FileProfile, width: int) -> Iterator[str]:
    """The purpose of each command, and the command on one line: it is never broken in two."""
    yield "What to do next"
    path = shlex.quote(shown(profile.path))
    for purpose, command in _commands(profile, path):
        yield from wrapped(purpose, width, indent="  ")
        yield f"    {command}"


def _commands(profile: FileProfile, path: str) -> Iterator[tuple[str, str]]:
    if not any(table.n_judged for table in profile.tables):
        yield (
            "Mend the rows that were set aside, or export the contacts again, and look again:",
            f"crm-clean profile {path}",
        )
        return
    if not any(table.holds_contacts for table in profile.tables):
        yield "Say what its columns hold, and look again:", f"crm-clean profile {path} --map COLUMN=email"
        return
    region, likely = profile.options.get("default_region"), profile.options.get("likely_region")
    told = _told(profile.options.get("mapping"))
    offered = _offers(profile, told)
    national = _says_region(profile) and not region
    code = region or ((likely or "CC") if national else None)
    flags = "".join([*told, *offered[:3], f" --default-region {code}" if code else ""])
    if offered and not told:
        yield "See what changes when a column is taken for what it looks like:", f"crm-clean profile {path}{flags}"
    yield f"Clean it{_why(likely) if national else ''}:", f"crm-clean dedupe {path} --out cleaned{flags}"
    saved = profile.options.get("saved")
    if isinstance(saved, Path):
        yield (
            f"Check the lines of {shown(str(saved))} that are marked with (?), and see that the file is known by it:",
            f"crm-clean profile {path} --profiles {shlex.quote(shown(str(saved.parent)))}",
        )
    elif any(table.is_guessed and table.draft for table in profile.tables):
        kept = f" --default-region {region}" if region else ""
        yield from _keep(profile, f"crm-clean profile {path}{''.join(told)}{kept}")


def _keep(profile: FileProfile, command: str) -> Iterator[tuple[str, str]]:
    """How to save the draft; a file holds the profile of one kind of table."""
    if len(profile.drafts) > 1:
        unknown = words.plural(len(profile.drafts), "kind")
        yield f"No profile knows {unknown} of these tables. Look at each file alone for a draft of one:", _ONE_ALONE
        return
    yield (
        "Keep what was understood as a source profile; a project takes profiles from the folder that "
        'crm_clean.toml names under [sources]: profiles = "profiles".',
        f"{command} --out profiles/{_profile_name(profile.draft)}.toml",
    )


def _why(likely: object) -> str:
    if likely:
        return f", with phones that have no country code taken for {likely}'s, where most addresses are"
    return "; put the country of phones that have no country code in place of CC, such as US"


def _told(mapping: object) -> list[str]:
    pairs = mapping.items() if isinstance(mapping, Mapping) else ()
    return [f" --map {shlex.quote(f'{shown(column)}={field}')}" for column, field in pairs]


def _offers(profile: FileProfile, told: list[str]) -> list[str]:
    """Columns that look like something they are not taken for."""
    found = {
        column.name: note.detail
        for table in profile.tables
        for column in table.columns
        for note in column.notes
        if note.code == "looks_like"
    }
    return [offer for offer in _told(found) if offer not in told]


def _says_region(profile: FileProfile) -> bool:
    """Whether many phones cannot be read, as those without a country code when no country is told."""
    n_phones = sum(c.n_filled for t in profile.tables for c in t.columns if c.field.startswith("phone"))
    unread = profile.findings.loc[profile.findings["code"].eq("phone.unreadable"), "n"].sum()
    return bool(unread > 0.05 * n_phones)


def _profile_name(draft: str) -> str:
    line = next((line for line in draft.splitlines() if line.startswith("name = ")), 'name = "contacts"')
    return line.partition('"')[2].partition('"')[0]
