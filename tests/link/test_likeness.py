"""The quick ways of comparing give what the plain definitions give; the definitions are spelt out here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from crm_clean.link.columns import Bag, Column
from crm_clean.link.compare import contact, names, places
from crm_clean.link.compare.levels import Crossing
from crm_clean.link.compare.likeness import Bounds
from crm_clean.link.texts import Texts

LETTERS = "aaeeinst xbz019@.-éßжя漢"
WORDS = ["ann", "maria", "bob", "robert", "jo", "j", "p", "jean", "pierre", "lola", "dolores", "li", "julia", "julie"]

texts = st.lists(st.text(LETTERS, min_size=1, max_size=24), min_size=2, max_size=12, unique=True)
slips = st.lists(st.text("ab1", min_size=3, max_size=7), min_size=2, max_size=12, unique=True)
people_names = st.lists(
    st.lists(st.sampled_from(WORDS) | st.text("aeijnr", min_size=1, max_size=9), min_size=1, max_size=3).map(" ".join),
    min_size=2,
    max_size=12,
    unique=True,
)
mailboxes = st.lists(
    st.tuples(st.text("ab19.", min_size=1, max_size=9), st.sampled_from(["@x.com", "@y.example", "@xx.com", ""])).map(
        "".join
    ),
    min_size=2,
    max_size=12,
    unique=True,
)
numbers = st.lists(st.text("0019", min_size=1, max_size=11), min_size=2, max_size=12, unique=True)


def _everyone(held: list[str]) -> tuple[Texts, np.ndarray, np.ndarray]:
    """Texts and every two of them, in both orders."""
    a, b = (part.ravel() for part in np.indices((len(held), len(held))))
    apart = a != b
    return Texts.of(held), a[apart], b[apart]


def _plainly(held: list[str], a: np.ndarray, b: np.ndarray, alike: Callable[[str, str], bool]) -> list[bool]:
    return [alike(held[i], held[j]) for i, j in zip(a.tolist(), b.tolist(), strict=True)]


def _to_seven_digits(likeness: float) -> float:
    return round(likeness, 7)


def _is_bounded(held: list[str]) -> None:
    told, a, b = _everyone(held)
    bounds = Bounds.of(told.letters, told.letters, a, b)
    for k, (i, j) in enumerate(zip(a, b, strict=True)):
        assert bounds.edits[k] <= OSA.distance(held[i], held[j])
        assert bounds.jaro_winkler[k] >= JaroWinkler.similarity(held[i], held[j])


@given(texts | slips)
def test_no_text_is_nearer_than_its_letters_allow(held: list[str]) -> None:
    _is_bounded(held)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("a" * 200, "a" * 199, id="a letter repeated more often than is counted"),
        pytest.param("ae" * 40, "ea" * 40 + "a", id="longer than one count"),
        pytest.param("жук", "жуки", id="another script"),
        pytest.param("漢字", "漢", id="a script of many characters"),
        pytest.param("a", "漢", id="no letter in common"),
    ],
)
def test_long_texts_and_other_scripts_are_no_nearer_either(one: str, other: str) -> None:
    _is_bounded([one, other, "x"])


@given(texts | slips | people_names)
def test_texts_are_close_by_a_slip_of_the_pen(held: list[str]) -> None:
    def close(one: str, other: str) -> bool:
        edits, short = OSA.distance(one, other), min(len(one), len(other))
        if short < 4:
            return edits == 1 and sorted(one) == sorted(other)
        return edits <= 1 or (edits <= 2 and short >= 8) or _to_seven_digits(JaroWinkler.similarity(one, other)) >= 0.9

    told, a, b = _everyone(held)
    assert names.is_close(told, a, b).tolist() == _plainly(held, a, b, close)


def _by_words(one: str, other: str, *, given_names: bool) -> int | None:
    """The level of what two names say by their words; None where that is nothing."""
    words, others = one.split(), other.split()
    for initials, name in ((words, others), (others, words)):
        if all(len(word) == 1 for word in initials) and (
            initials == [name[0][0]] or (len(initials) > 1 and initials == [word[0] for word in name])
        ):
            return names.INITIAL
    formal, of_other = ({*names.formal_names([v])[0]} - {v} for v in (one, other))
    if given_names and (formal & {other, *others, *of_other} or of_other & {one, *words}):
        return names.NICKNAME
    long, of_other = ({word for word in held if len(word) > 2} for held in (words, others))
    is_part = long & of_other and (long <= of_other or of_other <= long)
    return names.PART if is_part and len(words) + len(others) > 2 else None


@given(people_names | texts, st.booleans())
def test_levels_of_names_are_those_of_looking_at_every_pair(held: list[str], given_names: bool) -> None:
    held = list(dict.fromkeys(" ".join(name.split()) or "x" for name in held))
    column, n = Column.of(held), len(held)
    left, right = (part.astype(np.int64) for part in np.nonzero(~np.eye(n, dtype=bool)))
    near, like = names.nearness([held[i] for i in left], [held[j] for j in right])
    found = names.part_levels(column, left, right, given=given_names)
    for k, (i, j) in enumerate(zip(left, right, strict=True)):
        by_words = _by_words(held[i], held[j], given_names=given_names)
        by_letters = {names.CLOSE} if near[k] else {names.LIKE} if like[k] else {names.DIFFERENT}
        if by_letters != {names.DIFFERENT} and given_names:
            by_letters.add(names.FAMILIAR)
        assert found[k] in ({by_words} if by_words else by_letters), (held[i], held[j])


@given(people_names, people_names)
def test_names_of_two_columns_are_one_name_as_by_looking_at_every_pair(one: list[str], other: list[str]) -> None:
    n = min(len(one), len(other))
    first, last = Column.of(one[:n]), Column.of(other[:n])
    left, right = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    plain = names.levels_of_names(first, last, first.codes[left], last.codes[right], given=False)
    assert names.are_one_name(first, last, left, right).tolist() == np.isin(plain, (names.EXACT, names.CLOSE)).tolist()


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


@given(mailboxes)
def test_mailboxes_are_mistyped_by_few_edits_that_change_no_number(held: list[str]) -> None:
    def mistyped(one: str, other: str) -> bool:
        edits, users = OSA.distance(one, other), [len(v.partition("@")[0]) for v in (one, other)]
        is_long = min(len(one), len(other)) >= 14
        return edits <= (2 if is_long else 1) and min(users) >= 4 and _digits(one) == _digits(other)

    told, a, b = _everyone(held)
    assert contact.is_mistyped(told, a, b).tolist() == _plainly(held, a, b, mistyped)


@given(mailboxes)
def test_mailboxes_are_mangled_when_most_letters_stand_in_order(held: list[str]) -> None:
    def mangled(one: str, other: str) -> bool:
        (user, _, domain), (other_user, _, other_domain) = one.partition("@"), other.partition("@")
        if domain == other_domain:
            one, other = user, other_user
        digits, others = _digits(one), _digits(other)
        letters = ["".join(c for c in v if not c.isdigit()) for v in (one, other)]
        is_other_number = digits != others and len(digits) == len(others) and letters[0] == letters[1]
        return _to_seven_digits(OSA.normalized_similarity(one, other)) >= 0.72 and not is_other_number

    told, a, b = _everyone(held)
    assert contact.is_mangled(told, a, b).tolist() == _plainly(held, a, b, mangled)


@given(numbers)
def test_numbers_are_one_digit_off(held: list[str]) -> None:
    told, a, b = _everyone(held)
    off = _plainly(held, a, b, lambda one, other: OSA.distance(one, other) == 1)
    assert contact.is_one_digit_off(told, a, b).tolist() == off


@given(numbers)
@example(["00000000", "000000001"])
def test_a_number_ends_a_longer_one(held: list[str]) -> None:
    def ends(one: str, other: str) -> bool:
        short, long = sorted((one, other), key=len)
        is_end = long.endswith(short.lstrip("0")) and long[-3:] == short[-3:]  # zeros alone end nothing
        return 8 <= len(short) < len(long) and is_end

    told, a, b = _everyone(held)
    assert contact.is_same_tail(told, a, b).tolist() == _plainly(held, a, b, ends)


@given(st.lists(st.text("a1 |", min_size=1, max_size=9), min_size=2, max_size=9, unique=True))
def test_streets_are_alike_when_their_numbers_agree(held: list[str]) -> None:
    def numbers_in(street: str) -> list[str]:
        return [word for word in street.replace("|", " ").split() if word[0].isdigit()]

    told, a, b = _everyone(held)
    agree = _plainly(held, a, b, lambda one, other: numbers_in(one) == numbers_in(other))
    assert places.is_like_street(told, a, b).tolist() == (names.is_close(told, a, b) & agree).tolist()


@given(
    st.lists(st.lists(st.sampled_from("abcd"), max_size=3), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_of_several_values_the_best_combination_counts(held: list[list[str]], draw) -> None:  # type: ignore[no-untyped-def]
    n = len(held)
    record = np.repeat(np.arange(n), [len(values) for values in held])
    bag = Bag.of(record, [v for values in held for v in values], n=n)
    left, right = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    crossing = Crossing.of(bag, left, right)
    level = {(one, other): draw.randint(1, 9) for one in "abcd" for other in "abcd"}
    holders = {v: sum(v in values for values in held) for v in "abcd"}
    told = np.array([level[bag.values[a], bag.values[b]] for a, b in zip(crossing.a, crossing.b, strict=True)], np.int8)
    pairs = [(held[i], held[j]) for i in range(n) for j in range(n)]
    best = [min((level[v, w] for v in one for w in other), default=0) for one, other in pairs]
    rarest = [min((holders[v] for v in set(one) & set(other)), default=0) for one, other in pairs]
    assert crossing.best(told).tolist() == best
    assert crossing.fewest(bag.holders(np.arange(n))).tolist() == rarest
