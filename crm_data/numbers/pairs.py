"""Deals of some people in some currencies: the rows beside given numbers, each of which is of one of both."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from crm_data.numbers.figures import Question
from crm_data.store.conditions import NOTHING
from crm_data.store.filters import MOST_CONDITIONS, Condition, Filter, Group, Op

Pair = tuple[int, str]  # a person, and the currency of their number
TOO_MANY = "Not available: there is no room for more in the filter. Take some conditions away."


def of_pairs(rows: Question, pairs: Collection[Pair]) -> Question | None:
    """The deals of these people, of each in the currencies beside them; None where no filter can say it."""
    codes = tuple(Condition("currency", Op.IS, (code,)) for code in sorted({code for _, code in pairs}))
    return _also(rows, [Group(codes, any=True), *_each(pairs, Op.ANY)])


def but_pairs(rows: Question, pairs: Collection[Pair]) -> Question | None:
    """All deals but those of `of_pairs`; None where no filter can say it."""
    return _also(rows, list(_each(pairs, Op.NONE)))


def _each(pairs: Collection[Pair], op: Op) -> Iterator[Group]:
    """Of each currency: in another one, or of any or none of its people."""
    for code in sorted({code for _, code in pairs}):
        people = tuple(sorted(who for who, other in pairs if other == code))
        parts = (Condition("currency", Op.IS_NOT, (code,)), Condition("assigned_to", op, people))
        yield Group(parts, any=True)


def _also(rows: Question, groups: list[Group]) -> Question | None:
    held = rows.query.filter
    parts = held.parts
    if held.any and len(parts) > 1:
        if any(isinstance(part, Group) for part in parts):
            return None
        parts = (Group(tuple(held.conditions()), any=True),)
    made = Filter((*parts, *groups))
    if len(list(made.conditions())) > MOST_CONDITIONS:
        return None
    return Question(rows.table, replace(rows.query, filter=made))


def nothing(rows: Question) -> Question:
    """None of some given numbers."""
    return Question(rows.table, replace(rows.query, where={**rows.query.where, "month": NOTHING}))
