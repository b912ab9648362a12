"""How addresses are read beside what the library for addresses says of them: `email_cases.py FILE`.

FILE is a JSON list of objects with `email`, an address, or with `expect.src`, a Python list that begins with one;
`test` names the kind. Prints each address that is not read as the library reads it, with the title of the difference in
tests/cases/email_differences.toml, and how many there are of each. Exit code 1 if one is not accounted for there.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.mail.emails import read_email

TABLE = Path(__file__).parents[1] / "cases" / "email_differences.toml"


@dataclass(frozen=True)
class Difference:
    """A kind of address that we read otherwise than the library, and why."""

    title: str
    pattern: re.Pattern[str]
    library: str  # takes, refuses
    ours: str  # takes, refuses
    reason: str

    def covers(self, raw: str, library: str | None, ours: str | None) -> bool:
        return (self.library, self.ours) == (_verdict(library), _verdict(ours)) and bool(self.pattern.fullmatch(raw))


def differences() -> list[Difference]:
    """The table of differences."""
    rows = tomllib.loads(TABLE.read_text("utf-8"))["differences"]
    return [
        Difference(r["title"], re.compile(r["pattern"], re.DOTALL), r["library"], r["ours"], r["reason"]) for r in rows
    ]


def _verdict(value: str | None) -> str:
    return "refuses" if value is None else "takes"


def library_form(raw: str) -> str | None:
    """The normal form that the library gives `raw` under our options, or None."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(raw, check_deliverability=False, strict=True, allow_quoted_local=True).normalized
    except EmailNotValidError:
        return None


def account(raw: str, *, words: Lexicons, table: list[Difference]) -> tuple[str | None, str | None, str | None]:
    """What the library says of `raw`, what we say, and the title of the difference, `same` or None."""
    library, ours = library_form(raw), read_email(raw, words=words).value
    if library == ours:
        return library, ours, "same"
    return library, ours, next((d.title for d in table if d.covers(raw, library, ours)), None)


def _address(case: dict[str, Any]) -> str:
    if case["email"] is not None:
        return str(case["email"])
    listed = case["expect"]["src"]
    for end in ("", "']", '"]'):  # a long list may be cut within its first text
        try:
            return str(ast.literal_eval(f"{listed}{end}")[0])
        except SyntaxError:
            continue
    raise SystemExit(f"{case['test']}: no address in {listed[:80]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    cases = json.loads(parser.parse_args().file.read_text("utf-8"))
    words, table = load(), differences()
    counts: Counter[str] = Counter()
    for case in cases:
        raw = _address(case)
        library, ours, title = account(raw, words=words, table=table)
        counts[title or "NOT ACCOUNTED FOR"] += 1
        if title != "same":
            print(f"{case['test']}: {ascii(raw)[:100]}: library {library!a}, ours {ours!a}: {title}")
    print(f"{len(cases)} addresses")
    for title, n in counts.most_common():
        print(f"{n:5} {title}")
    return 1 if counts["NOT ACCOUNTED FOR"] else 0


if __name__ == "__main__":
    sys.exit(main())
