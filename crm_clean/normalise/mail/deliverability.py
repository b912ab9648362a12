"""Whether the domains of e-mail addresses take mail, asked of the name service; only where the user wants it asked.

Asks for domains, never for addresses: who answers learns which domains stand in the data, and no more. Each domain is
asked for once, and not again while an earlier verdict is fresh. What cannot be known (nobody answers, the domain's own
servers fail) is unknown, never a refusal, and a dead network is noticed early.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.mail.email_syntax import domain_name
from crm_clean.records.tables import MAIL_DOMAINS

if TYPE_CHECKING:
    from dns.resolver import Resolver

Verdict = Literal["accepts", "refuses", "unknown"]
CODE = "email.undeliverable"
NO_NETWORK = (
    "The name service does not answer: {n} domains of e-mail addresses stay unknown. Check the network, or leave "
    "deliverability unchecked."
)
NO_TIME = "Asking for the domains of e-mail addresses took too long: {n} of them stay unknown until the next run."
_UNKNOWN_DAYS = 1
# Kept for examples (RFC 2606): they exist, and take no mail.
_EXAMPLES = (".example.com", ".example.net", ".example.org", ".example")


@dataclass(frozen=True)
class NameService:
    """How domains are asked for.

    `timeout`: seconds for one question. `nameservers`: addresses of servers, `address` or `address:port`; those of the
    system when empty. `workers`: questions asked at a time. `patience`: questions in a row without an answer after
    which the network is tried, and given up if it is silent. `budget`: seconds for all of them.
    """

    timeout: float = 5.0
    nameservers: tuple[str, ...] = ()
    workers: int = 32
    patience: int = 64
    budget: float = 900.0


def check_domains(
    domains: Iterable[str],
    *,
    known: pd.DataFrame,
    now: datetime,
    service: NameService | None = None,
    max_age_days: int = 30,
    on_notice: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """MAIL_DOMAINS: a verdict for each of `domains`, and those of `known` (MAIL_DOMAINS) that are still fresh.

    A domain whose form takes no mail (`server.local`) is left out. Rows stand by domain.

    `accepts`: the domain names servers for mail, or has an address of its own (RFC 5321, section 5). `refuses`: there
    is no such domain, it says that it takes no mail (RFC 7505), or has neither. `unknown`: nobody could say. A verdict
    is fresh for `max_age_days`, an unknown one for a day. `now` has a time zone. `on_notice` is told once, in a
    sentence, when asking was given up.
    """
    service = service or NameService()
    fresh = _fresh(known, now=now, max_age_days=max_age_days)
    seen = set(fresh["domain"])
    wanted = sorted({n.ascii for d in set(domains) if (n := domain_name(d.lower()))} - seen)
    said: dict[str, Verdict] = {d: "refuses" for d in wanted if is_example(d)}
    asking = _Asking(service, [d for d in wanted if d not in said])
    said |= asking.run()
    if on_notice and asking.gave_up:
        on_notice(asking.gave_up.format(n=sum(v == "unknown" for v in said.values())))
    new = MAIL_DOMAINS.frame(pd.DataFrame({"domain": list(said), "verdict": list(said.values()), "checked_at": now}))
    both = pd.concat([fresh, new], ignore_index=True) if len(fresh) else new
    return MAIL_DOMAINS.frame(both.sort_values("domain", ignore_index=True))


def domains_of(emails: pa.Array | Sequence[str | None]) -> list[str]:
    """The distinct domains of addresses in normal form, sorted; missing ones passed over."""
    found = pc.unique(_domains(_array(emails))).to_pylist()
    return sorted(d for d in found if d)


def undeliverable(emails: pa.Array | Sequence[str | None], verdicts: pd.DataFrame) -> pa.Array:
    """`email.undeliverable` for each address in normal form whose domain refuses mail, missing for every other.

    `verdicts` is MAIL_DOMAINS; an array of texts as long as `emails`, fit for `Findings.add`.
    """
    encoded = _domains(_array(emails)).dictionary_encode()
    refused = set(verdicts["domain"][verdicts["verdict"] == "refuses"])
    said = [CODE if (n := domain_name(d)) and n.ascii in refused else None for d in encoded.dictionary.to_pylist()]
    return pa.array(said, pa.string()).take(encoded.indices)


def is_example(domain: str) -> bool:
    """Whether `domain` is kept for examples and so takes no mail."""
    return f".{domain}".endswith(_EXAMPLES)


def _array(emails: pa.Array | Sequence[str | None]) -> pa.Array:
    array = emails if isinstance(emails, pa.Array | pa.ChunkedArray) else pa.array(list(emails), pa.string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _domains(emails: pa.Array) -> pa.Array:
    return pc.struct_field(pc.extract_regex(emails, r"@(?P<domain>[^@]+)$"), "domain")


def _fresh(known: pd.DataFrame, *, now: datetime, max_age_days: int) -> pd.DataFrame:
    days = np.where(known["verdict"].eq("unknown"), min(_UNKNOWN_DAYS, max_age_days), max_age_days)
    oldest = pd.Timestamp(now) - pd.to_timedelta(days, unit="D")
    return known[(known["checked_at"] > oldest).to_numpy(dtype=bool)].reset_index(drop=True)


@dataclass
class _Asking:
    """The threads that ask, what they were told, and when they stop."""

    service: NameService
    domains: list[str]
    gave_up: str | None = None
    _silent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> dict[str, Verdict]:
        """The verdict on each domain, in their order."""
        said: dict[str, Verdict] = dict.fromkeys(self.domains, "unknown")
        resolver = _resolver(self.service) if self.domains else None
        if resolver is None:
            self.gave_up = NO_NETWORK if self.domains else None
            return said
        queue: SimpleQueue[str] = SimpleQueue()
        for domain in self.domains:
            queue.put(domain)
        until = time.monotonic() + self.service.budget
        count = max(1, min(self.service.workers, len(self.domains)))
        threads = [threading.Thread(target=self._work, args=(queue, resolver, said), daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        if any(thread.is_alive() for thread in threads):
            self.gave_up = self.gave_up or NO_TIME
            self._stop.set()
        return dict(said)

    def _work(self, queue: SimpleQueue[str], resolver: Resolver, said: dict[str, Verdict]) -> None:
        while not self._stop.is_set():
            try:
                domain = queue.get_nowait()
            except Empty:
                return
            verdict, was_answered = _ask(domain, resolver)
            said[domain] = verdict
            self._count(was_answered, resolver)

    def _count(self, was_answered: bool, resolver: Resolver) -> None:
        """Give up when the network is silent: many questions in a row without an answer, and one more to make sure."""
        with self._lock:
            self._silent = 0 if was_answered else self._silent + 1
            if self._silent < self.service.patience or self._stop.is_set():
                return
            self._silent = 0
            if not _answers(resolver):
                self.gave_up = NO_NETWORK
                self._stop.set()


def _resolver(service: NameService) -> Resolver | None:
    """A resolver with the timeouts of `service`, or None where the system names no server."""
    from dns.nameserver import Do53Nameserver
    from dns.resolver import NoResolverConfiguration, Resolver

    try:
        resolver = Resolver(configure=not service.nameservers)
    except NoResolverConfiguration:
        return None
    if service.nameservers:
        resolver.nameservers = [Do53Nameserver(*_host_and_port(n)) for n in service.nameservers]
    resolver.timeout, resolver.lifetime = service.timeout / 2, service.timeout
    return resolver


def _host_and_port(server: str) -> tuple[str, int]:
    host, colon, port = server.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        return server.strip("[]"), 53
    return host.strip("[]"), int(port)


def _ask(domain: str, resolver: Resolver) -> tuple[Verdict, bool]:
    """The verdict on `domain`, and whether anybody answered."""
    from dns.resolver import NXDOMAIN, NoAnswer
    from email_validator import EmailUndeliverableError
    from email_validator.deliverability import validate_email_deliverability

    try:
        found: Any = validate_email_deliverability(domain, domain, dns_resolver=resolver)
    except EmailUndeliverableError as error:
        # The library reports its own trouble as a refusal too; a refusal has no cause but that nothing is there.
        is_told = error.__cause__ is None or isinstance(error.__cause__, NXDOMAIN | NoAnswer)
        return ("refuses" if is_told else "unknown"), is_told
    trouble = found.get("unknown-deliverability")
    return ("unknown" if trouble else "accepts"), trouble is None


def _answers(resolver: Resolver) -> bool:
    """Whether a question that every server can answer, for the root, is answered in any way."""
    from dns.exception import Timeout
    from dns.resolver import NoAnswer, NoNameservers

    try:
        resolver.resolve(".", "NS")
    except NoAnswer:
        return True
    except (Timeout, NoNameservers, OSError):
        return False
    return True
