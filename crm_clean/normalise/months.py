"""Names of months in English, French, Spanish, German, Italian, Portuguese and Dutch, whole or cut to three letters."""

from __future__ import annotations

from crm_clean.text import fold

_NAMES = (
    "january janvier enero januar gennaio janeiro januari jan janner ene gen",
    "february fevrier febrero februar febbraio fevereiro februari feb fev fevr",
    "march mars marzo marz marco maart maerz mar mrz mrt",
    "april avril abril aprile avr abr apr",
    "may mai mayo maggio maio mei mag",
    "june juin junio juni giugno junho jun giu",
    "july juillet julio juli luglio julho jul juil lug",
    "august aout agosto augustus aug ago aou",
    "september septembre septiembre settembre setembro sep sept set",
    "october octobre octubre oktober ottobre outubro oct okt ott out",
    "november novembre noviembre novembro nov",
    "december decembre diciembre dezember dicembre dezembro dec dic dez",
)
_NUMBERS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}


def month_number(name: str) -> int | None:
    """1 to 12 for the name of a month, None for another word."""
    return _NUMBERS.get(fold(name))
