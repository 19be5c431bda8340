"""Makers of rows for tests: a company, a person, a customer and so on, each valid with nothing but a session.

Every maker takes a session of `Store.system` and values that replace its own, writes the row, and returns it
with its id. `filled_company` makes a row at least in every table inside a company, its texts the company's canary.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.store.changes import Doing
from crm_data.store.log import close, record
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import (
    OUTSIDE_ANY_COMPANY,
    Activity,
    Base,
    ChainHead,
    ChangeLog,
    ChangeSet,
    Company,
    Customer,
    Deal,
    DealStageHistory,
    Lead,
    Membership,
    Task,
    User,
    by_name,
)
from crm_data.tables.fields import Kind
from crm_data.tables.spare import spares

OWN_MAKERS = (
    Membership,
    Customer,
    Lead,
    Deal,
    DealStageHistory,
    Task,
    Activity,
    ChangeLog,
    ChangeSet,
    ChainHead,
)
MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_number = count(1)


def scope(company_id: int, user_id: int | None = None, role: str = "admin") -> CompanyScope:
    """The scope of the system, or of a person, in a company."""
    return CompanyScope(company_id, user_id, role)


def company(session: Session, **values: Any) -> Company:
    """A company, active, with an e-mail of its own."""
    number = next(_number)
    return _made(session, Company, {"name": f"Company {number}", "email": f"c{number}@example.com"}, values)


def person(session: Session, **values: Any) -> User:
    """A person who is in no company yet and has no password that fits."""
    number = next(_number)
    own = {"email": f"p{number}@example.com", "first_name": "Ann", "last_name": "Other", "password_hash": "-"}
    return _made(session, User, own, values)


def member(session: Session, company_id: int, role: str = "sales_rep", **values: Any) -> Membership:
    """A membership; of a new person unless `user_id` says whose."""
    user_id = values.pop("user_id", None) or person(session).id
    return _made(session, Membership, {"company_id": company_id, "user_id": user_id, "role": role}, values)


def customer(session: Session, company_id: int, **values: Any) -> Customer:
    """A customer, nobody's."""
    return _made(session, Customer, {"company_id": company_id, "name": "A customer"}, values)


def lead(session: Session, company_id: int, **values: Any) -> Lead:
    """A new lead without a customer, nobody's."""
    return _made(session, Lead, {"company_id": company_id, "lead_name": "A lead"}, values)


def deal(session: Session, company_id: int, customer_id: int, **values: Any) -> Deal:
    """An open deal of 100.00 US dollars in the first stage."""
    own = {
        "company_id": company_id,
        "customer_id": customer_id,
        "deal_name": "A deal",
        "deal_value": Decimal(100),
    }
    return _made(session, Deal, own, values)


def task(session: Session, company_id: int, assigned_to: int, **values: Any) -> Task:
    """A pending task without a date."""
    return _made(
        session, Task, {"company_id": company_id, "assigned_to": assigned_to, "title": "A task"}, values
    )


def activity(session: Session, company_id: int, user_id: int, **values: Any) -> Activity:
    """A note about nothing in particular."""
    own = {"company_id": company_id, "user_id": user_id, "title": "A note", "activity_type": "note"}
    return _made(session, Activity, own | {"activity_date": MOMENT}, values)


def _made(session: Session, table: Any, own: dict[str, Any], values: dict[str, Any]) -> Any:
    row = table(**(own | values))
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True)
class Filled:
    """A company with one row at least in every table, by their ids. `canary` is in all of its texts."""

    canary: str
    company_id: int
    admin_id: int
    rep_id: int
    membership_id: int
    customer_id: int
    lead_id: int
    deal_id: int
    task_id: int
    activity_id: int
    moved_id: int
    logged_id: int
    others: Mapping[str, int]  # table -> id, of every table that has no maker of its own here

    @property
    def scope(self) -> CompanyScope:
        """The scope of its admin."""
        return CompanyScope(self.company_id, self.admin_id, "admin", company_name=self.canary)

    def id_in(self, table: str) -> int:
        """The id of its row in a table, by the table's name."""
        ids = {
            "companies": self.company_id,
            "user_companies": self.membership_id,
            "customers": self.customer_id,
            "leads": self.lead_id,
            "deals": self.deal_id,
            "deal_stage_history": self.moved_id,
            "tasks": self.task_id,
            "activities": self.activity_id,
            "change_log": self.logged_id,
        }
        return ids[table] if table in ids else self.others[table]


def _own_fields(row: Any, canary: str, rep: User) -> list[dict[str, Any]]:
    """Fill a spare column of each kind of a record; what its company says of these."""
    values = {Kind.TEXT: canary, Kind.WHOLE: 7, Kind.MONEY: Decimal("1.25"), Kind.DAY: MOMENT.date()}
    values |= {Kind.NUMBER: Decimal("-1.5")}
    values |= {Kind.YES_NO: True, Kind.MEMBER: rep.id}
    said = []
    for kind, value in values.items():
        setattr(row, name := spares(kind)[0], value)
        said.append({"name": name, "label": f"{canary} {kind}", "kind": kind.value})
    return said


