"""What a company keeps: one file a table, each column declared once. Importing this registers them all."""

from crm_data.tables.activity import Activity
from crm_data.tables.audit import ChangeLog
from crm_data.tables.base import Base, CompanyOwned
from crm_data.tables.company import Company
from crm_data.tables.customer import Customer
from crm_data.tables.deal import Deal, DealStageHistory
from crm_data.tables.lead import Lead
from crm_data.tables.membership import Membership
from crm_data.tables.security import OneTimeLink, SecurityLog, SignInAttempt, SignInSession
from crm_data.tables.task import Task
from crm_data.tables.user import User

# Tables that stand outside any company, by decision: the walls know them by this list and by nothing else.
OUTSIDE_ANY_COMPANY = frozenset(
    {"users", "sessions", "sign_in_attempts", "one_time_links", "security_log", "alembic_version"}
)

# Tables whose rows are added and never changed: marked where they are declared, held by triggers and grants.
APPEND_ONLY = frozenset(
    table.name for table in Base.metadata.tables.values() if table.info.get("append_only")
)

# What a record is called by, for links and lists.
_TITLES = {
    "customers": "name",
    "leads": "lead_name",
    "deals": "deal_name",
    "tasks": "title",
    "activities": "title",
}


def by_name(table: str) -> type[Base]:
    """The class of a table, by its name."""
    for mapper in Base.registry.mappers:
        if mapper.class_.__tablename__ == table:
            return mapper.class_
    raise KeyError(table)


def title_of(table: str) -> str:
    """The column that holds what a record of this table is called."""
    return _TITLES[table]


__all__ = [
    "APPEND_ONLY",
    "OUTSIDE_ANY_COMPANY",
    "Activity",
    "Base",
    "ChangeLog",
    "Company",
    "CompanyOwned",
    "Customer",
    "Deal",
    "DealStageHistory",
    "Lead",
    "Membership",
    "OneTimeLink",
    "SecurityLog",
    "SignInAttempt",
    "SignInSession",
    "Task",
    "User",
    "by_name",
    "title_of",
]
