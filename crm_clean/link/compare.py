"""How like two records are, one level per comparison; nothing about what a level is worth.

A comparison is a name, levels in words from the strongest to the weakest, and a function of pairs. Level 0 is `null`:
one side says nothing, which is neutral. What a value is worth when many people share it is `score`'s, by `shared_by`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from crm_clean.link import names
from crm_clean.link.columns import Bag, Column, Ints, crossed
from crm_clean.link.names import Levels, is_close, part_levels
from crm_clean.link.people import People

NULL = 0
# A mailbox or a phone that this many different people hold belongs to none of them.
MANY_PEOPLE = 4
_SAME_DIGITS = 8
_MANGLED_AT = 0.72
_NEAR_DAYS = 400


@dataclass(frozen=True)
class Compared:
    """Levels of one comparison for all pairs, and how many people hold the value agreed on (0 where none)."""

    levels: Levels
    shared_by: Ints | None = None


@dataclass(frozen=True)
class Comparison:
    """One comparison: `levels` in words, strongest first; code k + 1 in `Compared.levels` is `levels[k]`.

    `likely` and `chance` are what the model believes, before it sees data, of how often a level occurs among pairs
    that are one person and among candidate pairs that are not; they sum to 1 over the levels.
    """

    name: str
    levels: tuple[str, ...]
    likely: tuple[float, ...]
    chance: tuple[float, ...]
    compare: Callable[[People, Ints, Ints], Compared]

    def code(self, level: str) -> int:
        """The code of a level; 0 for `null`."""
        return 0 if level == "null" else self.levels.index(level) + 1


_NAME_LEVELS = (
    "exact", "nickname", "close", "swapped", "part", "initial", "like", "last_alone", "first_alone",
    "familiar", "first_only", "last_only", "different",
)  # fmt: skip


def comparisons(people: People) -> list[Comparison]:
    """The comparisons that have something to work on in this table."""
    found = [
        Comparison(
            "name",
            _NAME_LEVELS,
            (0.61, 0.08, 0.12, 0.02, 0.03, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.01, 0.01),
            (0.06, 0.01, 0.02, 0.01, 0.02, 0.03, 0.02, 0.03, 0.03, 0.04, 0.20, 0.34, 0.19),
            compare_names,
        ),
        Comparison("generation", ("same", "conflict"), (0.97, 0.03), (0.3, 0.7), compare_generations),
        Comparison(
            "email",
            ("same", "user", "close", "like", "role", "different"),
            (0.55, 0.07, 0.06, 0.03, 0.02, 0.27),
            (0.02, 0.02, 0.01, 0.02, 0.05, 0.88),
            compare_emails,
        ),
        Comparison(
            "phone",
            ("same", "close", "shared", "different"),
            (0.60, 0.05, 0.05, 0.30),
            (0.10, 0.005, 0.10, 0.795),
            compare_phones,
        ),
        Comparison(
            "address",
            ("same", "close", "postcode", "city", "different"),
            (0.55, 0.15, 0.08, 0.08, 0.14),
            (0.15, 0.03, 0.12, 0.20, 0.50),
            compare_addresses,
        ),
        Comparison(
            "birth_date",
            ("same", "swapped", "close", "partly", "near", "different"),
            (0.83, 0.02, 0.07, 0.04, 0.01, 0.03),
            (0.05, 0.002, 0.02, 0.08, 0.05, 0.798),
            compare_births,
        ),
        Comparison(
            "company", ("same", "close", "different"), (0.60, 0.12, 0.28), (0.25, 0.03, 0.72), compare_companies
        ),
        Comparison("profile", ("same", "different"), (0.9, 0.1), (0.01, 0.99), _by_bag(lambda p: p.profiles)),
    ]
    found += [_text_comparison(label) for label in people.texts]
    return [c for c in found if _has_values(c.name, people)]


def _has_values(name: str, p: People) -> bool:
    holds = {
        "name": p.first.values or p.last.values,
        "generation": p.suffix.values,
        "email": p.emails.values or p.roles.values,
        "phone": p.phones.values,
        "address": p.addresses.values or p.postcodes.values or p.cities.values,
        "birth_date": p.birth.values,
        "company": p.company.values,
        "profile": p.profiles.values,
    }
    return bool(holds.get(name, True))


# --- names ---


def compare_names(p: People, left: Ints, right: Ints) -> Compared:
    """First and last name together, either order; the maiden name counts as a last name."""
    first = part_levels(p.first, left, right, given=True)
    last = _last_levels(p, left, right)
    levels = np.zeros(len(left), dtype=np.int8)
    code = {level: i + 1 for i, level in enumerate(_NAME_LEVELS)}
    near_first = np.isin(first, (names.EXACT, names.CLOSE))
    near_last = np.isin(last, (names.EXACT, names.CLOSE))
    remote = (first == names.LIKE) | (last == names.LIKE)
    some_first, some_last = near_first | (first == names.LIKE), near_last | (last == names.LIKE)
    like_first = near_first | np.isin(first, (names.NICKNAME, names.PART))
    like_last = near_last | (last == names.PART)
    no_first, no_last = first == names.MISSING, last == names.MISSING

    levels[~(no_first & no_last)] = code["different"]
    levels[(no_first & ~like_last) | (no_last & ~like_first)] = code["different"]
    levels[no_first & no_last] = NULL
    levels[like_last & ~like_first & ~no_first] = code["last_only"]
    levels[like_first & ~like_last & ~no_last] = code["first_only"]
    levels[((first == names.FAMILIAR) & like_last) | (like_first & (last == names.FAMILIAR))] = code["familiar"]
    levels[some_first & some_last & remote] = code["like"]
    levels[no_last & like_first] = code["first_alone"]
    levels[no_first & like_last] = code["last_alone"]
    levels[(first == names.INITIAL) & like_last] = code["initial"]
    levels[like_first & like_last & ((last == names.PART) | (first == names.PART))] = code["part"]
    levels[near_first & near_last] = code["close"]
    levels[(first == names.NICKNAME) & near_last] = code["nickname"]
    levels[(first == names.EXACT) & (last == names.EXACT)] = code["exact"]
    weak = np.flatnonzero(levels >= code["like"])
    levels[weak[_is_swapped(p, left[weak], right[weak])]] = code["swapped"]
    exact = np.flatnonzero(levels == code["exact"])
    shared_by = np.zeros(len(left), dtype=np.int64)
    shared_by[exact] = p.full.counts[p.full.codes[left[exact]]]
    return Compared(levels, shared_by)


def _last_levels(p: People, left: Ints, right: Ints) -> Levels:
    last = part_levels(p.last, left, right)
    if p.maiden.is_empty:
        return last
    for one, other in ((p.maiden, p.last), (p.last, p.maiden), (p.maiden, p.maiden)):
        married = part_levels(one, left, right, other=other)
        last = np.where(np.isin(married, (names.EXACT, names.CLOSE)) & (last > names.CLOSE), names.PART, last)
    return last.astype(np.int8)


def _is_swapped(p: People, left: Ints, right: Ints) -> npt.NDArray[np.bool_]:
    one = part_levels(p.first, left, right, other=p.last)
    two = part_levels(p.last, left, right, other=p.first)
    good = (names.EXACT, names.CLOSE)
    crossed_over: npt.NDArray[np.bool_] = np.isin(one, good) & np.isin(two, good)
    return crossed_over


def compare_generations(p: People, left: Ints, right: Ints) -> Compared:
    """Senior, junior, the third: the same or in conflict."""
    a, b = p.suffix.codes[left], p.suffix.codes[right]
    levels = np.where(a == b, 1, 2)
    return Compared(np.where((a >= 0) & (b >= 0), levels, NULL).astype(np.int8))


# --- addresses of all kinds: several a record, the best one counts ---


def best(levels: Levels, pair: Ints, *, n: int) -> Levels:
    """The strongest level (lowest code but 0) of each pair over its combinations; 0 where there is none."""
    out = np.full(n, 127, dtype=np.int8)
    ranked = np.where(levels == NULL, 127, levels).astype(np.int8)
    np.minimum.at(out, pair, ranked)
    out[out == 127] = NULL
    return out


def _distinct_pairs(a: Ints, b: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """The distinct (unordered) pairs of codes, and for each combination which of them it is."""
    key = np.minimum(a, b) * max(size, 1) + np.maximum(a, b)
    distinct, place = np.unique(key, return_inverse=True)
    one, two = np.divmod(distinct, max(size, 1))
    return one, two, place


def _near(values: list[str], a: Ints, b: Ints, like: Callable[[list[str], list[str]], npt.NDArray[np.bool_]]) -> npt.NDArray[np.bool_]:
    """Whether the values of each combination are alike by `like`, which sees each distinct pair once."""
    one, two, place = _distinct_pairs(a, b, len(values))
    near: npt.NDArray[np.bool_] = like([values[i] for i in one], [values[i] for i in two])[place]
    return near


def _holders(bag: Bag, p: People) -> Ints:
    return bag.holders(p.person)


def _fewest(holders: Ints, codes: Ints, same: npt.NDArray[np.bool_], pair: Ints, n: int) -> Ints:
    """How many people hold the rarest value a pair agrees on; 0 where it agrees on none."""
    most = np.iinfo(np.int64).max
    out = np.full(n, most, dtype=np.int64)
    np.minimum.at(out, pair[same], holders[codes[same]])
    out[out == most] = 0
    return out


def compare_emails(p: People, left: Ints, right: Ints) -> Compared:
    """Personal mailboxes; a role mailbox, or one that many people hold, is weak when shared and says nothing else."""
    n, bag = len(left), p.emails
    pair, i, j = crossed(bag.starts, left, right)
    a, b = bag.codes[i], bag.codes[j]
    same, user, close, like, role, different = range(1, 7)
    levels = np.full(len(pair), different, dtype=np.int8)
    equal = a == b
    rest = np.flatnonzero(~equal)
    levels[rest[_near(bag.values, a[rest], b[rest], is_like_mailbox)]] = like
    levels[rest[_near(bag.values, a[rest], b[rest], is_typo_of)]] = close
    holders = _holders(bag, p)
    levels[equal] = np.where(holders[a[equal]] >= MANY_PEOPLE, role, same)
    shared_by = _fewest(holders, a, equal, pair, n)
    levels = best(levels, pair, n=n)
    levels[_share(p.users, left, right, rare=_holders(p.users, p) < MANY_PEOPLE) & (levels > user)] = user
    levels[_share(p.roles, left, right) & np.isin(levels, (NULL, different))] = role
    return Compared(levels, shared_by)


def _share(bag: Bag, left: Ints, right: Ints, *, rare: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.bool_]:
    """Whether the two records of each pair hold a value in common, one of the `rare` ones if given."""
    pair, i, j = crossed(bag.starts, left, right)
    common = bag.codes[i] == bag.codes[j]
    if rare is not None:
        common &= rare[bag.codes[i]]
    shared = np.zeros(len(left), dtype=bool)
    shared[pair[common]] = True
    return shared


def is_typo_of(left: list[str], right: list[str]) -> npt.NDArray[np.bool_]:
    """Whether two mailboxes differ by one edit, two in long ones."""
    if not left:
        return np.zeros(0, dtype=bool)
    edits = cpdist(left, right, scorer=OSA.distance, score_cutoff=2, dtype=np.int32)
    length = np.fromiter((min(len(a), len(b)) for a, b in zip(left, right, strict=True)), dtype=np.int64, count=len(left))
    near: npt.NDArray[np.bool_] = (edits <= 1) | ((edits <= 2) & (length >= 14))
    return near


def is_like_mailbox(left: list[str], right: list[str]) -> npt.NDArray[np.bool_]:
    """Whether most letters of two mailboxes stand in the same order: a mangled address."""
    if not left:
        return np.zeros(0, dtype=bool)
    like: npt.NDArray[np.bool_] = cpdist(left, right, scorer=OSA.normalized_similarity, dtype=np.float32) >= _MANGLED_AT
    return like


def compare_phones(p: People, left: Ints, right: Ints) -> Compared:
    """Any phone of the one against any of the other; a number that many people hold is a switchboard."""
    n, bag = len(left), p.phones
    pair, i, j = crossed(bag.starts, left, right)
    a, b = bag.codes[i], bag.codes[j]
    levels = np.full(len(pair), 4, dtype=np.int8)
    same = a == b
    rest = np.flatnonzero(~same)
    one, two, place = _distinct_pairs(a[rest], b[rest], len(bag.values))
    tails = [_digits(v) for v in bag.values]
    equal, near = _like_numbers([tails[k] for k in one], [tails[k] for k in two])
    levels[rest[near[place]]] = 2
    same[rest[equal[place]]] = True
    holders = _holders(bag, p)
    levels[same] = np.where(holders[a[same]] >= MANY_PEOPLE, 3, 1)
    return Compared(best(levels, pair, n=n), _fewest(holders, a, same, pair, n))


def _digits(phone: str) -> str:
    """The digits of a phone key, without its extension."""
    return "".join(c for c in phone.partition(";")[0] if c.isdigit())


def _like_numbers(left: list[str], right: list[str]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether two numbers are equal but for a missing prefix, and whether they differ by one digit."""
    if not left:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    edits = cpdist(left, right, scorer=OSA.distance, score_cutoff=1, dtype=np.int32)
    equal = np.fromiter((_is_tail(a, b) for a, b in zip(left, right, strict=True)), dtype=bool, count=len(left))
    return equal, (edits <= 1) & ~equal


