"""The forecast that people give: a number for a month with a note, and a manager's over it; all are kept."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar

import sqlalchemy as sa

from crm_data.errors import Clash, Conflict, Invalid, NotAllowed
from crm_data.nouns.converted import CONVERTED, OF_MONTHS, in_money
from crm_data.nouns.in_one import InOne
from crm_data.rights import Act, Tie, demand, may
from crm_data.store.again import again
from crm_data.store.changes import Doing, doing_of
from crm_data.store.currencies import code_of
from crm_data.store.locks import lock_company
from crm_data.store.names import colleagues, member_names
from crm_data.store.query import Query, days_of
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.store.values import parse, row_id
from crm_data.store.zones import day_start
from crm_data.tables import Submission

# So many days before the last day of a month what was forecast for it is measured; see `numbers.accuracy`.
MEASURED = (90, 60, 30)
_FORMER = "A former colleague"


@dataclass(frozen=True)
class Told:
    """One number that was given: for whom, by whom, when; `amount` None: what stood before was taken back."""

    id: int
    user_id: int
    person: str
    over: bool
    amount: Decimal | None
    note: str | None
    by: str
    at: datetime


class Submissions(InOne, Records):
    """The numbers of one company. None is ever changed: another one is given after it."""

    table = Submission
    behind: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "newest": "the last one given",
            "in_force": "the one that counts: the manager's, else the person's own",
            "in_force_on": "the one that counted when the day began",
            **OF_MONTHS,
        }
    )

    def stays(self, row: Row, doing: Doing) -> str:
        """What was forecast counts as it was given: once its month is over, or it was measured, it stays."""
        month: date = row["month"]
        if month < doing.today.replace(day=1):
            return f"{month:%B %Y} is over, and what was forecast for it stays as it is."
        last = month.replace(day=monthrange(month.year, month.month)[1])
        for days in MEASURED:
            day = last - timedelta(days=days)
            if row["created_at"] < day_start(day, doing.zone) and day <= doing.today:
                return (
                    f"What was forecast for {month:%B %Y} was measured on {day.day} {day:%b %Y} and stays as it"
                    " is. Give another number instead."
                )
        return ""

    @property
    def all_seen(self) -> bool:
        """Whether this person sees the numbers of colleagues, and gives one over theirs."""
        return may(self.person, Act.CHANGE, self.name)

    def visible(self) -> list[sa.ColumnElement[bool]]:
        """One's own, and what was said over them; all of them for managers."""
        return [] if self.all_seen else [Submission.user_id == self._scope.user_id]

    def narrow(self, query: Query) -> list[sa.ColumnElement[bool]]:
        """'newest' of each person, month and currency, own and over it apart; 'in_force': that which counts.

        'in_force_on:DAY': that which counted when the day began. 'converted': what can be told in the company's
        own currency, 'unrated': what cannot.
        """
        line = Submission
        name, _, said = query.preset.partition(":")
        if name in OF_MONTHS:
            told = in_money(self._money(query), line.amount)
            return [told if name == CONVERTED else ~told]
        until = []
        if name == "in_force_on":
            day, _ = days_of(f"{said}..{said}")
            if day is None:
                raise Invalid("This link names a list that is not known here. Choose one from the screen.")
            until = [line.created_at < day_start(day, query.zone)]
        key = (line.user_id, line.month, line.currency)
        place = sa.func.row_number().over(partition_by=(*key, line.by_manager), order_by=line.id.desc())
        kept = sa.select(line.id, *key, line.by_manager, line.amount, place.label("place"))
        each = kept.where(line.archived_at.is_(None), *until).subquery()
        newest = (each.c.place == 1, each.c.amount.is_not(None))
        if query.preset == "newest":
            return [line.id.in_(sa.select(each.c.id).where(*newest))]
        over = sa.case((each.c.by_manager.is_(True), 0), else_=1)
        first = sa.func.row_number().over(
            partition_by=(each.c.user_id, each.c.month, each.c.currency), order_by=over
        )
        counts = sa.select(each.c.id, first.label("place")).where(*newest).subquery()
        return [line.id.in_(sa.select(counts.c.id).where(counts.c.place == 1))]

    def of_month(self, month: date, currency: str) -> tuple[list[Told], dict[int, str]]:
        """All that was given for a month, the newest first, taken back or not; and who may be given a number.

        Those are the active members, for managers; oneself for others. Two statements.
        """
        wanted = (
            sa.select(Submission)
            .where(Submission.month == month, Submission.currency == currency)
            .where(Submission.archived_at.is_(None), *self.visible())
            .order_by(Submission.id.desc())
        )
        with self._store.read(self._scope) as session:
            rows = session.scalars(wanted).all()
            every, active = colleagues(session)
        told = [
            Told(
                row.id,
                row.user_id,
                every.get(row.user_id, _FORMER),
                row.by_manager,
                row.amount,
                row.note,
                every.get(row.created_by, _FORMER) if row.created_by else _FORMER,
                row.created_at,
            )
            for row in rows
        ]
        me = self._scope.user_id
        return told, {id_: name for id_, name in active.items() if self.all_seen or id_ == me}

    @again
    def give(
        self,
        month: date,
        amount: Any,
        note: Any = None,
        over: Any = None,
        seen: Any = None,
        currency: str = "",
        act_id: str | None = None,
        zone: tzinfo = UTC,
    ) -> int:
        """Give a number for a month, as one act: one's own, or as a manager that `over` a person's. Its id.

        An empty amount takes back what was given. `seen`: the id of the last one that was seen there, None for
        none. 0 where it says what the last one says. Raises NotAllowed, Invalid, and Conflict where another one
        was given meanwhile.
        """
        demand(self.person, Act.CHANGE, self.name, Tie.OWN if over is None else Tie.OTHER)
        me = self._scope.user_id
        user = me if over is None else row_id(over)
        if user is None and over is None:
            raise NotAllowed("A number of the forecast is a person's own. Sign in to give yours.")
        money, doing = code_of(currency or self._scope.currency), doing_of(me, act_id, zone, kind="forecast")
        if type(month) is not date or month.day != 1 or not 1900 <= month.year < 2200 or user is None:
            raise Invalid("A number of the forecast is of a person and a month. Choose them from the screen.")
        if month < doing.today.replace(day=1):
            raise Invalid(
                f"{month:%B %Y} is over. Give a number for this month, or for one to come.", "month"
            )
        values = {
            "amount": parse(self.fields["amount"], amount),
            "note": parse(self.fields["note"], note),
        }
        with self._store.write(self._scope) as session:
            made = self._already(session, doing.act_id)
            if made is not None:
                return made
            lock_company(session)
            name = member_names(session).get(user)
            if name is None:
                raise Invalid(
                    "Only a member of the company has a forecast. Choose another person.", "user_id"
                )
            last = self._last(session, user, month, money, over is not None)
            _demand_seen(user, month, row_id(seen), last, values["amount"])
            if values["amount"] is None and (last is None or last.amount is None):
                raise Invalid("Number: fill it in, as 12,500.", "amount")
            if last is not None and (last.amount, last.note) == (values["amount"], values["note"]):
                return 0
            title = given_title(month, "" if over is None else name)
            key = {"user_id": user, "month": month, "currency": money, "by_manager": over is not None}
            return self._add(session, replace(doing, title=title[:255]), {**key, **values})

    def _last(self, session: CompanySession, user: int, month: date, currency: str, over: bool) -> Any:
        key = (Submission.user_id == user, Submission.month == month, Submission.currency == currency)
        wanted = sa.select(Submission).where(
            *key, Submission.by_manager.is_(over), Submission.archived_at.is_(None)
        )
        return session.scalars(wanted.order_by(Submission.id.desc()).limit(1)).first()


def given_title(month: date, over: str = "") -> str:
    """What the act is called by which a number is given, one's own or over that of somebody."""
    return (
        f"Gave a forecast over that of {over} for {month:%b %Y}"
        if over
        else f"Gave a forecast for {month:%b %Y}"
    )


def _demand_seen(user: int, month: date, seen: int | None, last: Any, wanted: Decimal | None) -> None:
    """Raise Conflict where the last number is another one than was seen."""
    if (last.id if last is not None else None) != seen:
        now = last.amount if last is not None else None
        raise Conflict([Clash(user, f"forecast for {month:%b %Y}", None, wanted, now)])
