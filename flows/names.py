"""What a project is called in Prefect: in run names, artifact keys and limits."""

from __future__ import annotations

import re
from hashlib import blake2b
from pathlib import Path


def shown(project: Path) -> str:
    """The name of the project's folder."""
    return project.resolve().name or "project"


def key(project: Path) -> str:
    """The same in small letters, digits and dashes, which is all that Prefect allows in a key."""
    return re.sub(r"[^a-z0-9]+", "-", shown(project).lower()).strip("-") or "project"


def limit(project: Path) -> str:
    """The name of the project's limit; two projects of one name have two limits."""
    place = blake2b(str(project.resolve()).encode(), digest_size=4).hexdigest()
    return f"crm-clean-{key(project)}-{place}"
