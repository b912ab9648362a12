"""Reading digits by the world's numbering plans: which country, which number, which kind, and what had to be mended.

A valid number as it is written always wins. Only where there is none are the slips of people and spreadsheets undone: a
zero or a plus lost, a country code written twice, a call prefix after a plus. What was done is said by a code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from crm_clean.normalise.telephony.plans import Found, code_of, country_code, find

LONGEST = 15  # digits of any number with its country code (ITU-T E.164)
INTERNATIONAL = 11  # digits from which a number without a plus may be taken for one with a country code
# By country code: how numbers looked before, and what they are now. Mexico gave up the 1 of mobiles and the prefixes
# 01, 044 and 045 in 2019; Brazil put a 9 before all mobiles by 2016.
_RENUMBERED = {
    "52": (r"^(?:1|01|044|045)(?=\d{10}$)", ""),
    "55": (r"^(\d\d)(?=[6-9]\d{7}$)", r"\g<1>9"),
}
# Where numbers begin with a zero that stays after the country code: Ivory Coast, Gabon, Congo, Italy.
_KEEPS_ZERO = frozenset({"225", "241", "242", "39"})
_OPEN_ENDED = frozenset({"43", "49"})  # Austria and Germany, whose numbers have no fixed length
_NORTH_AMERICA = "1"  # its country code and its trunk prefix are the same digit


class Reading(NamedTuple):
    """What the numbering plans say. `e164` is there for a valid number only, with its `kind` (see `plans.Found`);
    `national` are the digits after the country code; `possible` those of one that has the right length, with country
    code; `codes` say what was mended."""

    e164: str | None
    national: str | None = None
    kind: str | None = None
    possible: str | None = None
    codes: tuple[str, ...] = ()


NOTHING = Reading(None)


def version() -> str:
    """Of the numbering plans; readings may differ from one version to another."""
    import phonenumbers

    return f"phonenumbers {phonenumbers.__version__}"


def read_digits(digits: str, regions: tuple[str, ...], *, has_plus: bool) -> Reading:
    """The number that ASCII `digits` are: by its own prefix, else in the first of `regions` where it is valid.

    `00` counts as the international prefix everywhere; digits that are only valid with a plus before them are read so
    when they are as many as an international number has.
    """
    first = None
    for region in regions or ("ZZ",):
        found = find(digits, region, has_plus=has_plus)
        if found and _is_dialable(found):
            if found.how == "plus":
                return Reading(f"+{found.code}{found.national}", found.national, found.kind)
            return _completed(found, digits)
        first = first or found
    return _mended(digits, regions, has_plus=has_plus) or _unread(first, digits)


def is_whole(found: Found, digits: str) -> bool:
    """Whether a valid number was read from all that belongs to it, so that there is nothing to say about it."""
    code, national, kind, how = found
    if kind is None or len(code) + len(national) > LONGEST:
        return False
    if how == "region":
        return national != digits or code in _zeroless()
    return how != "code" or code == _NORTH_AMERICA


def _is_dialable(found: Found) -> bool:
    # The plans let some German numbers with an extension dialled through be longer than any number can be.
    return found.kind is not None and len(found.code) + len(found.national) <= LONGEST


def _reading(found: Found, *codes: str | None) -> Reading:
    kept = tuple(code for code in codes if code)
    return Reading(f"+{found.code}{found.national}", found.national, found.kind, None, kept)


def _completed(found: Found, digits: str) -> Reading:
    """The reading of a number without a plus; the code says what should stand before `digits` and does not."""
    if found.how == "code" and found.code != _NORTH_AMERICA:
        return _reading(found, "phone.plus_restored")
    if found.how != "region" or found.national != digits or found.code in _zeroless():
        return _reading(found)
    abroad = _with_plus(found, digits)
    if abroad:
        return _reading(abroad, "phone.plus_restored")
    return _reading(found, "phone.zero_restored" if wants_zero(found.code, digits) else None)


def _with_plus(found: Found, digits: str) -> Found | None:
    """What `digits` are after a plus, where that is likelier than that only a zero is missing.

    The country's own code before a mobile or a long number is no chance, and neither is a foreign mobile where a fixed
    line would be very long, in countries where nearly any digits are valid after a zero.
    """
    is_own = digits.startswith(found.code)
    if found.kind != "fixed" or len(digits) < INTERNATIONAL - is_own or not (is_own or found.code in _OPEN_ENDED):
        return None
    other = find(digits, "ZZ", has_plus=True)
    if other is None or not _is_dialable(other):
        return None
    return other if other.kind == "mobile" or len(digits) >= INTERNATIONAL + (not is_own) else None


def _mended(digits: str, regions: tuple[str, ...], *, has_plus: bool) -> Reading | None:
    for candidate, code in _candidates(digits, regions, has_plus=has_plus):
        if candidate and _is_dialable(candidate):
            return _reading(candidate, code)
    return None


def _candidates(digits: str, regions: tuple[str, ...], *, has_plus: bool) -> Iterator[tuple[Found | None, str | None]]:
    """What `digits` may have been meant to be, the likeliest first, with the code of what was mended."""
    bare, is_long = digits.lstrip("0"), len(digits) >= INTERNATIONAL
    zeros = len(digits) - len(bare)
    if zeros == 2 and is_long:
        yield find(bare, "ZZ", has_plus=True), None
    if not zeros and not has_plus and is_long:
        yield find(digits, "ZZ", has_plus=True), "phone.plus_restored"
    if zeros and has_plus:
        for region in regions:
            yield find(digits, region, has_plus=False), "phone.prefix_mended"
    for region in regions or ("ZZ",):
        if (country_code(digits) if has_plus else code_of(region)) in _RENUMBERED:
            yield _renumbered(digits, region, has_plus=has_plus), "phone.renumbered"
    for region in regions or ("ZZ",):
        yield _with_kept_zero(digits, region, has_plus=has_plus), "phone.zero_restored"
    own = {code_of(region) for region in regions} - {_NORTH_AMERICA}
    for rest in _after_doubled(bare, digits, own, is_abroad=has_plus or zeros == 2):
        if len(rest) >= INTERNATIONAL - 1:
            yield find(rest, "ZZ", has_plus=True), "phone.prefix_mended"


def _after_doubled(bare: str, digits: str, own: set[str | None], *, is_abroad: bool) -> Iterator[str]:
    """`digits` less what stands before the country code, where something does.

    Without a prefix for calls abroad only the region's own codes are looked for: a zero and some digits are a number as
    it is dialled in many a country.
    """
    code = country_code(bare)
    if bare != digits and (is_abroad or code in own):
        yield bare
    if digits.startswith("011") and len(digits) >= INTERNATIONAL + 3:
        yield digits[3:]
    if code and (is_abroad or code in own):
        rest = bare[len(code) :].lstrip("0")
        if rest.startswith(code):
            yield rest


def _with_kept_zero(digits: str, region: str, *, has_plus: bool) -> Found | None:
    """The number with a zero before it, in countries where that zero is part of it: Italy's fixed lines."""
    code = (country_code(digits) if has_plus else code_of(region)) or ""
    if code not in _KEEPS_ZERO:
        return None
    national = f"0{digits.removeprefix(code) if has_plus else digits}"
    found = find(f"{code}{national}", "ZZ", has_plus=True)
    return found if found and found.national == national else None


