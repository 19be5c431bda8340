"""What became of the pipeline since a moment: each deal as it was then and as it is now, in exactly one bucket.

How it was is read from the log of changes and the stage history: of each field, what stood before its first change
since then; where there was none, what stands now.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crm_data.errors import Invalid
from crm_data.nouns.converted import Converted, by_rate, rate_of
from crm_data.nouns.log_lines import among, each_once, first_move, held, moved
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.store import summary
from crm_data.tables import Deal, DealStageHistory
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

    def states(self, beside: bool = False, *where: sa.ColumnElement[bool]) -> sa.Subquery:
        """Of every deal, or of some, that was open, is, or came in since: `id`, `bucket`, `was` and `now`.

        `bucket`: NULL for one that was and is outside. `was`, `now`: the cents, told in `money`, that it had and
        has in the pipeline, 0 outside it; `stood`: 1 where it was in it. `beside`: also how it was then
        (`then_value` and `now_value` in cents, told in `money`; `same_value` is 1 where they are equal untold;
        `then_due` as ISO text, `then_stage`, `then_owner`; `existed` is 0 where it was not there), whether any
        of these is `otherwise` now, and what was `touched` since, in all and by field (`touched_stage`, ...).
        """
        both = self._then_and_now(beside, *where).c
        was_open, is_open, was_due, is_due = (
            flag == 1 for flag in (both.was_open, both.is_open, both.was_due, both.is_due)
        )
        stood, stands = sa.and_(was_open, was_due), sa.and_(is_open, is_due)
        since = sa.or_(both.existed == 0, both.move.is_not(None))
        bucket = sa.case(
            (sa.and_(stands, sa.not_(was_open)), Bucket.NEW.value),
            (sa.and_(stands, sa.not_(was_due)), Bucket.PULLED_IN.value),
            (sa.and_(stood, both.status == DealStatus.WON.value), Bucket.WON.value),
            (sa.and_(stood, both.status == DealStatus.LOST.value), Bucket.LOST.value),
            (sa.and_(stood, sa.not_(is_due)), Bucket.PUSHED_OUT.value),
            (sa.and_(stood, both.worth > both.then), Bucket.RAISED.value),
            (sa.and_(stood, both.worth < both.then), Bucket.LOWERED.value),
            (stood, Bucket.SAME.value),
            (sa.and_(sa.not_(was_open), sa.not_(is_open), is_due, since), Bucket.WENT.value),
        )
        told_then, told = self._told(both, both.then), self._told(both, both.worth)
        found = sa.select(
            both.id,
            bucket.label("bucket"),
            sa.case((stood, told_then), else_=0).label("was"),
            sa.case((stands, told), else_=0).label("now"),
            _flag(stood).label("stood"),
        )
        if not beside:
            return each_once(found)
        due_now = sa.cast(both.expected_close_date, sa.String)
        otherwise = sa.or_(
            sa.not_(stands),
            sa.not_(stood),
            both.then != both.worth,
            both.then_due.is_distinct_from(due_now),
            both.then_stage.is_distinct_from(both.stage),
            both.then_owner.is_distinct_from(both.assigned_to),
        )
        touched = [both[f"touched_{name}"] for name in (VALUE, CLOSE, "stage", OWNER)]
        found = found.add_columns(
            both.existed,
            told_then.label("then_value"),
            told.label("now_value"),
            _flag(both.then == both.worth).label("same_value"),
            *(both.then_due, both.then_stage, both.then_owner, *touched),
            _flag(otherwise).label("otherwise"),
            _flag(sa.or_(*(flag == 1 for flag in touched))).label("touched"),
        )
        return each_once(found)

    def _then_and_now(self, beside: bool, *where: sa.ColumnElement[bool]) -> sa.Subquery:
        """Of each such deal what it is now, and what of it was then, made of what was read back."""
        dues = self.first is not None or self.last is not None
        read = [VALUE, *([CLOSE] if dues or beside else []), *([OWNER] if beside else [])]
        was, move = self._read_back(read, *where), aliased(DealStageHistory)

        def held(name: str) -> Any:
            return was.c[f"held_{name}"]

        is_open = _flag(was.c.status == DealStatus.OPEN.value)
        before = sa.case(
            (was.c.move.is_(None), is_open),
            (move.from_stage.is_(None), 1),
            (move.from_stage.in_(_OPEN), 1),
            else_=0,
        )
        existed = was.c.created_at < self.moment
        was_due = is_due = _flag(self._due(was.c[CLOSE]))
        if dues:
            was_due = sa.case((held(CLOSE).is_(None), is_due), else_=_flag(self._due(held(CLOSE), _spelled)))
        worth = summary.cents(was.c[VALUE])
        logged = sa.cast(sa.func.nullif(held(VALUE), ""), sa.Numeric(17, 2, asdecimal=False))
        found = (
            sa.select(
                *was.c,
                _flag(existed).label("existed"),
                sa.case((existed, before), else_=0).label("was_open"),
                is_open.label("is_open"),
                was_due.label("was_due"),
                is_due.label("is_due"),
                worth.label("worth"),
                sa.func.coalesce(sa.cast(sa.func.round(logged * 100), sa.BigInteger), worth).label("then"),
            )
            .select_from(was)
            .outerjoin(move, move.id == was.c.move)
        )
        if not beside:
            return each_once(found)
        made_so = sa.case((move.to_stage.in_(_OPEN), move.to_stage))  # open, and in which stage nobody knows
        stage = sa.case(
            (was.c.move.is_(None), was.c.stage),
            (move.from_stage.is_(None), made_so),
            else_=move.from_stage,
        )
        due = sa.func.coalesce(held(CLOSE), sa.cast(was.c[CLOSE], sa.String))
        held_by = sa.cast(sa.func.nullif(held(OWNER), ""), sa.Integer)
        touched = {name: held(name).is_not(None) for name in read} | {"stage": move.from_stage.is_not(None)}
        found = found.add_columns(
            sa.func.nullif(due, "").label("then_due"),
            stage.label("then_stage"),
            sa.case((held(OWNER).is_(None), was.c[OWNER]), else_=held_by).label("then_owner"),
            *(_flag(by).label(f"touched_{name}") for name, by in touched.items()),
        )
        return each_once(found)

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
        states = self.states(name in (CHANGED, CANCELLED))
        which = states.c.stood == 1 if name == THEN else self.listed(name, states)
        return among(states, which)

    def _told(self, of: Any, cents: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        """Cents in `money`; what it was worth then may be more than an amount can be."""
        if not isinstance(self.money, Converted):
            return cents
        return by_rate(self.money, of.currency, cents, of.rate)

    def _due(self, day: Any, spelled: Callable[[date], Any] = lambda edge: edge) -> sa.ColumnElement[bool]:
        """Whether an expected close lies in the days; the log has it `spelled` as text, and '' for none."""
        if self.first is None and self.last is None:
            return sa.true()
        first, last = self.first or date.min, self.last or date.max
        return sa.func.coalesce(day.between(spelled(first), spelled(last)), sa.false())

    def _read_back(self, names: Sequence[str], *where: sa.ColumnElement[bool]) -> sa.Subquery:
        """Of each such deal what it is now, its first `move` since then, and what these fields `held_...`.

        With the `rate` by which it is told in `money`, where it is.
        """
        now = (Deal.id, Deal.created_at, Deal.status, Deal.stage, Deal.deal_value, Deal.expected_close_date)
        beside: list[Any] = [first_move(Deal.id, self.moment).label("move"), Deal.assigned_to, Deal.currency]
        if isinstance(self.money, Converted):
            beside.append(rate_of(self.money).label("rate"))
        fields = (held(Deal.id, name, self.moment).label(f"held_{name}") for name in names)
        is_open, new = Deal.status == DealStatus.OPEN.value, Deal.created_at >= self.moment
        read = sa.select(*now, *beside, *fields)
        return each_once(read.where(*where, sa.or_(is_open, new, moved(Deal.id, self.moment))))


def _flag(when: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.case((when, 1), else_=0)


def _spelled(day: date) -> str:
    return day.isoformat()
