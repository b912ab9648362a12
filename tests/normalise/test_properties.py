"""What holds for any text at all: no reader raises, and a value normalised twice is the same value."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm_clean.normalise import flags, kernels
from crm_clean.normalise.business.companies import read_company
from crm_clean.normalise.figures import numbers
from crm_clean.normalise.letters.casing import repair_case
from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.letters.mojibake import repair
from crm_clean.normalise.letters.plain import normalise_note, normalise_text
from crm_clean.normalise.lexicon import load
from crm_clean.normalise.mail import quick_emails
from crm_clean.normalise.mail.email_cells import split_emails
from crm_clean.normalise.mail.emails import normalise_email, read_email
from crm_clean.normalise.moments.dates import evidence, has_no_year, read_birth_date, read_instant
from crm_clean.normalise.people.names import NameCells, read_name
from crm_clean.normalise.people.plain_names import read_plain
from crm_clean.normalise.post.addresses import AddressCells, read_address
from crm_clean.normalise.post.countries import normalise_country
from crm_clean.normalise.telephony.phone_cells import split_phones
from crm_clean.normalise.telephony.phones import read_phone
from crm_clean.normalise.web import profiles, urls
from crm_clean.normalise.wording import languages

WORDS = load()
ANY = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="aeÃ¼©ßéñАг 王'.-,@()/&\"0123456789+:;|\u0301\u200b\u202e", max_size=40),
    st.lists(
        st.sampled_from(
            ["Dr", "M.", "de", "la", "van", "GARCIA", "anna", "&", "y", "Jr.", "née", "Ltd", ",", "O'", "x", "1"]
        ),
        max_size=7,
    ).map(" ".join),
)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

VALUES: dict[str, Any] = {
    "text": lambda s: normalise_text(s, words=WORDS),
    "note": lambda s: normalise_note(s, words=WORDS),
    "email": lambda s: normalise_email(s, words=WORDS),
    "phone": lambda s: read_phone(s, regions=("FR",), words=WORDS).value,
    "company": lambda s: read_company(s, words=WORDS).value,
    "country": lambda s: normalise_country(s, words=WORDS),
    "language": lambda s: languages.normalise_language(s, words=WORDS),
    "gender": lambda s: flags.normalise_gender(s, words=WORDS),
    "website": lambda s: urls.normalise_website(s, words=WORDS),
    "profile": lambda s: profiles.normalise_profile(s, words=WORDS),
    "domain": urls.normalise_domain,
    "birth date": lambda s: read_birth_date(s, order="day_first")[0],
    "mojibake": repair,
    "first name case": lambda s: repair_case(s, kind="first"),
    "place case": lambda s: repair_case(s, kind="place"),
}


@pytest.mark.parametrize("kind", VALUES)
@MANY
@given(raw=ANY)
@example(raw="Ã\u200b¼")
def test_a_value_normalised_twice_is_the_same(kind: str, raw: str) -> None:
    once = VALUES[kind](raw)
    if once is not None:
        assert VALUES[kind](once) == once


@MANY
@given(raw=ANY, other=ANY)
def test_no_reader_raises(raw: str, other: str) -> None:
    read_name(NameCells(full_name=raw), region="ES", words=WORDS)
    read_name(NameCells(first_name=raw, last_name=other, suffix=raw, nickname=other), words=WORDS)
    read_address(AddressCells(street=raw, city=other, postal_code=raw, country=other), default_region="DE", words=WORDS)
    read_address(AddressCells(whole=raw), words=WORDS)
    assert split_emails(raw)
    assert split_phones(raw)
    read_instant(raw, order="month_first")
    evidence(raw)
    has_no_year(raw)
    numbers.normalise_amount(raw)
    numbers.normalise_count(raw)
    flags.normalise_flag(raw, words=WORDS)
    flags.normalise_consent(raw, words=WORDS)


@MANY
@given(raw=ANY)
def test_an_email_keeps_its_key_when_normalised_again(raw: str) -> None:
    first = read_email(raw, words=WORDS)
    if first.value:
        again = read_email(first.value, words=WORDS)
        assert (again.value, again.key) == (first.value, first.key)


LOCALS = st.text(alphabet="abiz019._+-A", min_size=1, max_size=12)
HEADS = st.sampled_from(["info", "sales", "test", "anna", "no", "noreply", "x", "contact", "INFO", "hr"])
DOMAINS = st.sampled_from(
    [
        "example.com",
        "gmail.com",
        "GoogleMail.com",
        "outlook.com",
        "mailinator.com",
        "a.local",
        "test.com",
        "x-y.example.org",
        "b--c.example.com",
        "hotmial.com",
        "none.com",
        "-a.com",
        "a.b.c.d.e",
        "xn--bcher-kva.example.com",
    ]
)


@MANY
@given(
    raws=st.lists(
        st.builds(
            lambda h, sep, x, d: f"{h}{sep}{x}@{d}",
            st.one_of(HEADS, LOCALS),
            st.sampled_from(["", ".", "+", "-", "1"]),
            LOCALS,
            DOMAINS,
        ),
        min_size=1,
        max_size=20,
    )
)
def test_emails_read_as_columns_are_the_same(raws: list[str]) -> None:
    slow = kernels.kernel(kernels.email, kernels.EMAIL, words=WORDS)(raws)
    assert quick_emails.read_emails(raws, words=WORDS).to_pylist() == slow.to_pylist()


PLAIN_WORDS = st.sampled_from(
    [
        "Anna",
        "MARIA",
        "o'brien",
        "de",
        "la",
        "van",
        "Jean-Luc",
        "McKay",
        "DUPONT",
        "Li",
        "Müller",
        "王",
        "JP",
        "y",
        "Test",
        "Ltd",
        "Jr",
        "Dr",
    ]
)
PLAIN_NAMES = st.lists(PLAIN_WORDS, min_size=1, max_size=3).map(" ".join)


@MANY
@given(first=PLAIN_NAMES, last=PLAIN_NAMES, region=st.sampled_from([None, "ES", "FR", "US"]))
def test_plain_names_are_what_the_long_way_makes_of_them(first: str, last: str, region: str | None) -> None:
    a, b = read_plain(first, kind="first", words=WORDS), read_plain(last, kind="last", words=WORDS)
    if a.value and b.value and first != last:  # the same words in both cells are a whole name
        name = read_name(NameCells(first_name=first, last_name=last), region=region, words=WORDS)
        quick = (a.value, a.key, b.value, b.key)
        assert (name.first_name, name.first_name_key, name.last_name, name.last_name_key) == quick
        assert not any((name.codes, name.salutation, name.suffix, name.is_couple, name.is_company_name))


HOSTILE = {
    "ten thousand letters": "a" * 10_000,
    "piled-up accents": "Z" + "\u0301" * 9_000 + "oe",
    "direction marks": "\u202eabc\u202c" * 2_000,
    "zero-width signs": "a\u200b" * 5_000,
    "ats": "@" * 9_999,
    "digits": "1 " * 5_000,
    "commas": "a, " * 3_000,
    "brackets": "(" * 5_000 + ")" * 4_000,
    "mojibake": "Ã¼" * 5_000,
    "civilities": "Dr " * 3_000,
    "a megabyte": "ab " * 350_000,
    "long mixed word": "aа" * 5_000,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_cost_no_more_than_others(raw: str) -> None:
    started = time.process_time()
    read_name(NameCells(full_name=raw), words=WORDS)
    read_name(NameCells(first_name=raw, last_name=raw), words=WORDS)
    read_email(raw, words=WORDS)
    split_emails(raw)
    split_phones(raw)
    read_phone(raw, regions=("US",), words=WORDS)
    read_address(AddressCells(whole=raw), words=WORDS)
    read_address(AddressCells(street=raw, city=raw), words=WORDS)
    read_company(raw, words=WORDS)
    read_instant(raw, order="day_first")
    profiles.normalise_profile(raw, words=WORDS)
    assert time.process_time() - started < 1.5


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("a" * 10_001, "text.too_long", id="cut"),
        pytest.param("Z" + "\u0301" * 30 + "oe", "text.zalgo", id="piled-up accents"),
        pytest.param("ab\u202ecd", "text.invisible", id="direction mark"),
        pytest.param("Pаul", "text.confusable", id="Cyrillic letter in a Latin word"),
        pytest.param("JÃ¼rgen", "text.mojibake", id="mojibake"),
    ],
)
def test_what_is_odd_is_flagged(raw: str, code: str) -> None:
    found = look(raw)
    assert found.codes == (code,)
    assert len(found.value) <= 10_000
