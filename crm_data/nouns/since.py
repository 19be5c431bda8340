"""What became of the pipeline since a moment: each deal as it was then and as it is now, in exactly one bucket.

How it was is read from the log of changes and the stage history: of each field, what stood before its first change
since then; where there was none, what stands now.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crm_data.errors import Invalid
from crm_data.nouns.converted import Converted, by_rate, rates_of
from crm_data.nouns.log_lines import among, by_time, first_lines
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.store import summary
from crm_data.tables import ChangeLog, Deal, DealStageHistory
from crm_data.tables.deal import DealStatus

_UNKNOWN = "This link names a list that is not known here. Choose one from the screen."
_OPEN = [stage.value for stage in OPEN_STAGES]


class Bucket(StrEnum):
    """What happened to a deal, by rank: the first that is true."""

    NEW = "new"  # it was not open then: it was made or reopened since
    PULLED_IN = "pulled_in"  # it was open, and its expected close was outside the days
    WON = "won"
    LOST = "lost"
    PUSHED_OUT = "pushed_out"  # it is open, and its expected close is outside the days now
    RAISED = "raised"
    LOWERED = "lowered"
    SAME = "same"
    WENT = "went"  # it was not open then and is not now, and was in between


# What a list can be asked for beside a bucket: all that were in the pipeline; all in a term; those of which
# something is otherwise now; those of which something was otherwise since, and may be as it was.
THEN, ALL, CHANGED, CANCELLED = "then", "all", "changed", "cancelled"
LISTS = (CHANGED, CANCELLED, ALL, *Bucket)
# The columns that are read of a deal.
VALUE, OWNER, CLOSE = "deal_value", "assigned_to", "expected_close_date"


@dataclass(frozen=True)
class Since:
    """A moment, and the days between which the expected close of a deal counts; both None for any and none.

    `money`: the currency into which amounts are told, by the one rate that a deal has now: what rates did since is
    no change of the pipeline. Which bucket it is its own currency says.
    """

    moment: datetime
    first: date | None = None
    last: date | None = None
    money: str = ""

    def states(self, beside: bool = False) -> sa.Select[Any]:
        """Of every deal of the company: `id`, `bucket` (NULL for one that was and is outside), `was`, `now`.

        `was`, `now`: the cents, told in `money`, that it had and has in the pipeline, 0 outside it; `stood`: 1
        where it was in it. `beside`: also how it was then (`then_value` and `now_value` in cents, told in `money`;
        `same_value` is 1 where they are equal untold; `then_due` as ISO text, `then_stage`, `then_owner`;
        `existed` is 0 where it was not there), whether anything of these is `otherwise` now, and what was
        `touched` since, in all and by field (`touched_stage`, ...).
        """
        read = (VALUE, CLOSE, OWNER) if beside else (VALUE, CLOSE)
        lines, move = first_lines(self.moment, read), self._first_move()
        of_value, of_day = aliased(ChangeLog), aliased(ChangeLog)
        existed = Deal.created_at < self.moment
        before = sa.case(
            (move.c.deal_id.is_(None), sa.case((Deal.status == DealStatus.OPEN.value, 1), else_=0)),
            (move.c.from_stage.is_(None), 1),
            (move.c.from_stage.in_(_OPEN), 1),
            else_=0,
        )
        was_open = sa.and_(existed, before == 1)
        is_open = Deal.status == DealStatus.OPEN.value
        was_day = of_day.before[CLOSE].as_string()
        was_due = (
            sa.case((lines.c[CLOSE].is_(None), _flag(self._due())), else_=_flag(self._due(was_day))) == 1
        )
        is_due = _flag(self._due()) == 1
        worth = summary.cents(Deal.deal_value)
        logged = sa.cast(of_value.before[VALUE].as_string(), sa.Numeric(17, 2, asdecimal=False))
        then = sa.case(
            (lines.c[VALUE].is_(None), worth), else_=sa.cast(sa.func.round(logged * 100), sa.BigInteger)
        )
        rates = rates_of(self.money) if isinstance(self.money, Converted) else None
        told_then, told = self._told(then, rates), self._told(worth, rates)
        stood, stands = sa.and_(was_open, was_due), sa.and_(is_open, is_due)
        since = sa.or_(sa.not_(existed), move.c.deal_id.is_not(None))
        bucket = sa.case(
            (sa.and_(stands, sa.not_(was_open)), Bucket.NEW.value),
            (sa.and_(stands, sa.not_(was_due)), Bucket.PULLED_IN.value),
            (sa.and_(stood, Deal.status == DealStatus.WON.value), Bucket.WON.value),
            (sa.and_(stood, Deal.status == DealStatus.LOST.value), Bucket.LOST.value),
            (sa.and_(stood, sa.not_(is_due)), Bucket.PUSHED_OUT.value),
            (sa.and_(stood, worth > then), Bucket.RAISED.value),
            (sa.and_(stood, worth < then), Bucket.LOWERED.value),
            (stood, Bucket.SAME.value),
            (sa.and_(sa.not_(was_open), sa.not_(is_open), is_due, since), Bucket.WENT.value),
        )
        found = (
            sa.select(
                Deal.id.label("id"),
                bucket.label("bucket"),
                sa.case((stood, told_then), else_=0).label("was"),
                sa.case((stands, told), else_=0).label("now"),
                _flag(stood).label("stood"),
            )
            .select_from(Deal)
            .outerjoin(lines, lines.c.row_id == Deal.id)
            .outerjoin(of_value, of_value.id == lines.c[VALUE])
            .outerjoin(of_day, of_day.id == lines.c[CLOSE])
            .outerjoin(move, move.c.deal_id == Deal.id)
        )
        if rates is not None:
            found = found.outerjoin(rates, rates.c.id == Deal.id)
        if not beside:
            return found
        of_owner = aliased(ChangeLog)
        due_now = sa.cast(Deal.expected_close_date, sa.String)
        made_so = sa.case(
            (move.c.to_stage.in_(_OPEN), move.c.to_stage)
        )  # open, and in which stage nobody knows
        stage = sa.case(
            (move.c.deal_id.is_(None), Deal.stage),
            (move.c.from_stage.is_(None), made_so),
            else_=move.c.from_stage,
        )
        held = sa.case(
            (lines.c[OWNER].is_(None), Deal.assigned_to), else_=of_owner.before[OWNER].as_integer()
        )
        due = sa.case((lines.c[CLOSE].is_(None), due_now), else_=was_day)
        otherwise = sa.or_(
            sa.not_(stands),
            sa.not_(stood),
            then != worth,
            due.is_distinct_from(due_now),
            stage.is_distinct_from(Deal.stage),
            held.is_distinct_from(Deal.assigned_to),
        )
        touched = {
            VALUE: lines.c[VALUE].is_not(None),
            CLOSE: lines.c[CLOSE].is_not(None),
            "stage": move.c.from_stage.is_not(None),
            OWNER: lines.c[OWNER].is_not(None),
        }
        found = found.outerjoin(of_owner, of_owner.id == lines.c[OWNER])
        return found.add_columns(
            _flag(existed).label("existed"),
            told_then.label("then_value"),
            told.label("now_value"),
            _flag(then == worth).label("same_value"),
            due.label("then_due"),
            stage.label("then_stage"),
            held.label("then_owner"),
            _flag(otherwise).label("otherwise"),
            _flag(sa.or_(*touched.values())).label("touched"),
            *(_flag(by).label(f"touched_{name}") for name, by in touched.items()),
        )

    def listed(self, name: str, states: Any) -> sa.ColumnElement[bool]:
        """Which of `states` one of `LISTS` holds; some need what stands beside. Raises Invalid."""
        if name in list(Bucket):
            return states.c.bucket == name  # type: ignore[no-any-return]
        inside = sa.and_(states.c.bucket.is_not(None), states.c.bucket != Bucket.WENT.value)
        if name == ALL:
            return inside
        if name == CHANGED:
            return sa.and_(inside, states.c.otherwise == 1)
        if name == CANCELLED:
            return sa.and_(states.c.bucket.is_not(None), states.c.otherwise + states.c.touched > 0)
        raise Invalid(_UNKNOWN)

    def of(self, name: str) -> sa.ColumnElement[bool]:
        """The deals of one of `LISTS`; of 'then' all that were in the pipeline. Raises Invalid."""
        if name != THEN and name not in LISTS:
            raise Invalid(_UNKNOWN)
        states = self.states(name in (CHANGED, CANCELLED)).subquery()
        which = states.c.stood == 1 if name == THEN else self.listed(name, states)
        return among(sa.select(states.c.id).where(which))

    def _told(self, cents: sa.ColumnElement[int], rates: sa.Subquery | None) -> sa.ColumnElement[int]:
        """Cents in `money`; what it was worth then may be more than an amount can be."""
        if rates is None or not isinstance(self.money, Converted):
            return cents
        return by_rate(self.money, cents, rates.c.rate)

    def _due(self, said: Any = None) -> sa.ColumnElement[bool]:
        """Whether the expected close lies in the days: of the deal itself, or of what the log says of it."""
        if self.first is None and self.last is None:
            return sa.true()
        column: Any = Deal.expected_close_date if said is None else said
        ends = [
            edge if said is None or edge is None else edge.isoformat() for edge in (self.first, self.last)
        ]
        parts = [column.is_not(None)]
        parts += [column >= ends[0]] if ends[0] is not None else []
        parts += [column <= ends[1]] if ends[1] is not None else []
        return sa.and_(*parts)

    def _first_move(self) -> sa.Subquery:
        line = DealStageHistory
        of = by_time(line.deal_id)
        place = sa.func.row_number().over(partition_by=of, order_by=(line.moved_at, line.id))
        since = sa.select(line.deal_id, line.from_stage, line.to_stage, place.label("place")).where(
            line.moved_at >= self.moment
        )
        moves = since.subquery()
        first = sa.select(moves.c.deal_id, moves.c.from_stage, moves.c.to_stage)
        return first.where(moves.c.place == 1).subquery()


def _flag(when: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.case((when, 1), else_=0)
