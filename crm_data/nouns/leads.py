"""Leads: changes of status are noted, and a lead becomes customer and deal in one act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Any, ClassVar

import sqlalchemy as sa

from crm_data.errors import Invalid
from crm_data.nouns import of_customers, selections, waiting
from crm_data.nouns.customers import Customers
from crm_data.nouns.deals import Deals
from crm_data.nouns.links import carry_customers
from crm_data.nouns.moves import noted
from crm_data.rights import Act, demand
from crm_data.store import query as q
from crm_data.store.again import again
from crm_data.store.changes import Doing, doing_of
from crm_data.store.locks import lock_company
from crm_data.store.names import member_names
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.store.values import row_id
from crm_data.store.zones import within
from crm_data.tables import Customer, Deal, Lead
from crm_data.tables.deal import Stage
from crm_data.tables.fields import words
from crm_data.tables.lead import LeadStatus

CONVERTED_TO = Stage.QUALIFIED  # where the deal of a lead begins


@dataclass(frozen=True)
class Converted:
    """What became of a lead."""

    lead_id: int
    customer_id: int
    deal_id: int


class Leads(Records):
    """The leads of one company."""

    table = Lead
    presets: ClassVar[tuple[str, ...]] = ("open", "mine", "converted")
    together: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"status", "converted_at", "converted_deal_id", "customer_id"}),
    )
    carried: ClassVar[frozenset[str]] = frozenset({"customer_id"})
    noted: ClassVar[frozenset[str]] = frozenset({"status", "converted_at"})
    behind: ClassVar[Mapping[str, str]] = {
        "converting": "made or converted in the period",
        **{name: selections.SAID[name] for name in selections.LEADS},
        **of_customers.SAID,
        **waiting.SAID,
    }

    def narrow(self, query: q.Query) -> list[sa.ColumnElement[bool]]:
        """'open' are neither lost nor converted, 'mine' those of them that are mine, 'converted' became deals.

        Behind numbers: 'converting:FIRST..LAST' were made or converted in those days, and those of
        `selections`, `of_customers` and `waiting`.
        """
        if query.preset in waiting.SAID:
            return waiting.narrow(Lead, query, self._scope.user_id)
        name, _, days = query.preset.partition(":")
        if name == "converting":
            first, last = q.days_of(days)
            return [
                sa.or_(
                    *(within(day, first, last, query.zone) for day in (Lead.created_at, Lead.converted_at))
                )
            ]
        if name in of_customers.SAID:
            declared = self._scope.own.declared(Customer)
            but = name == "of_customer_else"
            return [of_customers.of_customer(days, declared, but, Lead.customer_id)]
        if name in selections.LEADS:
            return [selections.LEADS[name](days, query.zone)]
        if query.preset == "converted":
            return [Lead.converted_at.is_not(None)]
        open_ = [*Lead.still_open()]
        return [*open_, Lead.assigned_to == self._scope.user_id] if query.preset == "mine" else open_

    @again
    def convert(
        self,
        id: Any,
        customer: int | Mapping[str, Any] | None = None,
        deal: Mapping[str, Any] | None = None,
        act_id: str | None = None,
        zone: tzinfo = UTC,
        second: bool = False,
        although: str = "",
    ) -> Converted:
        """Make a deal of a lead, with its customer, in one transaction. The same `act_id` again makes nothing.

        `customer`: an id to link; values of a new one, over those of the lead; None for the lead's own. None and
        {} link the customer who has the lead's e-mail already, and make one where there is none; values of a new
        one are refused there. `second`: make another with that e-mail, since a person asked for it. `deal`: values
        over those that follow from the lead (its name, value, owner, stage qualified). `although`: what was said
        against it, which the log keeps. Needs the right to change the lead and to add what is made.
        Raises Invalid (also for a lead converted already), NotAllowed, NotFound.
        """
        deals, customers = Deals(self._store, self._scope), Customers(self._store, self._scope)
        doing = replace(doing_of(self._scope.user_id, act_id, zone, kind="convert"), although=although)
        with self._store.write(self._scope) as session:
            lock_company(session)  # for the customer that there may be already, and before the lead
            lead = self._rows(session, [id])[row_id(id) or 0]
            made = deals._already(session, doing.act_id)
            if made is not None and made == lead.converted_deal_id:
                return Converted(lead.id, lead.customer_id, made)
            self._may_convert(lead)
            doing = replace(doing, title=f"Converted lead {lead.lead_name}")
            customer_id = self._customer(session, doing, customers, lead, customer, second)
            if customer_id != lead.customer_id:
                self._apply(session, doing, lead, {"customer_id": customer_id})
            own = _deal_of(lead, self._owner(session, lead))
            said = {**own, **(deal or {}), "customer_id": customer_id, "lead_id": lead.id}
            values = deals.parse_all(said, zone, adding=True)
            deal_id = deals._add(session, doing, deals.judge(values, None, doing))
            done = {"status": LeadStatus.QUALIFIED.value, "converted_at": doing.at}
            self._apply(session, doing, lead, {**done, "converted_deal_id": deal_id})
            return Converted(lead.id, customer_id, deal_id)

    # the rules

    def judge(self, values: Row, before: Row | None, doing: Doing | None = None) -> Row:
        """A converted lead stays what it is: qualified, with its customer."""
        if before and before["converted_at"] is not None:
            for name in ("status", "customer_id"):
                if name in values:
                    raise Invalid(
                        f"{self.fields[name].label}: this lead became a deal. Make the change there.", name
                    )
        return values

    def unsound(self, before: Row, after: Row) -> str:
        """A converted lead stays what it is, while it is converted."""
        still = (
            before["converted_at"] is not None and before["converted_deal_id"] == after["converted_deal_id"]
        )
        if still and any(before[name] != after[name] for name in ("status", "customer_id")):
            return "This lead became a deal since. Make the change there."
        return ""

    def consequences(self, doing: Doing, after: Row, before: Row | None) -> list[tuple[type, Row]]:
        """A line on the timeline for each change of status, and for the conversion."""
        if before is None:
            return []
        about = {"lead_id": after["id"], "customer_id": after["customer_id"]}
        if before["converted_at"] != after["converted_at"]:
            return noted(doing, "Converted to a deal", **about, deal_id=after["converted_deal_id"])
        if before["status"] == after["status"]:
            return []
        return noted(doing, f"Status: {words(before['status'])} to {words(after['status'])}", **about)

    def _carry(self, session: CompanySession, doing: Doing, written: Sequence[tuple[Row, Row]]) -> None:
        given = [(was, now) for was, now in written if now["customer_id"] not in (None, was["customer_id"])]
        carry_customers(session, doing, "lead_id", {was["id"]: now["customer_id"] for was, now in given})

    def _may_merge(self, kept: Row, others: Sequence[Row]) -> None:
        """A lead that became a deal stays the one that did; those of two customers are not one."""
        done = [row for row in (kept, *others) if row["converted_at"] is not None]
        if len(done) > 1:
            raise Invalid("Two of these leads became deals, each its own. Leave one of them out.")
        if done and done[0] is not kept:
            raise Invalid(f"{done[0]['lead_name']} became a deal. Choose that lead as the one that stays.")
        if len({row["customer_id"] for row in (kept, *others)} - {None}) > 1:
            raise Invalid("These leads belong to different customers. Merge the customers first.")

    def _merged(self, session: CompanySession, doing: Doing, kept: Row) -> None:
        """What hangs on the lead is its customer's."""
        if kept["customer_id"] is None:
            return
        carry_customers(session, doing, "lead_id", {kept["id"]: kept["customer_id"]})
        other = (Deal.lead_id == kept["id"], Deal.customer_id != kept["customer_id"])
        if (name := session.scalar(sa.select(Deal.deal_name).where(*other).limit(1))) is not None:
            raise Invalid(f"The deal {name} is of another customer than these leads. Give it theirs first.")

    def _may_convert(self, lead: Any) -> None:
        demand(self.person, Act.CHANGE, self.name, self._tie(self._as_row(lead)))
        demand(self.person, Act.ADD, "deals")
        if lead.converted_at is not None:
            raise Invalid("This lead was converted already. Open its deal instead.")
        if lead.archived_at is not None:
            raise Invalid("This lead was archived meanwhile. Restore it before converting it.")

    def _owner(self, session: CompanySession, lead: Any) -> int | None:
        """The lead's owner, or me when they have left or there is none."""
        active = member_names(session, active=True)
        return int(lead.assigned_to) if lead.assigned_to in active else self._scope.user_id

    def _customer(
        self,
        session: CompanySession,
        doing: Doing,
        customers: Customers,
        lead: Any,
        said: Any,
        second: bool,
    ) -> int:
        if said is None and lead.customer_id is not None:
            return int(lead.customer_id)
        if said is None or isinstance(said, Mapping):
            own = _customer_of(lead, self._owner(session, lead))
            values = customers.parse_all({**own, **(said or {})}, doing.zone, adding=True)
            same = None if second else customers._same_email(session, values.get("email"))
            if same is not None:
                return _linked(same, values, bool(said))
            demand(self.person, Act.ADD, customers.name)
            return customers._add(session, doing, customers.judge(values, None, doing))
        found = customers._get(session, said)
        if found["archived_at"] is not None:
            raise Invalid("This customer is archived. Restore it first, or choose another.", "customer_id")
        return int(found["id"])


def _linked(same: Row, values: Row, asked: bool) -> int:
    """The customer who has the e-mail already; what was typed for a new one is never dropped in silence."""
    if same["archived_at"] is not None:
        raise Invalid(
            f"{same['name']} has the e-mail {values['email']} and is archived. Restore that customer first, or say"
            " that a second one is wanted.",
            "customer_id",
        )
    if asked:
        raise Invalid(
            f"{same['name']} has the e-mail {values['email']} already. Choose that customer, or say that a second"
            " one is wanted.",
            "customer_id",
        )
    return int(same["id"])


def _customer_of(lead: Any, owner: int | None) -> Row:
    own = {name: getattr(lead, name) for name in ("email", "phone", "source", "priority")}
    return {"name": lead.lead_name, "assigned_to": owner, **{n: v for n, v in own.items() if v is not None}}


def _deal_of(lead: Any, owner: int | None) -> Row:
    return {
        "deal_name": lead.lead_name,
        "deal_value": lead.estimated_value,
        "stage": CONVERTED_TO.value,
        "assigned_to": owner,
    }
