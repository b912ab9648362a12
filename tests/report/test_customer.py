"""A customer in a notebook: everything is said, nothing is markup that a contact brought, nothing is fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from crm_clean.report.customer import render
from crm_clean.report.rules import WORDS, in_words
from crm_clean.report.shown import field_name, shown

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
HOSTILE = (SCRIPT, IMAGE)


@dataclass(frozen=True)
class Told:
    """A customer filled by hand, every text of which tries to be markup."""

    golden_id: str
    golden: pd.DataFrame
    members: pd.DataFrame
    values: pd.DataFrame
    points: pd.DataFrame
    lineage: pd.DataFrame
    links: pd.DataFrame
    history: pd.DataFrame
    note: str | None = None


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def offer(
    field: str, value: str | None, record: str, *, raw: str | None = None, is_kept: bool = False
) -> dict[str, object]:
    place = {"source_file": "a.csv", "source_row": 7}
    return {"field": field, "value": value, "raw": raw or value, "record_id": record, "is_kept": is_kept, **place}


def member(record: str, **more: object) -> dict[str, object]:
    empty = dict.fromkeys(("name", "emails", "phones", "company", "address", "updated_at"))
    place = {"source": record.partition(":")[0], "source_file": "a.csv", "source_row": 7}
    return {"record_id": record, **place, **empty, "match_probability": 0.97, "is_deleted": False, **more}


def point(kind: str, value: str, **more: object) -> dict[str, object]:
    empty = dict.fromkeys(("label", "opt_out", "bounced", "is_role", "consent_status", "consent_at", "consent_basis"))
    return {"kind": kind, "ordinal": 1, "value": value, **empty, "record_ids": "crm:1", **more}


@pytest.fixture
def told() -> Told:
    golden = dict.fromkeys(("job_title", "company", "email", "phone", "status")) | {"full_name": SCRIPT}
    kept = {"field": "full_name", "value": SCRIPT, "rule": IMAGE, "source": IMAGE}
    return Told(
        golden_id="G-1",
        golden=frame({**golden, "sources": IMAGE, "is_deleted": False, "custom": '{"crm": {"<b>": "<i>"}}'}),
        members=frame(member("crm:1", name=SCRIPT, emails="a@x.org; b@x.org"), member("shop:f:2", source_file=IMAGE)),
        values=frame({**kept, "record_id": "crm:1", "source_file": IMAGE, "source_row": 7}),
        points=frame(point("email", IMAGE, label=SCRIPT, consent_status=SCRIPT)),
        lineage=frame(
            offer("full_name", SCRIPT, "crm:1", is_kept=True),
            offer("full_name", IMAGE, "shop:f:2"),
            offer("full_name", SCRIPT, "shop:f:2"),
            offer("birth_date", None, "crm:1", raw="32/13/1980"),
        ),
        links=frame(
            {"left_id": "crm:1", "right_id": "shop:f:2", "verdict": "merge", "match_probability": 0.97,
             "is_needed": True, "reason": IMAGE}
        ),
        history=frame({"run": 1, "committed_at": pd.Timestamp("2026-01-02T06:00Z"), "kind": "joined", "event": SCRIPT}),
        note=IMAGE,
    )  # fmt: skip


class Reader(HTMLParser):
    """Every element with its attributes, and the text outside of styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip() and self.elements[-1][0] != "style":
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_what_tries_to_be_markup_is_text(told: Told) -> None:
    page = Reader(render(told))
    assert {tag for tag, _ in page.elements} & {"script", "img", "b64", "i", "iframe", "link", "a"} == set()
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert all(text in page.text for text in HOSTILE)


def test_nothing_is_fetched_and_no_style_leaves_the_fragment(told: Told) -> None:
    page = render(told)
    assert not re.findall(r"https?://|url\(|@import|\bsrc=\"|\bhref=", page.replace("src=x", ""))
    style = page.partition("<style>")[2].partition("</style>")[0]
    selectors = re.findall(r"([^{}]+)\{", style)
    assert selectors
    assert all(each.strip().startswith(".crm-clean-customer") for line in selectors for each in line.split(","))


