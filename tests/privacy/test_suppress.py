"""Who is recognised when they come again, and who is somebody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from crm_clean.errors import UsageError
from crm_clean.normalise.apply import normalise
from crm_clean.normalise.spec import NormaliseSpec
from crm_clean.privacy.hashes import Key
from crm_clean.privacy.suppress import person, suppressed, suppressions
from crm_clean.records.tables import CONTACT_POINTS, RECORDS, STAGED_POINTS, STAGED_RECORDS

KEY = Key(b"k" * 32)
AT = datetime(2026, 5, 1, tzinfo=UTC)
ZORA = {"first": "Zora", "last": "Qvanary", "emails": ["zora.qvanary@gmail.com"], "phones": ["+49 171 2034561"]}
HOME = "+49 30 2034567"


def read(*people: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """RECORDS and CONTACT_POINTS of people; `id` is the one at the source."""
    ids = [f"{one.get('source', 'crm')}:{one.get('id', f'n{at}')}" for at, one in enumerate(people)]
    staged = {
        "record_id": ids,
        "source": [one.get("source", "crm") for one in people],
        "source_record_id": [one.get("id") for one in people],
        "default_region": ["DE"] * len(people),
        "first_name_raw": [one.get("first") for one in people],
        "last_name_raw": [one.get("last") for one in people],
        "full_name_raw": [one.get("full") for one in people],
        "birth_date_raw": [one.get("born") for one in people],
    }
    points = [
        {"record_id": record, "kind": kind, "ordinal": n, "raw": raw}
        for record, one in zip(ids, people, strict=True)
        for kind in ("email", "phone", "address")
        for n, raw in enumerate(one.get({"email": "emails", "phone": "phones", "address": "addresses"}[kind], []), 1)
    ]
    frame = STAGED_POINTS.frame(pd.DataFrame(points)) if points else STAGED_POINTS.empty()
    found = normalise(STAGED_RECORDS.frame(staged), frame, spec=NormaliseSpec(default_region="DE"))
    return found.records, found.contact_points


def known(*people: dict, shared: frozenset = frozenset()) -> pd.DataFrame:
    return suppressions(person(*read(*people), shared=shared), key=KEY, reason="asked", since=AT)


def comes_in(them: dict, listed: pd.DataFrame) -> bool:
    records, points = read(them)
    return not len(suppressed(RECORDS.to_arrow(records), CONTACT_POINTS.to_arrow(points), listed, key=KEY))


@pytest.mark.parametrize(
    "again",
    [
        pytest.param({"emails": ["ZORA.QVANARY@GMAIL.COM"]}, id="in capitals"),
        pytest.param({"emails": ["zora.qvanary+shop@gmail.com"]}, id="with a tag"),
        pytest.param({"emails": ["zoraqvanary@googlemail.com"]}, id="without the dots that the provider ignores"),
        pytest.param({"emails": ["  zora.qvanary@gmail.com "]}, id="in blanks"),
        pytest.param({"emails": ["Zora Q. <zora.qvanary@gmail.com>"]}, id="behind a name"),
        pytest.param({"emails": ["mailto:zora.qvanary@gmail.com"]}, id="as a link"),
        pytest.param({"emails": ["ｚｏｒａ.qvanary＠gmail.com"]}, id="in wide letters"),
        pytest.param({"emails": ["info@example.org; zora.qvanary@gmail.com"]}, id="second in a cell"),
        pytest.param({**ZORA, "emails": [], "phones": ["0049 171 2034561"]}, id="by phone, from abroad"),
        pytest.param({**ZORA, "emails": [], "phones": ["0171/20 34 561"]}, id="by phone, as in her country"),
        pytest.param({"full": "Qvanary, Zora", "phones": ["(0171) 2034561"]}, id="by phone, name in one cell"),
        pytest.param({"phones": ["+49-171-2034561"]}, id="by phone alone"),
        pytest.param({"first": "Z.", "last": "Qvanary", "phones": ["01712034561"]}, id="by phone and an initial"),
        pytest.param({"first": "Zorah", "last": "Qvannary", "phones": ["01712034561"]}, id="by phone, misspelt"),
        pytest.param({"source": "shop", "id": "4", "emails": ["zora.qvanary@gmail.com"]}, id="from another source"),
    ],
)
def test_a_person_who_was_erased_is_known_again(again):
    assert not comes_in(again, known(ZORA))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"first": "Bernd", "last": "Vogel", "phones": ["0171 2034561"]}, id="who has the number now"),
        pytest.param({"first": "Zora", "last": "Qvanary", "emails": ["zora.q@web.de"]}, id="of the same name"),
        pytest.param({"emails": ["zora.qvanary@web.de"]}, id="of the same name at another provider"),
        pytest.param({"emails": ["zora.qvanary@firma.de"], "phones": ["0171 2034562"]}, id="with a number beside hers"),
    ],
)
def test_somebody_else_comes_in(other):
    assert comes_in(other, known(ZORA))


AT_HOME = known({**ZORA, "emails": [], "phones": [HOME]}, shared=frozenset({("phone", "+49302034567")}))


class TestAnAddressThatOthersShare:
    def test_tells_her_by_her_name(self):
        assert not comes_in({"full": "Zora Qvanary", "phones": ["030 2034567"]}, AT_HOME)
        assert not comes_in({"first": "Qvanary", "last": "Zora", "phones": ["030 2034567"]}, AT_HOME)

    def test_leaves_her_husband_alone(self):
        assert comes_in({"first": "Bernd", "last": "Qvanary", "phones": [HOME]}, AT_HOME)
        assert comes_in({"phones": [HOME]}, AT_HOME)

    def test_a_mailbox_of_many_tells_nobody_alone(self):
        listed = known({**ZORA, "emails": ["info@brauwerk.de"], "phones": []})
        assert comes_in({"first": "Olga", "last": "Petersen", "emails": ["info@brauwerk.de"]}, listed)
        assert not comes_in({"first": "Zora", "last": "Qvanary", "emails": ["Info@Brauwerk.de"]}, listed)

    def test_the_line_behind_an_extension_is_everybodys(self):
        listed = known({**ZORA, "emails": [], "phones": ["+49 30 2034567 ext. 12"]})
        assert comes_in({"first": "Olga", "last": "Petersen", "phones": [HOME]}, listed)
        assert not comes_in({"first": "Zora", "last": "Qvanary", "phones": [f"{HOME} ext. 12"]}, listed)
        assert not comes_in({"first": "Zora", "last": "Qvanary", "phones": [HOME]}, listed)


def test_the_id_at_the_source_is_enough():
    listed = known({**ZORA, "id": "77"})
    assert not comes_in({"id": "77", "first": "Nobody"}, listed)
    assert comes_in({"id": "78", "first": "Nobody"}, listed)


def test_a_name_tells_beside_a_birthday_or_a_street():
    listed = known({**ZORA, "born": "1980-02-03", "addresses": ["Qvanargasse 5, 10117 Berlin"]})
    assert not comes_in({"full": "Zora Qvanary", "born": "3.2.1980"}, listed)
    assert comes_in({"full": "Zora Qvanary", "born": "4.2.1980"}, listed)
    assert not comes_in({"full": "Zora Qvanary", "addresses": ["Qvanargasse 5, 10117 Berlin"]}, listed)
    assert comes_in({"full": "Bernd Qvanary", "addresses": ["Qvanargasse 5, 10117 Berlin"]}, listed)


def test_the_list_says_nothing_of_anybody():
    said = known({**ZORA, "id": "77"}).to_csv().casefold()
    assert [word for word in ("zora", "qvanary", "gmail", "2034561", "77,") if word in said] == []
    assert set(known(ZORA)["hash"].str.len()) == {64}


def test_without_its_key_nobody_is_let_in_by_mistake():
    records, points = read(ZORA)
    with pytest.raises(UsageError, match=r"put the old \.key back"):
        suppressed(RECORDS.to_arrow(records), CONTACT_POINTS.to_arrow(points), known(ZORA), key=Key(b"another" * 5))


def test_an_empty_list_keeps_nobody_out():
    assert comes_in(ZORA, known(ZORA).iloc[:0])
