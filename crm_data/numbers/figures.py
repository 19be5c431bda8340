"""A number with its question: what it is, of when, in which currency, by which formula, and the rows behind it.

Whatever is drawn as a number takes a `Figure`, and a Figure cannot be made without its question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

import pandas as pd

from crm_data.nouns.converted import CONVERTED, Converted, named
from crm_data.numbers.period import Period
from crm_data.store.conditions import both
from crm_data.store.query import Query
from crm_data.tables import by_name
from crm_data.tables.fields import Field, fields_of

Value = Decimal | float | int


class Unit(StrEnum):
    """What a figure counts."""

    SHARE = "share"  # from 0 to 1
    MONEY = "money"
    MONEY_A_DAY = "money a day"
    DAYS = "days"
    COUNT = "count"
    TIMES = "times"  # how often one amount holds another
    EACH = "each"  # so many of something to each record


class Formula(StrEnum):
    """How a figure is made of its rows. What is written here is what a person is told."""

    COUNT = "Number of records."
    VALUE = "Sum of the values."
    WEIGHTED = "Sum of value x probability / 100, each rounded to the cent."
    RANGE = (
        "Square root of the sum of value² x p x (1 - p), p being the probability: by so much the weighted value is"
        " commonly missed, up or down, where no deal hangs on another."
    )
    WIN_RATE = "Deals won / (deals won + deals lost)."
    WIN_RATE_BY_VALUE = "Value won / (value won + value lost)."
    AVERAGE = "Value won / deals won."
    MEAN_DAYS = "Mean days from a won deal's beginning to its close."
    MEDIAN_DAYS = "The middle one of the days from each won deal's beginning to its close."
    VELOCITY = (
        "Open deals at qualified or further at the period's end x average deal x win rate / average cycle."
    )
    CONVERSION = "Leads converted in the period / leads made in it."
    STEP = "Deals that came to the stage or further / those that came to the one before it."
    STAGE_MEDIAN = "The middle one of the days that deals stayed in the stage, all visits of a deal together."
    STAGE_MOST = (
        "The days that four of five deals at most stayed in the stage, all visits of a deal together."
    )
    THEN = "Sum of the values that the deals had then."
    DELTA = "Sum of what each deal has in the pipeline now - what it had in it then."
    GOAL = "Sum of the goals of the period's months; of a month in it in part that part by days, to the cent."
    ATTAINMENT = "Value won in the period / goal of the period."
    PACE = "Days of the period that have come, today among them / days of the period."
    GAP = "Goal of the period - value won in it; below zero when more was won."
    NEEDED = (
        "Gap / win rate by value of the last 365 days - value of the open deals expected from today to the"
        " period's end; never below zero."
    )
    COVERAGE = "Value of the open deals expected from today to the period's end / gap."
    COHORT = "Of the leads made in the period, the share that was converted since."
    WON_OF_MADE = "Deals won by then / deals made in the month."
    TOUCHES = (
        "Calls, e-mails, meetings and notes on won deals, from their beginning to their close / deals won."
    )
    AGE = "The middle one of the days since each open deal was made."
    PUSHES = "How often the expected close of open deals went to a later day / open deals."
    SUBMITTED = "Sum of the given numbers that count + won and commit of everybody else."
    GIVEN = "Sum of the numbers that counted then: the manager's, else the person's own."
    WEIGHTED_THEN = "Sum of value x probability as they were then, each rounded to the cent."
    ACCURACY = "1 - the difference between forecast and value won / value won; never below zero."
    SUM = "Sum of what the column holds."
    MEAN = "Sum of what the column holds / records in which it is filled in, to the cent."

    @property
    def unit(self) -> Unit:
        """What it counts."""
        return _UNITS.get(self, Unit.SHARE)


_UNITS = {
    Formula.COUNT: Unit.COUNT,
    Formula.VALUE: Unit.MONEY,
    Formula.WEIGHTED: Unit.MONEY,
    Formula.RANGE: Unit.MONEY,
    Formula.AVERAGE: Unit.MONEY,
    Formula.MEAN_DAYS: Unit.DAYS,
    Formula.MEDIAN_DAYS: Unit.DAYS,
    Formula.VELOCITY: Unit.MONEY_A_DAY,
    Formula.GOAL: Unit.MONEY,
    Formula.GAP: Unit.MONEY,
    Formula.NEEDED: Unit.MONEY,
    Formula.COVERAGE: Unit.TIMES,
    Formula.TOUCHES: Unit.EACH,
    Formula.PUSHES: Unit.EACH,
    Formula.AGE: Unit.DAYS,
    Formula.THEN: Unit.MONEY,
    Formula.DELTA: Unit.MONEY,
    Formula.STAGE_MEDIAN: Unit.DAYS,
    Formula.STAGE_MOST: Unit.DAYS,
    Formula.SUBMITTED: Unit.MONEY,
    Formula.GIVEN: Unit.MONEY,
    Formula.WEIGHTED_THEN: Unit.MONEY,
    Formula.SUM: Unit.MONEY,
    Formula.MEAN: Unit.MONEY,
}


@dataclass(frozen=True)
class Question:
    """The rows that a number is made of: a list of one table, whole."""

    table: str
    query: Query

    def but(self, preset: str = "", /, **where: Any) -> "Question":
        """Those of its rows that also meet these conditions, and this preset."""
        held = _held(fields_of(by_name(self.table)), self.query, where)
        named = [*(self.query.preset.split(",") if self.query.preset else []), *([preset] if preset else [])]
        joined = ",".join(dict.fromkeys(named))
        return Question(self.table, replace(self.query.first(), where=held, preset=joined))

    def of(self, currency: str) -> "Question":
        """Those of its rows that are in a currency, or are told in it."""
        converted = isinstance(currency, Converted)
        return self.but(CONVERTED) if converted else self.but(currency=(currency,))

    def holding(self, declared: Mapping[str, Field], name: str, wanted: Any) -> "Question":
        """Those of its rows that also meet a condition, on a field of the company's own as well."""
        held = _held(declared, self.query, {name: wanted})
        return Question(self.table, replace(self.query.first(), where=held))


