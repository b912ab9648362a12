"""README.txt of a system's folder: what to do, in order, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from crm_clean.publish.target import Target

_FILES = {
    "1_update_survivors": "new values for the records that stay; blank cells change nothing",
    "2_merge_plan": "which records to merge into which, in steps",
    "3_delete_or_archive": "records to put away, since this system cannot merge",
    "5_suppress": "addresses that must not be used: opt-outs and bounces, the strictest word of all systems",
    "refused": "values that were not written, and why",
}
_GENERAL = (
    "Keep the original export: it is the way back.",
    "Put the addresses of 5_suppress.csv on the suppression list before anything else.",
    "Merge the records of 2_merge_plan.csv by hand, or with the tool of the system, in the order of their steps.",
)
_LAST = (
    "Every value that changes is listed in common/undo.csv with what stood there before.",
    "common/id_map.csv says which golden record each id belongs to; keep it with the export.",
)


def readme(system: str, targets: Sequence[Target], names: Sequence[str]) -> str:
    """The text for `system`. `names`: files that lie in its folder."""
    lines = [f"{targets[0].title if targets else system}: what to do with these files", "", "Files", ""]
    lines += [f"  {name}: {_FILES[_stem(name)]}" for name in names]
    for target in targets:
        steps = [*target.readme, *(_LAST if target is targets[-1] else ())]
        lines += ["", f"{target.title}, in this order", ""]
        lines += [f"  {at}. {step}" for at, step in enumerate(steps, start=1)]
    if not targets:
        lines += ["", "In this order", ""]
        lines += [f"  {at}. {step}" for at, step in enumerate((*_GENERAL, *_LAST), start=1)]
    return "\n".join(lines) + "\n"


def _stem(name: str) -> str:
    bare = name.removesuffix(".csv")
    return next((known for known in _FILES if bare.startswith(known)), bare)
