"""Signs of a country in data that do not name it: domains, shapes of postal codes, languages.

Only what one country alone has stands here; what several share (five digits, Spanish) says nothing.
"""

from __future__ import annotations

# Domains of countries that are sold to everybody for what their letters spell or because they cost nothing.
WORLDWIDE_DOMAINS = frozenset((
    "AC", "AG", "AI", "AM", "AS", "BZ", "CC", "CD", "CF", "CM", "CO", "CX", "DJ", "FM", "GA", "GD", "GG", "GL",
    "GQ", "GS", "HM", "IM", "IO", "LA", "LC", "LY", "MD", "ME", "ML", "MN", "MS", "MU", "NF", "NU", "PM", "PN",
    "PS", "PW", "RE", "SC", "SH", "SO", "ST", "SU", "TC", "TK", "TL", "TM", "TO", "TV", "VC", "VG", "VU", "WF",
    "WS", "YT",
))  # fmt: skip

# As RE2 patterns over the code as it came.
POSTCODES = {
    "GB": r"(?i)^\s*[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}\s*$",
    "CA": r"(?i)^\s*[ABCEGHJ-NPRSTVXY][0-9][A-Z][ -]?[0-9][A-Z][0-9]\s*$",
    "IE": r"(?i)^\s*(?:[AC-FHKNPRTV-Y][0-9]{2}|D6W) ?[0-9AC-FHKNPRTV-Y]{4}\s*$",
    "NL": r"(?i)^\s*(?:NL[- ])?[1-9][0-9]{3} ?[A-Z]{2}\s*$",
    "AR": r"(?i)^\s*[A-HJ-NP-Z][0-9]{4}[A-Z]{3}\s*$",
    "US": r"^\s*[0-9]{5}-[0-9]{4}\s*$",
    "BR": r"^\s*[0-9]{5}-[0-9]{3}\s*$",
    "PT": r"^\s*[1-9][0-9]{3}-[0-9]{3}\s*$",
    "PL": r"^\s*[0-9]{2}-[0-9]{3}\s*$",
    "JP": r"^\s*〒?\s*[0-9]{3}-[0-9]{4}\s*$",
    "DE": r"(?i)^\s*(?:D|DE)-[0-9]{5}\s*$",
    "FR": r"(?i)^\s*(?:(?:F|FR)-[0-9]{5}|[0-9]{5} CEDEX.*)\s*$",
    "AT": r"(?i)^\s*(?:A|AT)-[0-9]{4}\s*$",
    "CH": r"(?i)^\s*CH-[0-9]{4}\s*$",
    "BE": r"(?i)^\s*(?:B|BE)-[0-9]{4}\s*$",
    "LU": r"(?i)^\s*(?:L|LU)-[0-9]{4}\s*$",
    "DK": r"(?i)^\s*DK-[0-9]{4}\s*$",
    "NO": r"(?i)^\s*NO-[0-9]{4}\s*$",
    "SE": r"(?i)^\s*(?:S|SE)-[0-9]{3} ?[0-9]{2}\s*$",
    "FI": r"(?i)^\s*(?:FI|FIN)-[0-9]{5}\s*$",
    "IT": r"(?i)^\s*(?:I|IT)-[0-9]{5}\s*$",
    "ES": r"(?i)^\s*(?:E|ES)-[0-9]{5}\s*$",
    "LV": r"(?i)^\s*LV-[0-9]{4}\s*$",
    "LT": r"(?i)^\s*LT-[0-9]{5}\s*$",
}

# By ISO 639-1 code: the country in which nearly all speakers of a language live.
LOCAL_LANGUAGES = {
    "bg": "BG", "cs": "CZ", "da": "DK", "el": "GR", "et": "EE", "fi": "FI", "he": "IL", "hr": "HR", "hu": "HU",
    "id": "ID", "is": "IS", "it": "IT", "ja": "JP", "ka": "GE", "ko": "KR", "lt": "LT", "lv": "LV", "nb": "NO",
    "nn": "NO", "no": "NO", "pl": "PL", "ro": "RO", "sk": "SK", "sl": "SI", "sv": "SE", "th": "TH", "tr": "TR",
    "uk": "UA", "vi": "VN",
}  # fmt: skip
