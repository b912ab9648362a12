"""The compiled numbering plans say what libphonenumber says: every region, every type of number, random digits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers as p
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_clean.normalise.lexicon import load
from crm_clean.normalise.telephony import plans
from crm_clean.normalise.telephony.numbering import LONGEST, NOTHING, read_digits, version
from crm_clean.normalise.telephony.phones import read_at_length, read_phone, read_plainly

T = p.PhoneNumberType
KINDS = {
    T.MOBILE: "mobile",
    T.FIXED_LINE: "fixed",
    T.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    T.PREMIUM_RATE: "premium",
    T.TOLL_FREE: "toll_free",
    T.SHARED_COST: "shared_cost",
    T.VOIP: "voip",
    T.PERSONAL_NUMBER: "personal",
    T.PAGER: "pager",
    T.UAN: "uan",
    T.VOICEMAIL: "voicemail",
}
REGIONS = [*sorted(p.SUPPORTED_REGIONS), "ZZ"]
WORDS = load()
SEEDS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Said = tuple[str, str, str | None, bool] | None


def library(digits: str, region: str, *, has_plus: bool) -> Said:
    try:
        number = p.parse(f"+{digits}" if has_plus else digits, None if region == "ZZ" else region)
    except p.NumberParseException:
        return None
    kind = KINDS[p.number_type(number)] if p.is_valid_number(number) else None
    return str(number.country_code), p.national_significant_number(number), kind, p.is_possible_number(number)


def ours(digits: str, region: str, *, has_plus: bool) -> Said:
    found = plans.find(digits, region, has_plus=has_plus)
    return None if found is None else (found.code, found.national, found.kind, found.is_possible)


@lru_cache(maxsize=1)
def examples() -> tuple[tuple[str, str, str], ...]:
    """Region, country code and digits after it: one number of every type of every region."""
    found = [
        (region, number.country_code, p.national_significant_number(number))
        for region in REGIONS[:-1]
        for kind in KINDS
        if (number := p.example_number_for_type(region, kind))
    ]
    nowhere = [p.example_number_for_non_geo_entity(code) for code in p.COUNTRY_CODES_FOR_NON_GEO_REGIONS]
    found += [("ZZ", n.country_code, p.national_significant_number(n)) for n in nowhere if n]
    return tuple((region, str(code), national) for region, code, national in found)


def spellings(region: str, code: str, national: str) -> Iterator[tuple[str, bool]]:
    """Digits, and whether a plus is before them: as people write them, and as they should not."""
    metadata = p.PhoneMetadata.metadata_for_region(region, None)
    trunk = (metadata.national_prefix if metadata else None) or "0"
    for digits in (code + national, code + trunk + national, "0" + national):
        yield digits, True
    for head in ("", trunk, code, "00" + code, "011" + code, code + trunk, "0" + code, "15"):
        yield head + national, False


def changed(digits: str, dice: random.Random) -> str:
    signs = list(digits)
    for _ in range(dice.choice((1, 1, 2, 4))):
        turn, at = dice.random(), dice.randrange(len(signs))
        if turn < 0.7:
            signs[at] = dice.choice("0123456789")
        elif turn < 0.85:
            signs.insert(at, dice.choice("0123456789"))
        elif len(signs) > 3:
            del signs[at]
    return "".join(signs)


@pytest.mark.parametrize("region", REGIONS)
def test_examples_of_every_type_are_read_as_the_library_reads_them(region: str) -> None:
    for home, code, national in examples():
        if home == region:
            for digits, has_plus in spellings(home, code, national):
                for place in (region, "ZZ", "US", "DE"):
                    said = library(digits, place, has_plus=has_plus)
                    assert ours(digits, place, has_plus=has_plus) == said, (digits, place, has_plus)


@SEEDS
@given(seed=st.integers(0, 2**32))
def test_digits_around_the_examples_are_read_as_the_library_reads_them(seed: int) -> None:
    dice = random.Random(seed)
    for home, code, national in dice.choices(examples(), k=100):
        place = home if dice.random() < 0.7 else dice.choice(REGIONS)
        for digits, has_plus in spellings(home, code, changed(national, dice)):
            said = library(digits, place, has_plus=has_plus)
            assert ours(digits, place, has_plus=has_plus) == said, (digits, place, has_plus)


@SEEDS
@given(seed=st.integers(0, 2**32))
def test_random_digits_are_read_as_the_library_reads_them(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(1000):
        digits = "".join(dice.choices("0123456789", k=dice.randrange(1, 18)))
        place, has_plus = dice.choice(REGIONS), dice.random() < 0.5
        assert ours(digits, place, has_plus=has_plus) == library(digits, place, has_plus=has_plus), (digits, place)


@SEEDS
@given(seed=st.integers(0, 2**32))
def test_what_is_plainly_written_is_read_alike_both_ways(seed: int) -> None:
    dice = random.Random(seed)
    for home, code, national in dice.choices(examples(), k=60):
        for digits, has_plus in spellings(home, code, changed(national, dice)):
            raw = spaced(("+" if has_plus else "") + digits, dice)
            regions = () if home == "ZZ" else (home,)
            quick = read_plainly(raw, regions=regions, words=WORDS)
            assert quick in (None, read_at_length(raw, regions=regions, words=WORDS)), raw


def spaced(written: str, dice: random.Random) -> str:
    return "".join(sign + (dice.choice(" -./") if dice.random() < 0.3 else "") for sign in written)


@SEEDS
@given(seed=st.integers(0, 2**32))
def test_a_valid_number_is_read_however_the_library_writes_it(seed: int) -> None:
    dice, ways = random.Random(seed), p.PhoneNumberFormat
    for home, code, national in dice.choices(examples(), k=150):
        text = f"+{code}{changed(national, dice)}"
        regions = () if home == "ZZ" else (home,)
        expected = read_phone(text, regions=regions, words=WORDS)
        if expected.kind is None or "phone.prefix_mended" in expected.codes or "phone.renumbered" in expected.codes:
            continue
        number = p.parse(expected.value)
        assert number.extension is None
        for way in (ways.E164, ways.INTERNATIONAL, ways.RFC3966):
            shown = p.format_number(number, way)
            assert read_phone(shown, regions=regions, words=WORDS)[:2] == expected[:2], shown
            for extension in (" ext. 12", ";ext=12", " x12", " poste 12", " Durchwahl 12"):
                found = read_phone(shown + extension, regions=regions, words=WORDS)
                assert (found.value, found.extension) == (expected.value, "12"), shown + extension


@SEEDS
@given(seed=st.integers(0, 2**32))
def test_no_two_valid_numbers_become_one(seed: int) -> None:
    dice, ways = random.Random(seed), p.PhoneNumberFormat
    for _, code, national in dice.choices(examples(), k=200):
        kept = dice.randrange(2, len(national))
        number = p.parse(f"+{code}{national[:kept]}{changed(national[kept:], dice)}", "US")
        written = p.format_number(number, ways.E164)
        if not p.is_valid_number(number) or len(written) > LONGEST + 1:
            continue
        for text in (written, p.format_number(number, ways.INTERNATIONAL)):
            for regions in ((), ("US",), ("DE", "IT")):
                found = read_phone(text, regions=regions, words=WORDS)
                assert found.is_placeholder or found.value == written, text


def test_numbers_longer_than_any_can_be_are_not_read() -> None:
    assert plans.find("4942149425932771", "ZZ", has_plus=True) is not None
    assert read_digits("4942149425932771", (), has_plus=True).e164 is None
    assert LONGEST == 15


@pytest.mark.parametrize("digits", ["", "1", "12", "0", "00", "000", "9" * 60])
def test_digits_that_are_no_number(digits: str) -> None:
    for has_plus in (False, True):
        assert read_digits(digits, ("DE", "US", "XX"), has_plus=has_plus).e164 is None
    assert read_digits(digits, (), has_plus=False) == NOTHING


def test_the_version_of_the_plans_is_told() -> None:
    assert version() == f"phonenumbers {p.__version__}"


def test_every_region_has_its_plan() -> None:
    assert all(plans.plan_of(region) for region in REGIONS[:-1])
    assert plans.plan_of("ZZ") is None
