"""UTF-8 that was once read in another encoding, put right: `JÃ¼rgen`, `J√ºrgen` and `JĂĽrgen` become `Jürgen`.

Whether a text looks like that at all is told by one cheap test. What does is ftfy's, which weighs the whole text and
knows Windows, DOS and Macintosh encodings. On made-up names read in nine wrong ways it put right several times as many
as runs of one encoding alone, and changed no sound one. What it holds to be undecided (`Ã…sa`, `ÄŒapek`) is put right
here where it is a whole sequence of letters and signs that people write. What cannot be told stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_HIGH = {bytes([b]).decode("cp1252"): b for b in range(0x80, 0xA0) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)} | {
    chr(b): b for b in range(0x80, 0x100)
}
_TAIL = "".join(re.escape(c) for c, b in _HIGH.items() if b < 0xC0)
_SUSPECT = re.compile(f"(?:[Â-Å][{_TAIL}]|(?:[ÎÏÐÑ×ØÙÚÛ][{_TAIL}]){{2,}}|[â-í][{_TAIL}]{{2}}|á[º»][{_TAIL}])+")
_LETTER = "0-9A-Za-zÀ-ÖØ-öø-\u024f\u0300-\u052f\u0590-\u1fff\u3040-\ud7ff"
HINTS = (
    f"[√≈∆├┼]|[ÂÃÄÅÎÏÐÑ×ØÙÚÛÈÌà-íĂăĹĺŁƒŒ‚─][^{_LETTER} ,;:'’()/&.\"-]|[Â-ÅĂăĹĺĎĐŃ][ªºµƒŠŒŽšœžŸŚŤŹśťźłĄąľŻżĽşŞ˝×÷]"
    f"|[ВГРС][^\u0400-\u040f\u0410-\u0451 -~’«»]|[РС][\u0402-\u040f\u0452-\u045f]"
)
_HINTED = re.compile(HINTS)


def repair(value: str) -> str:
    """`value` with what was mis-decoded put right, also when that happened several times over."""
    if value.isascii() or not _HINTED.search(value):
        return value
    repaired = _SUSPECT.sub(_decode, _fix(value))
    while len(repaired) < len(value):  # every round makes it shorter, or was the last
        value = repaired
        repaired = _SUSPECT.sub(_decode, _fix(value))
    return value


def _fix(value: str) -> str:
    fixed: str = _library().fix_encoding(value, _settings())
    return fixed


@lru_cache(maxsize=1)
def _library() -> Any:
    import ftfy

    return ftfy


@lru_cache(maxsize=1)
def _settings() -> Any:
    """Nothing is replaced that cannot be told: what was lost stays to be seen."""
    return _library().TextFixerConfig(replace_lossy_sequences=False, explain=False)


def _decode(found: re.Match[str]) -> str:
    run = found.group()
    try:
        return bytes(_HIGH[c] for c in run).decode("utf-8")
    except UnicodeDecodeError:
        return run
