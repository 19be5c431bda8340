"""Goals: what each person is to win in a month. Managers set them; whoever is no manager sees their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, tzinfo
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa

from crm_data.errors import Clash, Conflict, Invalid, Problem
from crm_data.nouns.converted import CONVERTED, OF_MONTHS, in_money
from crm_data.nouns.in_one import InOne
from crm_data.rights import Act, demand, may
from crm_data.store.again import again
from crm_data.store.changes import Doing, doing_of
from crm_data.store.currencies import code_of
from crm_data.store.locks import lock_company
from crm_data.store.names import colleagues, member_names
from crm_data.store.query import Query
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.store.values import parse, row_id
from crm_data.tables import Goal
from crm_data.tables.types import CENT

SPANS = (1, 3, 12)  # months that one goal may be typed for
MOST_CELLS = 1_200
Key = tuple[int, date]
Said = tuple["Wanted", Decimal | None]


@dataclass(frozen=True)
class Wanted:
    """A person's goal for some months from the first of one: what was seen, and what is wanted; empty for none.

    That of several months is split into equal ones, the cents that are left over going to the first.
    """

    user_id: int
    first: date
    months: int
    seen: Any
    amount: Any


class Goals(InOne, Records):
    """The goals of one company."""

    table = Goal
    behind: ClassVar[Mapping[str, str]] = OF_MONTHS

    @property
    def all_seen(self) -> bool:
        """Whether this person sees the goals of colleagues, and sets them."""
        return may(self.person, Act.CHANGE, self.name)

    def visible(self) -> list[sa.ColumnElement[bool]]:
        """One's own; all of them for managers."""
        return [] if self.all_seen else [Goal.user_id == self._scope.user_id]

    def narrow(self, query: Query) -> list[sa.ColumnElement[bool]]:
        """'converted': those that can be told in the company's own currency, 'unrated': those that cannot."""
        told = in_money(self._money(query), Goal.amount)
        return [told if query.preset.partition(":")[0] == CONVERTED else ~told]

    def year(self, first: date, currency: str) -> tuple[dict[int, dict[date, Decimal]], dict[int, str]]:
        """The goals of the twelve months from `first`: person -> month -> amount; and who may have one, by name.

        Those are the active members, and whoever else has one there. Two statements.
        """
        wanted = (
            sa.select(Goal.user_id, Goal.month, Goal.amount)
            .where(Goal.month.in_(months_from(first, 12)), Goal.currency == currency)
            .where(Goal.amount.is_not(None), Goal.archived_at.is_(None), *self.visible())
        )
        found: dict[int, dict[date, Decimal]] = {}
        with self._store.read(self._scope) as session:
            for user, month, worth in session.execute(wanted):
                found.setdefault(user, {})[month] = worth or Decimal(0)
            every, active = colleagues(session)
        mine = {self._scope.user_id} if not self.all_seen else active.keys()
        return found, {id_: name for id_, name in every.items() if id_ in mine or id_ in found}

    @again
    def set(
        self,
        cells: Sequence[Wanted],
        currency: str = "",
        act_id: str | None = None,
        zone: tzinfo = UTC,
    ) -> int:
        """Save goals in one transaction, all or none, as one act; how many months changed. An empty one is none.

        For managers. Raises NotAllowed, Invalid, and Conflict where a goal is another by now than was seen.
        """
        demand(self.person, Act.CHANGE, self.name)
        if len(cells) > MOST_CELLS:
            raise Invalid(f"At most {MOST_CELLS:,} goals can be saved at once. Save in smaller steps.")
        money = code_of(currency or self._scope.currency)
        each = [self._parsed(cell) for cell in cells]
        doing = doing_of(self._scope.user_id, act_id, zone, kind="goals")
        with self._store.write(self._scope) as session:
            if self._already(session, doing.act_id) is not None:
                return 0
            lock_company(session)
            rows = self._kept(session, each, money)
            self._demand_seen(each, rows)
            wanted = {key: amount for cell, said in each for key, amount in split(cell, said)}
            return self._save(session, self._named(session, doing, each), rows, wanted, money)

    def _parsed(self, cell: Wanted) -> Said:
        if (
            cell.months not in SPANS
            or type(cell.first) is not date
            or cell.first.day != 1
            or not 1900 <= cell.first.year < 2200
            or row_id(cell.user_id) is None
        ):
            raise Invalid("A goal is of a person, and for whole months. Choose them from the screen.")
        field = replace(self.fields["amount"], label=f"Goal of {cell.first:%B %Y}")
        said: Decimal | None = parse(field, cell.amount)
        seen: Decimal | None = parse(field, cell.seen)
        if said is not None and said == 0:
            raise Invalid(f"{field.label}: a goal is above zero; leave it empty for none.", "amount")
        if said is not None and said * 100 < cell.months:
            raise Invalid(f"{field.label}: too little to be split into {cell.months} months.", "amount")
        return replace(cell, seen=seen), said

    def _kept(self, session: CompanySession, each: Sequence[Said], currency: str) -> dict[Key, Any]:
        """The rows there are for these people and months, locked."""
        users = {cell.user_id for cell, _ in each}
        months = {month for cell, _ in each for month in months_from(cell.first, cell.months)}
        here = (Goal.user_id.in_(users), Goal.month.in_(months), Goal.currency == currency)
        wanted = sa.select(Goal).where(*here).order_by(Goal.id).with_for_update()
        return {(row.user_id, row.month): row for row in session.scalars(wanted)}

    def _demand_seen(self, each: Sequence[Said], rows: Mapping[Key, Any]) -> None:
        found = []
        for cell, said in each:
            kept = [rows.get((cell.user_id, month)) for month in months_from(cell.first, cell.months)]
            some = [row.amount for row in kept if row is not None and row.amount is not None]
            now = sum(some, Decimal(0)) if some else None
            if now not in (cell.seen, said):
                found.append(Clash(cell.user_id, f"{cell.first}", cell.seen, said, now))
        if found:
            raise Conflict(found)

    def _save(
        self,
        session: CompanySession,
        doing: Doing,
        rows: Mapping[Key, Any],
        wanted: Mapping[Key, Decimal | None],
        currency: str,
    ) -> int:
        changed = [(rows[key], {"amount": amount}) for key, amount in wanted.items() if key in rows]
        new = [
            {"user_id": user, "month": month, "currency": currency, "amount": amount}
            for (user, month), amount in wanted.items()
            if (user, month) not in rows and amount is not None
        ]
        count = self._apply_all(session, doing, changed)
        if new:
            try:
                self._add_many(session, doing, new)
            except Invalid:
                sentence = "Only a member of the company can have a goal. Choose another person."
                raise Invalid([Problem("user_id", sentence)]) from None
        return count + len(new)

    def _named(self, session: CompanySession, doing: Doing, each: Sequence[Said]) -> Doing:
        """The act as the log calls it: whose goal, and of when, where it is one person's."""
        who = {cell.user_id for cell, _ in each}
        if len(who) != 1:
            return replace(doing, title=f"Set goals of {len(who):,} people")
        (user,) = who
        name = member_names(session).get(user, "")
        months = sorted(month for cell, _ in each for month in months_from(cell.first, cell.months))
        span = f"{months[0]:%b %Y}" if len(months) == 1 else f"{months[0]:%b %Y} to {months[-1]:%b %Y}"
        return replace(doing, title=f"Set the goal of {name}: {span}"[:255])

    def judge(self, values: Row, before: Row | None, doing: Doing | None = None) -> Row:
        """A month is named by its first day, the currency by its code."""
        new = dict(values)
        if new.get("month") is not None:
            new["month"] = new["month"].replace(day=1)
        if new.get("currency"):
            new["currency"] = code_of(new["currency"])
        return new


def months_from(first: date, count: int) -> list[date]:
    """The first days of so many months, from the one that begins on `first`."""
    start = first.year * 12 + first.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(start, start + count)]


def split(cell: Wanted, said: Decimal | None) -> Iterator[tuple[Key, Decimal | None]]:
    """What each of a goal's months gets, to the cent."""
    months = months_from(cell.first, cell.months)
    if said is None:
        yield from (((cell.user_id, month), None) for month in months)
        return
    each, over = divmod(int(said * 100), len(months))
    for at, month in enumerate(months):
        yield (cell.user_id, month), (Decimal(each + (at < over)) / 100).quantize(CENT)
