"""Times of day as exports write them, with the zone they were told in: `3:04 PM EST`, `14h30`, `10:11:12 GMT+0100`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_TIME = re.compile(
    r"^(?:at|um|à|a las|alle(?: ore)?|ore|às|as|om|kl\.?|[@-])?\s*"
    r"(?:(?P<before>[ap])\.?\s?m\.?\s+)?(?P<hour>\d{1,2})"
    r"(?:\s?[:.hH時时点點시]\s?(?P<minute>\d{2})?(?:\s?[:.m分분]\s?(?P<second>\d{2})?(?:[.,:](?P<part>\d{1,9}))?)?)?"
    r"\s*(?:s|秒|초|h|uhr|hrs?|分|분)?\.?,?\s*(?:(?P<half>[ap])\.?\s?(?:m\.?)?)?\s*"
    r"(?P<zone>z|[a-z]{3,5})?\s*(?P<offset>[+-]\d{2}(?::?\d{2}){0,2})?\s*"
    r"(?:\(?[a-z][a-z _/-]{1,40}\)?|\[[a-z_/+-]{1,40}\])?$",
    re.IGNORECASE,
)
_AM, _PM = "am ", "pm "
_HALVES = str.maketrans({"上": _AM, "前": _AM, "전": _AM, "下": _PM, "後": _PM, "후": _PM, "午": "", "오": ""})
# Zones that mean one thing in exports: North America as RFC 5322 has them, Europe, and a few more. Hours from UTC.
_ZONES = {
    "EST": -5, "EDT": -4, "CDT": -5, "CST": -6, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8,
    "HST": -10, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "SAST": 2,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "AWST": 8, "NZST": 12, "NZDT": 13, "BRT": -3,
}  # fmt: skip


def with_time(day: datetime, text: str) -> datetime | None:
    """`day` (midnight, UTC) at the time `text` tells, in UTC; without a zone it is UTC. None when it tells none."""
    found = _TIME.match(text if text.isascii() else text.translate(_HALVES))
    if not found:
        return None
    half = (found["half"] or found["before"] or "").lower()
    if found["minute"] is None and not half and not _names_hour(text):
        return None
    hour = int(found["hour"])
    hours = hour % 12 + (12 if half == "p" else 0) if half and hour <= 12 else hour
    minute = int(found["minute"] or 0)
    if (hours, minute) == (24, 0):
        day, hours = day + timedelta(days=1), 0
    micro = int((found["part"] or "0")[:6].ljust(6, "0"))
    try:
        local = day.replace(hour=hours, minute=minute, second=int(found["second"] or 0), microsecond=micro)
        return local.replace(tzinfo=_zone(found["zone"], found["offset"])).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _names_hour(text: str) -> bool:
    return text.rstrip(". ")[-1:].lower() in tuple("hr時时点點시")


def _zone(name: str | None, offset: str | None) -> timezone:
    if offset:
        digits = offset[1:].replace(":", "").ljust(6, "0")
        away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
        return timezone(-away if offset[0] == "-" else away)
    return timezone(timedelta(hours=_ZONES.get((name or "").upper(), 0)))
