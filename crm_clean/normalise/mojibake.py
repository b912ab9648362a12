"""UTF-8 that was once read as Windows-1252, put right: `JÃ¼rgen` becomes `Jürgen`.

Only runs that are whole UTF-8 sequences of letters and signs people write are put right; anything else stays as it is.
What is put right can be made wrong again, so nothing is lost.
"""

from __future__ import annotations

import re

_HIGH = {bytes([b]).decode("cp1252"): b for b in range(0x80, 0xA0) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)} | {
    chr(b): b for b in range(0x80, 0x100)
}
_TAIL = "".join(re.escape(c) for c, b in _HIGH.items() if b < 0xC0)
_SUSPECT = re.compile(f"(?:[Â-Å][{_TAIL}]|(?:[ÎÏÐÑ][{_TAIL}]){{2,}}|[â-í][{_TAIL}]{{2}})+")
_ROUNDS = 3


def repair(value: str) -> str:
    """`value` with mis-decoded runs put right, also when it went wrong up to three times over."""
    if value.isascii():
        return value
    for _ in range(_ROUNDS):
        repaired = _SUSPECT.sub(_decode, value)
        if repaired == value:
            break
        value = repaired
    return value


def _decode(found: re.Match[str]) -> str:
    run = found.group()
    try:
        return bytes(_HIGH[c] for c in run).decode("utf-8")
    except UnicodeDecodeError:
        return run