def _is_tail(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return len(short) >= _SAME_DIGITS and long.endswith(short.lstrip("0"))


def compare_addresses(p: People, left: Ints, right: Ints) -> Compared:
    """Street with postcode, else the postcode alone, else the city."""
    n = len(left)
    street = _bag_levels(p.addresses, left, right, like=is_like_street)
    postcode = _bag_levels(p.postcodes, left, right)
    city = _bag_levels(p.cities, left, right, like=is_close)
    line = _bag_levels(p.streets, left, right, like=is_like_street)
    levels = np.zeros(n, dtype=np.int8)
    levels[(city == 3) | (postcode == 3) | (line == 3)] = 5
    levels[np.isin(city, (1, 2))] = 4
    levels[postcode == 1] = 3
    levels[(street == 2) | ((line == 1) & ~np.isin(levels, (NULL,))) | ((line == 2) & (postcode == 1))] = 2
    levels[(street == 1) & (line == 1)] = 1
    levels[(line == 1) & (np.isin(postcode, (NULL, 1)))] = 1
    return Compared(levels, _place_shared_by(p, left, right, levels))


def _place_shared_by(p: People, left: Ints, right: Ints, levels: Levels) -> Ints:
    """How many people share the place agreed on: the street, the postcode or the city, as the level says."""
    out = np.zeros(len(left), dtype=np.int64)
    for level, bag in ((1, p.streets), (3, p.postcodes), (4, p.cities)):
        at = np.flatnonzero(levels == level)
        pair, i, j = crossed(bag.starts, left[at], right[at])
        a, b = bag.codes[i], bag.codes[j]
        out[at] = _fewest(_holders(bag, p), a, a == b, pair, len(at))
    return out


def is_like_street(left: list[str], right: list[str]) -> npt.NDArray[np.bool_]:
    """Whether two streets differ by a slip of the pen while their house numbers agree."""
    near = is_close(left, right)
    agree = np.fromiter((_numbers(a) == _numbers(b) for a, b in zip(left, right, strict=True)), dtype=bool, count=len(left))
    alike: npt.NDArray[np.bool_] = near & agree
    return alike


def _numbers(street: str) -> list[str]:
    return [w for w in street.replace("|", " ").split() if w[:1].isdigit()]


def _bag_levels(
    bag: Bag, left: Ints, right: Ints, *, like: Callable[[list[str], list[str]], npt.NDArray[np.bool_]] | None = None
) -> Levels:
    """1 same, 2 alike (when `like` is given), 3 different, 0 missing; the best over all combinations."""
    pair, i, j = crossed(bag.starts, left, right)
    a, b = bag.codes[i], bag.codes[j]
    levels = np.full(len(pair), 3, dtype=np.int8)
    same = a == b
    levels[same] = 1
    if like is not None:
        rest = np.flatnonzero(~same)
        levels[rest[_near(bag.values, a[rest], b[rest], like)]] = 2
    return best(levels, pair, n=len(left))


# --- the rest ---


def compare_births(p: People, left: Ints, right: Ints) -> Compared:
    """Dates of birth: the same, day and month swapped, one digit off, two of three parts the same, about a year
    apart, or different. A date without its year is compared by day and month."""
    same, swapped, close, partly, near, different = range(1, 7)
    a, b = p.birth.codes[left], p.birth.codes[right]
    known = np.flatnonzero((a >= 0) & (b >= 0))
    a, b, dates = a[known], b[known], _Dates.of(p.birth.values)
    yearless = (dates.year[a] == 0) | (dates.year[b] == 0)
    same_year = (dates.year[a] == dates.year[b]) | yearless
    same_month, same_day = dates.month[a] == dates.month[b], dates.day[a] == dates.day[b]
    wrong = (dates.digits[a] != dates.digits[b]).sum(axis=1)
    transposed = (wrong == 2) & (np.sort(dates.digits[a], axis=1) == np.sort(dates.digits[b], axis=1)).all(axis=1)
    parts = same_year.astype(np.int8) + same_month + same_day
    found = np.full(len(known), different, dtype=np.int8)
    found[(np.abs(dates.ordinal[a] - dates.ordinal[b]) <= _NEAR_DAYS) & ~yearless] = near
    found[parts == 2] = partly
    found[((wrong == 1) | (transposed & (parts == 2))) & ~yearless] = close
    found[same_year & (dates.month[a] == dates.day[b]) & (dates.day[a] == dates.month[b])] = swapped
    found[parts == 3] = same
    levels = np.zeros(len(left), dtype=np.int8)
    levels[known] = found
    return Compared(levels)


@dataclass(frozen=True)
class _Dates:
    """Distinct dates taken apart: parts, a rough day number, and the eight digits (int8, dates x 8)."""

    year: Ints
    month: Ints
    day: Ints
    ordinal: Ints
    digits: npt.NDArray[np.int8]

    @classmethod
    def of(cls, values: list[str]) -> _Dates:
        padded = [("0000" + v[1:] if v.startswith("--") else v).replace("-", "").ljust(8, "0")[:8] for v in values]
        digits = np.frombuffer("".join(padded).encode("ascii", "replace"), dtype=np.uint8).reshape(-1, 8).astype(np.int8) - 48
        number = digits.astype(np.int64) @ (10 ** np.arange(7, -1, -1))
        year, month, day = number // 10_000, number // 100 % 100, number % 100
        return cls(year, month, day, year * 365 + month * 30 + day, digits)


def compare_companies(p: People, left: Ints, right: Ints) -> Compared:
    """Companies without their legal form."""
    a, b = p.company.codes[left], p.company.codes[right]
    known = np.flatnonzero((a >= 0) & (b >= 0))
    levels = np.zeros(len(left), dtype=np.int8)
    levels[known] = 3
    levels[known[_near(p.company.values, a[known], b[known], is_close)]] = 2
    same = known[a[known] == b[known]]
    levels[same] = 1
    shared_by = np.zeros(len(left), dtype=np.int64)
    shared_by[same] = p.company.counts[a[same]]
    return Compared(levels, shared_by)


def _by_bag(choose: Callable[[People], Bag]) -> Callable[[People, Ints, Ints], Compared]:
    def compare(p: People, left: Ints, right: Ints) -> Compared:
        levels = _bag_levels(choose(p), left, right)
        return Compared(np.where(levels == 3, 2, levels).astype(np.int8))

    return compare


def _text_comparison(label: str) -> Comparison:
    def compare(p: People, left: Ints, right: Ints) -> Compared:
        bag = p.texts[label]
        levels = _bag_levels(bag, left, right, like=is_close)
        pair, i, j = crossed(bag.starts, left, right)
        a, b = bag.codes[i], bag.codes[j]
        return Compared(levels, _fewest(_holders(bag, p), a, a == b, pair, len(left)))

    return Comparison(f"text:{label}", ("same", "close", "different"), (0.8, 0.08, 0.12), (0.2, 0.03, 0.77), compare)
