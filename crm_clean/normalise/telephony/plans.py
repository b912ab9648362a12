"""The numbering plans of libphonenumber, compiled once and asked digit by digit.

Reads a string of digits, with a plus before it or without, just as `phonenumbers.parse`, `is_valid_number`,
`number_type` and `is_possible_number` would, at a fraction of the cost. What is no plain digits - letters, extensions,
links - is left to others. Tests hold the two together over every region, every type of number, and random digits.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

_SHORTEST, _LONGEST = 2, 17  # digits that the library's parser takes for a number
_SPECIAL = (
    ("premium_rate", "premium"),
    ("toll_free", "toll_free"),
    ("shared_cost", "shared_cost"),
    ("voip", "voip"),
    ("personal_number", "personal"),
    ("pager", "pager"),
    ("uan", "uan"),
    ("voicemail", "voicemail"),
)


class Found(NamedTuple):
    """Country code and the digits after it; `kind` is None for a number that is not valid.

    Kinds: mobile, fixed, fixed_or_mobile, premium, toll_free, shared_cost, voip, personal, pager, uan, voicemail. `how`
    says what the country code was taken from: `plus`, `call_prefix` (such as 011), `code` (the region's own, written
    without a plus) or `region`; with `region`, `is_bare` tells that nothing was taken off the digits.
    """

    code: str
    national: str
    kind: str | None
    how: str

    @property
    def is_possible(self) -> bool:
        """Whether numbers of that country may be as long as this one."""
        return len(self.national) in _home(self.code).possible


class Kinds(NamedTuple):
    """How the numbers of one length are told apart: bound `fullmatch` of patterns, None for a kind that has none."""

    special: Any  # any of `specials`
    specials: tuple[tuple[str, str], ...]  # pattern and kind
    fixed: Any
    mobile: Any
    is_one: bool  # fixed and mobile numbers look alike


class ByLength(dict[int, "Kinds | None"]):
    """Kinds by length of the number, made when first asked for; None for lengths that no number has."""

    def __init__(self, metadata: Any) -> None:
        super().__init__()
        self._metadata = metadata

    def __missing__(self, length: int) -> Kinds | None:
        is_length = length in self._metadata.general_desc.possible_length
        self[length] = found = _kinds(self._metadata, length) if is_length else None
        return found


class Plan(NamedTuple):
    """How the numbers of one region, or of one code of no country, look."""

    code: str
    general: Any
    kinds: ByLength
    possible: frozenset[int]  # lengths of whole and local numbers
    stripped: frozenset[int]  # lengths that may be left when a trunk prefix is taken off
    longest: int
    trunk: Any
    trunk_digits: str | None  # the trunk prefix, where it is plain digits
    trunk_rule: str | None
    leading: Any
    call_prefix: Any

    def kind(self, digits: str) -> str | None:
        """What kind of number `digits` are; None when no subscriber has such a number."""
        kinds = self.kinds[len(digits)]
        if kinds is None or not self.general(digits):
            return None
        if kinds.special is not None and kinds.special(digits):
            return next(kind for pattern, kind in kinds.specials if _matcher(pattern)(digits))
        if kinds.fixed is not None and kinds.fixed(digits):
            both = kinds.is_one or (kinds.mobile is not None and kinds.mobile(digits))
            return "fixed_or_mobile" if both else "fixed"
        return "mobile" if kinds.mobile is not None and not kinds.is_one and kinds.mobile(digits) else None

    def without_trunk(self, digits: str) -> str:
        """`digits` without the prefix dialled inside the country, where the plan takes it for one."""
        if self.trunk_digits is not None and not digits.startswith(self.trunk_digits):
            return digits
        match = self.trunk(digits) if self.trunk and digits else None
        if match is None:
            return digits
        if self.trunk_rule and match.groups()[-1] is not None:
            rest = match.re.sub(self.trunk_rule, digits, count=1)
        else:
            rest = digits[match.end() :]
        return digits if self.general(digits) and not self.general(rest) else rest


def find(digits: str, region: str, *, has_plus: bool) -> Found | None:
    """The number that ASCII `digits` are, read in `region` (`ZZ`: nowhere); None when they are no number at all."""
    if has_plus:
        if len(digits) <= _SHORTEST:
            return None
        code = _beginnings().get(digits[:3])
        if code:
            return _settled(code, digits[len(code) :], _home(code), "plus")
    plan = plan_of(region)
    if plan is None:
        return None
    abroad = _after_call_prefix(digits, plan)
    if abroad is not None:
        code = country_code(abroad)
        return _settled(code, abroad[len(code) :], _main(code, region, plan), "call_prefix") if code else None
    if digits.startswith(plan.code):
        rest = plan.without_trunk(digits[len(plan.code) :])
        if (not plan.general(digits) and plan.general(rest)) or len(digits) > plan.longest:
            return _settled(plan.code, rest, _main(plan.code, region, plan), "code")
    return None if has_plus else _settled(plan.code, digits, plan, "region")


def _settled(code: str, national: str, plan: Plan, how: str) -> Found | None:
    if len(national) < _SHORTEST:
        return None
    if plan.trunk_digits is None or national.startswith(plan.trunk_digits):
        rest = plan.without_trunk(national)
        national = rest if len(rest) in plan.stripped else national
    if not _SHORTEST <= len(national) <= _LONGEST:
        return None
    return Found(code, national, kind_of(code, national), how)


def kind_of(code: str, national: str) -> str | None:
    """What kind of number these digits after that country code are; None when they are not valid."""
    family = _family(code)
    if len(family) == 1:
        return family[0].kind(national)
    for plan in family:
        if plan.leading is not None:
            if plan.leading(national):
                return plan.kind(national)
        else:
            kind = plan.kind(national)
            if kind:
                return kind
    return None


def country_code(digits: str) -> str | None:
    """The country code that three or more `digits` begin with."""
    return _beginnings().get(digits[:3]) or (_short(digits) if len(digits) < 3 else None)


def code_of(region: str) -> str | None:
    """The country code of a region."""
    plan = plan_of(region)
    return plan.code if plan else None


def _short(digits: str) -> str | None:
    return next((digits[:n] for n in (1, 2) if digits[:n] in codes()), None)


def _after_call_prefix(digits: str, plan: Plan) -> str | None:
    match = plan.call_prefix(digits) if plan.call_prefix else None
    if match is None or digits[match.end() : match.end() + 1] == "0":
        return None
    return digits[match.end() :]


def _main(code: str, region: str, plan: Plan) -> Plan:
    return plan if codes()[code][0] == region else _home(code)


@lru_cache(maxsize=1)
def codes() -> dict[str, tuple[str, ...]]:
    """Regions by country code, the main one first; `001` for codes of no country."""
    import phonenumbers

    return {str(code): tuple(regions) for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()}


@lru_cache(maxsize=1)
def _beginnings() -> dict[str, str]:
    """The country code in any three digits that begin with one."""
    firsts = {f"{n:03}": [f"{n:03}"[:size] for size in (1, 2, 3)] for n in range(1000)}
    found = {three: next((code for code in heads if code in codes()), None) for three, heads in firsts.items()}
    return {three: code for three, code in found.items() if code}


@lru_cache(maxsize=512)
def _family(code: str) -> tuple[Plan, ...]:
    """The plans of all regions of a country code, the main one first."""
    plans = [_home(code), *(plan_of(region) for region in codes()[code][1:])]
    return tuple(plan for plan in plans if plan is not None)


@lru_cache(maxsize=512)
def _home(code: str) -> Plan:
    """The plan of the main region of a country code."""
    import phonenumbers

    region = codes()[code][0]
    if region != "001":
        plan = plan_of(region)
        assert plan is not None
        return plan
    return _compiled(phonenumbers.PhoneMetadata.metadata_for_nongeo_region(int(code), None))


@lru_cache(maxsize=1024)
def plan_of(region: str) -> Plan | None:
    """The plan of a region; None for one that has none."""
    import phonenumbers

    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return _compiled(metadata) if metadata is not None else None


def _compiled(metadata: Any) -> Plan:
    general = metadata.general_desc
    lengths, local = frozenset(general.possible_length), frozenset(general.possible_length_local_only)
    longest = max(lengths)
    trunk = metadata.national_prefix_for_parsing
    return Plan(
        code=str(metadata.country_code),
        general=re.compile(general.national_number_pattern).fullmatch,
        kinds=ByLength(metadata),
        possible=lengths | local,
        stripped=(lengths | frozenset(range(longest + 1, 40))) - local,
        longest=longest,
        trunk=re.compile(trunk).match if trunk else None,
        trunk_digits=trunk if trunk and trunk.isdecimal() else None,
        trunk_rule=metadata.national_prefix_transform_rule or None,
        leading=re.compile(metadata.leading_digits).match if metadata.leading_digits else None,
        call_prefix=re.compile(metadata.international_prefix).match if metadata.international_prefix else None,
    )


def _kinds(metadata: Any, length: int) -> Kinds:
    patterns = [(_pattern(getattr(metadata, name), length), kind) for name, kind in _SPECIAL]
    special = [(pattern, kind) for pattern, kind in patterns if pattern is not None]
    mixed = "|".join(f"(?:{pattern})" for pattern, _ in special)
    return Kinds(
        special=_matcher(mixed or None),
        specials=tuple(special),
        fixed=_matcher(_pattern(metadata.fixed_line, length)),
        mobile=_matcher(_pattern(metadata.mobile, length)),
        is_one=bool(metadata.same_mobile_and_fixed_line_pattern),
    )


def _pattern(desc: Any, length: int) -> str | None:
    if desc is None or not desc.national_number_pattern:
        return None
    lengths = desc.possible_length
    return desc.national_number_pattern if not lengths or length in lengths else None


@lru_cache(maxsize=4096)
def _matcher(pattern: str | None) -> Any:
    return re.compile(pattern).fullmatch if pattern else None
