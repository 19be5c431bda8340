"""Customers: a warning about look-alikes before one is added twice."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from crm_data.store.folding import is_like
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.store.values import clean_text
from crm_data.tables import Customer


class Customers(Records):
    """The customers of one company."""

    table = Customer

    def lookalikes(self, values: Mapping[str, Any], limit: int = 3) -> list[tuple[int, str]]:
        """Customers that share the name, e-mail or phone: (id, name), for a warning and never a refusal."""
        clauses: list[sa.ColumnElement[bool]] = []
        for column in (Customer.name, Customer.email):
            said = clean_text(values.get(column.key)) if values.get(column.key) else None
            if said:
                clauses.append(is_like(column, said))
        digits = "".join(c for c in str(values.get("phone") or "") if c.isdigit())
        if len(digits) >= 7:
            clauses.append(Customer.phone == values["phone"])
        if not clauses:
            return []
        wanted = (
            sa.select(Customer.id, Customer.name).where(sa.or_(*clauses)).order_by(Customer.id).limit(limit)
        )
        with self._store.read(self._scope) as session:
            return [(id_, name) for id_, name in session.execute(wanted)]

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
