"""How deals stood in the forecast at the beginning of a day, as the log of changes tells; or that it does not.

Of each field what stood before its first change since then; where there was none, what stands now.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crm_data.nouns.converted import Converted, by_rate, rates_of
from crm_data.nouns.log_lines import among, by_time, first_lines
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.store import summary
from crm_data.tables import ChangeLog, Deal, DealStageHistory
from crm_data.tables.deal import DealStatus

_OPEN = [stage.value for stage in OPEN_STAGES]
_VALUE, _CLOSE, _STAGE = "deal_value", "expected_close_date", "stage"
_PROBABILITY, _BY_HAND = "probability", "forecast_category"
_FIELDS = (_VALUE, _CLOSE, _STAGE, _PROBABILITY, _BY_HAND)


@dataclass(frozen=True)
class AsOf:
    """The beginning of `day` where a person is, which is `moment`."""

    day: date
    moment: datetime

    def states(self, money: str = "") -> sa.Select[Any]:
        """Of every deal of the company that was there: its `id`, and how it stood.

        `stage`, `by_hand` (its category, NULL for that of the stage), `due` (ISO text), `worth` and `weighed`
        in cents, converted into `money` where that is `Converted` by the one rate that the deal has now; `unknown`
        is 1 where the log does not reach back so far, and then they are not to be used.
        """
        lines, moves = first_lines(self.moment, _FIELDS), self._moves()
        of = {name: aliased(ChangeLog) for name in _FIELDS}
        said = {name: of[name].before[name] for name in _FIELDS}

        def then(name: str, before: Any, now: Any) -> sa.ColumnElement[Any]:
            return sa.case((lines.c[name].is_(None), now), else_=before)

        logged = sa.cast(said[_VALUE].as_string(), sa.Numeric(17, 2, asdecimal=False))
        cents = sa.cast(sa.func.round(logged * 100), sa.BigInteger)
        worth = then(_VALUE, cents, summary.cents(Deal.deal_value))
        rates = rates_of(money) if isinstance(money, Converted) else None
        if rates is not None and isinstance(money, Converted):
            worth = by_rate(money, worth, rates.c.rate)
        chance = then(_PROBABILITY, said[_PROBABILITY].as_integer(), Deal.probability)
        found = (
            sa.select(
                Deal.id.label("id"),
                then(_STAGE, said[_STAGE].as_string(), Deal.stage).label("stage"),
                then(_BY_HAND, said[_BY_HAND].as_string(), Deal.forecast_category).label("by_hand"),
                then(_CLOSE, said[_CLOSE].as_string(), sa.cast(Deal.expected_close_date, sa.String)).label(
                    "due"
                ),
                worth.label("worth"),
                ((worth * chance + 50) // 100).label("weighed"),
                sa.case((self._unknown(lines, moves), 1), else_=0).label("unknown"),
            )
            .select_from(Deal)
            .outerjoin(lines, lines.c.row_id == Deal.id)
            .outerjoin(moves, moves.c.deal_id == Deal.id)
        )
        if rates is not None:
            found = found.outerjoin(rates, rates.c.id == Deal.id)
        for name, line in of.items():
            found = found.outerjoin(line, line.id == lines.c[name])
        return found.where(Deal.created_at < self.moment)

    def _unknown(self, lines: Any, moves: Any) -> sa.ColumnElement[bool]:
        """It was there and is in no log: that began later, the deal came in later, or was moved around it.

        A deal that came in closed, and on a day before, was no open deal then, whatever else it was.
        """
        begun = sa.select(sa.func.min(ChangeLog.at)).scalar_subquery()
        unmoved = lines.c[_STAGE].is_(None)
        closed = sa.and_(Deal.status != DealStatus.OPEN.value, Deal.actual_close_date < self.day)
        outside = sa.and_(unmoved, sa.func.coalesce(closed, sa.false()))
        came_in = sa.func.coalesce(lines.c.made, 0) == 1
        return sa.or_(
            sa.and_(unmoved, moves.c.deal_id.is_not(None)),
            sa.and_(sa.or_(begun >= self.moment, begun.is_(None), came_in), sa.not_(outside)),
        )

    def _moves(self) -> sa.Subquery:
        """The deals that were moved since then, as their history tells."""
        line = DealStageHistory
        since = (line.moved_at >= self.moment, line.from_stage.is_not(None))
        return sa.select(by_time(line.deal_id).label("deal_id")).where(*since).distinct().subquery()

    def unknown(self) -> sa.ColumnElement[bool]:
        """The deals of which nobody knows how they stood then."""
        states = self.states().subquery()
        return among(sa.select(states.c.id).where(states.c.unknown == 1))

    def expected(
        self, categories: Collection[str], stages: Collection[str], first: date, last: date
    ) -> sa.ColumnElement[bool]:
        """The deals that were open in these categories then, and expected between two days."""
        states = self.states().subquery()
        return among(sa.select(states.c.id).where(stood_in(states, categories, stages, first, last)))


def stood_in(
    states: Any, categories: Collection[str], stages: Collection[str], first: date, last: date
) -> sa.ColumnElement[bool]:
    """Which of `AsOf.states` were open in these categories, by hand or by the stages that are of them."""
    by_hand = states.c.by_hand
    named = sa.or_(by_hand.in_(categories), sa.and_(by_hand.is_(None), states.c.stage.in_(stages)))
    due = states.c.due.between(first.isoformat(), last.isoformat())
    return sa.and_(states.c.unknown == 0, states.c.stage.in_(_OPEN), due, named)