def _renumbered(digits: str, region: str, *, has_plus: bool) -> Found | None:
    """The number that was dialled as `digits` before its country changed the plan: Mexico's 1, Brazil's ninth digit."""
    old = find(digits, region, has_plus=has_plus)
    if old is None or old.code not in _RENUMBERED:
        return None
    pattern, new = _RENUMBERED[old.code]
    national = re.sub(pattern, new, old.national)
    return find(f"{old.code}{national}", "ZZ", has_plus=True) if national != old.national else None


def _unread(first: Found | None, digits: str) -> Reading:
    if len(digits) >= INTERNATIONAL and digits.startswith("00"):
        first = find(digits.lstrip("0"), "ZZ", has_plus=True) or first
    if first is None:
        return NOTHING
    possible = f"{first.code}{first.national}" if first.is_possible else None
    return Reading(None, first.national, None, possible)


def wants_zero(code: str, national: str) -> bool:
    """Whether people of that country always write a 0 before this number when they write it without the code."""
    if code in _zeroless():
        return False
    for matches, leads, wants in _formats(code):
        if (leads is None or leads(national)) and matches(national):
            return wants
    return False


@lru_cache(maxsize=1)
def _zeroless() -> frozenset[str]:
    """Codes of countries whose numbers never want a zero before them."""
    from crm_clean.normalise.telephony.plans import codes

    return frozenset(code for code in codes() if not any(wants for *_, wants in _formats(code)))


@lru_cache(maxsize=512)
def _formats(code: str) -> tuple[tuple[Any, Any, bool], ...]:
    """Per way of writing: whether the digits have it, whether they lead to it, and whether it wants a zero."""
    import phonenumbers

    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)][0]
    metadata: Any = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    found = []
    for way in metadata.number_format if metadata.national_prefix == "0" else ():
        lead = way.leading_digits_pattern
        rule = way.national_prefix_formatting_rule or ""
        wants = rule.lstrip("(").startswith("0") and not way.national_prefix_optional_when_formatting
        leads = re.compile(lead[-1]).match if lead else None
        found.append((re.compile(way.pattern).fullmatch, leads, wants))
    return tuple(found)
