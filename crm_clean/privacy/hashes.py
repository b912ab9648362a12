"""Keyed hashes: what may be kept of a value so that it is recognised when it comes again, and by nobody else.

Phone numbers are few enough to be tried out one by one, so a hash without a key would hide nothing. The key lies
outside the store; which key it was is kept with each hash.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from functools import cached_property

_FIELD = "\x1f"


@dataclass(frozen=True)
class Key:
    """The project's own secret, at work."""

    secret: bytes = field(repr=False)

    @cached_property
    def id(self) -> str:
        """The name of the key, which gives nothing of it away."""
        return self.hash("key")[:16]

    def hash(self, *parts: str) -> str:
        """HMAC-SHA256 of `parts`, the first of which says what they are, as hex."""
        return hmac.digest(self.secret, _FIELD.join(parts).encode("utf-8", "surrogatepass"), "sha256").hex()