def test_a_dollar_sign_is_no_formula(told: Told) -> None:
    assert "tex2jax_ignore" in render(told).partition(">")[0]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param({"opt_out": True}, "opted out", id="an address that is closed"),
        pytest.param({"opt_out": True, "kind": "phone"}, "do not call", id="a phone that is closed"),
        pytest.param({"opt_out": True, "kind": "address"}, "no post", id="an address for letters that is closed"),
        pytest.param({"bounced": True}, "bounced", id="an address that bounced"),
        pytest.param({"consent_status": "subscribed"}, "subscribed", id="consent that was given"),
        pytest.param({"consent_status": "unknown"}, "consent unknown", id="consent that nobody knows of"),
        pytest.param({"is_role": True}, "read by several people", id="a mailbox of many"),
    ],
)
def test_an_address_says_what_it_is_open_for(told: Told, more: dict[str, object], said: str) -> None:
    page = render(replace(told, points=frame({**point("email", "ann@example.com"), **more})))
    assert said in Reader(page).text
    assert ("cc-off" in page.partition("</style>")[2]) == bool(more.get("opt_out") or more.get("bounced"))


def test_an_open_address_is_not_said_to_be_closed(told: Told) -> None:
    page = render(replace(told, points=frame(point("email", "ann@example.com", opt_out=False, bounced=pd.NA))))
    assert not re.search("opted out|bounced|cc-off", Reader(page).text)


def test_a_value_names_its_record_and_what_was_offered_beside_it(told: Told) -> None:
    text = Reader(render(told)).text
    assert f"Name {SCRIPT} crm 1 row 7, and 1 other {IMAGE} {IMAGE} a.csv, row 7" in text
    assert "32/13/1980 (not readable) crm 1" in text


def test_several_values_of_a_record_stand_on_lines_of_their_own(told: Told) -> None:
    assert re.search(r"<div>a@x\.org</div>\s*<div>b@x\.org</div>", render(told))


def test_one_that_ended_is_shown_by_its_history_alone(told: Told) -> None:
    none = {
        name: getattr(told, name).iloc[:0] for name in ("golden", "members", "values", "points", "lineage", "links")
    }
    text = Reader(render(replace(told, **none, note="It ended in run 3."))).text
    assert text.startswith("G-1 Ended It ended in run 3. What happened Run 1")


@pytest.mark.parametrize(
    ("value", "field", "expected"),
    [
        pytest.param(pd.NA, "company", None, id="missing"),
        pytest.param(float("nan"), "purchase_total", None, id="no number"),
        pytest.param(pd.NaT, "updated_at", None, id="no instant"),
        pytest.param("Acme", "company", "Acme", id="text as it is"),
        pytest.param(True, "email_opt_out", "yes", id="a flag"),
        pytest.param("false", "do_not_call", "no", id="a flag as text"),
        pytest.param(pd.Timestamp("2024-05-01T10:20:30Z"), "updated_at", "2024-05-01 10:20", id="an instant"),
        pytest.param(pd.Timestamp("2024-05-01T00:00:00Z"), "updated_at", "2024-05-01", id="a day"),
        pytest.param("2024-05-01 10:20:30+00", "updated_at", "2024-05-01 10:20", id="an instant as text"),
        pytest.param(1234.5, "purchase_total", "1,234.50", id="an amount"),
        pytest.param("99.0", "survey_score", "99", id="a round amount as text"),
    ],
)
def test_a_value_for_eyes(value: object, field: str, expected: str | None) -> None:
    assert shown(value, field) == expected


def test_fields_and_rules_have_plain_names() -> None:
    assert [field_name(name) for name in ("email_opt_out", "job_title")] == ["Opted out of e-mail", "Job title"]
    rules = pd.Series(["newest", "brand_new:rule", None], dtype="string[pyarrow]")
    assert in_words(rules).fillna("").tolist() == ["from the record changed last", "brand new: rule", ""]


def test_every_rule_that_merging_knows_has_words() -> None:
    from crm_clean.merge.fields import OUTCOMES

    assert set(OUTCOMES) - set(WORDS) == set()
