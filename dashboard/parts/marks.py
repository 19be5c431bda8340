"""What in a row of a list wants to be seen, as an overdue task: which cell, in which colour, and in words."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from crm_data import StageRules, Workspace, standing, untouched
from dashboard.components.grid.data import Mark
from dashboard.parts import say
from dashboard.parts.late import late
from dashboard.parts.task_row import stands

Row = Mapping[str, Any]
Marks = Mapping[str, Mark]


def of_rows(my: Workspace, table: str) -> Callable[[Sequence[Row]], list[Marks]] | None:
    """The rule of some rows together, which reads at once what no row holds: how often a deal was put off."""
    rule = of(table, my.scope.stages)
    if rule is None or table != "deals":
        return None if rule is None else lambda rows: [rule(row) for row in rows]

    def deals(rows: Sequence[Row]) -> list[Marks]:
        dated = [row["id"] for row in rows if row["status"] == "open" and row["expected_close_date"]]
        pushes = my.deals.pushes(dated)
        return [_deal(my.scope.stages, row, pushes.get(row["id"], 0)) for row in rows]

    return deals


def of(table: str, stages: StageRules) -> Callable[[Row], Mapping[str, Mark]] | None:
    """The rule of one kind of record; None for a kind of which nothing is marked."""
    return partial(_deal, stages) if table == "deals" else _RULES.get(table)


def _task(row: Row) -> dict[str, Mark]:
    words, colour = stands(row)
    return dict.fromkeys(("due_date", "when"), (colour, words)) if colour == "red" else {}


def _deal(stages: StageRules, row: Row, pushes: int = 0) -> dict[str, Mark]:
    if row["status"] != "open" or row["archived_at"] is not None:
        return {}
    stood = standing(row, say.zone(), stages)
    marks: dict[str, Mark] = {}
    if said := late(stood.past, False, pushes)[1]:
        marks["expected_close_date"] = ("red" if stood.past else "orange", said)
    if stood.stalled:
        marks["stage"] = ("orange", f"{late(0, True)[1]}, {stood.days:,} d in stage")
    return marks


def _lead(row: Row) -> dict[str, Mark]:
    days = 0 if row["archived_at"] is not None else untouched(row, say.zone())
    return (
        {"status": ("orange", f"New for {say.count(days, 'day')}: nobody was in touch yet")} if days else {}
    )


_RULES: Mapping[str, Callable[[Row], Mapping[str, Mark]]] = MappingProxyType({"tasks": _task, "leads": _lead})
