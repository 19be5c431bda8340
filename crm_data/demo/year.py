"""The schema document's own size after one year, times n: rows by the hundred thousand, to measure with."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import date
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data import clock
from crm_data.accounts.passwords import hashed, judged
from crm_data.demo.crowd import YEAR, Crowd
from crm_data.demo.filling import analyze, refuse_unless_empty
from crm_data.demo.ledger import ORDER, Row, link_converted, put
from crm_data.demo.mass import activities, customers, deals, leads, tasks
from crm_data.demo.staff import companies, email_of, memberships, users
from crm_data.demo.team import DemoPerson
from crm_data.store.store import Store
from crm_data.tables import Company, Membership, User
from crm_data.tables.fields import words

CACHE_KB = 256_000


def scale(
    store: Store | str,
    n: float = 1,
    password: str = "",
    *,
    big_tenant: bool = False,
    today: date | None = None,
    seed: int = 7,
    tell: Callable[[str], None] | None = None,
) -> list[DemoPerson]:
    """Fill an empty database with n times one year's size; about a minute at n = 1 on two cores.

    100 companies, 1,000 users, 1,500 memberships, 10,000 customers, 20,000 leads, 5,000 deals with their
    history, 50,000 tasks and 100,000 activities, each times `n`. With `big_tenant` the first company has half
    of all rows. `tell` gets a line of progress a table. Returns who works in the first company, the admin and
    operator first; everybody's password is `password`.
    Raises CrmError when the database is not empty, Invalid when the password cannot be used.
    """
    secret = hashed(judged(password))
    counts = {table: max(1, round(count * n)) for table, count in YEAR.items()}
    counts["user_companies"] = min(counts["user_companies"], counts["users"] * counts["companies"])
    with ExitStack() as stack:
        if isinstance(store, str):
            store = Store(store)
            stack.callback(store.close)
        session = stack.enter_context(store.system("a year of demo data"))
        refuse_unless_empty(session)
        _more_memory(session, CACHE_KB)
        crowd = Crowd(session.connection(), Random(seed), today or clock.now().date(), counts, big_tenant)
        rows: dict[str, Iterable[Row]] = {
            "companies": companies(crowd),
            "users": users(crowd, secret),
            "user_companies": memberships(crowd),
            "customers": customers(crowd),
            "leads": leads(crowd),
            "deals": deals(crowd),
            "deal_stage_history": crowd.history,
            "tasks": tasks(crowd),
            "activities": activities(crowd),
        }
        for table in filter(rows.__contains__, ORDER):  # a year of it has no goals
            made = put(crowd.connection, table, rows[table])
            if tell:
                tell(f"{made:,} {words(table).lower()}")
        link_converted(crowd.connection, crowd.converted)
        analyze(session)
        _more_memory(session, 16_000)
        return _people(session, crowd.companies[0])


def _more_memory(session: Session, kilobytes: int) -> None:
    """Room for the pages that so many indexes touch, on SQLite, for the time of the filling."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{kilobytes}")


def _people(session: Session, company_id: int) -> list[DemoPerson]:
    found = session.execute(
        sa.select(User, Membership.role, Company.name)
        .join(Membership, Membership.user_id == User.id)
        .join(Company, Company.id == Membership.company_id)
        .where(Company.id == company_id)
        .order_by(Membership.id)
    )
    return [
        DemoPerson(
            user.email,
            user.full_name,
            company,
            f"{words(role)}, operator" if user.email == email_of(1) else words(role),
        )
        for user, role, company in found
    ]
