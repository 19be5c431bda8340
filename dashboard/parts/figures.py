"""Figures on a screen, as tiles, in a line or in a table: each number is a link to exactly its rows.

One element of the page whatever their number. A number goes in as a `Figure` and in no other form.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

from crm_data import Figure, Formula, Page, Query, Question, Records, Totals, Unit, Workspace, words
from crm_data.numbers.figures import counted
from crm_data.numbers.standing import SLIPPED
from dashboard.components.figures import Link, draw
from dashboard.parts import say
from dashboard.parts.explaining import made, narrowed, whole
from dashboard.parts.saved import EVERYTHING, says_a_list

# Where a list is that has no page of the same name, or whose address needs more than what the list says.
_LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "deals": ("pipeline", {"tab": "deals"}),
    "leads": ("pipeline", {"tab": "leads"}),
    "tasks": ("tasks", {"preset": "all"}),
    "activities": ("timeline", {}),
    "goals": ("pipeline", {"tab": "goals"}),
    "submissions": ("pipeline", {"tab": "forecast", "given": "all"}),
}


def list_of(table: str) -> tuple[str, Mapping[str, str]]:
    """The page with the list of a table, and what its address says before what the list says of itself."""
    return _LISTS.get(table, (table, {}))


def params(my: Workspace, figure: Figure) -> dict[str, str]:
    """What the address of a figure's rows says behind its page."""
    records = my.records(figure.rows.table)
    asked = {**list_of(figure.rows.table)[1], **records.params(figure.rows.query)}
    return asked if says_a_list(records, asked) else {**asked, **EVERYTHING}


def link(my: Workspace, figure: Figure, text: str = "") -> Link:
    """A figure as a link to its rows; `text` in place of how it is shown."""
    address = f"/{list_of(figure.rows.table)[0]}?{urlencode(params(my, figure))}"
    return Link(text or shown(figure), address, f"{exactly(figure)}. Opens {say.count(figure.count, 'row')}.")


def explained(my: Workspace, figure: Figure, text: str = "") -> Link:
    """The same, which on pointing at it also says how it is made."""
    found = link(my, figure, text)
    return replace(found, exact=f"{found.exact} {whole(my, [figure])}")


def listed(records: Records, query: Query, page: Page) -> Figure:
    """How many rows a list has of which a page is drawn."""
    return counted(words(records.name), page.total, Question(records.name, query.first()))


def tiles(my: Workspace, figures: Sequence[Figure]) -> None:
    """A tile a figure: short, its change beside the period before, and the definition at the question mark."""
    draw(figures[0].label, "tiles", [_tile(my, figure) for figure in figures])


def line(my: Workspace, figures: Sequence[tuple[Figure, str]], key: str) -> None:
    """Figures in one line of text, each with its words."""
    draw(key, "line", [asdict(link(my, figure, text)) for figure, text in figures])


def counts(my: Workspace, heads: Sequence[str], some: Sequence[Figure], key: str) -> None:
    """A row a figure: its name, and how many rows are behind it."""
    matrix(my, heads, [(figure.label, [(figure, f"{figure.count:,}")]) for figure in some], key)


def table(my: Workspace, heads: Sequence[str], rows: Mapping[str, Totals], key: str) -> None:
    """A row a name: number, value and weighted value."""
    matrix(my, heads, [(name, (held.count, held.value, held.weighted)) for name, held in rows.items()], key)


# A figure as it is shown, or in other words; None leaves its place empty.
Cell = Figure | tuple[Figure, str] | None


def matrix(my: Workspace, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[Cell]]], key: str) -> None:
    """A row a name, with a figure below each head but the first.

    How they are made stands at the heads, at the names where each line is made in its own way, or else at each.
    """
    means = ["", *(_of_all(my, cells) for cells in zip_longest(*(cells for _, cells in rows)))]
    lines = []
    for name, cells in rows:
        line: dict[str, Any] = {"name": name, "means": "" if any(means) else _of_all(my, cells)}
        told = [bool(line["means"] or said) for said in means[1:]]
        line["cells"] = [_cell(my, cell, not at_head) for cell, at_head in zip(cells, told, strict=False)]
        lines.append(line)
    draw(key, "table", lines, heads, means)


