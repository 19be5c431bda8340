"""Who has an e-mail address already: asked of every kind of record that has one, before another is made."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm_data.errors import Invalid
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.store.values import parse
from crm_data.tables import by_name, title_of
from crm_data.tables.fields import Field, Kind, fields_of

_MOST = 3  # of each kind
_EMAIL = Field("E-mail", Kind.EMAIL)


@dataclass(frozen=True)
class Known:
    """A record that has one of the addresses."""

    table: str
    id: int
    title: str
    email: str
    archived: bool


def known_by_email(
    store: Store, scope: CompanyScope, tables: Iterable[str], emails: Collection[Any]
) -> list[Known]:
    """The company's records that have one of these addresses, three of a kind, the oldest not put away first.

    An address that is none is nobody's. No statement without one, else one a kind that has e-mail fields.
    """
    said = {address for email in emails if (address := _address(email))}
    found: list[Known] = []
    if not said:
        return found
    with store.read(scope) as session:
        for table in tables:
            model: Any = by_name(table)
            for name in [name for name, field in fields_of(model).items() if field.kind is Kind.EMAIL]:
                column, away = getattr(model, name), model.archived_at.is_not(None)
                wanted = (
                    sa.select(model.id, getattr(model, title_of(table)), column, away)
                    .where(column.in_(said))
                    .order_by(away, model.id)
                    .limit(_MOST)
                )
                found += [Known(table, *row) for row in session.execute(wanted)]
    return found


def _address(said: Any) -> str | None:
    try:
        address: str | None = parse(_EMAIL, said)
    except Invalid:
        return None
    return address
