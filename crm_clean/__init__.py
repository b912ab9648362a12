"""Reads the messy contact exports of every CRM, finds who is the same person, keeps one golden record of each.

`open`, `dedupe` and `profile` are the Python face; everything else is behind the command line `crm-clean`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "dedupe", "open", "profile"]

if TYPE_CHECKING:
    from crm_clean.project import dedupe, open, profile


def __getattr__(name: str) -> Any:
    # Importing the package is instant: the stages and their libraries load when first used.
    if name in ("open", "dedupe", "profile"):
        from crm_clean import project

        return getattr(project, name)
    raise AttributeError(f"module 'crm_clean' has no attribute {name!r}")
