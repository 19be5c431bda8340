"""Three companies with people in one or two of them, a clock, and everything that the database keeps of them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from crm_data import Workspace, clock
from crm_data.rights import ROLES
from crm_data.store.guards import guarded_tables
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import Base
from crm_data.tables.sort_keys import kept_key, sorted_texts
from tests.support import chance, makers
from tests.support.kinds import KINDS

# In every text of a company's rows, and in nothing else.
CANARIES = ("zqalpha", "zqbravo", "zqcedar")
# Far from the real clock, which the triggers of the database go by: the two are told apart by the year.
BEGINS = datetime(2101, 3, 2, 9, 30, tzinfo=UTC)
NOBODY = 987_654
# Written by the product about other writes; they only grow.
ACTS = ("change_log", "change_sets")

Row = dict[str, Any]
Table = dict[int, Row]
Dump = dict[int, dict[str, Table]]


def mark(canary: str) -> str:
    """The mark of a company's exports, of as many letters as the product's own."""
    return f"{canary}marks"


@dataclass
class Member:
    """A membership as rights see it."""

    role: str
    ended: bool = False


@dataclass
class World:
    """An open store. `companies`: id -> canary. Time goes on by `tick` alone."""

    store: Store
    companies: dict[int, str] = field(default_factory=dict)
    moment: datetime = BEGINS

    def tick(self, seconds: int) -> None:
        """Later; never the same second twice, so that every change has its own stamp."""
        self.moment += timedelta(seconds=seconds)

    def at(self, company: int, user: int, role: str, currency: str = "USD") -> Workspace:
        """One person at work, as a sign-in would make it."""
        scope = CompanyScope(company, user, role, company_name=self.companies[company], currency=currency)
        return Workspace(self.store, scope)

    def restamp(self, name: str) -> None:
        """Rows changed twice in one second were stamped by the trigger, which goes by the real clock."""
        table = Base.metadata.tables[name]
        by_trigger = sa.update(table).where(table.c.updated_at < BEGINS)
        with self.store.system("the model's clock") as session:
            session.execute(by_trigger.values(updated_at=self.moment))

    def dump(self, known: Dump | None = None) -> Dump:
        """Every row of every company, by company, table and id.

        `known`: an earlier dump, from which the lines of the logs are taken that it has; only new ones are read.
        """
        found: Dump = {id_: {} for id_ in self.companies}
        with self.store.system("the model looks", write=False) as session:
            for name, column in guarded_tables().items():
                if name.startswith("search_"):  # the search's own words of the records, which triggers keep
                    continue
                table = Base.metadata.tables[name]
                wanted, last = sa.select(table), 0
                for id_, tables in found.items():
                    tables[name] = dict(known[id_][name]) if known and name in ACTS else {}
                    last = max(last, *tables[name], 0)
                for row in session.execute(wanted.where(table.c.id > last)).mappings():
                    found[row[column]][name][row["id"]] = _without_keys(table, dict(row))
        return found

    def outside(self) -> dict[str, list[Row]]:
        """Every row outside any company, but for the log that may grow."""
        names = ("users", "sessions", "sign_in_attempts", "one_time_links")
        with self.store.system("the model looks", write=False) as session:
            return {
                name: [dict(row) for row in session.execute(sa.select(table).order_by(table.c.id)).mappings()]
                for name in names
                for table in [Base.metadata.tables[name]]
            }

    def close(self) -> None:
        """The clock goes again."""
        clock.set_source(None)
        self.store.close()


def _without_keys(table: sa.Table, row: Row) -> Row:
    """A row as the model knows it: sort keys say nothing but what their texts say, after whatever act."""
    for key, text in sorted_texts(table.c.keys()).items():
        assert row.pop(key) == kept_key(row[text]), (table.name, row)
    return row


def members(tables: Mapping[str, Table]) -> dict[int, Member]:
    """Who works, or worked, in a company: user id -> membership."""
    return {
        row["user_id"]: Member(row["role"], row["ended_at"] is not None)
        for row in tables["user_companies"].values()
    }


def new_world(url: str) -> World:
    """Three companies with a person a role and some rows of each kind; two people work in two companies."""
    world = World(Store(url))
    clock.set_source(lambda: world.moment)
    dice = chance.dice(1)
    with world.store.system("the model's world") as session:
        shared = [
            makers.person(
                session, email=f"both{at}@example.com", first_name="Both", last_name=f"Hands{at}"
            ).id
            for at in range(2)
        ]
        for at, canary in enumerate(CANARIES):
            own = {"name": canary, "email": f"info@{canary}.example", "city": canary}
            company = makers.company(session, **own, export_mark=mark(canary))
            world.companies[company.id] = canary
            people = {}
            for role in ROLES:
                person = makers.person(
                    session, email=f"{role}@{canary}.example", first_name=canary, last_name=role
                )
                makers.member(session, company.id, role, user_id=person.id, is_primary=True)
                people[role] = person.id
            left = makers.person(session, email=f"left@{canary}.example", first_name=canary, last_name="left")
            makers.member(session, company.id, "manager", user_id=left.id, ended_at=BEGINS)
            if at < 2:
                makers.member(session, company.id, ("manager", "user")[at], user_id=shared[0])
            if at > 0:
                makers.member(session, company.id, ("admin", "sales_rep")[at - 1], user_id=shared[1])
            for _ in range(3):
                _some_rows(session, company.id, canary, list(people.values()), dice)
    return world


def _some_rows(session: Any, company: int, canary: str, people: list[int], dice: random.Random) -> None:
    who = dice.choice(people)
    kept = {"assigned_to": dice.choice([None, *people]), "created_by": dice.choice(people), "notes": canary}
    customer = makers.customer(session, company, name=canary, email=f"buyer@{canary}.example", **kept)
    lead = makers.lead(session, company, lead_name=canary, email=f"lead@{canary}.example", **kept)
    deal = makers.deal(session, company, customer.id, deal_name=canary, probability=10, **kept)
    task = makers.task(session, company, who, title=canary, deal_id=deal.id, customer_id=customer.id)
    activity = makers.activity(
        session, company, who, title=canary, task_id=task.id, customer_id=customer.id, deal_id=deal.id
    )
    ids = [customer.id, lead.id, deal.id, task.id, activity.id]
    made = makers.Filled(canary, company, who, who, 0, *ids, moved_id=0, logged_id=0, others={})
    makers.the_rest(session, made, KINDS)
