"""Where a PostgreSQL store is: a URL without a password, and the schema of the project.

What a team writes into its settings is no secret: a password stands in the environment (PGPASSWORD, ~/.pgpass, or the
whole URL in CRM_CLEAN_STORE or another variable that `${NAME}` names) and shows in no error, log or representation.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from crm_clean.errors import BadSettings

VARIABLE = "CRM_CLEAN_STORE"
SCHEMES = ("postgresql", "postgres")
DEFAULT_SCHEMA = "crm_clean"
EXAMPLE = "postgresql://user@host/database"

_SCHEMA = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
_NAMED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
# Given up on a server that does not answer, and on a connection whose other end has gone without a word.
_PATIENCE = {"connect_timeout": "10", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}


@dataclass(frozen=True)
class Address:
    """A database and the schema of one project in it. `url` may hold a password and is never shown."""

    url: str = field(repr=False)
    schema: str
    shown: str

    @property
    def views(self) -> str:
        """The schema of what people ask for."""
        return self.schema

    @property
    def kept(self) -> str:
        """The schema of the tables as they are kept."""
        return f"{self.schema}_kept"

    @property
    def memory(self) -> str:
        """The schema of what is remembered of values."""
        return f"{self.schema}_memory"


def check_setting(text: str) -> str:
    """`text` itself, when it may stand in a settings file: a URL of PostgreSQL with no password, or `${NAME}` of one.

    Raises ValueError with a sentence that repeats nothing of it.
    """
    if _password(_NAMED.sub("", text)):
        raise ValueError(
            "a password has no place in this file: write the address without it, and put it into PGPASSWORD, "
            f"~/.pgpass, or the whole address into {VARIABLE}"
        )
    if not text.startswith("${") and text.partition("://")[0] not in SCHEMES:
        raise ValueError(f"name a PostgreSQL database, as in {EXAMPLE}; left out, the store is a file of the project")
    return text


def address(text: str, *, environment: Mapping[str, str] | None = None) -> Address:
    """The address that `text` gives, `${NAME}` filled in from the environment; raises BadSettings without repeating it.

    `?schema=NAME` says which schema the project has; the other words behind the question mark are libpq's.
    """
    url = _filled(text, os.environ if environment is None else environment)
    try:
        parts = urlsplit(url)
        words = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise BadSettings(_NOT_UNDERSTOOD) from None
    if parts.scheme not in SCHEMES:
        raise BadSettings(f"store: name a PostgreSQL database, as in {EXAMPLE}.")
    options = dict(words)
    schema = options.pop("schema", DEFAULT_SCHEMA)
    if not _SCHEMA.match(schema):
        raise BadSettings("store: a schema has small letters, digits and _, at most 40, a letter first.")
    where = options.get("host") or parts.netloc.rpartition("@")[2] or "this machine"
    shown = f"{where}/{unquote(parts.path.lstrip('/'))}"
    libpq = urlencode(_PATIENCE | {"application_name": "crm-clean"} | options, quote_via=quote)
    return Address(urlunsplit(("postgresql", parts.netloc, parts.path, libpq, "")), schema, shown)


_NOT_UNDERSTOOD = (
    f"store: this is no address of a PostgreSQL database; write it as {EXAMPLE}, with % codes for signs that mean "
    "something in an address."
)


def _filled(text: str, environment: Mapping[str, str]) -> str:
    missing = sorted({name for name in _NAMED.findall(text) if not environment.get(name)})
    if missing:
        raise BadSettings(f"store: {', '.join(missing)} is not set; export it, or write the address itself.")
    return _NAMED.sub(lambda found: environment[found.group(1)], text)


def _password(text: str) -> bool:
    authority, _, query = text.partition("://")[2].partition("?")
    user = authority.rpartition("@")[0]
    return user.partition(":")[2] != "" or re.search(r"(^|&)(password|sslpassword)=[^&]", query) is not None
