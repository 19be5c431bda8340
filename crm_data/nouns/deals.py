"""Deals: every change of stage goes through one contract, whichever screen, file or command it comes from."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

import sqlalchemy as sa

from crm_data import clock
from crm_data.errors import Clash, Conflict
from crm_data.nouns import converted, of_customers, selections, stages, waiting
from crm_data.nouns.converted import in_money
from crm_data.nouns.cycles import moving, timed
from crm_data.nouns.in_one import InOne
from crm_data.nouns.links import carry_customers, known_parents, linked
from crm_data.nouns.moves import noted
from crm_data.nouns.reviews import Reviewed, reviewed
from crm_data.nouns.steps import has_step, step_before
from crm_data.store import query as q
from crm_data.store.again import again
from crm_data.store.changes import Doing, doing_of
from crm_data.store.currencies import code_of
from crm_data.store.names import member_names
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.store.values import row_id
from crm_data.tables import ChangeLog, Customer, Deal, DealStageHistory
from crm_data.tables.deal import DealStatus, Stage
from crm_data.tables.fields import Field
from crm_data.tables.stage_rules import StageRules


@dataclass(frozen=True)
class Move:
    """One line of a deal's way: `days` it stayed there, to this day in the stage where it stands."""

    before: str | None
    stage: str
    who: str
    at: datetime
    deal_value: Decimal
    probability: int | None
    days: int


