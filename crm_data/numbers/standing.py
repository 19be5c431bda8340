"""How the pipeline stands now: what is open, what should close this month, and what has gone wrong with it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, tzinfo

import sqlalchemy as sa

from crm_data.nouns.selections import pushed, slipped, stalled
from crm_data.numbers.figures import Figure, Formula, Question, Value
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import OPEN, amount, cents, number, total, weighted_cents
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal
from crm_data.tables.stage_rules import StageRules

SLIPPED = "Slipped"
_NOT_KEPT = "What it was before is not available: the history does not say it of every deal."
OFTEN = 3  # a close that was put off so often is no date to plan with


def standing_now(
    session: CompanySession,
    where: Where,
    asked: Question,
    today: date,
    zone: tzinfo,
    currency: str,
    rules: StageRules,
) -> list[Figure]:
    """Open and weighted; due this month; past their date; too long in a stage; put off three times or more.

    All of deals that are open now, of one currency; money is the sum of their values. One statement.
    """
    month = Period.month_of(today)
    due = Deal.expected_close_date.between(month.first, month.last)
    some: list[sa.ColumnElement[bool]] = [
        sa.true(), due, slipped(zone), stalled(zone, rules), pushed(f"{OFTEN}.."),
    ]  # fmt: skip
    parts = [part for when in some for part in (number(when), total(cents(currency), when))]
    wanted = (
        sa.select(total(weighted_cents(currency)), *parts)
        .select_from(Deal)
        .where(*where, Deal.status == OPEN)
    )
    weighted, *found = session.execute(wanted).one()
    rows = asked.of(currency).but(status=(OPEN,))
    questions = [
        rows,
        rows.but(expected_close_date=(month.first, month.last)),
        rows.but("slipped"),
        rows.but("stalled"),
        rows.but(f"pushed:{OFTEN}.."),
    ]
    counts, values = found[0::2], found[1::2]

    def figure(label: str, at: int, formula: Formula, value: Value, means: str) -> Figure:
        return Figure(label, formula, value, int(counts[at]), questions[at], currency, None, means)

    money = [amount(value) for value in values]
    return [
        figure("Open", 0, Formula.VALUE, money[0], "Deals that are open now."),
        figure("Weighted", 0, Formula.WEIGHTED, amount(weighted), "Deals that are open now."),
        figure("Closes this month", 1, Formula.VALUE, money[1], "Open deals by expected close."),
        figure(SLIPPED, 2, Formula.VALUE, money[2], "Open deals whose expected close has passed."),
        figure(
            "Stalled", 3, Formula.VALUE, money[3], "Open deals longer in their stage than they should be."
        ),
        figure("Put off 3 times", 4, Formula.COUNT, int(counts[4]), "Or more often: their expected close."),
    ]


def beside(now: Sequence[Figure], then: Sequence[Figure], day: date) -> list[Figure]:
    """Those of `standing_now`, the first beside what they were when a day ended; the others say why not."""

    def said(figure: Figure, was: Figure) -> str:
        why = was.means if was.value is None else ""
        return " ".join(part for part in (figure.means, f"Before: when {day:%d %b %Y} ended.", why) if part)

    first = [
        replace(figure, before=was, means=said(figure, was)) for figure, was in zip(now, then, strict=False)
    ]
    return [*first, *(replace(one, means=f"{one.means} {_NOT_KEPT}") for one in now[len(first) :])]