def _of_all(my: Workspace, cells: Iterable[Cell]) -> str:
    """How the figures of a column are made; '' where they are made in several ways, each line in its own."""
    return whole(my, [cell[0] if isinstance(cell, tuple) else cell for cell in cells if cell is not None])


def _cell(my: Workspace, cell: Cell, by_itself: bool) -> dict[str, Any] | None:
    """`by_itself`: whether on pointing at it it says how it is made."""
    if cell is None:
        return None
    figure, text = cell if isinstance(cell, tuple) else (cell, "")
    return asdict((explained if by_itself else link)(my, figure, text))


def _tile(my: Workspace, figure: Figure) -> dict[str, Any]:
    return {
        "label": figure.label,
        "value": asdict(link(my, figure)),
        "change": change(figure),
        "tone": _tone(figure),
        "before": asdict(link(my, figure.before, _compared(figure.before))) if figure.before else None,
        "means": _means(my, figure),
    }


def shown(figure: Figure) -> str:
    """A figure in short; 'not available' where there was nothing to divide by."""
    return _short(figure, figure.value)


def exactly(figure: Figure) -> str:
    """A figure in full, with its label."""
    value = figure.value
    if value is not None and figure.unit in (Unit.MONEY, Unit.MONEY_A_DAY):
        a_day = " a day" if figure.unit is Unit.MONEY_A_DAY else ""
        return f"{figure.label}: {say.money(Decimal(value), figure.currency or '')}{a_day}"
    if value is not None and figure.unit is Unit.SHARE:
        return f"{figure.label}: {value * 100:.1f} %"
    if value is not None and figure.unit is Unit.DAYS:
        days = f"{value:,.1f}".removesuffix(".0")
        return f"{figure.label}: {days} {'day' if days == '1' else 'days'}"
    if value is not None and figure.unit in (Unit.TIMES, Unit.EACH):
        return f"{figure.label}: {value:,.2f}{' x' if figure.unit is Unit.TIMES else ''}"
    return f"{figure.label}: {shown(figure)}"


def _short(figure: Figure, value: Any) -> str:
    unit, currency = figure.unit, figure.currency or ""
    if value is None:
        return "not available"
    if unit is Unit.SHARE:
        return f"{value * 100:.0f} %"
    if unit is Unit.MONEY:
        return say.short_money(Decimal(value), currency)
    if unit is Unit.MONEY_A_DAY:
        return f"{say.short_money(Decimal(value), currency)} a day"
    if unit is Unit.DAYS:
        return say.count(round(value), "day")
    if unit in (Unit.TIMES, Unit.EACH):
        return f"{value:,.1f}{' x' if unit is Unit.TIMES else ''}"
    return f"{value:,}"


def _tone(figure: Figure) -> str:
    """Better or worse: of days, and of what is lacking, less is better."""
    change: Any = figure.change
    if not change:
        return "same"
    if figure.formula is Formula.TOUCHES:
        return "same"  # more work for a deal is neither
    lacking = figure.formula in (Formula.GAP, Formula.NEEDED, Formula.PUSHES)
    less = figure.unit is Unit.DAYS or figure.label == SLIPPED or lacking
    return "better" if (change < 0) is less else "worse"


def change(figure: Figure) -> str:
    """By how much a figure is more or less than before, with an arrow; '' where either is not available."""
    by: Any = figure.change
    if by is None:
        return ""
    if not by:
        return "no change"
    arrow = "↓" if by < 0 else "↑"
    if figure.unit is Unit.SHARE:
        return f"{arrow} {say.count(round(abs(by) * 100), 'point')}"
    return f"{arrow} {_short(figure, abs(by))}"


def _compared(before: Figure) -> str:
    """What a figure is compared with, by its name where it is not the same over another period."""
    name = {Formula.PACE: "pace ", Formula.GOAL: "goal "}.get(before.formula)
    return f"{name}{shown(before)}" if name else ""


def _means(my: Workspace, figure: Figure) -> str:
    parts = [made(figure)]
    if figure.period:
        parts.append(f"Period: {say.span(*figure.period.edges)}.")
    if figure.against and figure.formula is not Formula.PACE:
        parts.append(f"{exactly(figure.against)}.")
    if figure.before and figure.before.period and figure.before.period != figure.period:
        parts.append(f"Before: {say.span(*figure.before.period.edges)}.")
    parts.append(narrowed(my, [figure]))
    return " ".join(part for part in parts if part)
