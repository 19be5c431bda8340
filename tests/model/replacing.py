"""Find and replace, said a second time: by trying every part of a text, letter by letter."""

import unicodedata
from typing import Any

from crm_data import Replacing
from crm_data.tables.fields import Kind, fields_of
from tests.model.rules import Tables, Wrong
from tests.model.world import Row
from tests.support.kinds import CLASSES

MOST = 1_000
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)
_HANGS = ("Mn", "Me")
_JOINER = "\u200d"


def judged(kind: str, asked: Replacing) -> list[str]:
    """The columns that are looked through. Raises Wrong for what cannot be asked."""
    bad = not asked.find or max(len(asked.find), len(asked.by)) > MOST or "\0" in asked.find + asked.by
    known = [
        n for n, f in fields_of(CLASSES[kind].table).items() if f.edit and f.kind in _TEXTS and not f.default
    ]
    if bad or (asked.exact and asked.find == asked.by) or not set(asked.fields) <= set(known):
        raise Wrong("Invalid")
    return [name for name in known if name in asked.fields or not asked.fields]


def wanted(kind: str, row: Row, asked: Replacing) -> Row | None:
    """What a row should hold; nothing where it holds no such text. Raises Wrong where a value may not be so."""
    fields, new = fields_of(CLASSES[kind].table), {}
    for name in judged(kind, asked):
        value = made(row[name] or "", asked)
        if value is None:
            continue
        value = value.strip() or None
        if fields[name].required and value is None:
            raise Wrong("Invalid")
        if value is not None and len(value) > (fields[name].length or MOST**2):
            raise Wrong("Invalid")
        new[name] = value
    return new or None


def made(text: str, asked: Replacing) -> str | None:
    """The text with what is asked for in it."""
    if asked.whole:
        return asked.by if _alike(text, asked) else None
    out, at, hit = "", 0, False
    while at < len(text):
        ends = range(at + 1, min(len(text), at + len(asked.find) + 2) + 1)
        end = next((end for end in ends if _alike(text[at:end], asked) and not _cut(text, at, end)), None)
        hit = hit or end is not None
        out += text[at] if end is None else asked.by
        at = end or at + 1
    return unicodedata.normalize("NFC", out) if hit else None


def _cut(text: str, start: int, end: int) -> bool:
    after = text[end : end + 1]
    hangs = bool(after) and (after == _JOINER or unicodedata.category(after) in _HANGS)
    return hangs or text[max(start - 1, 0) : start] == _JOINER or text[start] == _JOINER


def _alike(part: str, asked: Replacing) -> bool:
    return part == asked.find if asked.exact else _plain(part) == _plain(asked.find) != ""


def _plain(said: str) -> str:
    apart = unicodedata.normalize("NFD", said.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def rows(tables: Tables, kind: str, ids: list[Any]) -> list[Row]:
    """The rows that are ticked, as far as they are here."""
    found = {id_ for id_ in ids if type(id_) is int and id_ in tables[kind]}
    return [tables[kind][id_] for id_ in sorted(found)]
