"""Domains asked of a name server that runs here and answers as told, and what is made of its answers."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pandas as pd
import pytest

from crm_clean.normalise.apply import normalise
from crm_clean.normalise.mail import deliverability
from crm_clean.normalise.mail.deliverability import NameService, check_domains, domains_of, undeliverable
from crm_clean.normalise.spec import NormaliseSpec
from crm_clean.records.tables import MAIL_DOMAINS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
# What the server says of each name: records by type, a code of failure, or None for silence.
ZONE: dict[str, dict[str, str] | str | None] = {
    ".": {"NS": "a.root."},
    "mail.test-a.com.": {"MX": "10 mx.test-a.com."},
    "xn--bcher-kva.com.": {"MX": "10 mx.test-a.com."},
    "only-address.com.": {"A": "9.9.9.9"},
    "only-new-address.com.": {"AAAA": "2620:fe::fe"},
    "private-address.com.": {"A": "192.168.1.1"},
    "null-mx.com.": {"MX": "0 ."},
    "web-only.com.": {"TXT": '"nothing"'},
    "never-sends.com.": {"A": "9.9.9.9", "TXT": '"v=spf1 -all"'},
    "gone.com.": "NXDOMAIN",
    "broken.com.": "SERVFAIL",
    "silent.com.": None,
}


class Server(threading.Thread):
    """Answers over UDP on a free port of this machine, and counts what it was asked."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.asked: Counter[str] = Counter()
        self.is_silent = False
        self.start()

    @property
    def service(self) -> NameService:
        host, port = self.socket.getsockname()
        return NameService(timeout=1.5, nameservers=(f"{host}:{port}",), workers=8, patience=16, budget=60)

    @property
    def in_haste(self) -> NameService:
        return replace(self.service, timeout=0.3)

    def run(self) -> None:
        while True:
            try:
                wire, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            reply = self.reply(dns.message.from_wire(wire))
            if reply is not None:
                self.socket.sendto(reply.to_wire(), sender)

    def reply(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name, kind = question.name.to_text(), question.rdtype.name
        self.asked[f"{name} {kind}"] += 1
        said = ZONE.get(name, "NXDOMAIN")
        if said is None or self.is_silent:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if isinstance(said, str):
            reply.set_rcode(dns.rcode.from_text(said))
        elif kind in said:
            reply.answer.append(dns.rrset.from_text(name, 300, "IN", kind, said[kind]))
        return reply


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.socket.close()
    server.join(0.1)


def verdicts(frame: pd.DataFrame) -> dict[str, str]:
    return dict(zip(frame["domain"], frame["verdict"], strict=True))


def known(**ages: tuple[str, float]) -> pd.DataFrame:
    """Verdicts as of some days ago; underscores stand for the dots of domains."""
    rows = [
        {"domain": d.replace("_", "."), "verdict": v, "checked_at": NOW - timedelta(days=age)}
        for d, (v, age) in ages.items()
    ]
    return MAIL_DOMAINS.frame(pd.DataFrame(rows, columns=list(MAIL_DOMAINS.columns)))


@pytest.mark.parametrize(
    ("domain", "verdict"),
    [
        pytest.param("mail.test-a.com", "accepts", id="a server for mail"),
        pytest.param("only-address.com", "accepts", id="an address alone will do"),
        pytest.param("only-new-address.com", "accepts", id="so will one of the new kind"),
        pytest.param("private-address.com", "refuses", id="an address of an inner network will not"),
        pytest.param("null-mx.com", "refuses", id="it says that it takes no mail"),
        pytest.param("web-only.com", "refuses", id="neither server nor address"),
        pytest.param("never-sends.com", "refuses", id="an address, and a word that no mail is sent"),
        pytest.param("gone.com", "refuses", id="no such domain"),
        pytest.param("broken.com", "unknown", id="its servers fail"),
        pytest.param("silent.com", "unknown", id="its servers are silent"),
    ],
)
def test_verdict(domain: str, verdict: str, server: Server) -> None:
    found = check_domains([domain], known=known(), now=NOW, service=server.service)
    MAIL_DOMAINS.check(found)
    assert verdicts(found) == {domain: verdict}
    assert found["checked_at"].to_list() == [NOW]


def test_a_domain_is_asked_for_once_in_its_ascii_form(server: Server) -> None:
    found = check_domains(
        ["Bücher.com", "xn--bcher-kva.com", "bücher.com"], known=known(), now=NOW, service=server.service
    )
    assert verdicts(found) == {"xn--bcher-kva.com": "accepts"}
    assert server.asked == {"xn--bcher-kva.com. MX": 1}


def test_domains_kept_for_examples_refuse_without_being_asked_for(server: Server) -> None:
    found = check_domains(
        ["example.com", "a.example.org", "acme.example"], known=known(), now=NOW, service=server.service
    )
    assert set(verdicts(found).values()) == {"refuses"}
    assert not server.asked


def test_domains_that_no_address_can_have_are_left_out(server: Server) -> None:
    assert check_domains(["server.local", "a b", ""], known=known(), now=NOW, service=server.service).empty
    assert not server.asked


@pytest.mark.parametrize(
    ("verdict", "age", "is_asked"),
    [
        pytest.param("accepts", 29, False, id="a month-old verdict stands"),
        pytest.param("accepts", 31, True, id="an older one does not"),
        pytest.param("refuses", 2, False, id="a refusal stands as long"),
        pytest.param("unknown", 0.5, False, id="unknown stands for a day"),
        pytest.param("unknown", 2, True, id="and is asked for again after it"),
    ],
)
def test_verdicts_are_kept_while_they_are_fresh(verdict: str, age: float, is_asked: bool, server: Server) -> None:
    found = check_domains(["gone.com"], known=known(gone_com=(verdict, age)), now=NOW, service=server.service)
    assert bool(server.asked) is is_asked
    assert verdicts(found) == {"gone.com": "refuses" if is_asked else verdict}


def test_fresh_verdicts_on_other_domains_are_kept_and_stale_ones_go(server: Server) -> None:
    before = known(fresh_com=("accepts", 3), stale_com=("accepts", 40))
    found = check_domains(["gone.com"], known=before, now=NOW, service=server.service)
    assert verdicts(found) == {"fresh.com": "accepts", "gone.com": "refuses"}


def test_a_silent_network_is_given_up_soon_and_said_once(server: Server) -> None:
    server.is_silent = True
    told: list[str] = []
    started = time.monotonic()
    found = check_domains(
        [f"firm{n}.com" for n in range(2_000)], known=known(), now=NOW, service=server.in_haste, on_notice=told.append
    )
    assert time.monotonic() - started < 10
    assert set(verdicts(found).values()) == {"unknown"}
    assert told == [deliverability.NO_NETWORK.format(n=2_000)]


def test_many_silent_domains_are_no_silent_network(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ZONE", ZONE | {f"dead{n:02}.com.": None for n in range(24)})
    told: list[str] = []
    asked = [f"dead{n:02}.com" for n in range(24)] + ["mail.test-a.com"]
    found = verdicts(check_domains(asked, known=known(), now=NOW, service=server.in_haste, on_notice=told.append))
    assert (found.pop("mail.test-a.com"), set(found.values()), told) == ("accepts", {"unknown"}, [])


def test_all_of_it_ends_with_its_budget(server: Server) -> None:
    server.is_silent = True
    service = replace(server.service, workers=2, patience=1_000, budget=0.5)
    told: list[str] = []
    started = time.monotonic()
    check_domains(["a-b.com", "c-d.com", "e-f.com"], known=known(), now=NOW, service=service, on_notice=told.append)
    assert time.monotonic() - started < 1.4
    assert told == [deliverability.NO_TIME.format(n=3)]


def test_no_port_to_ask_is_a_network_that_does_not_answer() -> None:
    told: list[str] = []
    service = NameService(timeout=0.3, nameservers=("127.0.0.1:9",), workers=4, patience=4, budget=10)
    found = check_domains(
        [f"a{n}.com" for n in range(50)], known=known(), now=NOW, service=service, on_notice=told.append
    )
    assert set(verdicts(found).values()) == {"unknown"}
    assert told == [deliverability.NO_NETWORK.format(n=50)]


def test_addresses_at_domains_that_refuse_are_named_and_no_others() -> None:
    said = known(gone_com=("refuses", 0), fine_com=("accepts", 0), lost_com=("unknown", 0))
    said = pd.concat([said, known(**{"xn--bcher-kva_com": ("refuses", 0)})], ignore_index=True)
    emails = [
        "anna@gone.com",
        "anna@fine.com",
        "anna@lost.com",
        None,
        "anna@bücher.com",
        '"a@gone.com"@fine.com',
        "anna@new.com",
    ]
    code = deliverability.CODE
    assert undeliverable(emails, said).to_pylist() == [code, None, None, None, code, None, None]
    assert undeliverable([], said).to_pylist() == []
    assert domains_of(emails) == ["bücher.com", "fine.com", "gone.com", "lost.com", "new.com"]


def test_nothing_is_asked_unless_it_was_wanted(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a name was asked for")

    monkeypatch.setattr("dns.resolver.Resolver.resolve", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    monkeypatch.setattr("crm_clean.normalise.mail.deliverability.check_domains", refuse)
    raws = ["anna@gone.com", "Anna <anna@gmial.con>", "anna@bücher.com", "anna@silent.com; bo@broken.com", "anna@gmail"]
    staged = stage([{}], [{"kind": "email", "ordinal": n, "raw": r} for n, r in enumerate(raws, start=1)])
    out = normalise(*staged, spec=NormaliseSpec())
    assert "email.undeliverable" not in set(out.issues["code"])


def test_who_does_not_ask_does_not_even_load_what_asks() -> None:
    script = (
        "import sys\n"
        "from crm_clean.normalise.mail.emails import read_email\n"
        "from crm_clean.normalise.lexicon import load\n"
        "[read_email(r, words=load()) for r in ('anna@bücher.com', 'Anna <a.k@example.com>', '\"a b\"@example.com')]\n"
        "print([m for m in sys.modules if m.partition('.')[0] == 'dns'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("timeout", [pytest.param(0, id="none"), pytest.param(-1, id="negative")])
def test_a_timeout_that_is_no_time_is_refused(timeout: float) -> None:
    with pytest.raises(ValueError, match="dns_timeout"):
        NormaliseSpec(dns_timeout=timeout)
