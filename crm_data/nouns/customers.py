"""Customers: whoever a company sells to."""

from collections.abc import Mapping
from typing import ClassVar

import sqlalchemy as sa

from crm_data.nouns import waiting
from crm_data.store import query as q
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.tables import Customer


class Customers(Records):
    """The customers of one company."""

    table = Customer
    behind: ClassVar[Mapping[str, str]] = waiting.SAID

    def narrow(self, query: q.Query) -> list[sa.ColumnElement[bool]]:
        """Behind numbers: those of `waiting`."""
        return waiting.narrow(Customer, query, self._scope.user_id) if query.preset in waiting.SAID else []

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
