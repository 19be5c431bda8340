"""Where the log ends: the next ids of its two tables and the head of a company's chain.

On SQLite one transaction writes at a time: all three are asked for at its first line, in one statement, and hold
until it ends, since nobody but `store.log` adds to these tables. On PostgreSQL each is asked for where it is
needed, the head last, as others write meanwhile.
"""

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm_data.store.heads import taken
from crm_data.store.many import next_ids, table_of
from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog, ChangeSet

_ENDS = (
    "SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'change_log'),"
    " (SELECT seq FROM sqlite_sequence WHERE name = 'change_sets'), number, link"
    " FROM (SELECT 1) LEFT JOIN chain_heads ON company_id = ?"
)


def ids_for(session: Session, model: type, company: int, count: int) -> list[int]:
    """Ids that no other line or change set will get."""
    if _core(session).dialect.name != "sqlite":
        return next_ids(session, table_of(model), count)
    _asked(session, company)
    counters: dict[type, int] = session.info["log counters"]
    counters[model] += count
    return list(range(counters[model] - count + 1, counters[model] + 1))


def head_of(session: Session, company: int) -> tuple[int, str]:
    """As `heads.taken`."""
    if _core(session).dialect.name != "sqlite":
        return taken(session, company)
    return _asked(session, company) or taken(session, company)


def _asked(session: Session, company: int) -> tuple[int, str] | None:
    """The company's head, None where its chain has not begun; the counters are kept beside it."""
    heads: dict[int, tuple[int, str] | None] = session.info.setdefault("log heads", {})
    if company not in heads:
        lines, sets, number, link = _core(session).exec_driver_sql(_ENDS, (company,)).one()
        session.info.setdefault("log counters", {ChangeLog: lines or 0, ChangeSet: sets or 0})
        heads[company] = None if number is None else (int(number), str(link))
    return heads[company]


def _core(session: Session) -> Connection:
    return session.core() if isinstance(session, CompanySession) else session.connection()
