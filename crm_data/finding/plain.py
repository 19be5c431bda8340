"""Text as it is looked for: without case and accents, letter by letter, and the words that it is made of.

Letter by letter, so that a part of a text is found in it on either engine, and its place in the original is known.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache

from crm_data.tables import Base, by_name
from crm_data.tables.fields import Field, Kind, fields_of
from crm_data.tables.own_fields import OwnFields
from crm_data.tables.reading import reading_order
from crm_data.tables.spare import Extensible, spares

BETWEEN = "\x1f"  # stands between the fields of a record in `search_due.before`
LONGEST = 32  # letters of a listed word; a longer one is listed in pieces that overlap by half
HALF = LONGEST // 2
WORD = re.compile(r"[^\W_]+")


def plain(said: str) -> str:
    """A text without case and accents; decimal digits of every script are ours."""
    return said.lower() if said.isascii() else "".join(map(_letter, said))


@lru_cache(maxsize=20_000)
def _letter(said: str) -> str:
    return str(int(said)) if said.isdecimal() else reading_order(said)


def shown(field: Field, said: str) -> tuple[str, list[int] | None]:
    """What of a field's text is looked through, and where in the text each letter of it stands; None: the same.

    Of a telephone number that is its digits alone.
    """
    digits = field.kind is Kind.PHONE
    if said.isascii() and not digits:
        return said.lower(), None
    letters, places = [], []
    for at, letter in enumerate(said):
        meant = _letter(letter) if not letter.isascii() else letter.lower()
        if digits and not meant.isdecimal():
            continue
        letters.append(meant)
        places += [at] * len(meant)
    return "".join(letters), places


@cache
def searched(table: str) -> Mapping[str, Field]:
    """The fields of a table that are looked through, by column name, and behind them its spare texts."""
    held = Base.metadata.tables[table].columns
    texts = spares(Kind.TEXT) if issubclass(by_name(table), Extensible) else []
    declared = {name: field for name, field in fields_of(by_name(table)).items() if field.search}
    return {**declared, **{name: replace(held[name].info["field"], name=name) for name in texts}}


def searched_by(table: str, own: OwnFields) -> Mapping[str, Field]:
    """Those that a company's search tells of: of the spare texts those of which it has made a field to be seen, a
    choice among them, of which its words are looked through.
    """
    declared = {name: field for name, field in searched(table).items() if not field.spare}
    shown = (one.declared() for one in own.of(table) if not one.hidden)
    return declared | {field.name: field for field in shown if field.search or field.kind is Kind.CHOICE}


def listed(word: str) -> Iterator[str]:
    """The pieces in which a word is listed: any 16 letters of it stand in one."""
    yield word[:LONGEST]
    for at in range(HALF, len(word) - HALF, HALF):
        yield word[at : at + LONGEST]


def ends(word: str) -> set[str]:
    """The ends of a listed word, of two letters at least, as far as they are looked up."""
    return {word[at : at + HALF] for at in range(max(len(word) - 1, 1))}


def words(field: Field, said: str | None) -> set[str]:
    """The words of one field's text."""
    if not said:
        return set()
    return {piece for word in WORD.findall(shown(field, said)[0]) for piece in listed(word)}
