"""What a company keeps: one file a table, each column declared once. Importing this registers them all."""

import importlib
import pkgutil
import re
from functools import cache

from crm_data.tables.activity import Activity
from crm_data.tables.audit import ChangeLog
from crm_data.tables.base import Base, CompanyOwned
from crm_data.tables.chain import ChainHead
from crm_data.tables.change_set import ChangeSet
from crm_data.tables.company import Company
from crm_data.tables.customer import Customer
from crm_data.tables.deal import Deal, DealStageHistory
from crm_data.tables.exchange_rate import ExchangeRate
from crm_data.tables.fields import fields_of
from crm_data.tables.goal import Goal
from crm_data.tables.kept_apart import KeptApart
from crm_data.tables.kept_import import KeptImport
from crm_data.tables.layout import GridLayout
from crm_data.tables.lead import Lead
from crm_data.tables.look import Look
from crm_data.tables.membership import Membership
from crm_data.tables.mention import Mention
from crm_data.tables.portrait import Portrait
from crm_data.tables.search import SearchDue, SearchList, SearchPiece
from crm_data.tables.security import OneTimeLink, SecurityLog, SignInAttempt, SignInSession
from crm_data.tables.submission import Submission
from crm_data.tables.task import Task
from crm_data.tables.user import User
from crm_data.tables.view import SavedView

# A table's file is enough: it need not be named here to be known.
for _file in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_file.name}")

# Tables that stand outside any company, by decision: the walls know them by this list and by nothing else.
OUTSIDE_ANY_COMPANY = frozenset(
    {
        "users",
        "portraits",
        "sessions",
        "sign_in_attempts",
        "one_time_links",
        "security_log",
        "alembic_version",
    }
)

# Tables whose rows are added and never changed: marked where they are declared, held by triggers and grants.
APPEND_ONLY = frozenset(
    table.name for table in Base.metadata.tables.values() if table.info.get("append_only")
)


@cache
def by_name(table: str) -> type[Base]:
    """The class of a table, by its name."""
    for mapper in Base.registry.mappers:
        if mapper.class_.__tablename__ == table:
            return mapper.class_
    raise KeyError(table)


@cache
def title_of(table: str) -> str:
    """The column that holds what a record of this table is called: the field that says so, and there is one."""
    (name,) = (field.name for field in fields_of(by_name(table)).values() if field.title)
    return name


@cache
def one_of(table: str) -> str:
    """What one record of this table is, from the name of its class: 'activities' -> 'activity', 'price_list'."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", by_name(table).__name__).lower()


# Rows beside records whose tables are not called as people call them.
_CALLED = {
    "deal_stage_history": ("stage move", "stage moves"),
    "kept_apart": ("pair kept apart", "pairs kept apart"),
}


def noun(table: str, count: int = 1) -> str:
    """The word for so many records of this table: 'activity', 'activities'."""
    one, many = _CALLED.get(table, (one_of(table), table))
    return (one if count == 1 else many).replace("_", " ")


__all__ = [
    "APPEND_ONLY",
    "OUTSIDE_ANY_COMPANY",
    "Activity",
    "Base",
    "ChainHead",
    "ChangeLog",
    "ChangeSet",
    "Company",
    "CompanyOwned",
    "Customer",
    "Deal",
    "DealStageHistory",
    "ExchangeRate",
    "Goal",
    "GridLayout",
    "KeptApart",
    "KeptImport",
    "Lead",
    "Look",
    "Membership",
    "Mention",
    "OneTimeLink",
    "Portrait",
    "SavedView",
    "SearchDue",
    "SearchList",
    "SearchPiece",
    "SecurityLog",
    "SignInAttempt",
    "SignInSession",
    "Submission",
    "Task",
    "User",
    "by_name",
    "noun",
    "one_of",
    "title_of",
]
