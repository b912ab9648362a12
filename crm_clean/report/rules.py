"""Rules of survivorship in words: why a value of a golden record is the one that was kept."""

from __future__ import annotations

import pandas as pd

WORDS = {
    "only": "nobody offers another",
    "agreed": "all who offer a value say the same",
    "valid_first": "the others are no real values",
    "most_frequent": "most records say so",
    "attested": "the spelling that far more people bear",
    "source_priority": "its source comes first",
    "newest": "from the record changed last",
    "oldest": "from the record created first",
    "most_complete": "from the fullest record",
    "longest": "the longest of those offered",
    "furthest": "the furthest a customer has come",
    "union": "everything that was offered, each once",
    "min": "the earliest or the least",
    "max": "the latest or the greatest",
    "any_true": "a yes wins over every no",
    "record_id": "nothing told them apart; the first record by its id",
    "together": "it comes along with what it belongs to, from the same record",
    "filled": "the chosen record leaves it blank; this one agrees with it",
    "spelling": "the spelling with more support",
    "strictest": "the strictest word on consent wins",
    "sticky": "closed once, and nobody has opened it since",
    "manual": "a person said so",
    "derived:name_parts": "put together from the parts of the name",
    "derived:full_name": "taken from the full name",
    "derived:first_name": "a short form that a record gives",
    "derived:email_domain": "what colleagues at the same e-mail domain have",
    "derived:phone_prefix": "read off the phone numbers",
    "derived:postal_code": "read off the form of the postcode",
}


def in_words(rules: pd.Series[str]) -> pd.Series[str]:
    """The codes of `rules` in words; a code without words is shown as it is, with blanks."""
    told = {code: WORDS.get(code) or code.replace(":", ": ").replace("_", " ") for code in rules.dropna().unique()}
    return rules.map(told).astype("string[pyarrow]")
