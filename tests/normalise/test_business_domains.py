"""The domain by which a record's company is known."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from crm_clean.normalise.business.business_domains import Mailboxes, Sites, business_domains, registered_domain
from crm_clean.normalise.lexicon import Lexicons


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        pytest.param("acme.org", "acme.org", id="a registered domain is itself"),
        pytest.param("mail.acme.co.uk", "acme.co.uk", id="a suffix of two parts"),
        pytest.param("www.acme.com.br", "acme.com.br", id="a suffix of two parts in Brazil"),
        pytest.param("WWW.Acme.DE", "acme.de", id="case does not count"),
        pytest.param("shop.eu.acme.fr.", "acme.fr", id="several parts before, a dot behind"),
        pytest.param("acme.uk.com", "acme.uk.com", id="a private suffix under which firms register"),
        pytest.param("bücher.de", "bücher.de", id="letters beyond ASCII"),
        pytest.param("co.uk", None, id="a suffix alone is nobody's"),
        pytest.param("localhost", None, id="no dot"),
        pytest.param("192.0.2.7", None, id="an address of numbers"),
        pytest.param("gmail.com", None, id="a free provider is no company's domain"),
        pytest.param("www.facebook.com", None, id="a social network"),
        pytest.param("de.linkedin.com", None, id="a social network's country page"),
        pytest.param("acme.github.io", None, id="pages on a host that lends names"),
        pytest.param("acme.wixsite.com", None, id="a site builder"),
        pytest.param("acme-shop.myshopify.com", None, id="a shop builder"),
        pytest.param("sites.google.com", None, id="pages under a shared host"),
    ],
)
def test_registered_domain(host: str, domain: str | None, words: Lexicons) -> None:
    assert registered_domain(host, words=words) == domain


def boxes(rows: list[tuple[int, str | None, bool, bool, bool]]) -> Mailboxes:
    flags = [pa.array([row[i] for row in rows], pa.bool_()) for i in (2, 3, 4)]
    values = pa.array([row[1] for row in rows], pa.string())
    return Mailboxes(np.array([row[0] for row in rows], dtype=np.int64), values, *flags)


def sites(rows: list[tuple[int, str | None]]) -> Sites:
    return Sites(np.array([r[0] for r in rows], dtype=np.int64), pa.array([r[1] for r in rows], pa.string()))


@pytest.mark.parametrize(
    ("field", "web", "mail", "domain"),
    [
        pytest.param("acme.org", "https://b.org", "a@c.org", "acme.org", id="the company's field comes first"),
        pytest.param(None, "https://www.b.org/x", "a@c.org", "b.org", id="then the web site"),
        pytest.param(None, None, "a@mail.c.co.uk", "c.co.uk", id="then the mailbox"),
        pytest.param("gmail.com", None, "a@c.org", "c.org", id="a free provider in the company's field is passed by"),
        pytest.param(None, "https://facebook.com/acme", "a@c.org", "c.org", id="a page on a network is passed by"),
        pytest.param(None, None, None, None, id="nothing is nothing"),
    ],
)
def test_the_first_that_tells_a_domain_wins(
    field: str | None, web: str | None, mail: str | None, domain: str | None, words: Lexicons
) -> None:
    found = business_domains(
        1,
        company_domain=pa.array([field], pa.string()),
        websites=sites([(0, web)]),
        emails=boxes([(0, mail, False, False, False)]),
        words=words,
    )
    assert found.to_pylist() == [domain]


def test_free_disposable_and_placeholder_mailboxes_are_passed_by_and_records_stay_apart(words: Lexicons) -> None:
    found = business_domains(
        4,
        company_domain=pa.nulls(4, pa.string()),
        websites=sites([]),
        emails=boxes(
            [
                (0, "a@free.example.org", True, False, False),
                (0, "a@acme.org", False, False, False),
                (1, "b@gone.org", False, True, False),
                (2, "none@none.org", False, False, True),
                (2, None, False, False, False),
            ]
        ),
        words=words,
    )
    assert found.to_pylist() == ["acme.org", None, None, None]
