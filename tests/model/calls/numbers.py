"""Calls that ask for figures and charts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from crm_data import Own
from crm_data.numbers.numbers import CHARTS
from crm_data.numbers.period import Period
from tests.model.calls.given import query
from tests.model.calls.scene import ZONES, Call, Scene, simply
from tests.model.world import CANARIES


def _number(verb: str, kind: str = "deals", **more: Callable[[Scene], Any]) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        wanted = query(here, kind) if here.dice.random() < 0.7 else None
        if wanted is not None and wanted.search in CANARIES:
            wanted = replace(wanted, search="")  # figures repeat what was asked
        given = {name: made(here) for name, made in more.items()}
        said_ = {"kind": kind, "query": wanted, "given": given}
        return Call("", lambda my: getattr(my.numbers, verb)(wanted, **given), said_)

    return made


def _currency(here: Scene) -> str | None:
    return here.dice.choice([None, None, "EUR", "usd", "XXX"])


def _period(here: Scene) -> Period | None:
    day = here.moment.date() - timedelta(days=here.dice.randint(0, 60))
    return here.dice.choice([None, Period(day, here.moment.date()), Period.month_of(day)])


def _chart(here: Scene) -> Call:
    made = _number("chart", period=_period, currency=_currency)(here)
    name = here.dice.choice([*CHARTS, "none"])
    wanted, given = made.said["query"], made.said["given"]
    return Call("", lambda my: my.numbers.chart(name, wanted, **given), {"name": name, **made.said})


def _own(here: Scene) -> Call:
    """A chart of one's own: of a column that there is, or of one that cannot be grouped by."""
    kind = here.dice.choice(["deals", "leads", "customers", "tasks", "activities", "users"])
    by = here.dice.choice(["stage", "status", "assigned_to", "source", "created_at:month", "notes"])
    own = Own(kind, by, here.dice.choice(["count", "sum:deal_value", "average:estimated_value"]))
    return Call("", lambda my: my.numbers.own(own), {"own": own})


def _overview(here: Scene) -> Call:
    zone, rows = here.dice.choice(ZONES), here.dice.choice([1, 5])
    return Call("", lambda my: my.numbers.overview(zone, rows), {"zone": zone, "rows": rows})


VERBS: dict[str, Callable[[Scene], Call]] = {
    "Numbers.against_goals": _number("against_goals", period=_period, currency=_currency),
    "Numbers.accuracy": _number("accuracy", period=_period, currency=_currency),
    "Numbers.submitted": _number("submitted", currency=_currency),
    "Numbers.goal_year": _number("goal_year", currency=_currency),
    "Numbers.board": _number("board"),
    "Numbers.board_then": _number("board_then", currency=_currency),
    "Numbers.past_day": simply(lambda my: my.numbers.past_day()),
    "Numbers.by_stage": _number("by_stage", currency=_currency),
    "Numbers.by_month": _number("by_month", period=_period, currency=_currency),
    "Numbers.closed_days": _number("closed_days", currency=_currency),
    "Numbers.told": _number("told", period=_period),
    "Numbers.period": simply(lambda my: my.numbers.period("this_year")),
    "Numbers.breakdown": _number("breakdown", period=_period, currency=_currency),
    "Numbers.dimensions": simply(lambda my: my.numbers.dimensions()),
    "Numbers.cohorts": _number("cohorts", period=_period, currency=_currency),
    "Numbers.by_owner": _number("by_owner", period=_period, currency=_currency),
    "Numbers.tiles": _number("tiles", period=_period, currency=_currency),
    "Numbers.chart": _chart,
    "Numbers.own": _own,
    "Numbers.leads_of": _number("leads_of"),
    "Numbers.review": _number("review"),
    "Numbers.standing": _number("standing", currency=_currency),
    "Numbers.forecast": _number("forecast", period=_period, currency=_currency),
    "Numbers.forecast_board": _number("forecast_board", period=_period, currency=_currency),
    "Numbers.bridge": _number("bridge", closing=_period, currency=_currency),
    "Numbers.then_and_now": _number("then_and_now", closing=_period, currency=_currency),
    "Numbers.funnel": _number("funnel", period=_period),
    "Numbers.stage_rates": _number("stage_rates"),
    "Numbers.stage_days": _number("stage_days", period=_period),
    "Numbers.losses": _number("losses", period=_period),
    "Numbers.sources": _number("sources", "leads", period=_period),
    "Numbers.ages": _number("ages", currency=_currency),
    "Numbers.put_off": _number("put_off", currency=_currency),
    "Numbers.tasks": _number("tasks", "tasks"),
    "Numbers.conversion": _number("conversion", "leads", period=_period),
    "Numbers.currency": _number("currency", currency=_currency),
    "Numbers.overview": _overview,
}
