"""How deals stood at the beginning or the end of a day, as the log of changes tells; or that it does not.

Of each field what stood before its first change since then; where there was none, what stands now.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Self

import sqlalchemy as sa

from crm_data.nouns.converted import Converted, by_rate, rate_of
from crm_data.nouns.log_lines import among, came_in, each_once, first_move, held
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.store import summary
from crm_data.store.zones import day_start
from crm_data.tables import ChangeLog, Deal
from crm_data.tables.deal import DealStatus

_OPEN = [stage.value for stage in OPEN_STAGES]
_VALUE, _CLOSE, _STAGE = "deal_value", "expected_close_date", "stage"
_PROBABILITY, _BY_HAND, _OWNER = "probability", "forecast_category", "assigned_to"
_NOW = (
    "id",
    "status",
    "currency",
    "actual_close_date",
    _VALUE,
    _CLOSE,
    _STAGE,
    _PROBABILITY,
    _BY_HAND,
    _OWNER,
)


@dataclass(frozen=True)
class AsOf:
    """The beginning of `day` where a person is, which is `moment`."""

    day: date
    moment: datetime

    @classmethod
    def end_of(cls, day: date, zone: tzinfo) -> Self:
        """The end of a day, which is the beginning of the next one."""
        after = day + timedelta(days=1)
        return cls(after, day_start(after, zone))

    @property
    def ended(self) -> date:
        """The day that ends at the moment."""
        return self.day - timedelta(days=1)

    def open_ones(
        self, money: str = "", where: Sequence[sa.ColumnElement[bool]] = (), beside: bool = True
    ) -> sa.Subquery:
        """Of every deal of the company, or of some, that was open then or of which nobody knows: how it stood.

        `id`, `stage`, `currency`, and `unknown` as in `states`; `due` as ISO text or NULL. `beside`: also `owner`,
        `cents` in its own currency, `worth` told in `money`, and `chance` in percent. The currency is that of now.
        """
        was = self._read_back((_STAGE,), money, where)
        stage = sa.func.coalesce(was.c[f"held_{_STAGE}"], was.c[_STAGE])
        told = each_once(
            sa.select(*was.c, stage.label("then_stage"), self._unknown(was.c).label("unknown"))
        ).c
        some = sa.or_(told.unknown == 1, told.then_stage.in_(_OPEN))
        of = each_once(sa.select(*told).where(some)).c

        def then(name: str, type_: Any) -> sa.ColumnElement[Any]:
            said = held(of.id, name, self.moment)
            if name in (_CLOSE, _OWNER):  # may be empty, which is not the same as never changed
                text = sa.func.nullif(sa.func.coalesce(said, sa.cast(of[name], sa.String)), "")
                return sa.cast(text, type_)
            return sa.func.coalesce(sa.cast(sa.func.nullif(said, ""), type_), of[name])

        columns = [of.id, of.then_stage.label("stage"), of.currency, of.unknown]
        columns.append(then(_CLOSE, sa.String).label("due"))
        if beside:
            cents = summary.cents(then(_VALUE, sa.Numeric(17, 2, asdecimal=False))).label("cents")
            rate = [of.rate] if isinstance(money, Converted) else []
            found = each_once(
                sa.select(
                    *columns,
                    cents,
                    then(_OWNER, sa.Integer).label("owner"),
                    then(_PROBABILITY, sa.Integer).label("chance"),
                    *rate,
                )
            ).c
            worth: sa.ColumnElement[int] = found.cents
            if isinstance(money, Converted):
                worth = by_rate(money, found.currency, found.cents, found.rate)
            names = ("id", "stage", "currency", "unknown", "due", "cents", "owner", "chance")
            return each_once(sa.select(*(found[name] for name in names), worth.label("worth")))
        return each_once(sa.select(*columns))

    def open_in(
        self, stages: Collection[str], first: date | None, last: date | None
    ) -> sa.ColumnElement[bool]:
        """The deals that were open in these stages then, and expected between two days where there are some."""
        states = self.open_ones(beside=False)
        return among(states, stood_open(states, stages, first, last))

    def states(
        self, first: date, last: date, money: str = "", where: Sequence[sa.ColumnElement[bool]] = ()
    ) -> sa.Subquery:
        """Of every deal of the company, or of some, that was there: its `id`, and how it stood.

        `stage`, and whether it was `inside`: 1 in an open one and expected between two days. Of those also
        `by_hand` (its category, NULL for that of the stage), `chance` in percent and `worth` in cents, converted
        into `money` where that is `Converted` by the one rate that the deal has now. `unknown` is 1 where the log
        does not reach back so far, and then none of these is to be used.
        """
        was = self._read_back((_STAGE, _CLOSE), money, where)
        stage = sa.func.coalesce(was.c[f"held_{_STAGE}"], was.c[_STAGE])
        due = sa.func.coalesce(was.c[f"held_{_CLOSE}"], sa.cast(was.c[_CLOSE], sa.String))
        inside = sa.and_(stage.in_(_OPEN), due.between(first.isoformat(), last.isoformat()))
        flag = sa.case((inside, 1), else_=0).label("inside")
        of = each_once(sa.select(*was.c, stage.label("then_stage"), flag)).c

        def then(name: str, type_: Any) -> sa.ColumnElement[Any]:
            said = sa.cast(sa.func.nullif(held(of.id, name, self.moment), ""), type_)
            return sa.case((of.inside == 1, sa.func.coalesce(said, of[name])))

        worth = summary.cents(then(_VALUE, sa.Numeric(17, 2, asdecimal=False)))
        if isinstance(money, Converted):
            worth = by_rate(money, of.currency, worth, of.rate)
        by_hand = sa.func.coalesce(held(of.id, _BY_HAND, self.moment), of[_BY_HAND])
        return each_once(
            sa.select(
                of.id,
                of.then_stage.label("stage"),
                of.inside,
                sa.case((of.inside == 1, sa.func.nullif(by_hand, ""))).label("by_hand"),
                worth.label("worth"),
                then(_PROBABILITY, sa.Integer).label("chance"),
                self._unknown(of).label("unknown"),
            )
        )

    def _read_back(
        self, names: Sequence[str], money: str = "", where: Sequence[sa.ColumnElement[bool]] = ()
    ) -> sa.Subquery:
        """Of each deal that was there what it is now, and what these fields `held_...`; see `held`.

        With the `rate` by which it is told in `money`, where it is.
        """
        rate = [rate_of(money).label("rate")] if isinstance(money, Converted) else []
        now = (getattr(Deal, name) for name in _NOW)
        fields = (held(Deal.id, name, self.moment).label(f"held_{name}") for name in names)
        return each_once(sa.select(*now, *rate, *fields).where(Deal.created_at < self.moment, *where))

    def _unknown(self, of: Any) -> sa.ColumnElement[int]:
        """1 where it was there and is in no log: that began later, the deal came in later, or was moved around it.

        A deal that came in closed, and on a day before, was no open deal then, whatever else it was.
        """
        begun = sa.select(sa.func.min(ChangeLog.at)).scalar_subquery()
        closed = sa.and_(of.status != DealStatus.OPEN.value, of.actual_close_date < self.day)
        since = sa.or_(begun >= self.moment, begun.is_(None), came_in(of.id, self.moment))
        outside = sa.func.coalesce(closed, sa.false())
        # One look for each of the few deals that need it; as EXISTS, PostgreSQL may read all moves instead.
        move = first_move(of.id, self.moment, begun=False).is_not(None)
        by_itself = sa.or_(sa.and_(sa.not_(outside), since), move)
        return sa.case((sa.and_(of[f"held_{_STAGE}"].is_(None), by_itself), 1), else_=0)

    def unknown(self) -> sa.ColumnElement[bool]:
        """The deals of which nobody knows how they stood then."""
        was = self._read_back((_STAGE,))
        return among(was, self._unknown(was.c) == 1)

    def expected(
        self, categories: Collection[str], stages: Collection[str], first: date, last: date
    ) -> sa.ColumnElement[bool]:
        """The deals that were open in these categories then, and expected between two days."""
        states = self.states(first, last)
        return among(states, stood_in(states, categories, stages))


def stood_in(states: Any, categories: Collection[str], stages: Collection[str]) -> sa.ColumnElement[bool]:
    """Which of `AsOf.states` were inside in these categories, by hand or by the stages that are of them."""
    by_hand = states.c.by_hand
    named = sa.or_(by_hand.in_(categories), sa.and_(by_hand.is_(None), states.c.stage.in_(stages)))
    return sa.and_(states.c.inside == 1, states.c.unknown == 0, named)


def stood_open(
    states: Any, stages: Collection[str], first: date | None = None, last: date | None = None
) -> sa.ColumnElement[bool]:
    """Which of `AsOf.open_ones` stood in these stages, expected from the first day to the last."""
    ends = [states.c.due >= first.isoformat()] if first else []
    ends += [states.c.due <= last.isoformat()] if last else []
    due = sa.func.coalesce(sa.and_(*ends), sa.false()) if ends else sa.true()
    return sa.and_(states.c.unknown == 0, states.c.stage.in_(stages), due)


def weighed(states: Any) -> sa.ColumnElement[int]:
    """Of `AsOf.states` or `open_ones` what each was worth by its probability, in cents."""
    return (states.c.worth * states.c.chance + 50) // 100  # type: ignore[no-any-return]