def filled_company(session: Session, canary: str) -> Filled:
    """A company whose rows are linked in every way that the tables know, all owned by its one sales rep."""
    own = company(session, name=canary, email=f"info@{canary}.example")
    admin, rep = (
        person(session, email=f"{who}@{canary}.example", first_name=canary, last_name=who)
        for who in ("admin", "rep")
    )
    member(session, own.id, "admin", user_id=admin.id, is_primary=True)
    membership = member(session, own.id, "sales_rep", user_id=rep.id, is_primary=True)
    made_by = {"created_by": admin.id, "notes": canary}
    kept = {"assigned_to": rep.id, **made_by}
    client = customer(session, own.id, name=canary, email=f"buyer@{canary}.example", tags=[canary], **kept)
    lead_ = lead(session, own.id, lead_name=canary, status="qualified", customer_id=client.id, **kept)
    deal_ = deal(session, own.id, client.id, deal_name=canary, lead_id=lead_.id, **kept)
    deal_.expected_close_date = date(2026, 6, 30)
    lead_.converted_at, lead_.converted_deal_id = MOMENT, deal_.id
    links = {"customer_id": client.id, "lead_id": lead_.id, "deal_id": deal_.id, "description": canary}
    task_ = task(session, own.id, rep.id, title=canary, due_date=MOMENT, created_by=admin.id, **links)
    activity_ = activity(session, own.id, rep.id, title=canary, task_id=task_.id, **links)
    own.own_fields = {
        row.__tablename__: _own_fields(row, canary, rep) for row in (client, lead_, deal_, task_)
    }
    moved = DealStageHistory(
        company_id=own.id, deal_id=deal_.id, to_stage="prospect", moved_by=rep.id, deal_value=deal_.deal_value
    )
    session.add(moved)
    session.flush()
    told = [(client.id, None, {"name": canary})]
    record(session, Doing(admin.id, "first"), "customers", "add", told, company=own.id, name=canary)
    close(session)
    logged, act, head = (
        session.scalars(sa.select(table).where(table.company_id == own.id)).one()
        for table in (ChangeLog, ChangeSet, ChainHead)
    )
    rows = (own, admin, rep, membership, client, lead_, deal_, task_, activity_, moved, logged)
    ids = [row.id for row in rows]
    made = Filled(canary, *ids, others={"change_sets": act.id, "chain_heads": head.id})
    return replace(made, others={**made.others, **the_rest(session, made, Base.metadata.tables)})


def the_rest(session: Session, made: Filled, tables: Collection[str]) -> dict[str, int]:
    """A row in each of these tables that has no maker of its own and is inside a company, as its columns are
    declared: a new table needs no maker.
    """
    known = {row.name for row in (Company.__table__, *(t.__table__ for t in OWN_MAKERS))}
    rest: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        if table.name in tables and table.name not in known | OUTSIDE_ANY_COMPANY:
            values = {
                c.name: _value(c, replace(made, others=rest))
                for c in table.columns
                if not c.primary_key and c.name != "company_id"
            }
            given = {name: value for name, value in values.items() if value is not None}
            rest[table.name] = _made(session, by_name(table.name), {"company_id": made.company_id}, given).id
    return rest


def _value(column: sa.Column[Any], made: Filled) -> Any:
    """What a column that follows no rule but its declaration may hold; None leaves it to its default."""
    field = column.info.get("field")
    for key in column.foreign_keys:
        to = key.column.table.name
        if to == "users" or key.column.name == "user_id":  # a member is named by the person, not by the row
            return made.rep_id
        return made.id_in(to) if to not in OUTSIDE_ANY_COMPANY else None
    if column.server_default is not None or field is None or column.nullable:
        return None
    if field.choices:
        return next(iter(field.choices)).value
    if column.name == "table_name":  # of the record that is named beside it
        return "customers"
    plain = {Kind.MONEY: Decimal(1), Kind.WHOLE: field.low, Kind.DAY: MOMENT.date(), Kind.MOMENT: MOMENT}
    plain |= {
        Kind.YES_NO: False,
        Kind.TAGS: [made.canary],
        Kind.JSON: {},
        Kind.EMAIL: f"x@{made.canary}.example",
    }
    return plain.get(field.kind, made.canary[: field.length])


def two_companies(store: Store) -> tuple[Filled, Filled]:
    """Two filled companies that share nothing but the tables: the ids of every row differ."""
    with store.system("two companies for a test") as session:
        return filled_company(session, "canaryone"), filled_company(session, "canarytwo")
