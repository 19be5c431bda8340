"""Won and expected by month: what was won in the month it was closed, what is open in the month it should be."""

from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import OPEN, WON, amount, cents, total, weighted_cents
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal

COLUMNS = ["month", "label", "won_count", "won", "expected_count", "expected", "expected_value"]
_MOST_MONTHS = 240  # beyond this a gap is not filled with empty months


def by_month(
    session: CompanySession, where: Where, first: date | None = None, last: date | None = None
) -> pd.DataFrame:
    """A row a month, in order, and one without a month for open deals that have no date, always the last.

    won = sum of the values of won deals in the month of `actual_close_date`, whenever they were edited.
    expected = sum over open deals of value x probability / 100, each rounded to the cent, in the month of
    `expected_close_date`; expected_value the same unweighted. Lost deals are in neither. Unit: money, as floats.
    `first`, `last`: any day of the first and last month wanted; all months that there are otherwise.
    Source: Odoo's forecast layout; only open deals are weighted (Margince). Two statements.
    """
    won = _sums(session, [*where, Deal.status == WON], Deal.actual_close_date, total(cents()))
    expected = _sums(
        session,
        [*where, Deal.status == OPEN],
        Deal.expected_close_date,
        total(weighted_cents()),
        total(cents()),
    )
    low, high = (day.replace(day=1) if day else None for day in (first, last))
    known = sorted(m for m in {*won, *expected} if m and (not low or m >= low) and (not high or m <= high))
    months = _filled(low or (known[0] if known else None), high or (known[-1] if known else None), known)
    rows = [_row(month, won, expected) for month in months]
    frame = pd.DataFrame([*rows, _row(None, {}, expected)], columns=COLUMNS)
    return frame.astype({"month": "datetime64[s]"})


def _sums(
    session: CompanySession, where: Where, day: Any, *sums: sa.ColumnElement[int]
) -> dict[date | None, tuple[int, ...]]:
    year, month = sa.extract("year", day), sa.extract("month", day)
    wanted = sa.select(year, month, sa.func.count(Deal.id), *sums).where(*where).group_by(year, month)
    found: dict[date | None, tuple[int, ...]] = {}
    for y, m, *parts in session.execute(wanted):
        found[None if y is None else date(int(y), int(m), 1)] = tuple(int(part) for part in parts)
    return found


def _filled(low: date | None, high: date | None, known: list[date]) -> list[date]:
    if low is None or high is None or high < low:
        return known
    count = (high.year - low.year) * 12 + high.month - low.month + 1
    if count > _MOST_MONTHS:
        return known
    return [date(low.year + (low.month - 1 + n) // 12, (low.month - 1 + n) % 12 + 1, 1) for n in range(count)]


def _row(
    month: date | None, won: dict[Any, tuple[int, ...]], expected: dict[Any, tuple[int, ...]]
) -> list[Any]:
    won_count, won_cents = won.get(month, (0, 0))
    count, weighted, value = expected.get(month, (0, 0, 0))
    label = f"{month:%b %Y}" if month else "No date"
    money = [float(amount(part)) for part in (won_cents, weighted, value)]
    return [month, label, won_count, money[0], count, money[1], money[2]]
