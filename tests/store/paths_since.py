"""Further ways to another company's rows, found while the walls were built; see paths.py for how to read them."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.orm import Bundle, aliased, defer, load_only
from sqlalchemy.orm import join as orm_join

from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog, Company, Customer, Deal, Lead, Membership, Task, User
from tests.store.paths import Try, flushed, made_up, refused, scoped
from tests.support.makers import Filled

C, D, L = Customer, Deal, Lead
core: Any = Customer.__table__
deals: Any = Deal.__table__


def _renumbered(session: CompanySession, other: Filled) -> None:
    row = session.scalars(select(C)).first()
    assert row is not None
    row.id = 12_345
    session.flush()


def _assigned(session: CompanySession, other: Filled) -> None:
    session.add(C(name="x", assigned_to=other.rep_id))
    session.flush()


def _forged(change: Callable[[CompanySession, Any], None]) -> Try:
    def attempt(session: CompanySession, other: Filled) -> None:
        row = made_up(C, other.customer_id, company_id=session.company)
        change(session, row)
        session.flush()

    return attempt


def _rename(session: CompanySession, row: Any) -> None:
    session.add(row)
    row.name = "changed"


def _erased_company(session: CompanySession, other: Filled) -> None:
    session.delete(session.get_one(Company, session.company))
    session.flush()


def _erased_person(session: CompanySession, other: Filled) -> None:
    session.delete(session.get_one(User, other.rep_id))
    session.flush()


def _own(session: CompanySession) -> Any:
    return session.scalars(select(C)).first()


def _refreshed_own(session: CompanySession, other: Filled) -> Any:
    row = _own(session)
    session.expire(row)
    return row.name, session.refresh(row), row.notes


FOUND_SINCE = [
    # tables that come in without being recognised
    refused("a Core column beside an ORM one", lambda s, o: s.execute(select(D.id, core.c.name)).all()),
    refused(
        "a table as itself and as its class",
        lambda s, o: s.execute(select(C.id).select_from(core, C)).all(),
    ),
    refused(
        "a Core column within a function", lambda s, o: s.execute(select(D.id, func.lower(core.c.name))).all()
    ),
    refused(
        "a Core table in a subquery",
        lambda s, o: s.execute(select(C.id).where(C.id.in_(select(deals.c.id)))).all(),
    ),
    refused(
        "a Core table in exists", lambda s, o: s.execute(select(C.id).where(exists(select(deals.c.id)))).all()
    ),
    refused(
        "a Core alias in a join", lambda s, o: s.execute(select(C.id).join(core.alias(), sa.true())).all()
    ),
    refused(
        "an entity over a Core subquery",
        lambda s, o: s.scalars(select(aliased(C, select(core).subquery()))).all(),
    ),
    refused(
        "an entity over a Core alias", lambda s, o: s.scalars(select(aliased(C, select(core).cte()))).all()
    ),
    refused(
        "a table made of its name",
        lambda s, o: s.execute(
            select(
                C.id, select(sa.table("deals", sa.column("deal_name")).c.deal_name).limit(1).scalar_subquery()
            )
        ).all(),
    ),
    refused(
        "union of Core selects", lambda s, o: s.execute(sa.union(select(core.c.name), select(C.name))).all()
    ),
    refused(
        "the second table of a function",
        lambda s, o: s.execute(select(func.coalesce(C.name, D.deal_name))).all(),
    ),
    refused(
        "the second table of a case", lambda s, o: s.execute(select(sa.case((C.id == 1, D.deal_name)))).all()
    ),
    refused(
        "the second table of a bundle", lambda s, o: s.execute(select(Bundle("b", C.id, D.deal_name))).all()
    ),
    refused("a window alone", lambda s, o: s.execute(select(func.count().over(partition_by=C.name))).all()),
    refused(
        "a window alone, in a subquery",
        lambda s, o: s.execute(
            select(D.id, select(func.max(C.name).over(order_by=C.id)).limit(1).scalar_subquery())
        ).all(),
    ),
    refused("a filtered count alone", lambda s, o: s.scalar(select(func.count(C.id).filter(C.id > 0)))),
    scoped(
        "a filtered count with its table",
        lambda s, o: s.scalar(select(func.count(C.id).filter(C.id > 0)).select_from(C)),
    ),
    refused(
        "an ORM join in select_from",
        lambda s, o: s.execute(select(C.id).select_from(orm_join(C, D, sa.true()))).all(),
    ),
    refused(
        "a Core join of entities",
        lambda s, o: s.execute(select(C.id).select_from(sa.join(C, D, sa.true()))).all(),
    ),
    refused(
        "the left side of join_from", lambda s, o: s.execute(select(D.id).join_from(C, D, sa.true())).all()
    ),
    scoped("join", lambda s, o: s.execute(select(C.name, D.deal_name).join(D, sa.true())).all()),
    scoped("outer join", lambda s, o: s.execute(select(C.name, D.deal_name).outerjoin(D, sa.true())).all()),
    refused(
        "full outer join",
        lambda s, o: s.execute(select(User.id, D.deal_name).join(D, D.id == User.id, full=True)).all(),
    ),
    scoped(
        "a join to an aliased table", lambda s, o: s.execute(select(D.id).join(aliased(C), sa.true())).all()
    ),
    # places where an ORM class may stand
    scoped("where alone", lambda s, o: s.execute(select(sa.literal(1)).where(C.id == o.customer_id)).all()),
    refused("exists alone", lambda s, o: s.scalar(select(exists().where(C.id == o.customer_id)))),
    scoped(
        "a correlated subquery",
        lambda s, o: s.execute(
            select(C.name, select(func.max(D.deal_name)).where(D.customer_id == C.id).scalar_subquery())
        ).all(),
    ),
    scoped(
        "a falsely correlated subquery",
        lambda s, o: s.execute(
            select(L.lead_name, select(C.name).where(C.id == o.customer_id).correlate(C).scalar_subquery())
        ).all(),
    ),
    scoped(
        "order_by a subquery",
        lambda s, o: s.execute(
            select(C.name).order_by(select(func.max(D.deal_value)).scalar_subquery())
        ).all(),
    ),
    scoped(
        "having a subquery",
        lambda s, o: s.execute(
            select(func.max(C.name)).group_by(C.status).having(select(func.count(D.id)).scalar_subquery() > 0)
        ).all(),
    ),
    scoped("common table expression", lambda s, o: s.execute(select(select(C.name).cte().c.name)).all()),
    scoped(
        "tuples in a subquery",
        lambda s, o: s.execute(
            select(C.name).where(sa.tuple_(C.id, C.name).in_(select(D.customer_id, D.deal_name)))
        ).all(),
    ),
    scoped(
        "union as an entity",
        lambda s, o: s.scalars(select(aliased(C, sa.union_all(select(C), select(C)).subquery()))).all(),
    ),
    scoped("query with count and filter_by", lambda s, o: s.query(C).filter_by(id=o.customer_id).count()),
    refused("query from a statement", lambda s, o: s.query(C).from_statement(select(core)).all()),
    scoped("query update", lambda s, o: s.query(C).update({"name": "changed"})),
    scoped("query delete", lambda s, o: s.query(Task).delete()),
    refused("a lambda statement", lambda s, o: s.execute(sa.lambda_stmt(lambda: select(core))).all()),
    # text
    refused(
        "text among the columns",
        lambda s, o: s.execute(select(C.id, text("(SELECT max(name) FROM customers)"))).all(),
    ),
    refused("text in where", lambda s, o: s.scalars(select(C).where(text("1 = 1 OR 1 = 1"))).all()),
    refused(
        "a literal column",
        lambda s, o: s.execute(select(C.id, sa.literal_column("(SELECT max(name) FROM customers)"))).all(),
    ),
    refused(
        "a prefix",
        lambda s, o: s.execute(select(C.id).prefix_with("(SELECT max(name) FROM customers),")).all(),
    ),
    refused(
        "text with columns",
        lambda s, o: s.execute(
            select(text("SELECT name FROM customers").columns(sa.column("name")).subquery().c.name, C.id)
        ).all(),
    ),
    refused("scalars of text", lambda s, o: s.scalars(text("SELECT name FROM customers")).all()),
    # other ways to a connection
    refused("connection", lambda s, o: s.connection().execute(select(core)).all()),
    refused("pandas on the connection", lambda s, o: pd.read_sql("SELECT * FROM customers", s.connection())),
    refused("bind", lambda s, o: s.bind.connect()),  # type: ignore[union-attr]
    scoped(
        "another bind for a statement",
        lambda s, o: s.scalars(select(C), bind_arguments={"bind": sa.create_engine("sqlite://")}).all(),
    ),
    refused("bulk_save_objects", lambda s, o: s.bulk_save_objects([made_up(C, o.customer_id, name="x")])),
    refused(
        "bulk_insert_mappings",
        lambda s, o: s.bulk_insert_mappings(C, [{"name": "x", "company_id": o.company_id}]),
    ),
    refused(
        "insert with values", lambda s, o: s.execute(sa.insert(C).values(name="x", company_id=o.company_id))
    ),
    # changes
    refused(
        "update joined to another table",
        lambda s, o: s.execute(update(C).where(C.id == D.customer_id).values(name=D.deal_name)),
    ),
    refused("update of an alias", lambda s, o: s.execute(update(aliased(C)).values(name="changed"))),
    refused("update of the company", lambda s, o: s.execute(update(C).values(company_id=o.company_id))),
    refused("update of the id", lambda s, o: s.execute(update(C).values({C.id: 12_345}))),
    refused("update with parameters", lambda s, o: s.execute(update(C), {"company_id": o.company_id})),
    scoped(
        "update with subqueries",
        lambda s, o: s.execute(
            update(C)
            .where(C.id.in_(select(D.customer_id)))
            .values(name=select(func.max(D.deal_name)).scalar_subquery())
            .returning(C.name)
        ).all(),
    ),
    refused(
        "update returning another table", lambda s, o: s.execute(update(C).values(name="x").returning(D.id))
    ),
    refused(
        "delete joined to another table", lambda s, o: s.execute(delete(Task).where(Task.deal_id == D.id))
    ),
    scoped(
        "delete with a subquery", lambda s, o: s.execute(delete(Task).where(Task.deal_id.in_(select(D.id))))
    ),
    refused(
        "a change within a select",
        lambda s, o: s.execute(select(C.id).add_cte(update(C).values(name="x").returning(C.id).cte())),
    ),
    refused("a made-up object to change", _forged(_rename)),
    refused("a made-up object to delete", _forged(lambda s, row: s.delete(row))),
    refused("a new row with a taken id", flushed(lambda o: C(id=o.customer_id, name="x"))),
    refused("a new row with a free id", flushed(lambda o: C(id=98_765, name="x"))),
    refused("an own row with another id", _renumbered),
    refused("a colleague of the other company", _assigned, commits=True),
    # companies, memberships, the log
    scoped("companies", lambda s, o: [s.get(Company, o.company_id), s.scalars(select(Company.name)).all()]),
    scoped("an alias of companies", lambda s, o: s.scalars(select(aliased(Company).name)).all()),
    scoped(
        "companies beside members",
        lambda s, o: s.execute(
            select(Company.name, User.email)
            .join(Membership, Membership.company_id == Company.id)
            .join(User, User.id == Membership.user_id)
        ).all(),
    ),
    scoped("update of companies", lambda s, o: s.execute(update(Company).values(city="changed"))),
    refused("delete of companies", lambda s, o: s.execute(delete(Company).where(Company.id == o.company_id))),
    refused("delete of one's own company", _erased_company),
    refused("delete of a person of the other company", _erased_person),
    refused("Core delete with an ORM condition", lambda s, o: s.execute(delete(core).where(C.id > 0))),
    refused(
        "Core update with an ORM condition",
        lambda s, o: s.execute(update(core).where(C.id > 0).values(name="x")),
    ),
    refused("update of people", lambda s, o: s.execute(update(User).values(password_hash="x"))),
    refused("delete of people", lambda s, o: s.execute(delete(User))),
    refused("a new company", flushed(lambda o: Company(name="x", email="x@example.com"))),
    scoped(
        "memberships",
        lambda s, o: [s.get(Membership, o.membership_id), s.scalars(select(Membership.user_id)).all()],
    ),
    scoped("the log", lambda s, o: [s.get(ChangeLog, o.logged_id), s.scalars(select(ChangeLog.after)).all()]),
    # loading
    scoped(
        "get_one's twin", lambda s, o: s.get(C, o.customer_id, populate_existing=True, with_for_update=True)
    ),
    scoped("deferred columns", lambda s, o: [c.notes for c in s.scalars(select(C).options(defer(C.notes)))]),
    scoped(
        "some columns only", lambda s, o: [c.notes for c in s.scalars(select(C).options(load_only(C.name)))]
    ),
    scoped("in portions", lambda s, o: s.scalars(select(C).execution_options(yield_per=1)).all()),
    scoped("refresh of an own row", _refreshed_own),
]
