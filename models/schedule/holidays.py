"""Public holidays of a country or one of its regions, from the library `holidays`, which is loaded on first use."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache


class UnknownPlace(ValueError):
    """No holidays are known for the place; the message names what is."""


def public_holidays(place: str, years: Iterable[int]) -> list[date]:
    """The days off in `DE`, or in `DE-BW` (ISO 3166-1 and 3166-2), in order. Raises UnknownPlace."""
    return sorted(day for year in years for day in _of_year(known_place(place), year))


@lru_cache
def known_place(text: str) -> str:
    """`DE` or `DE-BW` of what was typed: a code in any case, or a country's English name. Raises UnknownPlace."""
    import holidays

    typed, _, region = text.strip().partition("-")
    named = getattr(holidays, typed.strip().title().replace(" ", ""), None)
    country = getattr(named, "country", None) or typed.strip().upper()
    known = holidays.list_supported_countries()
    if country not in known:
        raise UnknownPlace(
            f"“{typed}” is no country with known holidays. Write its two letters, such as DE or US."
        )
    region = region.strip().upper()
    if region and region not in known[country]:
        raise UnknownPlace(
            f"{country} has no region “{region}”. Known: {', '.join(known[country]) or 'none'}."
        )
    return f"{country}-{region}" if region else country


@lru_cache(maxsize=2000)
def _of_year(place: str, year: int) -> tuple[date, ...]:
    import holidays

    country, _, region = place.partition("-")
    return tuple(holidays.country_holidays(country, subdiv=region or None, years=year))
