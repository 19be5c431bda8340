"""By owner: what each has open, has won, and how often they win; the top ones, and the rest in one row."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa

from crm_data.nouns.converted import named
from crm_data.numbers.figures import Bar, Chart, Figure, Formula, Question
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import LOST, OPEN, WON, amount, cents, closing, number, total, weighted_cents
from crm_data.store.conditions import Except
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal

_SUMS = ["open_count", "open", "weighted", "won_count", "won", "lost_count"]
_MONEY = ("open", "weighted", "won")
SERIES = ("Won", "Weighted open")
COLUMNS = ["owner_id", "owner", "rest", *_SUMS, "win_rate"]


def by_owner(
    session: CompanySession,
    where: Where,
    names: Mapping[int, str],
    asked: Question,
    period: Period,
    top: int,
    currency: str,
) -> Chart:
    """A place an owner, most (weighted + won) first; past `top` the others follow as one place with rest = True.

    open, weighted: open deals as of now. won, win rate: deals closed in the period by `actual_close_date`.
    win_rate = won / (won + lost) by count, from 0 to 1, missing where nothing was closed. In the frame money is
    floats, and `owner_id` is missing for nobody's deals and for the rest. Source: Pipeline CRM. One statement.
    """
    in_period = closing(period)
    open_ = Deal.status == OPEN
    won, lost = sa.and_(Deal.status == WON, in_period), sa.and_(Deal.status == LOST, in_period)
    sums = [number(open_), total(cents(currency), open_), total(weighted_cents(currency), open_)]
    sums += [number(won), total(cents(currency), won), number(lost)]
    wanted = sa.select(Deal.assigned_to, *sums).where(*where).group_by(Deal.assigned_to)
    owners = [(id_, [int(part) for part in parts]) for id_, *parts in session.execute(wanted)]
    owners = [(id_, parts) for id_, parts in owners if any(parts)]
    owners.sort(key=lambda owner: (-(owner[1][2] + owner[1][4]), -owner[1][1], owner[0] or 0))
    # Who stands where: the label, whose deals they are, and their sums.
    shown: list[tuple[str, Any, list[int]]] = [
        ("Nobody" if id_ is None else names.get(id_, "A former colleague"), (id_,), parts)
        for id_, parts in owners[:top]
    ]
    if rest := [parts for _, parts in owners[top:]]:
        label = "1 other" if len(rest) == 1 else f"{len(rest)} others"
        others = [sum(column) for column in zip(*rest, strict=True)]
        shown.append((label, Except(tuple(id_ for id_, _ in owners[:top])), others))
    frame = pd.DataFrame([_row(*line) for line in shown], columns=COLUMNS)
    rows = asked.of(currency)
    places = told_apart([label for label, _, _ in shown])
    return Chart(
        f"By owner, top {top} ({named(currency)})",
        "Won by close date; open deals as of now",
        currency,
        [
            bar
            for place, (_, whose, parts) in zip(places, shown, strict=True)
            for bar in _bars(place, parts, rows.but(assigned_to=whose), period, currency)
        ],
        frame.astype({"owner_id": "Int64", "win_rate": "float64"}),
        f"In this period nobody has won a deal in {currency}, and no open one has a value.",
    )


def _bars(place: str, parts: list[int], rows: Question, period: Period, currency: str) -> list[Bar]:
    said = dict(zip(_SUMS, parts, strict=True))
    open_ = rows.but(status=(OPEN,))
    won = rows.but(status=(WON,), actual_close_date=period.edges)

    def bar(series: str, formula: Formula, name: str, asked: Question, when: Period | None) -> Bar:
        value, count = amount(said[name]), said["open_count" if when is None else "won_count"]
        return Bar(place, series, Figure(f"{series}, {place}", formula, value, count, asked, currency, when))

    return [
        bar(SERIES[0], Formula.VALUE, "won", won, period),
        bar(SERIES[1], Formula.WEIGHTED, "weighted", open_, None),
    ]


def told_apart(labels: list[str]) -> list[str]:
    """The labels, those that occur again with a number behind them: two of one name are two places."""
    seen: Counter[str] = Counter()
    apart = []
    for label in labels:
        seen[label] += 1
        apart.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return apart


def _row(owner: str, whose: Any, parts: list[int]) -> list[Any]:
    said = dict(zip(_SUMS, parts, strict=True))
    finished = said["won_count"] + said["lost_count"]
    shown = [float(amount(part)) if name in _MONEY else part for name, part in said.items()]
    rest = isinstance(whose, Except)
    rate = said["won_count"] / finished if finished else None
    return [None if rest else whose[0], owner, rest, *shown, rate]
