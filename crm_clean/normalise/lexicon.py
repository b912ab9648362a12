"""The word lists: the package's own, and those a user adds beside them.

Each `lexicons/*.toml` holds `[sets]` (lists of words) and `[maps.NAME]` (word to meaning). A user's folder may hold
files of the same names with the same headings: sets are united, map entries are added and win. A file or heading we do
not know is refused, since a misspelt one would silently do nothing.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from crm_clean.errors import BadSettings
from crm_clean.text import fold

_OWN = Path(__file__).with_name("lexicons")
_VERBATIM = "emails"  # parts of addresses are not words: `no-email` is not `no email`


@dataclass(frozen=True)
class Lexicons:
    """Word lists by `file.heading`, folded (those of e-mails: lower case only). Travels to workers as its folder."""

    folder: str | None
    sets: dict[str, frozenset[str]] = field(repr=False, compare=False)
    maps: dict[str, dict[str, str]] = field(repr=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return load, (self.folder,)

    def __hash__(self) -> int:
        return hash(self.folder)

    def union(self, *names: str) -> frozenset[str]:
        """The words of several sets together, made once."""
        return _union(self, names)

    def pairs(self, name: str) -> dict[str, str]:
        """A set of `word=meaning` entries as a dictionary, made once."""
        return _pairs(self, name)


@lru_cache(maxsize=64)
def _union(words: Lexicons, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(words.sets[name] for name in names))


@lru_cache(maxsize=64)
def _pairs(words: Lexicons, name: str) -> dict[str, str]:
    return dict(entry.split("=", 1) for entry in words.sets[name])


@lru_cache(maxsize=4)
def load(folder: str | None = None) -> Lexicons:
    """The package's lexicons with those in `folder` added.

    Raises BadSettings when the folder, a file or a heading in it is not understood.
    """
    sets: dict[str, frozenset[str]] = {}
    maps: dict[str, dict[str, str]] = {}
    for path in sorted(_OWN.glob("*.toml")):
        _add(path, sets, maps)
    known = frozenset([*sets, *maps])
    for path in _additions(folder):
        _add(path, sets, maps)
        unknown = sorted({*sets, *maps} - known)
        if unknown:
            raise BadSettings(f"{path}: no lexicon is called {', '.join(unknown)}; use {', '.join(sorted(known))}.")
    return Lexicons(folder, sets, maps)


@lru_cache(maxsize=16)
def _digest(words: Lexicons) -> str:
    said = {
        "sets": {name: sorted(found) for name, found in sorted(words.sets.items())},
        "maps": {name: sorted(found.items()) for name, found in sorted(words.maps.items())},
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def content_digest(folder: str | None = None) -> str:
    """A digest (64 hex digits) of what the word lists say, the package's own and those in `folder`.

    Comments, the order of words and where the folder lies do not change it. Raises BadSettings as `load`.
    """
    return _digest(load(folder))


def _additions(folder: str | None) -> list[Path]:
    if folder is None:
        return []
    if not Path(folder).is_dir():
        raise BadSettings(f"{folder}: the folder of lexicons is not there; create it or take the setting out.")
    return sorted(Path(folder).glob("*.toml"))


def _add(path: Path, sets: dict[str, frozenset[str]], maps: dict[str, dict[str, str]]) -> None:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        for name, words in content.get("sets", {}).items():
            key = f"{path.stem}.{name}"
            sets[key] = sets.get(key, frozenset()) | {_form(w, path.stem) for w in words}
        for name, entries in content.get("maps", {}).items():
            key = f"{path.stem}.{name}"
            maps[key] = maps.get(key, {}) | {_form(w, path.stem): str(m) for w, m in entries.items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError, TypeError) as error:
        raise BadSettings(f"{path}: not a lexicon of [sets] and [maps.NAME] ({error}); mend or remove it.") from error


def _form(word: str, file: str) -> str:
    if file == _VERBATIM:
        return word.casefold()
    left, equals, right = word.partition("=")
    return f"{fold(left)}={right}" if equals else fold(word)
