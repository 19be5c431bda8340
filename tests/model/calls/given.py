"""What calls give, by chance: values for records, right and wrong, and the lists that are asked for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from crm_data import Query
from crm_data.tables.fields import Field, Kind, fields_of
from tests.model.calls.scene import SEARCHES, ZONES, Scene
from tests.model.values import Around, Said, said
from tests.support.kinds import CLASSES


def values(here: Scene, kind: str, few: bool, wrong: float = 0.04) -> dict[str, Said]:
    """Values for a record: all that it needs and some more, or a few of any."""
    fields = {name: f for name, f in fields_of(CLASSES[kind].table).items() if f.edit}
    names = list(fields)
    chosen = here.dice.sample(names, here.dice.randint(1, 3) if few else here.dice.randint(0, len(names)))
    if not few:
        needed = [name for name, f in fields.items() if f.required]
        drop = here.dice.choice(needed) if here.dice.random() < 0.03 else None
        chosen = [name for name in dict.fromkeys([*needed, *chosen]) if name != drop]
    around = here.around
    return {name: said_for(here, kind, fields[name], around, wrong) for name in chosen}


def said_for(here: Scene, kind: str, field: Field, around: Around, wrong: float) -> Said:
    if kind == "activities" and field.name == "activity_type" and here.dice.random() < 0.95:
        word = here.dice.choice(["call", "email", "meeting", "note"])
        return Said(word, word)
    no_choice = kind == "deals" and field.name in ("actual_close_date", "loss_reason", "probability")
    if no_choice and here.dice.random() < 0.7:  # most stages leave none
        return Said("", None)
    if field.kind is Kind.LINK and not field.required and here.dice.random() < 0.6:
        return Said(None, None)
    return said(here.dice, field, around, wrong)


def raw(values: Mapping[str, Said]) -> dict[str, Any]:
    """The values as they are typed."""
    return {name: value.raw for name, value in values.items()}


def query(here: Scene, kind: str, presets: bool = True) -> Query:
    """A list, by chance."""
    dice, table = here.dice, CLASSES[kind]
    fields = fields_of(table.table)
    where = {}
    for name in dice.sample([n for n, f in fields.items() if f.filter], dice.choice([0, 0, 1, 2])):
        where[name] = _condition(here, fields[name])
    return Query(
        search=dice.choice(SEARCHES),
        preset=dice.choice(["", "", *table.presets]) if presets else "",
        where=where,
        sort=dice.choice([n for n, f in fields.items() if f.sort]),
        descending=dice.random() < 0.5,
        archived=dice.random() < 0.15,
        size=dice.choice([1, 3, 7, 50]),
        zone=dice.choice(ZONES),
    )


def _condition(here: Scene, field: Field) -> Any:
    dice, around = here.dice, here.around
    if field.kind in (Kind.MONEY, Kind.WHOLE):
        low, high = sorted(dice.sample([0, 1, 100, 5_000, 10**6], 2))
        return dice.choice([(low, high), (low, None), (None, high), (None, None)])
    if field.kind in (Kind.DAY, Kind.MOMENT):
        days = [around.today + timedelta(days=dice.randint(-60, 60)) for _ in range(2)]
        low_day, high_day = min(days), max(days)
        return dice.choice([(low_day, high_day), (low_day, None), (None, high_day)])
    if field.kind in (Kind.MEMBER, Kind.LINK):
        table = "users" if field.kind is Kind.MEMBER else str(field.to)
        ids = [*around.own[table][-5:], *around.foreign[table][:2], None]
        return tuple(dice.sample(ids, dice.randint(1, len(ids))))
    if field.kind is Kind.CHOICE:
        coded = list(field.choice_labels())
        return tuple(dice.sample(coded, dice.randint(1, len(coded))))
    if field.kind is Kind.TAGS:
        return tuple(dice.sample(["vip", "émile", here.canary, "none"], 2))
    return dice.choice(["acme", "USD", "50%", here.canary, ""])
