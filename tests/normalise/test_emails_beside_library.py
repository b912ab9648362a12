"""What is said of addresses beside what the library for addresses says, and the quick way beside the long way."""

from __future__ import annotations

import importlib.util
import random
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm_clean.normalise import kernels
from crm_clean.normalise.lexicon import load
from crm_clean.normalise.mail import quick_emails
from crm_clean.normalise.mail.email_cells import split_emails
from crm_clean.normalise.mail.email_syntax import domain_name
from crm_clean.normalise.mail.emails import read_email
from crm_clean.normalise.mail.typos import endings, neighbours, slips, suggest

TESTS = Path(__file__).parents[1]
WORDS = load()
MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _command() -> ModuleType:
    spec = importlib.util.spec_from_file_location("email_cases", TESTS / "benchmarks" / "email_cases.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["email_cases"] = module
    spec.loader.exec_module(module)
    return module


beside = _command()
TABLE = beside.differences()
ROWS = tomllib.loads((TESTS / "cases" / "email_differences.toml").read_text("utf-8"))["differences"]
CASES = tomllib.loads((TESTS / "cases" / "normalise_emails.toml").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("row", [pytest.param(r, id=r["title"]) for r in ROWS])
def test_each_difference_is_one(row: dict[str, str]) -> None:
    library, ours, title = beside.account(row["example"], words=WORDS, table=TABLE)
    assert library != ours
    assert title == row["title"]


@pytest.mark.parametrize("case", [pytest.param(c, id=c["title"]) for c in CASES])
def test_hard_cases_are_read_as_the_library_reads_them_or_there_is_a_reason(case: dict[str, Any]) -> None:
    library, ours, title = beside.account(case["raw"], words=WORDS, table=TABLE)
    assert title, (library, ours)


ATOMS = st.text(alphabet="abzAZ09.!#$%&'*+-/=?^_`{|}~é\u0301λ我", min_size=1, max_size=70) | st.sampled_from(
    ["anna", "Anna.Keller", "POSTMASTER", '"a b"', '"a@b"', '"a\\"b"', "a" * 64, "a" * 65, "Info", "+x", "-", ""]
)
LABELS = st.text(alphabet="abz09-éλ我İß", min_size=1, max_size=20) | st.sampled_from(
    ["example", "xn--bcher-kva", "xn--0", "a" * 63, "a" * 64, "b--c", "ab--c", "local", "test", "co", ""]
)
NAMES = st.builds(
    lambda labels, ending: ".".join([*labels, ending]),
    st.lists(LABELS, min_size=0, max_size=4),
    st.sampled_from(
        ["com", "org", "de", "uk", "c", "c0m", "123", "local", "рф", "xn--p1ai", "invalid", "COM", "museum"]
    ),
)
ADDRESSES = st.builds(lambda local, name: f"{local}@{name}", ATOMS, NAMES)


@MANY
@given(raw=ADDRESSES)
@example(raw="a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 58 + ".com")
@example(raw="a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 57 + ".com")
@example(raw="anna@" + "bücher." * 12 + "com")
@example(raw=".{0@0.com")
@example(raw="\u0301{0@0.com")
@example(raw="*\u0301@0.com")
def test_any_address_is_read_as_the_library_reads_it_or_there_is_a_reason(raw: str) -> None:
    library, ours, title = beside.account(raw, words=WORDS, table=TABLE)
    assert title, (raw, library, ours)


@MANY
@given(name=NAMES)
def test_a_plain_domain_is_what_the_library_makes_of_it(name: str) -> None:
    found, library = domain_name(name.lower()), beside.library_form(f"a@{name}")
    if found:
        assert library == f"a@{found.shown}"
    else:
        assert library is None or beside.account(f"a@{name}", words=WORDS, table=TABLE)[2]


AROUND = st.sampled_from(
    [
        "",
        " ",
        "<",
        ">",
        '"',
        "mailto:",
        "Email: ",
        " - old",
        "; ",
        " (x)",
        "&lt;",
        "%40",
        "\u200b",
        "（",
        "/",
        ",",
        "ａ",
        "١",
    ]
)


@MANY
@given(before=AROUND, raw=ADDRESSES, between=AROUND, other=ADDRESSES | AROUND, after=AROUND)
def test_what_was_read_once_is_read_the_same_again(before: str, raw: str, between: str, other: str, after: str) -> None:
    cell = f"{before}{raw}{between}{other}{after}"
    for part in split_emails(cell):
        first = read_email(part, words=WORDS)
        if first.value:
            again = read_email(first.value, words=WORDS)
            assert again[:6] == first[:6]
            assert "email.repaired" not in again.codes
            assert split_emails(first.value) == [first.value]


HEADS = st.sampled_from(
    [
        "info",
        "sales",
        "test",
        "anna",
        "no",
        "noreply",
        "x",
        "contact",
        "INFO",
        "Info",
        "hr",
        "imceaex",
        "keine",
        "123",
        "a.b",
    ]
)
TAILS = st.text(alphabet="abiz019._+-A&'", max_size=12)
# fmt: off
HARD_DOMAINS = st.sampled_from(
    [
        "example.com", "gmail.com", "GoogleMail.com", "outlook.com", "hotmail.fr", "proton.me", "pm.me",
        "yandex.com", "ya.ru", "annak.fastmail.com", "fastmail.com", "mailinator.com", "x.mailinator.com",
        "a.local", "test.com", "x-y.example.org", "b--c.example.com", "ab--c.com", "hotmial.com", "gmail.con",
        "acme.con", "none.com", "-a.com", "a-.com", "a.b.c.d.e", "xn--bcher-kva.example.com", "gmail",
        "www.gmail.com", "icloud.com", "me.com", "a.com.", ".a.com", "noemail.de", "x.c0m",
    ]
)
# fmt: on
PLAIN = st.builds(
    lambda h, sep, t, d: f"{h}{sep}{t}@{d}",
    HEADS | TAILS,
    st.sampled_from(["", ".", "+", "-", "_", "1"]),
    TAILS,
    HARD_DOMAINS,
)


def assert_quick_is_long(raws: list[str]) -> None:
    slow = kernels.kernel(kernels.email, kernels.EMAIL, words=WORDS)(raws)
    assert quick_emails.read_emails(raws, words=WORDS).to_pylist() == slow.to_pylist()


@MANY
@given(raws=st.lists(PLAIN | ADDRESSES | AROUND, min_size=0, max_size=20))
def test_addresses_read_as_columns_are_the_same(raws: list[str]) -> None:
    assert_quick_is_long(raws)


def test_a_corpus_of_thousands_read_as_columns_is_the_same() -> None:
    pick = random.Random(4)
    sets = WORDS.sets
    listed = sorted({*sets["emails.role"], *sets["emails.placeholder_locals"], *sets["emails.weak_locals"]})
    people = ["anna.keller", "ANNA", "a_k", "o'brien", "anna+shop", "x", "anna-lena", "1234", "Dev.Rao", "r&d", "+a"]
    domains = sorted({*sets["emails.free"], *sets["emails.placeholder_domains"], *sets["emails.not_typos"]})
    domains += [
        *pick.sample(sorted(slips(WORDS)), 300),
        *(f"acme.{e}" for e in pick.sample(sorted(endings(WORDS)), 50)),
    ]
    raws = [f"{word}{tail}@{pick.choice(domains)}" for word in listed for tail in ("", "1", "-uk", ".k", "+x")]
    raws += [f"{pick.choice(people)}{n}@{domain}" for n, domain in enumerate(domains)]
    raws += [f"{pick.choice(listed)}@{domain}" for domain in domains]
    raws += [case["raw"] for case in CASES]
    pick.shuffle(raws)
    assert len(raws) > 5_000
    assert_quick_is_long(raws)


def test_slips_are_all_domains_at_distance_one_and_no_others() -> None:
    from rapidfuzz.distance import OSA

    assert all(OSA.distance(s.partition(".")[0], t.partition(".")[0]) == 1 for s, t in slips(WORDS).items())
    assert all(s.partition(".")[2] == t.partition(".")[2] for s, t in slips(WORDS).items())
    words = [f"{a}{b}{c}" for a in "abc" for b in "abc-" for c in "abc"]
    near = {w for w in words if OSA.distance("abc", w) == 1}
    assert near == {w for w in neighbours("abc") if w in words}


@pytest.mark.parametrize("name", ["free", "not_typos", "slip_targets"])
def test_no_domain_that_is_known_is_suspected(name: str) -> None:
    assert [d for d in WORDS.sets[f"emails.{name}"] if suggest(d, words=WORDS)] == []


def test_slips_listed_lead_to_a_known_provider() -> None:
    listed = WORDS.maps["emails.typos"]
    assert [d for d, right in listed.items() if right not in WORDS.sets["emails.free"]] == []
    assert [d for d, right in listed.items() if suggest(d, words=WORDS) != right] == []


def test_domains_that_share_mailboxes_are_known_to_be_free() -> None:
    shared = WORDS.maps["emails.same_domain"]
    assert {*shared, *shared.values()} <= WORDS.sets["emails.free"]


HOSTILE: dict[str, Callable[[], str]] = {
    "ats": lambda: "@" * 9_999,
    "ats and letters": lambda: "a@" * 5_000,
    "addresses": lambda: "a@b.com " * 1_200,
    "addresses and ands": lambda: "a@b.com and " * 800,
    "blanks": lambda: "a@b.com" + " " * 9_000 + "x",
    "dots": lambda: "a." * 5_000 + "@b.com",
    "labels": lambda: "a@" + "b." * 4_900 + "com",
    "brackets": lambda: "<" * 5_000 + "a@b.com" + ">" * 4_000,
    "entities": lambda: "&amp;" * 2_000 + "a@b.com",
    "quotes": lambda: '"' * 5_000 + "a@b.com" + '"' * 4_000,
    "links": lambda: "mailto:a@" * 1_100,
    "remarks": lambda: "a@b.com" + "(x) " * 2_400 + "c@d.com",
    "words before": lambda: "name: " * 1_600 + "a@b.com, c@d.com",
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_hostile_cells_cost_no_more_than_others(make: Callable[[], str]) -> None:
    raw = make()
    started = time.process_time()
    for part in split_emails(raw):
        read_email(part, words=WORDS)
    read_email(raw, words=WORDS)
    quick_emails.read_emails([raw], words=WORDS)
    assert time.process_time() - started < 1
