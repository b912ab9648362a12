"""One file of word lists, ours or a user's: what may stand in it, and its words as they are compared.

Refuses whatever it does not understand, in one sentence that says what would be: a misspelt heading or a word that
says nothing would silently do nothing. Which lists there are, and what a file changes in them, is for `lexicon`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from crm_clean.errors import BadSettings
from crm_clean.text import clean, fold

_VERBATIM = "emails"  # parts of addresses are not words: `no-email` is not `no email`
_AS_WRITTEN = "tags"  # every sign of a tag may count: `C++` is not `C`
# Of a user's folder: what is no list of words and may lie there all the same.
_PASSED_BY = ("readme", "~", ".bak")


@dataclass(frozen=True)
class WordFile:
    """A file of word lists, words folded: `sets` and `remove` by heading, `maps` from word to meaning by heading.

    `closed`: the only meanings a map may have, for maps whose meanings we define; none named, those it has with us.
    """

    path: Path
    sets: dict[str, frozenset[str]]
    maps: dict[str, dict[str, str]]
    remove: dict[str, frozenset[str]]
    closed: dict[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        return self.path.stem

    def refuse(self, why: str) -> NoReturn:
        """Raise BadSettings with the file and `why`."""
        _refuse(self.path, why)


def read_word_file(path: Path, *, is_own: bool = False) -> WordFile:
    """The lists in `path`; raises BadSettings naming the file, what in it is not understood, and what would be."""
    content = _content(path)
    known = ("sets", "maps", "remove", "closed") if is_own else ("sets", "maps", "remove")
    for heading in content.keys() - set(known):
        near = "".join(get_close_matches(heading, known, n=1, cutoff=0.5))
        meant = f"did you mean [{near}]?" if near else "lists stand under [sets], [maps.NAME] or [remove]."
        _refuse(path, f"there is no [{heading}]; {meant}")
    sets, maps, remove, closed = (_tables(path, content, name) for name in ("sets", "maps", "remove", "closed"))
    return WordFile(
        path,
        {name: _words(path, f"[sets] {name}", words) for name, words in sets.items()},
        {name: _meanings(path, f"[maps.{name}]", entries) for name, entries in maps.items()},
        {name: _words(path, f"[remove] {name}", words) for name, words in remove.items()},
        {name: tuple(values) for name, values in closed.items()},
    )


def word_files(folder: Path, *, known: Iterable[str]) -> list[Path]:
    """The files of a user's `folder` in order of name; raises BadSettings for one that is called like no list."""
    found = [path for path in sorted(folder.iterdir()) if path.is_file() and not _is_passed_by(path.name)]
    names = sorted(known)
    for path in found:
        if path.suffix != ".toml" or path.stem not in names:
            near = get_close_matches(path.name.partition(".")[0], names, n=1, cutoff=0.0)[0]
            files = ", ".join(f"{name}.toml" for name in names)
            _refuse(path, f"no file of words is called so; did you mean {near}.toml? There are {files}")
    return found


def _is_passed_by(name: str) -> bool:
    return name.startswith(".") or name.casefold().startswith(_PASSED_BY[0]) or name.endswith(_PASSED_BY[1:])


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        _refuse(path, f"this is not TOML ({error}); mend that line.", error)


def _tables(path: Path, content: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name, {})
    if not isinstance(found, dict):
        _refuse(path, f"{name} is a heading: write [{name}], and the lists below it.")
    return found


def _words(path: Path, where: str, words: object) -> frozenset[str]:
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        _refuse(path, f'{where}: write a list of words in quotation marks, as in ["one", "two"].')
    return frozenset(_form(path, where, word) for word in words)


def _meanings(path: Path, where: str, entries: object) -> dict[str, str]:
    if not isinstance(entries, dict):
        _refuse(path, f'{where}: write lines such as "word" = "meaning" below it.')
    found: dict[str, str] = {}
    for word, meaning in entries.items():
        if isinstance(meaning, dict):
            _refuse(path, f"{where}: {word}. has a dot or stands outside; put the whole word in quotation marks.")
        if not isinstance(meaning, str):
            _refuse(path, f'{where}: "{word}" needs a meaning in quotation marks; mend that line.')
        form = _form(path, where, word)
        if found.setdefault(form, meaning) != meaning:
            _refuse(
                path, f'{where}: "{word}" is read as "{form}", which has another meaning already; keep one of them.'
            )
    return found


def _form(path: Path, where: str, word: str) -> str:
    """A word as it is compared."""
    if path.stem == _VERBATIM:
        form = word.strip().casefold()
    elif path.stem == _AS_WRITTEN:
        form = clean(word)
    else:
        left, equals, right = word.partition("=")
        form = f"{fold(left)}={right}" if equals else fold(word)
    if not form or (form.startswith("=") and path.stem != _AS_WRITTEN):
        _refuse(path, f'{where}: "{word}" holds no letter or digit; take it out.')
    return form


def _refuse(path: Path, why: str, cause: Exception | None = None) -> NoReturn:
    raise BadSettings(f"{path}: {why}") from cause
