"""Fields that a company adds, for tests: one of each kind, and the Workspace of who sees them."""

from dataclasses import replace

from crm_data import Workspace
from crm_data.accounts.own_fields import KINDS
from crm_data.tables.fields import Kind
from tests.support.office import Office

CHOICES = ("Gold", "Silver, or so", "!Bronze")


def own(office: Office, role: str = "manager", company: int = 0) -> Workspace:
    """A Workspace as it is made anew: with the company's fields of now."""
    fields = office.at(company, "admin").own_fields.get()
    return Workspace(office.store, replace(office.scope(company, role), own=fields))


def one_of_each(office: Office, table: str = "customers", company: int = 0) -> dict[Kind, str]:
    """Add a field of each kind, called after it; kind -> its column."""
    my = office.at(company, "admin")
    return {
        kind: my.own_fields.add(
            table, f"Our {label.lower()}", kind, choices=CHOICES if kind is Kind.CHOICE else ()
        )
        for kind, label in KINDS.items()
    }
