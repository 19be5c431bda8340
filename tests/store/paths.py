"""The known ways round a filter on ORM statements to another company's rows, and what becomes of each.

`scoped` runs and shows or changes the own company's rows only; `refused` raises before anything is seen or
changed. A callable gets the session of the own company, and the filled other one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.orm import (
    aliased,
    joinedload,
    make_transient_to_detached,
    selectinload,
)

from crm_data.store.scope import CompanySession
from crm_data.tables import Activity, Customer, Deal
from tests.store.kin import KinCustomer, KinDeal
from tests.support.makers import Filled

C, D = Customer, Deal
core: Any = Customer.__table__
Try = Callable[[CompanySession, Filled], Any]


@dataclass(frozen=True)
class Path:
    """One way. `commits`: the refusal may come as late as COMMIT."""

    name: str
    outcome: str
    attempt: Try
    commits: bool = False


def scoped(name: str, attempt: Try) -> Path:
    """A way that works and stays inside."""
    return Path(name, "scoped", attempt)


def refused(name: str, attempt: Try, commits: bool = False) -> Path:
    """A way that is closed."""
    return Path(name, "refused", attempt, commits)


def made_up(table: Any, id: int, **values: Any) -> Any:
    """An object that claims to have been read from the database."""
    row = table(id=id, **values)
    make_transient_to_detached(row)
    return row


def _reused(session: CompanySession, other: Filled) -> Any:
    session.company = other.company_id  # type: ignore[misc]
    return session.scalars(select(C)).all()


def _switched(session: CompanySession, other: Filled) -> Any:
    session.add(made_up(C, other.customer_id, company_id=other.company_id))
    return session.get(C, other.customer_id)


def _refreshed(session: CompanySession, other: Filled) -> Any:
    row = made_up(C, other.customer_id)
    session.add(row)
    session.refresh(row)
    return row.name


def _expired(session: CompanySession, other: Filled) -> Any:
    row = made_up(C, other.customer_id)
    session.add(row)
    return row.name


def _moved(session: CompanySession, other: Filled) -> None:
    row = session.scalars(select(C)).first()
    assert row is not None
    row.company_id = other.company_id
    session.flush()


def _engine(session: CompanySession, other: Filled) -> Any:
    with session.get_bind().connect() as connection:
        return connection.execute(select(core)).all()


def _lazy(session: CompanySession, other: Filled) -> Any:
    return [deal.deal_name for row in session.scalars(select(KinCustomer)) for deal in row.deals]


def _linked(session: CompanySession, other: Filled) -> None:
    session.add(D(customer_id=other.customer_id, deal_name="x", deal_value=1))
    session.flush()


def flushed(row: Callable[[Filled], Any]) -> Try:
    def attempt(session: CompanySession, other: Filled) -> None:
        session.add(row(other))
        session.flush()

    return attempt


PUBLISHED = [
    scoped("select of an entity", lambda s, o: s.scalars(select(C)).all()),
    scoped("aliased", lambda s, o: s.scalars(select(aliased(C))).all()),
    scoped("legacy query", lambda s, o: s.query(C).all()),
    scoped(
        "joined relationship",
        lambda s, o: [
            d.deal_name
            for c in s.scalars(select(KinCustomer).options(joinedload(KinCustomer.deals))).unique()
            for d in c.deals
        ],
    ),
    scoped(
        "selectin relationship",
        lambda s, o: [
            d.deal_name
            for c in s.scalars(select(KinCustomer).options(selectinload(KinCustomer.deals)))
            for d in c.deals
        ],
    ),
    scoped("lazy relationship", _lazy),
    refused(
        "many-to-many target",
        lambda s, o: [row.lead_name for c in s.scalars(select(KinCustomer)) for row in c.leads],
    ),
    scoped("union", lambda s, o: s.execute(sa.union(select(C.name), select(D.deal_name))).all()),
    scoped("subquery", lambda s, o: s.execute(select(select(C.name).subquery().c.name)).all()),
    scoped(
        "scalar subquery",
        lambda s, o: s.execute(select(C.name, select(func.max(D.deal_name)).scalar_subquery())).all(),
    ),
    scoped("exists", lambda s, o: s.execute(select(C.id).where(exists().where(D.id == o.deal_id))).all()),
    refused(
        "has",
        lambda s, o: s.scalars(
            select(KinDeal).where(KinDeal.customer.has(KinCustomer.id == o.customer_id))
        ).all(),
    ),
    scoped(
        "count",
        lambda s, o: [s.scalar(select(func.count(C.id))), s.scalar(select(func.count()).select_from(C))],
    ),
    scoped("ORM update", lambda s, o: s.execute(update(C).where(C.id.in_([1, 2])).values(name="changed"))),
    scoped("ORM delete", lambda s, o: s.execute(delete(Activity))),
    scoped("cold get", lambda s, o: s.get(C, o.customer_id)),
    refused("get of what is in the identity map", _switched),
    refused("a session that switches its company", _reused),
    refused("Core select", lambda s, o: s.execute(select(core)).all()),
    refused(
        "a Core table in a join",
        lambda s, o: s.execute(select(D.id, core.c.name).join(core, sa.true())).all(),
    ),
    refused("a function of a Core column", lambda s, o: s.scalar(select(func.count(core.c.id)))),
    refused("text", lambda s, o: s.execute(text("SELECT * FROM customers")).all()),
    refused(
        "from_statement",
        lambda s, o: s.scalars(select(C).from_statement(text("SELECT * FROM customers"))).all(),
    ),
    refused("engine.connect", _engine),
    refused("pandas on the engine", lambda s, o: pd.read_sql("SELECT * FROM customers", s.get_bind())),
    refused("refresh of a made-up object", _refreshed),
    refused("expired attribute of a made-up object", _expired),
    refused("insert from select", lambda s, o: s.execute(sa.insert(C).from_select(["name"], select(C.name)))),
    refused(
        "bulk update by primary key",
        lambda s, o: s.execute(update(C), [{"id": o.customer_id, "name": "changed"}]),
    ),
    refused(
        "bulk_update_mappings", lambda s, o: s.bulk_update_mappings(C, [{"id": o.customer_id, "name": "x"}])
    ),
    refused("Core update", lambda s, o: s.execute(core.update().values(name="changed"))),
    refused("Core delete", lambda s, o: s.execute(core.delete())),
    refused("a new row of the other company", flushed(lambda o: C(name="x", company_id=o.company_id))),
    refused("an own row given to the other company", _moved),
    refused("a link to the other company's row", _linked, commits=True),
    refused("merge of a foreign row", lambda s, o: s.merge(C(id=o.customer_id, name="changed"))),
]
