"""The tables with relationships between them, as somebody may declare them one day: the walls must hold then."""

from typing import Any

from sqlalchemy.orm import registry, relationship

from crm_data.tables import CompanyOwned, Customer, Deal, Lead

customers: Any = Customer.__table__
deals: Any = Deal.__table__
leads: Any = Lead.__table__
kin = registry()


class KinLead(CompanyOwned):
    """A lead."""


class KinDeal(CompanyOwned):
    """A deal with its customer."""

    customer: Any


class KinCustomer(CompanyOwned):
    """A customer with its deals, and the leads that those came from."""

    deals: Any
    leads: Any


_one_customer = {"primaryjoin": customers.c.id == deals.c.customer_id, "foreign_keys": deals.c.customer_id}
_many_leads = {
    "secondary": deals,
    "primaryjoin": customers.c.id == deals.c.customer_id,
    "secondaryjoin": leads.c.id == deals.c.lead_id,
    "foreign_keys": [deals.c.customer_id, deals.c.lead_id],
    "viewonly": True,
}
kin.map_imperatively(KinLead, leads)
kin.map_imperatively(
    KinDeal, deals, properties={"customer": relationship(KinCustomer, **_one_customer, viewonly=True)}
)
kin.map_imperatively(
    KinCustomer,
    customers,
    properties={
        "deals": relationship(KinDeal, **_one_customer, viewonly=True),
        "leads": relationship(KinLead, **_many_leads),
    },
)