def _held(declared: Mapping[str, Field], query: Query, where: Mapping[str, Any]) -> dict[str, Any]:
    more = {name: both(declared[name].kind, query.where.get(name), wanted) for name, wanted in where.items()}
    return {**query.where, **more}


@dataclass(frozen=True)
class Figure:
    """One number. `value` None is "not available": there was nothing to divide by.

    `count` rows are behind it, those that `rows` asks for. `period` None is as of now; `means`: what the formula
    does not say, as the date basis. `before`: the same over the equal period before, or what it is compared with.
    `against`: the goal that it is measured by. `of`: the column that a sum or an average is of.
    """

    label: str
    formula: Formula
    value: Value | None
    count: int
    rows: Question
    currency: str | None = None
    period: Period | None = None
    means: str = ""
    before: "Figure | None" = None
    against: "Figure | None" = None
    of: str = ""

    @property
    def unit(self) -> Unit:
        """What it counts: of a column that holds no money it is a number."""
        return Unit.COUNT if self.of and self.currency is None else self.formula.unit

    @property
    def change(self) -> Value | None:
        """How much more it is than before; None when either is not available."""
        if self.value is None or self.before is None or self.before.value is None:
            return None
        return self.value - self.before.value  # type: ignore[operator]


def counted(label: str, count: int, rows: Question, means: str = "") -> Figure:
    """The number of some records as of now."""
    return Figure(label, Formula.COUNT, count, count, rows, means=means)


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: where it stands, which of the series it is of, and its figure.

    `beside`: another figure that is written at its end.
    """

    place: str
    series: str
    figure: Figure
    beside: Figure | None = None


@dataclass(frozen=True)
class Chart:
    """The bars of a chart in order, with what stands above them: `basis` says the date basis.

    `frame`: the same numbers and more for reading, a row a place. `lacks`: what is missing when no bar has an
    amount. `left`: where all currencies are told in one, the deals that cannot be and are in no bar.
    """

    title: str
    basis: str
    currency: str
    bars: Sequence[Bar]
    frame: pd.DataFrame
    lacks: str
    left: Sequence[Figure] = ()
    heads: ClassVar[tuple[str, ...]] = ("place", "series", "value", "unit", "currency", "rows")

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw: no bar has an amount."""
        return not any(bar.figure.value for bar in self.bars)

    def table(self) -> list[tuple[Any, ...]]:
        """A row a bar under `heads`, each value exact; None where it is not available."""
        return [
            (
                bar.place,
                bar.series,
                bar.figure.value,
                bar.figure.unit.value,
                bar.figure.currency and named(bar.figure.currency),
                bar.figure.count,
            )
            for bar in self.bars
        ]

    def drawn(self) -> tuple[pd.DataFrame, Mapping[str, Figure]]:
        """What a picture is made of, a row a bar (bar, place, series, amount, deals), and bar -> its figure."""
        named = {f"{bar.place}|{bar.series}": bar for bar in self.bars}
        rows = [
            (name, bar.place, bar.series, float(bar.figure.value or 0), bar.figure.count)
            for name, bar in named.items()
        ]
        frame = pd.DataFrame(rows, columns=["bar", "place", "series", "amount", "deals"])
        return frame, {name: bar.figure for name, bar in named.items()}
