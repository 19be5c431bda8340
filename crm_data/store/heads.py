"""The head of a company's chain: taken by who is about to commit, and moved on. The last lock of any writer."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm_data.store.many import table_of
from crm_data.store.scope import CompanySession
from crm_data.tables import ChainHead

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def taken(session: Session, company: int) -> tuple[int, str]:
    """How many acts the chain has, and the link of the last, locked to the end of the transaction.

    On PostgreSQL what is asked at the commit is asked now: a reference that is looked at then would wait for
    somebody who waits for this head.
    """
    core = session.core() if isinstance(session, CompanySession) else session.connection()
    if core.dialect.name == "postgresql":
        core.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    wanted = (
        sa.select(ChainHead.number, ChainHead.link)
        .where(ChainHead.company_id == company)
        .order_by(ChainHead.id)
        .with_for_update()
    )
    found = session.execute(wanted).one_or_none()
    if found is None:  # of two who begin the chain, one waits for the other
        begun = _INSERT[core.dialect.name](table_of(ChainHead)).values(company_id=company, number=0, link="")
        core.execute(begun.on_conflict_do_nothing())
        found = session.execute(wanted).one()
    return int(found.number), str(found.link)


def ended(session: Session, company: int, number: int, link: str) -> None:
    """The chain ends with this act now."""
    head = sa.update(ChainHead).where(ChainHead.company_id == company).values(number=number, link=link)
    session.execute(head.execution_options(synchronize_session=False))


def heads(connection: Connection) -> dict[int, str]:
    """Where the chain of each company that a connection sees ends, as manifests say it: '12 link'."""
    wanted = sa.select(ChainHead.company_id, ChainHead.number, ChainHead.link)
    return {row.company_id: told(row.number, row.link) for row in connection.execute(wanted)}


def told(number: int, link: str) -> str:
    """A head in one text."""
    return f"{number} {link}"
