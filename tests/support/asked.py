"""A condition over any column by any way there is: what goes over all of them takes its examples here."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from crm_data.store.filters import ME, OPS, Condition, Op
from crm_data.tables.fields import Field, Kind, fields_of


def conditions(table: type) -> Iterator[Condition]:
    """One of each column and way of a table."""
    for field in fields_of(table).values():
        for op in OPS[field.kind]:
            yield Condition(field.name, op, _values(field, op))


def _values(field: Field, op: Op) -> tuple[Any, ...]:
    if op in (Op.EMPTY, Op.FILLED):
        return ()
    if op is Op.WITHIN:
        return ("last_30_days",)
    if op is Op.OLDER:
        return (90,)
    if op in (Op.ANY, Op.NONE):
        return {
            Kind.MEMBER: (ME, None, 1),
            Kind.LINK: (1, 2),
            Kind.TAGS: ("vip", "größer"),
        }.get(field.kind, tuple(field.choice_labels())[:2])
    first, last = {
        Kind.DAY: (date(2026, 1, 2), date(2026, 2, 1)),
        Kind.MOMENT: (date(2026, 1, 2), date(2026, 2, 1)),
        Kind.MONEY: (Decimal("1000.00"), Decimal("5000.00")),
        Kind.WHOLE: (10, 90),
        Kind.NUMBER: (Decimal("-2.5"), Decimal("0.000001")),
        Kind.YES_NO: (True, True),
    }.get(field.kind, ("Öl", "Öl"))
    return (first, last) if op is Op.BETWEEN else (first,)
