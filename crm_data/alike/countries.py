"""Which country is meant by what a person has written: 'Switzerland', 'Schweiz', 'CHE', 'ch'. Pure."""

from collections.abc import Mapping
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global
from phonenumbers import SUPPORTED_REGIONS

from crm_data.tables.reading import reading_order

# Read one after the other until one of them knows the name.
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "tr", "pl", "sv", "da", "nb", "cs", "hu", "ro")


@lru_cache(maxsize=1_000)
def region(said: str | None) -> str | None:
    """The two letters of a country that has telephone numbers; None for what names none."""
    wanted = reading_order((said or "").strip().rstrip("."))
    if not wanted:
        return None
    code = wanted.replace(".", "").upper()
    aliases = get_global("territory_aliases").get(code)
    if len(code) in (2, 3) and aliases and aliases[0] in SUPPORTED_REGIONS:
        return str(aliases[0])
    if code in SUPPORTED_REGIONS:
        return code
    return next((found for language in _LANGUAGES if (found := _names(language).get(wanted))), None)


@cache
def countries() -> Mapping[str, tuple[str, str]]:
    """Two letters -> what a country is called in English and at home, in the order of the English names.

    At home only where that is one of the languages read here; else it is called twice the same.
    """
    english, likely = Locale("en").territories, get_global("likely_subtags")
    found = {}
    for code in SUPPORTED_REGIONS:
        tongue = likely.get(f"und_{code}", "en").split("_")[0]
        home = Locale(tongue).territories.get(code) if tongue in _LANGUAGES else None
        found[code] = (english[code], home or english[code])
    return dict(sorted(found.items(), key=lambda one: reading_order(one[1][0])))


@cache
def _names(language: str) -> Mapping[str, str]:
    territories = Locale.parse(language).territories
    return {reading_order(name): code for code, name in territories.items() if code in SUPPORTED_REGIONS}
