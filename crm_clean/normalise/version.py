"""The version of everything that decides how a value is read: our code, the word lists, the libraries that know."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib import metadata
from pathlib import Path

from crm_clean.normalise.lexicon import content_digest
from crm_clean.normalise.spec import NormaliseSpec

_LIBRARIES = (
    *("anyascii", "disposable-email-domains", "email-validator", "ftfy", "idna", "nameparser", "phonenumbers"),
    *("publicsuffixlist", "pycountry", "rapidfuzz"),
)


def reading_version(spec: NormaliseSpec) -> str:
    """A digest (16 hex digits): equal for two runs, their readers make the same of the same value.

    Raises BadSettings for word lists that are not understood.
    """
    words = content_digest(str(spec.lexicons) if spec.lexicons else None)
    return blake2b(f"{_code()} {_libraries()} {words}".encode(), digest_size=8).hexdigest()


@cache
def _code() -> str:
    room = Path(__file__).parent
    digest = blake2b(digest_size=16)
    for file in (*sorted(room.rglob("*.py")), room.parent / "text.py", *sorted((room.parent / "records").glob("*.py"))):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


@cache
def _libraries() -> str:
    return " ".join(f"{name}={metadata.version(name)}" for name in _LIBRARIES)
