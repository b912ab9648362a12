"""Phones read as columns are read as one by one."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import phonenumbers as p
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_clean.normalise import kernels as k
from crm_clean.normalise.lexicon import load
from crm_clean.normalise.telephony.quick_phones import read_phones

CASES = tomllib.loads((Path(__file__).parents[1] / "cases/normalise_phones.toml").read_text("utf-8"))["cases"]
WORDS = load()
REGIONS = sorted(p.SUPPORTED_REGIONS)
SEEDS = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HEADS = ("", "", "+", "00", "0", "(0)", "011", "1", "+1", "+33 (0)", "+39 (0)3", "+39 (0)", "(", "+44 (0)", "07", "3")
TAILS = (
    "",
    "",
    "",
    "",
    " ext. 12",
    "x9",
    " poste 254",
    " Kl. 7",
    " fax 3",
    " (home)",
    ".0",
    " app 4",
    " p 5",
    "; ext 6",
    "\n",
)
Column = list[str | None]


def is_the_same(raws: list[str], countries: Column, regions: Column) -> pa.Table:
    slow = k.kernel(k.phone, k.PHONE, words=WORDS)(raws, countries, regions)
    quick = read_phones(raws, countries, regions, words=WORDS)
    assert quick.schema == slow.schema
    assert quick.to_pylist() == slow.to_pylist()
    return quick


@SEEDS
@given(seed=st.integers(0, 2**32))
def test_cells_around_numbers_of_all_countries(seed: int) -> None:
    dice = random.Random(seed)
    cells = [cell(dice) for _ in range(400)]
    is_the_same(*map(list, zip(*cells, strict=True)))


def cell(dice: random.Random) -> tuple[str, str | None, str | None]:
    region = dice.choice(REGIONS)
    number = p.example_number_for_type(region, dice.choice((p.PhoneNumberType.MOBILE, p.PhoneNumberType.FIXED_LINE)))
    text = p.format_number(number, dice.choice((0, 1, 2))) if number else "".join(dice.choices("0123456789", k=9))
    text = "".join(dice.choice("0123456789") if s.isdigit() and dice.random() < 0.3 else s for s in text)
    raw = dice.choice(HEADS) + text + dice.choice(TAILS)
    first, second = (dice.choice((region, region, None, dice.choice(REGIONS))) for _ in range(2))
    return raw, first, second


def test_hard_cases() -> None:
    rows = [(case["raw"], *[*case["regions"], None, None][:2]) for case in CASES]
    found = is_the_same(*map(list, zip(*rows, strict=True)))
    assert found["value"].null_count < len(CASES) / 2


def test_no_cells_at_all() -> None:
    assert read_phones([], [], [], words=WORDS).schema == k.PHONE


def test_a_column_of_plain_numbers() -> None:
    raws = [f"+1212555{n:04d}" for n in range(100, 200)]
    found = is_the_same(raws, [None] * 100, ["FR"] * 100)
    assert found["value"].to_pylist() == raws
    assert pc.all(pc.equal(found["kind"], "fixed_or_mobile")).as_py()
