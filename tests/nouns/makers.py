"""Short ways to make records in tests."""

from typing import Any

from crm_data import Workspace


def a_customer(my: Workspace, name: str = "Firm") -> int:
    """A customer."""
    return my.customers.add({"name": name})


def a_deal(my: Workspace, customer: int | None = None, **values: Any) -> int:
    """A deal worth 100, with a customer of its own unless one is given."""
    customer = customer or a_customer(my)
    return my.deals.add({"customer_id": customer, "deal_name": "Deal", "deal_value": "100", **values})


def a_lead(my: Workspace, **values: Any) -> int:
    """A lead worth 250."""
    return my.leads.add({"lead_name": "Ada Lead", "estimated_value": "250", **values})


def a_task(my: Workspace, **values: Any) -> int:
    """A task of mine."""
    return my.tasks.add({"title": "Call back", **values})
