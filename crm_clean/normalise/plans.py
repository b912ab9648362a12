"""Numbering plans compiled once: the quick way through plainly written, valid numbers.

Says the same as libphonenumber or nothing at all: whatever its parser would do more for than strip a trunk zero - an
international call prefix, a leading zero that belongs to the number, a country code without a plus - is left to it, and
so is every number that is not valid.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

_LONGEST = 15  # digits of any number with its country code (ITU-T E.164)
_PLAIN = re.compile(r"^\(?\+?[\d ().\-/]{5,30}$", re.ASCII)
_SEPARATORS = str.maketrans("", "", " ().-/")
_NOT_MOBILE = (
    "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail", "fixed_line",
)  # fmt: skip


class Found(NamedTuple):
    """A valid number: country code, digits after it, and whether only mobiles have such."""

    country_code: str
    national: str
    is_mobile: bool


class _Shape(NamedTuple):
    lengths: frozenset[int]
    matches: Any  # the bound `fullmatch` of a compiled pattern

    def fits(self, digits: str) -> bool:
        return (not self.lengths or len(digits) in self.lengths) and self.matches(digits) is not None


class _Plan(NamedTuple):
    """How the numbers of one region look."""

    country_code: str
    general: _Shape
    other: Any  # matches what is no plain mobile number: special kinds and fixed lines, all in one pattern
    mobile: _Shape | None
    is_one_kind: bool  # fixed and mobile numbers look alike
    leading: Any
    trunk: Any  # what the parser strips from the front
    trunk_digits: str | None  # that prefix, where it is plain digits
    call_prefix: Any

    def kind(self, digits: str) -> str | None:
        """`mobile`, `other`, or None when no subscriber has such a number."""
        if not self.general.fits(digits):
            return None
        if self.other(digits):
            return "other"
        return "mobile" if not self.is_one_kind and self.mobile and self.mobile.fits(digits) else None


def find(written: str, region: str) -> Found | None:
    """The valid number in `written`, read in `region` (`ZZ`: nowhere); None leaves it to libphonenumber."""
    if not _PLAIN.match(written):
        return None
    digits = written.translate(_SEPARATORS)
    if digits.startswith(("00", "+00")):
        return None
    if digits.startswith("+"):
        return _international(digits[1:])
    return _national(digits, region) if digits.isdigit() else None


def _international(digits: str) -> Found | None:
    code = next((digits[:n] for n in (1, 2, 3) if digits[:n] in _regions()), None)
    if code is None or digits[len(code) : len(code) + 1] in ("", "0"):
        return None
    plan, national = _plan(_regions()[code][0]), digits[len(code) :]
    if plan is None or (plan.trunk and plan.trunk(national)):
        return None
    return _valid(code, national)


def _national(digits: str, region: str) -> Found | None:
    plan = _plan(region)
    if plan is None or digits.startswith(plan.country_code) or (plan.call_prefix and plan.call_prefix(digits)):
        return None
    national = digits
    if plan.trunk and plan.trunk(digits):
        if not plan.trunk_digits or plan.general.fits(digits):
            return None
        national = digits.removeprefix(plan.trunk_digits)
    if national.startswith("0") or not plan.general.fits(national):
        return None
    return _valid(plan.country_code, national)


def _valid(code: str, national: str) -> Found | None:
    if len(code) + len(national) > _LONGEST:
        return None
    for region in _regions()[code]:
        plan = _plan(region)
        if plan is None:
            continue
        kind = plan.kind(national)
        if plan.leading(national) if plan.leading else kind:
            return Found(code, national, kind == "mobile") if kind else None
    return None


@lru_cache(maxsize=1)
def _regions() -> dict[str, tuple[str, ...]]:
    """Regions by country code, the main one first; codes of no country are left out."""
    import phonenumbers

    table = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    return {str(code): tuple(regions) for code, regions in table.items() if "001" not in regions}


@lru_cache(maxsize=512)
def _plan(region: str) -> _Plan | None:
    import phonenumbers

    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None) if region != "ZZ" else None
    if metadata is None:
        return None
    general, trunk = _shape(metadata.general_desc), metadata.national_prefix_for_parsing
    if general is None:
        return None
    plain = trunk if trunk and trunk.isdigit() and not metadata.national_prefix_transform_rule else None
    return _Plan(
        str(metadata.country_code),
        general,
        _any_of([getattr(metadata, name) for name in _NOT_MOBILE]),
        _shape(metadata.mobile),
        bool(metadata.same_mobile_and_fixed_line_pattern),
        re.compile(metadata.leading_digits).match if metadata.leading_digits else None,
        re.compile(trunk).match if trunk else None,
        plain,
        re.compile(metadata.international_prefix).match if metadata.international_prefix else None,
    )


def _any_of(descs: list[Any]) -> Any:
    """The bound `fullmatch` of one pattern for all of `descs`, each with its lengths."""
    parts = []
    for desc in descs:
        if desc is not None and desc.national_number_pattern:
            lengths = "|".join(rf"\d{{{n}}}" for n in desc.possible_length or ())
            ahead = f"(?=(?:{lengths})$)" if lengths else ""
            parts.append(f"{ahead}(?:{desc.national_number_pattern})")
    return re.compile("|".join(parts) or r"(?!)").fullmatch


def _shape(desc: Any) -> _Shape | None:
    if desc is None or not desc.national_number_pattern:
        return None
    return _Shape(frozenset(desc.possible_length or ()), re.compile(desc.national_number_pattern).fullmatch)
