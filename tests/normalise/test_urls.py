"""Web addresses and pages of people: value and key against the table, one form for all, nothing unsafe."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.web import profiles, urls
from crm_clean.normalise.web.profiles import read_profile
from crm_clean.normalise.web.urls import normalise_domain, read_website

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_urls.toml").read_text("utf-8"))
MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = load()


def table(name: str) -> list[Any]:
    return [pytest.param(case, id=case["title"]) for case in CASES[name]]


@pytest.mark.parametrize("case", table("websites"))
def test_website(case: dict[str, Any], words: Lexicons) -> None:
    found = read_website(case["raw"], words=words)
    assert (found.value or "", found.key or "", list(found.codes)) == (
        case["value"],
        case["key"],
        case.get("codes", []),
    )


@pytest.mark.parametrize("case", table("profiles"))
def test_profile(case: dict[str, Any], words: Lexicons) -> None:
    found = read_profile(case["raw"], label=case.get("label"), words=words)
    key = case.get("key", case["value"].removeprefix("https://").removeprefix("www."))
    assert (found.value or "", found.key or "", found.label or "") == (case["value"], key, case.get("network", ""))
    assert list(found.codes) == case.get("codes", [])


@pytest.mark.parametrize("case", table("domains"))
def test_domain(case: dict[str, Any]) -> None:
    assert normalise_domain(case["raw"]) == (case["value"] or None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("linkedin.com/pub/john-roe/1/2/3", "linkedin.com/pub/john-roe/4/5/6", id="namesakes of old"),
        pytest.param("youtube.com/channel/UCabc", "youtube.com/channel/UCABC", id="numbers of letters"),
        pytest.param("facebook.com/profile.php?id=1001", "facebook.com/profile.php?id=1002", id="numbers"),
        pytest.param("example.com/p?id=1", "example.com/p?id=2", id="pages told apart by a parameter"),
    ],
)
def test_two_pages_are_two(one: str, other: str, words: Lexicons) -> None:
    assert read_profile(one, words=words).key != read_profile(other, words=words).key


def test_a_network_of_the_users_own_is_known(tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text(
        '[maps.hosts]\n"club.example" = "club"\n[maps.templates]\nclub = "https://club.example/members/{}"\n', "utf-8"
    )
    found = read_profile("http://www.club.example/members/Anna/garden", words=load(str(tmp_path)))
    assert (found.value, found.label) == ("https://club.example/members/anna", "club")


HOSTS = ["linkedin.com", "de.linkedin.com", "x.com", "facebook.com", "youtube.com", "wa.me", "xing.com", "example.com"]
PATHS = [
    "in",
    "pub",
    "profile",
    "Anna-K",
    "@anna",
    "profile.php",
    "people",
    "12345678",
    "channel",
    "%C3%A9",
    "%2525",
    "",
]
WRITTEN = st.builds(
    lambda scheme, host, path, end: f"{scheme}{host}/{'/'.join(path)}{end}",
    st.sampled_from(["", "https://", "http://www.", "HTTP://", "//"]),
    st.sampled_from(HOSTS),
    st.lists(st.sampled_from(PATHS), max_size=4),
    st.sampled_from(["", "/", "?id=100", "?utm_source=x&a=B", "#top", "?phone=12345678", " ", "?&&="]),
)
PLAIN = r"(https?://)?([a-z]{2}\.)?linkedin\.com/in/[A-Za-z0-9-]{1,30}/?(\?[a-z=&.]{0,9})?\n?"
SITES = r"(https?://)?(www\.)?([a-zA-Z0-9-]{1,8}\.){0,3}(com|de|co\.uk|museum|zz|c|xn--p1ai)/?( |\n|\?a=1)?"
ANY = (
    st.text(max_size=60)
    | st.text(alphabet="aA.@/:?#&=%2é\\ -_1", max_size=40)
    | WRITTEN
    | st.from_regex(SITES, fullmatch=True)
)


@MANY
@given(raw=ANY)
@example(raw="facebook.com/12345678")
def test_an_address_read_again_is_the_same(raw: str) -> None:
    site = read_website(raw, words=WORDS)
    if site.value:
        assert read_website(site.value, words=WORDS) == site
    page = read_profile(raw, words=WORDS)
    if page.value:
        assert read_profile(page.value, words=WORDS) == page
    domain = normalise_domain(raw)
    assert domain is None or normalise_domain(domain) == domain


@MANY
@given(raw=WRITTEN | st.from_regex(PLAIN, fullmatch=True))
def test_plain_pages_are_what_the_long_way_makes_of_them(raw: str) -> None:
    assert read_profile(raw, words=WORDS) == profiles.read_slowly(raw, words=WORDS)


@MANY
@given(raw=WRITTEN | st.from_regex(SITES, fullmatch=True))
@example(raw="https://www.com")
@example(raw="a--b.de")
def test_plain_sites_are_what_the_long_way_makes_of_them(raw: str) -> None:
    assert read_website(raw, words=WORDS) == urls.read_slowly(raw, words=WORDS)


@given(
    raw=st.text(max_size=20), scheme=st.sampled_from(["javascript:", "DATA:", " vbscript:", "file:", "<javascript:"])
)
def test_nothing_that_would_run_is_ever_an_address(raw: str, scheme: str) -> None:
    assert read_website(scheme + raw, words=WORDS).value is None
    assert read_profile(scheme + raw, words=WORDS).value is None


@pytest.mark.parametrize(
    "raw", ["http://" * 2_000, "a." * 5_000, "/" * 9_000, "%25" * 3_000, "x.com/" + "?a=1&" * 2_000, "h" * 9_000]
)
def test_hostile_addresses_cost_no_more_than_others(raw: str) -> None:
    started = time.process_time()
    read_website(raw, words=WORDS)
    read_profile(raw, label="x", words=WORDS)
    assert time.process_time() - started < 0.5
