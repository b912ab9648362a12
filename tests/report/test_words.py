"""Every code that reading and normalising can give has words, and no words are left of a code that is gone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_clean.normalise import kernels
from crm_clean.normalise.lexicon import load
from crm_clean.report import words
from crm_clean.report.by_field import DIMENSIONS, FIELDS

_CODE = re.compile(r"^(?:[a-z_]*\|)?([a-z][a-z0-9_]+\.[a-z][a-z0-9_]*)$")
# The end of a code whose beginning is put in; not the end of a file's name.
_END = re.compile(r"^\.(?!toml$|bak$)[a-z]+_?[a-z]*$")
# Texts of the same shape that are none: files, packages and domains.
_NO_CODE = re.compile(r"\.(?:com|net|org|php|py|toml|blank|sources)$")


def _texts(module: Path) -> Iterator[str]:
    """The text constants of a module, the fixed parts of its f-strings among them, docstrings left out."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    said = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def _put_together(module: Path) -> Iterator[str]:
    """The fixed parts of the f-strings of a module."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        for part in node.values if isinstance(node, ast.JoinedStr) else ():
            if isinstance(part, ast.Constant):
                yield str(part.value)


def emitted(root: Path) -> set[str]:
    """The codes that stand in the source of `normalise` and `sources`, those put together from a field among them."""
    modules = [m for room in ("normalise", "sources") for m in sorted((root / "crm_clean" / room).rglob("*.py"))]
    lists = load()
    named = {*lists.sets, *lists.maps}
    written = {found[1] for module in modules for text in _texts(module) if (found := _CODE.match(text))}
    # `kernels.said` puts the field before `.unknown`.
    closed = {f"{field}.unknown" for field in ("gender", "consent_status", "status", "language", "company_domain")}
    # Why a row stands empty in quarantine is no finding in a value.
    erased = {"privacy.erased", "privacy.suppressed"}
    return {code for code in written if code not in named and not _NO_CODE.search(code)} | closed | erased


def test_every_code_that_can_be_given_has_words(root: Path) -> None:
    assert sorted(emitted(root) - words.told_codes()) == []


def test_no_words_are_left_of_a_code_that_is_gone(root: Path) -> None:
    assert sorted(words.told_codes() - emitted(root)) == []


def test_codes_are_found_where_they_stand(root: Path) -> None:
    # One of each way to write one: alone, behind a field, behind a field put in, in a table of reasons.
    known = {"email.invalid", "address.placeholder", "name.placeholder", "row.too_few_fields", "text.too_long"}
    assert known <= emitted(root)


def test_codes_are_put_together_in_one_way_only(root: Path) -> None:
    ends = {text for m in (root / "crm_clean" / "normalise").rglob("*.py") for text in _put_together(m)}
    assert {end for end in ends if _END.match(end)} == {".unknown"}


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        pytest.param("gender", "purple", id="gender"),
        pytest.param("language", "klingonish", id="language"),
        pytest.param("consent_status", "perhaps", id="consent"),
        pytest.param("company_domain", "not a domain", id="domain"),
    ],
)
def test_a_word_that_is_not_understood_has_a_code_with_words(field: str, raw: str) -> None:
    code = kernels.said(raw, field=field, words=load())[2]
    assert code == f"{field}.unknown"
    assert code in words.told_codes()


@pytest.mark.parametrize("code", sorted(words.told_codes()))
def test_words_say_what_it_is_what_it_means_what_was_done_and_what_to_do(code: str) -> None:
    told = words.finding(code)
    assert told.title
    assert not told.title.endswith(".")
    for said in (told.means, told.done, told.todo):
        assert said.endswith(".")
        assert said.count("`") % 2 == 0


def test_a_code_without_words_is_told_as_it_is() -> None:
    assert words.finding("row.of_the_future") == words.Told("row: of the future")


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_for_every_field_there_is_something_to_do_about_every_weakness(dimension: str) -> None:
    assert [field for field in FIELDS if not words.todo(field, dimension)] == []
