"""Names of months in English, French, Spanish, German, Italian, Portuguese, Dutch and the Scandinavian languages, whole
or cut short."""

from __future__ import annotations

from crm_clean.text import fold

_NAMES = (
    "january janvier enero januar gennaio janeiro januari jan janner ene gen janv",
    "february fevrier febrero februar febbraio fevereiro februari feb fev fevr",
    "march mars marzo marz marco marts maart maerz mar mrz mrt",
    "april avril abril aprile avr abr apr",
    "may mai mayo maggio maio mei maj mag",
    "june juin junio juni giugno junho jun giu",
    "july juillet julio juli luglio julho jul juil lug",
    "august aout agosto augustus augusti aug ago aou",
    "september septembre septiembre settembre setembro sep sept set setiembre",
    "october octobre octubre oktober ottobre outubro oct okt ott out",
    "november novembre noviembre novembro nov",
    "december decembre desember des diciembre dezember dicembre dezembro dec dic dez",
)
_NUMBERS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}


def month_number(name: str) -> int | None:
    """1 to 12 for the name of a month, None for another word."""
    return _NUMBERS.get(name.lower()) or _NUMBERS.get(fold(name))
