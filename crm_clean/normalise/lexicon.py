"""The word lists: the package's own, and what a user's folder changes in them.

Each `lexicons/NAME.toml` holds `[sets]` (lists of words) and `[maps.HEADING]` (word to meaning). A user's folder may
hold files of the same names with the same headings: sets are united, entries of maps are added and win, and words under
`[remove]` are taken out of ours first. Words are compared folded - case, accents and punctuation do not count - but in
emails.toml, where case alone does not. What would silently do nothing is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from crm_clean.errors import BadSettings
from crm_clean.normalise.lexicon_file import WordFile, read_word_file, word_files

_OWN = Path(__file__).with_name("lexicons")
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Lexicons:
    """Word lists by `file.heading`, folded (those of e-mails: lower case only). Travels to workers as its folder."""

    folder: str | None
    digest: str
    sets: dict[str, frozenset[str]] = field(repr=False, compare=False)
    maps: dict[str, dict[str, str]] = field(repr=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return load, (self.folder,)

    def __hash__(self) -> int:
        return hash(self.digest)

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
    return dict(entry.split("=", 1) for entry in sorted(words.sets[name]))


def load(folder: str | None = None) -> Lexicons:
    """The package's lexicons with what `folder` changes in them; read anew when a file there has changed.

    Raises BadSettings when the folder, a file, a heading or a word in it is not understood.
    """
    return _load(folder, _stamp(folder))


def content_digest(folder: str | None = None) -> str:
    """A digest (64 hex digits) of what the word lists say, the package's own and those in `folder`.

    Comments, the order of words and where the folder lies do not change it. Raises BadSettings as `load`.
    """
    return load(folder).digest


@lru_cache(maxsize=8)
def _load(folder: str | None, stamp: Stamp) -> Lexicons:  # noqa: ARG001
    own = _own()
    sets, maps = dict(own.sets), {name: dict(entries) for name, entries in own.maps.items()}
    names = {file.name for file in own.files}
    for path in word_files(Path(folder), known=names) if folder is not None else ():
        _change(read_word_file(path), sets, maps, own)
    return Lexicons(folder, _digest(sets, maps), sets, maps)


def _stamp(folder: str | None) -> Stamp:
    """What tells whether the files of a folder are still those that were read."""
    if folder is None:
        return ()
    if not Path(folder).is_dir():
        raise BadSettings(f"{folder}: the folder of lexicons is not there; create it or take the setting out.")
    seen = ((path.name, path.stat()) for path in sorted(Path(folder).iterdir()))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in seen)


def _digest(sets: dict[str, frozenset[str]], maps: dict[str, dict[str, str]]) -> str:
    said = {
        "sets": {name: sorted(words) for name, words in sorted(sets.items())},
        "maps": {name: sorted(entries.items()) for name, entries in sorted(maps.items())},
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class _Own:
    """The package's lists, and which meanings a closed map may have."""

    files: tuple[WordFile, ...]
    sets: dict[str, frozenset[str]]
    maps: dict[str, dict[str, str]]
    closed: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def _own() -> _Own:
    files = tuple(read_word_file(path, is_own=True) for path in sorted(_OWN.glob("*.toml")))
    made = _Own(files, {}, {}, {})
    for file in files:
        made.sets.update({f"{file.name}.{heading}": words for heading, words in file.sets.items()})
        made.maps.update({f"{file.name}.{heading}": entries for heading, entries in file.maps.items()})
        for heading, values in file.closed.items():
            made.closed[f"{file.name}.{heading}"] = values or tuple(sorted(set(file.maps[heading].values())))
    for file in files:
        _check_meanings(file, made)
    return made


def _change(file: WordFile, sets: dict[str, frozenset[str]], maps: dict[str, dict[str, str]], own: _Own) -> None:
    """Take out and put in what a user's `file` says."""
    _check_headings(file, own)
    _check_meanings(file, own)
    for heading, words in file.remove.items():
        name = f"{file.name}.{heading}"
        gone = set(_found(file, heading, words, known=[*sets.get(name, ()), *maps.get(name, ())]))
        if name in sets:
            sets[name] -= gone
        if name in maps:
            maps[name] = {word: meaning for word, meaning in maps[name].items() if word not in gone}
    for heading, words in file.sets.items():
        sets[f"{file.name}.{heading}"] |= words
    for heading, entries in file.maps.items():
        maps[f"{file.name}.{heading}"] |= entries


def _found(file: WordFile, heading: str, words: Iterable[str], *, known: list[str]) -> Iterator[str]:
    """The entries that `words` stand for: themselves, or `word=meaning`."""
    for word in sorted(words):
        entries = [entry for entry in known if entry == word or entry.startswith(f"{word}=")]
        if not entries:
            file.refuse(f'[remove] {heading}: "{word}" is not in that list of ours{_near(word, known)}')
        yield from entries


def _check_headings(file: WordFile, own: _Own) -> None:
    for kind, given, lists in (("sets", file.sets, own.sets), ("maps", file.maps, own.maps)):
        known = _headings(file, lists)
        for heading in given:
            if heading not in known:
                file.refuse(_no_heading(heading, kind, known, _headings(file, {**own.sets, **own.maps})))
    known = _headings(file, {**own.sets, **own.maps})
    for heading in file.remove:
        if heading not in known:
            file.refuse(
                f"[remove] {heading}: there is no such list{_near(heading, known)} Allowed: {', '.join(known)}."
            )


def _headings(file: WordFile, lists: Iterable[str]) -> list[str]:
    """The headings of the lists whose file is called like `file`."""
    return sorted(name.partition(".")[2] for name in lists if name.partition(".")[0] == file.name)


def _no_heading(heading: str, kind: str, known: list[str], everywhere: list[str]) -> str:
    said = f"[maps.{heading}]" if kind == "maps" else f"[sets] {heading}"
    if heading in everywhere:
        right = f"[sets] {heading} = [...]" if kind == "maps" else f"[maps.{heading}]"
        return f"{said}: that list is of the other kind; write {right}."
    return f"there is no {said}{_near(heading, everywhere)} Allowed: {', '.join(known or everywhere)}."


def _check_meanings(file: WordFile, own: _Own) -> None:
    for heading, entries in file.maps.items():
        allowed = own.closed.get(f"{file.name}.{heading}")
        wrong = {word: said for word, said in entries.items() if allowed and said not in allowed}
        for word, meaning in wrong.items():
            file.refuse(f'[maps.{heading}] "{word}" = "{meaning}": {_no_meaning(meaning, allowed or ())}')


def _no_meaning(meaning: str, allowed: tuple[str, ...]) -> str:
    if not meaning:
        return "to take a word out, write it under [remove]."
    few = f" Allowed: {', '.join(allowed)}." if len(allowed) <= _FEW else ""
    return f"{meaning} is no meaning here{_near(meaning, allowed)}{few}"


_FEW = 12  # meanings that one sentence can list


def _near(word: str, known: Iterable[str]) -> str:
    """The end of a sentence: what may have been meant, where anything is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else "."
