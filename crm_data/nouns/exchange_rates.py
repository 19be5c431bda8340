"""Exchange rates: what other currencies are worth in the company's own, from a day on. Admins set them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data.errors import Clash, Conflict, Invalid
from crm_data.rights import Act, demand
from crm_data.store.again import again
from crm_data.store.changes import Doing, doing_of
from crm_data.store.currencies import code_of
from crm_data.store.locks import lock_company
from crm_data.store.names import colleagues
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.store.values import parse
from crm_data.tables import ExchangeRate

MOST_AHEAD = 366  # days; a rate of later is a year that was mistyped
_FORMER = "A former colleague"


@dataclass(frozen=True)
class Held:
    """One rate: 1 `currency` is `rate` of the company's own from `holds_from` to `until`, None: to the next one.

    `by`: who set it, or changed it last, at `at`; nobody where the system did.
    """

    id: int
    currency: str
    rate: Decimal
    holds_from: date
    until: date | None
    by: str
    at: datetime


class ExchangeRates(Records):
    """The rates of one company, each of one other currency from one day on."""

    table = ExchangeRate

    @property
    def into(self) -> str:
        """The currency that they are in: the company's own."""
        return self._scope.currency

    def all(self) -> list[Held]:
        """Those that there are into the company's own currency, by currency, the newest first. Two statements.

        Rates into a currency that the company had before are kept, and come back with it.
        """
        wanted = (
            sa.select(ExchangeRate)
            .where(ExchangeRate.to_currency == self.into, ExchangeRate.rate.is_not(None))
            .where(ExchangeRate.archived_at.is_(None))
            .order_by(ExchangeRate.currency, ExchangeRate.holds_from.desc())
        )
        with self._store.read(self._scope) as session:
            rows = session.scalars(wanted).all()
            every, _ = colleagues(session)
        found: list[Held] = []
        for row in rows:
            after = found[-1] if found and found[-1].currency == row.currency else None
            until = after.holds_from - timedelta(days=1) if after else None
            by = every.get(row.created_by, _FORMER) if row.created_by else ""
            rate = row.rate or Decimal(0)
            found.append(Held(row.id, row.currency, rate, row.holds_from, until, by, row.updated_at))
        return found

    @again
    def set(
        self,
        currency: Any,
        holds_from: Any,
        rate: Any,
        seen: Any = None,
        act_id: str | None = None,
        zone: tzinfo = UTC,
    ) -> int:
        """Say what one unit of a currency is worth from a day on, as one act; the id of the rate.

        `seen`: the rate of that very day that was seen, None for none. For admins. Raises NotAllowed, Invalid, and
        Conflict where the day has another rate by now.
        """
        self._demand()
        doing = doing_of(self._scope.user_id, act_id, zone, kind="rates")
        said = {"currency": currency, "to_currency": self.into, "holds_from": holds_from, "rate": rate}
        values = self.judge(self.parse_all(said, zone, adding=True), None, doing)
        before = parse(self.fields["rate"], seen)
        with self._store.write(self._scope) as session:
            made = self._already(session, doing.act_id)
            if made is not None:
                return made
            lock_company(session)
            row = self._of_day(session, values)
            now = None if row is None else row.rate
            if now not in (before, values["rate"]):
                raise Conflict([Clash(row.id, f"rate of {values['currency']}", before, values["rate"], now)])
            named = replace(doing, title=f"Set the rate of {_called(values)} to {values['rate']}")
            if row is None:
                return self._add(session, named, values)
            self._apply(session, named, row, {"rate": values["rate"]})
            return int(row.id)

    @again
    def remove(self, ids: Sequence[int], act_id: str | None = None) -> int:
        """Take rates away, as one act; how many there were. The rate before holds on. For admins.

        Raises NotAllowed, and NotFound for one that is not of this company.
        """
        self._demand()
        self._count(ids)
        doing = doing_of(self._scope.user_id, act_id, kind="rates")
        with self._store.write(self._scope) as session:
            rows = [row for row in self._rows(session, ids).values() if row.rate is not None]
            if not rows:
                return 0
            called = _called(self._as_row(rows[0])) if len(rows) == 1 else f"{len(rows)} days"
            named = replace(doing, title=f"Removed the rate of {called}")
            return self._apply_all(session, named, [(row, {"rate": None}) for row in rows])

    def judge(self, values: Row, before: Row | None, doing: Doing | None = None) -> Row:
        """A rate is of another currency than the company's own, of no day that is far ahead. Raises Invalid."""
        new = dict(values)
        if new.get("to_currency") and str(new["to_currency"]).upper() != self.into:
            raise Invalid(f"Into: rates are in the company's own currency, {self.into}.", "to_currency")
        if before is None and new.get("rate") is None:
            raise Invalid("Rate is needed; fill it in, as 1.0825.", "rate")
        into = new["to_currency"] = self.into if before is None else before["to_currency"]
        if new.get("currency"):
            new["currency"] = code_of(new["currency"])
            if new["currency"] == into:
                raise Invalid(
                    f"{into} is the company's own currency, and needs no rate. Choose another currency.",
                    "currency",
                )
        last = (doing or Doing(None)).today + timedelta(days=MOST_AHEAD)
        if new.get("holds_from") is not None and new["holds_from"] > last:
            raise Invalid(
                f"From: a rate can be set up to a year ahead, until {last.day} {last:%b %Y}. Choose an earlier"
                " day.",
                "holds_from",
            )
        return new

    def _demand(self) -> None:
        demand(self.person, Act.CHANGE, self.name)

    def _of_day(self, session: CompanySession, values: Row) -> Any:
        """The row of that currency and day, with a rate or without, locked."""
        key = ("currency", "to_currency", "holds_from")
        here = [getattr(ExchangeRate, name) == values[name] for name in key]
        wanted = sa.select(ExchangeRate).where(*here).order_by(ExchangeRate.id)
        return session.scalars(wanted.with_for_update()).one_or_none()


def _called(row: Row) -> str:
    day: date = row["holds_from"]
    return f"{row['currency']} from {day.day} {day:%b %Y}"
