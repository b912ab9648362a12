"""Counts and amounts as people write them: decimal comma or point, thousands marks, currency, brackets for minus.

`1.234` and `1,234` can be read two ways: `mark_shown` tells what a value proves of its column, the readers take the
decision. Per cent is read as the figure before the sign.
"""

from __future__ import annotations

import re
from typing import Literal
from unicodedata import decimal, normalize

from crm_clean.text import clean

Mark = Literal[",", ".", "both"]

_MAX = 40
_CODES = (
    "EUR|USD|GBP|CHF|CAD|AUD|NZD|MXN|BRL|ARS|CLP|COP|PEN|UYU|JPY|CNY|RMB|HKD|SGD|INR|KRW|THB|PHP|IDR|MYR|VND|SEK|NOK|DKK|"
    "ISK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|ILS|AED|SAR|QAR|EGP|MAD|TND|DZD|ZAR|NGN|KES|SFr|Euros?|Rs|kr|lei|Ft"
)
_CURRENCY = re.compile(rf"(?:US|R|A|C|HK|S|NZ|MX)?\$|[€£¥₹₽₺₩₴₪฿₫₱₦%‰]|zł|Kč|руб\.?|\b(?:{_CODES})\b\.?", re.IGNORECASE)
_EVEN = re.compile(r"(?<=\d)[.,][-–—]{1,2}$")  # `12,-`
_PLAIN = re.compile(r"^\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?$", re.IGNORECASE)
_GROUPED = re.compile(r"^(?!0)\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d+)?$")
_INDIAN = re.compile(r"^\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?$")
_COMMA = re.compile(r"^\d+,\d+$")
_EITHER = re.compile(r"^[1-9]\d{0,2}([.,])\d{3}$")
_SIGNS = str.maketrans({"’": "'", "‘": "'", "`": "'", "−": "-", "–": "-", "٫": ".", "٬": ",", "،": ","})
_MAX_COUNT = 2**53


def mark_shown(raw: str) -> Mark | None:
    """The decimal mark that `raw` can only have; `both` when it could have either; None when it has none."""
    digits = _bare(raw)[0]
    if _EITHER.match(digits):
        return "both"
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0 or _plain(digits, None) is None:
        return None
    if digits.count(digits[last]) > 1:
        return "." if digits[last] == "," else ","
    return "," if digits[last] == "," else "."


def normalise_amount(raw: str, *, mark: str | None = None) -> float | None:
    """The number in `raw`, or None when there is none.

    `mark`: the decimal mark of its column, `,` or `.`. Without it a single mark followed by exactly three digits parts
    thousands if it is a comma, decimals if it is a point, as exports write `1,234` for grouped and `1.234` for plain
    numbers.
    """
    bare, is_negative = _bare(raw)
    digits = _plain(bare, mark)
    if digits is None:
        return None
    number = float(digits)
    return (-number if is_negative and number else number) if number < 1e18 else None


def _bare(raw: str) -> tuple[str, bool]:
    """Figures and marks alone, and whether they are below nothing."""
    if len(raw) > _MAX:
        return "", False
    if raw.isascii() and _PLAIN.match(raw):
        return raw.strip(), False
    text = clean(raw.translate(_SIGNS))
    if not text.isascii():
        text = "".join(str(d) if (d := decimal(c, None)) is not None else c for c in normalize("NFKC", text))
    text = _EVEN.sub("", _CURRENCY.sub("", text).strip()).strip()
    is_negative = text[:1] == "-" or text[-1:] == "-" or (text[:1] == "(" and text[-1:] == ")")
    return text.strip("()+- "), is_negative


def _plain(text: str, mark: str | None) -> str | None:
    """`text` as Python writes numbers."""
    if not text.isascii():
        return None
    either = _EITHER.match(text) if mark else None
    if either:
        return text.replace(either[1], "." if either[1] == mark else "")
    if _PLAIN.match(text):
        return text
    grouped = _GROUPED.match(text)
    if grouped:
        return text.replace(grouped.group(1), "").replace(",", ".")
    if _INDIAN.match(text):
        return text.replace(",", "")
    return text.replace(",", ".") if _COMMA.match(text) else None


def normalise_count(raw: str, *, mark: str | None = None) -> int | None:
    """The whole, non-negative number in `raw`, or None."""
    number = normalise_amount(raw, mark=mark)
    return int(number) if number is not None and 0 <= number < _MAX_COUNT and number == int(number) else None
