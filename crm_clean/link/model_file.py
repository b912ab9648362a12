"""A model as a file: what a run learnt, to keep, to compare and to link other tables by without learning anew.

JSON that an admin can read. Level frequencies and counts only: no value of anybody is in it. A file is taken whole or
refused in one sentence; whether its comparisons are those of a table is `fit`'s to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crm_clean.errors import UnreadableInput, UsageError
from crm_clean.link.compare.catalogue import levels_of
from crm_clean.link.score import Model

KIND: Literal["crm-clean link model"] = "crm-clean link model"
VERSION: Literal[1] = 1
NAME = "model.json"
_ADVICE = f"give the {NAME} that a run wrote, or leave out --model to learn one"


class ModelFile(BaseModel):
    """A model and how many records it was learnt from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["crm-clean link model"] = KIND
    version: Literal[1] = VERSION
    trained_on: int = Field(ge=0)
    model: Model

    def text(self) -> str:
        """The file's content: the same model gives the same bytes."""
        return json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


def read_model(path: Path) -> ModelFile:
    """The model in a file; raises UnreadableInput for one that is missing, no model, of another version, or empty."""
    if not path.is_file():
        raise UnreadableInput(str(path), "missing", f"there is no such model file; {_ADVICE}.")
    try:
        said = json.loads(path.read_text("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UnreadableInput(str(path), "not_json", f"this is no JSON; {_ADVICE}.") from error
    if not isinstance(said, dict) or said.get("kind") != KIND:
        raise UnreadableInput(str(path), "no_model", f"this is JSON, but no model of crm-clean; {_ADVICE}.")
    if said.get("version") != VERSION:
        known = f"this crm-clean reads version {VERSION}"
        raise UnreadableInput(
            str(path), "other_version", f"this model is of version {said.get('version')}, {known}; {_ADVICE}."
        )
    return _understood(path, said)


def _understood(path: Path, said: dict[str, Any]) -> ModelFile:
    try:
        found = ModelFile.model_validate(said)
    except ValidationError as error:
        fault = error.errors()[0]
        where = " ".join(str(part + 1) if isinstance(part, int) else str(part) for part in fault["loc"])
        raise UnreadableInput(str(path), "bad_model", f"{where}: {fault['msg']}; {_ADVICE}.") from error
    wrong = next(_faults(found.model), None)
    if wrong:
        raise UnreadableInput(str(path), "bad_model", f"{wrong}; {_ADVICE}.")
    return found


def _faults(model: Model) -> Iterator[str]:
    """What is wrong with a model whose shape is right."""
    if not model.strangers or not model.comparisons:
        yield "this model has learnt nothing: no two records of its table had anything in common"
    if not 0.0 < model.prior < 1.0:
        yield "prior is no share between 0 and 1"
    names = [c.name for c in model.comparisons]
    if len(set(names)) < len(names):
        yield "it has a comparison twice"
    for k, c in enumerate(model.comparisons):
        if levels_of(c.name) != c.levels:
            yield f"this crm-clean has no comparison {c.name} of the levels {', '.join(c.levels)}"
        frequencies = [c.m, *(s.u[k] for s in model.strangers if len(s.u) == len(names))]
        if len(frequencies) <= len(model.strangers) or any(not _are_shares(f, c.levels) for f in frequencies):
            yield f"the comparison {c.name} has not one share over 0 for each of its levels"
        if len(c.typical) != len(c.levels):
            yield f"the comparison {c.name} has not one entry in typical for each of its levels"


def _are_shares(found: Sequence[float], levels: Sequence[str]) -> bool:
    return len(found) == len(levels) and all(0.0 < share <= 1.0 for share in found)


@dataclass(frozen=True)
class Fit:
    """Which comparisons model and table have in common, which only the table has, and which only the model."""

    common: tuple[str, ...]
    unlearnt: tuple[str, ...]
    unused: tuple[str, ...]

    def notices(self) -> list[str]:
        """What the user should know, in sentences; none where they fit."""
        said = []
        if self.unlearnt:
            said.append(f"The model knows nothing of {_listed(self.unlearnt)}: here that does not count.")
        if self.unused:
            said.append(f"This table has no {_listed(self.unused)}: that part of the model is not used.")
        return said


def fit(given: dict[str, Any], used: dict[str, Any]) -> Fit:
    """How a model that was given (`Model` as plain JSON) fits the table that `used`, the model of a run, is about.

    Raises UsageError when they have no comparison in common.
    """
    theirs = {c["name"] for c in given["comparisons"]}
    ours = [c["name"] for c in used["comparisons"]]
    found = Fit(
        tuple(name for name in ours if name in theirs),
        tuple(name for name in ours if name not in theirs),
        tuple(sorted(theirs.difference(ours))),
    )
    if ours and not found.common:
        raise UsageError(f"The model compares {_listed(found.unused)}, and this table has none of that; {_ADVICE}.")
    return found


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)
