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

__all__ = [
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
]
