"""Customers: whoever a company sells to."""

import sqlalchemy as sa

from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.tables import Customer


class Customers(Records):
    """The customers of one company."""

    table = Customer

    def _same_email(self, session: CompanySession, email: str | None) -> Row | None:
        """The customer who has this e-mail, the oldest that is not put away first: id, name, archived_at.

        Whoever asks before adding one holds the company: of two at once the second finds what the first made.
        """
        if email is None:
            return None
        wanted = (
            sa.select(Customer.id, Customer.name, Customer.archived_at)
            .where(sa.func.lower(Customer.email) == email)
            .order_by(Customer.archived_at.is_not(None), Customer.id)
            .limit(1)
        )
        found = session.execute(wanted).mappings().first()
        return dict(found) if found else None
