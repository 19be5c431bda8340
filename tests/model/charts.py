"""What a chart of one's own may be of, and how many records stand behind its bars, said plainly."""

from collections import Counter
from typing import Any

from crm_data import Own
from tests.model.rules import Tables, Wrong

# Of what the calls ask for: what each kind can be grouped by, and measured in.
_EVERY = {"created_at:month", "status", "assigned_to"}
CAN = {
    "customers": ({*_EVERY, "source"}, {"count"}),
    "leads": ({*_EVERY, "source"}, {"count", "average:estimated_value"}),
    "deals": ({*_EVERY, "stage"}, {"count", "sum:deal_value"}),
    "tasks": (_EVERY, {"count"}),
    "activities": ({"created_at:month"}, {"count"}),
}
# Of so many values each is a bar; of more, those that are over are one.
BARS = 12


def demand(own: Own) -> None:
    """Raise Wrong unless it is of records that there are, by a column whose group is a list, of what they hold."""
    if own.kind not in CAN:
        raise Wrong("NotFound")
    by, measures = CAN[own.kind]
    if own.by not in by or own.measure not in measures:
        raise Wrong("Invalid")


def own(chart: Any, tables: Tables, currency: str, own: Own) -> None:
    """Every record is in one bar, and in one only; what is added up is that of each in the company's currency."""
    rows = [row for row in tables[own.kind].values() if row["archived_at"] is None]
    if own.of == "deal_value":
        rows = [row for row in rows if row["currency"] == currency]
    figures = [bar.figure for bar in chart.bars]
    assert sum(figure.count for figure in figures) == len(rows)
    if own.measure == "count":
        assert all(figure.value == figure.count for figure in figures)
    elif own.measure.startswith("sum"):
        assert sum(figure.value for figure in figures) == sum(row[own.of] for row in rows)
    groups = Counter(_month(row[own.column]) if own.unit else row[own.column] or None for row in rows)
    if len(groups) <= BARS:
        assert sorted(figure.count for figure in figures if figure.count) == sorted(groups.values())


def _month(at: Any) -> tuple[int, int]:
    return at.year, at.month
