"""Deals and leads by what their customer is: the clauses behind numbers broken down by a column of customers."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa

from crm_data.errors import Invalid
from crm_data.nouns.selections import MOST_WORDS, spoken, worded
from crm_data.tables import Customer, Deal
from crm_data.tables.fields import Field, Kind

# How a list says which of its rows a number has asked for.
SAID: Mapping[str, str] = {
    "of_customer": "of customers like this",
    "of_customer_else": "of customers of none of these",
}
BROKEN_BY = (Kind.TEXT, Kind.CHOICE, Kind.YES_NO, Kind.MEMBER)
_UNKNOWN = "This link names a list that is not known here. Choose one from the screen."
_YES, _NO = "1", "0"


def said(name: str, values: tuple[Any, ...]) -> str:
    """What a preset says behind its name: the column, and the values that it holds; None: not filled in."""
    return f"{name}:{spoken(tuple(None if value is None else _text(value) for value in values))}"


def of_customer(
    words: str, declared: Mapping[str, Field], but: bool = False, link: Any = Deal.customer_id
) -> sa.ColumnElement[bool]:
    """Rows whose customer holds one of these values in a column, or where `but` none. Raises Invalid.

    `words`: as `said` makes them; `declared`: the fields of customers; `link`: the column that names the customer.
    A row of no customer holds nothing, as one whose customer has nothing filled in.
    """
    name, _, values = words.partition(":")
    field = declared.get(name)
    if field is None or not field.filter or field.kind not in BROKEN_BY:
        raise Invalid(_UNKNOWN)
    held = sa.func.coalesce(_held(getattr(Customer, name), field.kind, values), sa.false())
    these = link.in_(sa.select(Customer.id).where(sa.not_(held) if but else held))
    nothing = "" in values.split("|")
    return sa.or_(these, link.is_(None)) if nothing != but else these


def moved(presets: str, to: Mapping[str, str], move: Callable[[str, int], Any]) -> str:
    """Presets with each id in them put through `move`; what nothing stands for is 0, which is nobody's.

    `to`: the columns of customers that hold ids -> the tables that those are of.
    """

    def one(preset: str) -> str:
        kind, _, words = preset.partition(":")
        name, _, values = words.partition(":")
        if kind not in SAID or name not in to:
            return preset
        texts = [unquote(part) for part in values.split("|")]
        there = [str(move(to[name], int(text)) or 0) if _is_number(text) else text for text in texts]
        return f"{kind}:{name}:{spoken(tuple(there))}"

    return ",".join(map(one, presets.split(",")))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _held(column: Any, kind: Kind, values: str) -> sa.ColumnElement[bool]:
    if kind in (Kind.TEXT, Kind.CHOICE):
        return worded(column, values)
    texts = [unquote(part) for part in values.split("|")]
    numbers = [int(text) for text in texts if _is_number(text)]
    if len(texts) > MOST_WORDS or len(numbers) + texts.count("") != len(texts):
        raise Invalid(_UNKNOWN)
    wanted = [number == int(_YES) for number in numbers] if kind is Kind.YES_NO else numbers
    none = [column.is_(None)] if "" in texts else []
    return sa.or_(column.in_(wanted), *none)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _YES if value else _NO
    return str(value)