class Deals(InOne, Records):
    """The deals of one company."""

    table = Deal
    presets: ClassVar[tuple[str, ...]] = (
        "open", "mine", "without_step", "overdue_step", "undated", "stalled", "slipped",
    )  # fmt: skip
    behind: ClassVar[Mapping[str, str]] = {
        "timed": "won, and it is known how many days it took",
        "moving": "closed in the period, or open and qualified at its end",
        **{name: selections.SAID[name] for name in (*selections.DEALS, *selections.FORECAST, "called")},
        **of_customers.SAID,
        **waiting.SAID,
        **converted.BEHIND,
    }
    loss_reasons: ClassVar[tuple[str, ...]] = stages.LOSS_REASONS
    together: ClassVar[tuple[frozenset[str], ...]] = (stages.DECIDED,)
    carried: ClassVar[frozenset[str]] = frozenset({"customer_id"})
    noted: ClassVar[frozenset[str]] = frozenset({"stage"})
    suggestions: ClassVar[Mapping[str, tuple[str, ...]]] = {"loss_reason": loss_reasons}

    @property
    def stages(self) -> StageRules:
        """What the company says of the stages."""
        return self._scope.stages

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The declared fields by name; the stages are called as the company calls them."""
        declared = super().fields
        if not self.stages.called:
            return declared
        return {**declared, "stage": replace(declared["stage"], called=self.stages.called)}

    def new_values(self) -> Row:
        """What the form of a new deal starts with; an empty probability means the stage's own."""
        return {
            **super().new_values(),
            "currency": self._scope.currency,
            "probability": None,
            "stage": Stage.PROSPECT.value,
        }

    def narrow(self, query: q.Query) -> list[sa.ColumnElement[bool]]:
        """'open' deals, and of those 'mine', 'without_step', 'overdue_step' (by their tasks), 'undated'.

        Behind numbers: 'timed' were won and took a time, 'moving:FIRST..LAST' are what a velocity is made of,
        and those of `selections`, `of_customers` and `waiting`.
        """
        if query.preset in waiting.SAID:
            return waiting.narrow(Deal, query, self._scope.user_id)
        name, _, days = query.preset.partition(":")
        if name == "timed":
            return timed()
        if name == "moving":
            return [moving(*q.days_of(days), query.zone)]
        if name == "stalled":
            return [selections.stalled(query.zone, self.stages)]
        if name in converted.BEHIND:
            money = self._money(query)
            if name == converted.CONVERTED:
                return [in_money(money)]
            return [*converted.left_out(name, money), *converted.in_days(*q.days_of(days))]
        if name in selections.FORECAST:
            return [selections.forecast(name, self.stages)]
        if name == "called":
            return [selections.called(*q.days_of(days), query.zone, self.stages)]
        if name in of_customers.SAID:
            declared = self._scope.own.declared(Customer)
            return [of_customers.of_customer(days, declared, but=name == "of_customer_else")]
        if name in selections.DEALS:
            return [selections.DEALS[name](days, query.zone)]
        open_ = Deal.status == DealStatus.OPEN.value
        if query.preset == "mine":
            return [open_, Deal.assigned_to == self._scope.user_id]
        if query.preset == "without_step":
            return [open_, ~has_step()]
        if query.preset == "overdue_step":
            return [open_, step_before(query.zone)]
        if query.preset == "undated":
            return [open_, Deal.expected_close_date.is_(None)]
        return [open_]

    @again
    def move(
        self,
        id: Any,
        stage: str,
        seen_stage: str,
        value: Any = None,
        close_date: Any = None,
        reason: str | None = None,
        act_id: str | None = None,
        zone: tzinfo = UTC,
        more: Mapping[str, Any] | None = None,
    ) -> Row:
        """Move one deal from the stage that was seen to another, with what closing needs; returns the deal.

        `more`: values of other fields that the stage asks for, in the same act.
        Raises Conflict when it stands elsewhere by now, Invalid, NotAllowed, NotFound. The same `act_id` again
        changes nothing.
        """
        doing = doing_of(self._scope.user_id, act_id, zone, kind="move")
        said = {"deal_value": value, "actual_close_date": close_date, "loss_reason": reason}
        given = {**said, **(more or {})}
        wanted = {"stage": stage, **{name: raw for name, raw in given.items() if raw not in (None, "")}}
        parsed = self.parse_all(wanted, zone, adding=False)
        with self._store.write(self._scope) as session:
            row = self._rows(session, [id])[row_id(id) or 0]
            if not self._moved_already(session, doing.act_id, row.id):
                if row.stage != seen_stage:
                    raise Conflict([Clash(row.id, "stage", seen_stage, parsed["stage"], row.stage)])
                self._apply(session, doing, row, parsed)
            return self._as_row(row)

    def moves(self, id: Any) -> list[Move]:
        """A deal's way through the stages, oldest first; empty for one that plain SQL put in."""
        wanted = sa.select(DealStageHistory).where(DealStageHistory.deal_id == row_id(id))
        with self._store.read(self._scope) as session:
            self._get(session, id)
            rows = list(
                session.scalars(wanted.order_by(DealStageHistory.moved_at, DealStageHistory.id)).all()
            )
            who = member_names(session)
        ends = [*(row.moved_at for row in rows[1:]), clock.now()][: len(rows)]  # there may be no line at all
        return [
            Move(
                row.from_stage,
                row.to_stage,
                who.get(row.moved_by, "A former colleague") if row.moved_by else "The system",
                row.moved_at,
                row.deal_value,
                row.probability,
                max((end - row.moved_at).days, 0),
            )
            for row, end in zip(rows, ends, strict=True)
        ]

    def pushes(self, ids: Collection[Any]) -> dict[int, int]:
        """Deal -> how often its expected close was put off, of those where it was. One statement."""
        known = {number for number in map(row_id, ids) if number is not None}
        if not known:
            return {}
        times = selections.pushes()
        wanted = sa.select(Deal.id, times).where(Deal.id.in_(known))
        with self._store.read(self._scope) as session:
            return {int(id_): int(count) for id_, count in session.execute(wanted) if count}

    def reviewed(self, id: Any, zone: tzinfo = UTC) -> Reviewed:
        """A deal's last review by this person, what is otherwise since, and its next step; see `reviews`.

        Raises NotFound.
        """
        with self._store.read(self._scope) as session:
            deal = self._get(session, id)
            return reviewed(session, deal, self._scope.user_id, zone, self.fields)

    # the rules

    def parse_all(self, values: Mapping[str, Any], zone: tzinfo, adding: bool) -> Row:
        """As for every record; an empty probability or currency is left to the stage and the company."""
        blank = [n for n in ("probability", "currency") if n in values and _blank(values[n])]
        rest = {name: raw for name, raw in values.items() if name not in blank}
        return {**dict.fromkeys(blank), **super().parse_all(rest, zone, adding)}

    def from_file(self, values: Row, before: Row | None) -> Row:
        """Other systems have one close date for open and closed deals, and some a status and no stage."""
        return stages.from_file(values, before)

    def judge(self, values: Row, before: Row | None, doing: Doing | None = None) -> Row:
        """The stage-change contract (`stages.judged`) and the currency: one that there is, else the company's."""
        doing = doing or Doing(self._scope.user_id)
        new = stages.judged(values, before, doing, self.stages, self.fields)
        if before is None or "currency" in values:
            said = values.get("currency")
            new["currency"] = code_of(said) if said else self._scope.currency
        return new

    def consequences(self, doing: Doing, after: Row, before: Row | None) -> list[tuple[type, Row]]:
        """A line in the stage history for a new deal and each move; for a move also one on the timeline."""
        was = before["stage"] if before else None
        if was == after["stage"]:
            return []
        line = {
            "deal_id": after["id"],
            "from_stage": was,
            "to_stage": after["stage"],
            "moved_by": doing.user_id,
            "moved_at": stages.since(after, doing) if before is None else doing.at,
            "deal_value": after["deal_value"],
            "probability": after["probability"],
        }
        rows: list[tuple[type, Row]] = [(DealStageHistory, line)]
        if was is not None:
            title = stages.move_title(was, after["stage"], self.stages)
            about = {"deal_id": after["id"], "customer_id": after["customer_id"]}
            rows += noted(doing, title, after.get("loss_reason"), **about)
        return rows

    def unsound(self, before: Row, after: Row) -> str:
        """A won deal has the amount it was won for."""
        return stages.WON_NEEDS if after["stage"] == Stage.CLOSED_WON and not after["deal_value"] else ""

    def _parents_known(
        self, session: CompanySession, wanted: Sequence[tuple[Row, Row]]
    ) -> AbstractContextManager[None]:
        return known_parents(session, wanted)

    def linked(self, session: CompanySession, values: Row, before: Row | None) -> Row:
        """A deal that names a lead has the lead's customer."""
        return values if values.get("lead_id") is None else linked(session, values, before, ("lead_id",))

    def _carry(self, session: CompanySession, doing: Doing, written: Sequence[tuple[Row, Row]]) -> None:
        moved = {
            was["id"]: now["customer_id"] for was, now in written if was["customer_id"] != now["customer_id"]
        }
        carry_customers(session, doing, "deal_id", moved)

    def _moved_already(self, session: CompanySession, act_id: str, id_: int) -> bool:
        wanted = sa.select(ChangeLog.id).where(
            ChangeLog.act_id == act_id, ChangeLog.table_name == self.name, ChangeLog.row_id == id_
        )
        return session.scalar(wanted.limit(1)) is not None


def _blank(raw: Any) -> bool:
    return raw is None or raw != raw or (isinstance(raw, str) and not raw.strip())
