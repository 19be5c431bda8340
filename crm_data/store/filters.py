"""A filter as a person makes it: conditions on any declared column, in groups one level deep. Typed and bounded.

It goes into an address as JSON and comes back exactly: a condition is [column, how, values...], a group {"any":
[...]} or {"all": [...]}, and all parts of a plain list must hold. What means another thing for each viewer, as
`ME` and the names of `SPANS`, stays as it is said until the database is asked. Pure.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from crm_data.errors import Invalid
from crm_data.store.conditions import EMPTY, RANGES, Except
from crm_data.store.spans import SPANS
from crm_data.store.values import clean_text, parse, row_id
from crm_data.tables.fields import Field, Kind

MOST_CONDITIONS, MOST_VALUES, MOST_TEXT, MOST_SAID = 30, 500, 200, 10_000
MOST_DAYS = 36_500  # a hundred years
ME: Final = "me"
_UNREADABLE = "This link names a filter that cannot be read. Choose the filter again."


class Op(StrEnum):
    """How a column is compared. LESS and MORE of days are before and after."""

    HAS = "contains"
    HAS_NOT = "contains_not"
    IS = "is"
    IS_NOT = "is_not"
    STARTS = "starts"
    ANY = "any"
    NONE = "none"
    WITHIN = "in"
    BETWEEN = "between"
    LESS = "less"
    MORE = "more"
    AT_LEAST = "from"
    AT_MOST = "to"
    OLDER = "older"
    EMPTY = "empty"
    FILLED = "filled"


TEXTS: Final = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)
WORDS: Final = (Op.HAS, Op.HAS_NOT, Op.IS, Op.IS_NOT, Op.STARTS)  # of a text
_ENDS = (Op.EMPTY, Op.FILLED)
_ORDERED = (Op.LESS, Op.MORE, Op.AT_LEAST, Op.AT_MOST)
# Kind -> what may be asked of it, the usual first.
OPS: Final[Mapping[Kind, tuple[Op, ...]]] = {
    **dict.fromkeys(TEXTS, (*WORDS, *_ENDS)),
    **dict.fromkeys((Kind.CHOICE, Kind.MEMBER, Kind.TAGS), (Op.ANY, Op.NONE, *_ENDS)),
    **dict.fromkeys(
        (Kind.MONEY, Kind.RATE, Kind.WHOLE, Kind.NUMBER), (Op.BETWEEN, Op.IS, Op.IS_NOT, *_ORDERED, *_ENDS)
    ),
    **dict.fromkeys(
        (Kind.DAY, Kind.MOMENT), (Op.WITHIN, Op.BETWEEN, Op.IS, Op.IS_NOT, *_ORDERED, Op.OLDER, *_ENDS)
    ),
    Kind.LINK: (Op.HAS, Op.HAS_NOT, Op.IS, Op.IS_NOT, Op.STARTS, Op.ANY, Op.NONE, *_ENDS),
    Kind.YES_NO: (Op.IS,),
    Kind.JSON: (Op.HAS, Op.HAS_NOT, *_ENDS),
}


@dataclass(frozen=True)
class Condition:
    """What is asked of one column.

    `values`: none for EMPTY and FILLED, two for BETWEEN, some for ANY and NONE (None is nobody), else one. Days
    are dates, amounts Decimals; a linked record is named by its id for ANY and NONE, else by words of its name.
    """

    field: str
    op: Op
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Group:
    """Conditions of which all must hold, or any."""

    parts: tuple[Condition, ...]
    any: bool = False


@dataclass(frozen=True)
class Filter:
    """Conditions and groups of which all must hold, or any. False when it asks nothing."""

    parts: tuple[Condition | Group, ...] = ()
    any: bool = False

    def __bool__(self) -> bool:
        return bool(self.parts)

    def conditions(self) -> Iterator[Condition]:
        """Every condition, wherever it stands."""
        for part in self.parts:
            yield from part.parts if isinstance(part, Group) else (part,)

    def and_also(self, part: Condition) -> "Filter":
        """The rows of this filter that also meet a condition. Raises Invalid where that takes one level more."""
        if not self.any or len(self.parts) < 2:
            return Filter((*self.parts, part))
        if any(isinstance(each, Group) for each in self.parts):
            raise Invalid("Groups cannot stand inside groups. Let all conditions hold first.")
        return Filter((Group(tuple(self.conditions()), any=True), part))


NO_FILTER: Final = Filter()


def read(fields: Mapping[str, Field], said: Any) -> Filter:
    """The filter that JSON says, as `say` wrote it. Raises Invalid with a sentence for anything else."""
    parts, any_ = _listed(said)
    if sum(_size(part) for part in parts) > MOST_CONDITIONS:
        raise Invalid(f"A filter holds at most {MOST_CONDITIONS} conditions. Take some away.")
    found = [_group(fields, part) if isinstance(part, dict) else _condition(fields, part) for part in parts]
    return Filter(tuple(found), any_)


def read_text(fields: Mapping[str, Field], said: str) -> Filter:
    """The filter of an address. Raises Invalid."""
    if not said:
        return Filter()
    if len(said) > MOST_SAID:
        raise Invalid("This link asks for more than a filter can. Choose the filter again.")
    try:
        return read(fields, json.loads(said))
    except (ValueError, RecursionError):
        raise Invalid(_UNREADABLE) from None


def say(filter_: Filter) -> Any:
    """The filter as JSON can hold it; `read` finds it again."""
    parts = [_grouped(part) if isinstance(part, Group) else _one(part) for part in filter_.parts]
    return {"any": parts} if filter_.any else parts


def say_text(filter_: Filter) -> str:
    """The filter for an address, '' for none."""
    return json.dumps(say(filter_), ensure_ascii=False, separators=(",", ":")) if filter_ else ""


def of_where(field: Field, wanted: Any) -> Condition | None:
    """What `Query.where` asks of a column, as a condition that a person can change; None where none says it."""
    if isinstance(wanted, Except) and field.kind in (Kind.CHOICE, Kind.MEMBER, Kind.LINK):
        return _chosen(field, Op.NONE, wanted.values)
    if isinstance(wanted, str):
        return Condition(field.name, Op.HAS, (wanted,))
    if not isinstance(wanted, tuple):
        return None
    if wanted == EMPTY:
        return Condition(field.name, Op.EMPTY)
    if field.kind in RANGES:
        return _range(field, *wanted)
    if field.kind in (Kind.CHOICE, Kind.MEMBER, Kind.LINK, Kind.TAGS):
        return _chosen(field, Op.ANY, wanted)
    return Condition(field.name, Op.IS, wanted) if len(wanted) == 1 else None


def _chosen(field: Field, op: Op, values: tuple[Any, ...]) -> Condition | None:
    if None in values and field.kind is not Kind.MEMBER:
        return None
    return Condition(field.name, op, values)


def _range(field: Field, low: Any, high: Any) -> Condition:
    if low is not None and low == high:
        return Condition(field.name, Op.IS, (low,))
    if low is not None and high is not None:
        return Condition(field.name, Op.BETWEEN, (low, high))
    op, edge = (Op.AT_MOST, high) if low is None else (Op.AT_LEAST, low)
    return Condition(field.name, op, (edge,))


def _listed(said: Any) -> tuple[list[Any], bool]:
    """The parts of a filter or group, and whether any of them is enough."""
    if isinstance(said, dict) and len(said) == 1:
        ((how, parts),) = said.items()
        if how in ("any", "all") and isinstance(parts, list):
            return parts, how == "any"
    if isinstance(said, list):
        return said, False
    raise Invalid(_UNREADABLE)


def _size(part: Any) -> int:
    return len(_listed(part)[0]) if isinstance(part, dict) else 1


def _group(fields: Mapping[str, Field], said: Any) -> Group:
    parts, any_ = _listed(said)
    if not parts:
        raise Invalid(_UNREADABLE)
    return Group(tuple(_condition(fields, part) for part in parts), any_)


def _condition(fields: Mapping[str, Field], said: Any) -> Condition:
    if not isinstance(said, list) or len(said) < 2 or not all(isinstance(part, str) for part in said[:2]):
        raise Invalid(_UNREADABLE)
    name, how, *values = said
    field = fields.get(name)
    if field is None:
        raise Invalid("This list has no column of that name to filter by. Choose the filter again.")
    if how not in OPS[field.kind]:
        raise Invalid(f"{field.label} cannot be filtered in that way. Choose the filter again.")
    return Condition(name, Op(how), _values(field, Op(how), values))


def _values(field: Field, op: Op, said: list[Any]) -> tuple[Any, ...]:
    if op in (Op.ANY, Op.NONE):
        if not 1 <= len(said) <= MOST_VALUES:
            raise Invalid(f"{field.label}: choose one to {MOST_VALUES} of the list.")
        return tuple(dict.fromkeys(_choice(field, one) for one in said))
    wanted = {Op.EMPTY: 0, Op.FILLED: 0, Op.BETWEEN: 2}.get(op, 1)
    if len(said) != wanted:
        raise Invalid(f"{field.label}: fill in what it is compared with.")
    found = tuple(_value(field, op, one) for one in said)
    return tuple(sorted(found)) if op is Op.BETWEEN else found


def _choice(field: Field, said: Any) -> Any:
    """One of what can be chosen: a colleague or record by id, a word of the list, a tag."""
    if field.kind is Kind.MEMBER and said in (None, ME):
        return said
    if field.kind in (Kind.MEMBER, Kind.LINK):
        return _needed(field, row_id(said))
    if not isinstance(said, str):
        raise Invalid(_UNREADABLE)
    if field.kind is Kind.TAGS:
        return _needed(field, _text(field, said))
    return _needed(field, parse(_bare(field), said))


def _value(field: Field, op: Op, said: Any) -> Any:
    if op is Op.WITHIN:
        if not isinstance(said, str) or said not in SPANS:
            raise Invalid(f"{field.label}: choose one of the periods of the list.")
        return said
    if op is Op.OLDER:
        return _needed(field, parse(Field(field.label, Kind.WHOLE, field.name, low=0, high=MOST_DAYS), said))
    if field.kind in (*TEXTS, Kind.LINK, Kind.JSON):
        text = _text(field, said)
        if field.kind is Kind.JSON and text and not any(map(str.isalnum, text)):
            raise Invalid(f"{field.label}: look for a letter or a digit at least.", field.name)
        return _needed(field, text)
    if not isinstance(said, str | int | float) or (isinstance(said, bool) and field.kind is not Kind.YES_NO):
        raise Invalid(_UNREADABLE)
    value = _needed(field, parse(_bare(field), said))
    return Decimal(value) if field.kind in (Kind.MONEY, Kind.RATE, Kind.NUMBER) else value


def _bare(field: Field) -> Field:
    """The field as a condition is read by: nothing is filled in, and a moment is asked for by its day."""
    kind = Kind.DAY if field.kind is Kind.MOMENT else field.kind
    return replace(field, required=False, default=None, kind=kind)


def _text(field: Field, said: Any) -> str | None:
    text = clean_text(said, False) if isinstance(said, str) else None
    if text and len(text) > MOST_TEXT:
        raise Invalid(
            f"{field.label}: look for a shorter text, of at most {MOST_TEXT} characters.", field.name
        )
    return text


def _needed(field: Field, value: Any) -> Any:
    if value is None:
        raise Invalid(f"{field.label}: fill in what it is compared with.", field.name)
    return value


def _grouped(group: Group) -> dict[str, Any]:
    return {"any" if group.any else "all": [_one(part) for part in group.parts]}


def _one(condition: Condition) -> list[Any]:
    return [condition.field, str(condition.op), *map(_plain, condition.values)]


def _plain(value: Any) -> Any:
    if isinstance(value, date | Decimal):
        return str(value)
    return value
