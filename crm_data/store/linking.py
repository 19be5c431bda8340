"""What records name: colleagues and other records, each of this company, and what follows from them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import sqlalchemy as sa

from crm_data.errors import Invalid, Problem
from crm_data.store.looking import Looking
from crm_data.store.reading import Row
from crm_data.store.scope import CompanySession
from crm_data.tables import Membership, by_name
from crm_data.tables.fields import Kind


class Linking(Looking):
    """The records of one kind, of which some name others."""

    def linked(self, session: CompanySession, values: Row, before: Row | None) -> Row:
        """The values with what follows from the records they name. Raises Invalid where those contradict."""
        return values

    def _known_links(self, session: CompanySession, rows: Sequence[Row]) -> set[tuple[str, int]]:
        """Of the colleagues and records that rows name, those of this company, as (table, id)."""
        named: dict[str, set[int]] = {}
        for name, value in (pair for row in rows for pair in row.items()):
            field = self.fields.get(name)
            if (
                value is not None
                and field is not None
                and field.kind in (Kind.MEMBER, Kind.LINK)
                and field.to
            ):
                named.setdefault(field.to, set()).add(value)
        known: set[tuple[str, int]] = set()
        for table, ids in named.items():
            target: Any = Membership if table == "users" else by_name(table)
            id_ = Membership.user_id if table == "users" else target.id
            here = [id_.in_(ids), *([Membership.ended_at.is_(None)] if table == "users" else [])]
            known |= {(table, found) for found in session.scalars(sa.select(id_).where(*here))}
        return known

    def _check_links(self, values: Row, known: set[tuple[str, int]]) -> None:
        """Every colleague and record named is of this company: a sentence before the keys refuse at COMMIT."""
        problems = []
        for name, value in values.items():
            field = self.fields.get(name)
            link = field is not None and field.kind in (Kind.MEMBER, Kind.LINK) and field.to
            if field is not None and link and value is not None and (link, value) not in known:
                problems.append(
                    Problem(name, f"{field.label}: there is no such choice here; choose another.")
                )
        if problems:
            raise Invalid(problems)

    def _parents_known(
        self, session: CompanySession, wanted: Sequence[tuple[Row, Row]]
    ) -> AbstractContextManager[None]:
        """While many rows are linked: what they name is read together. `wanted`: each as it is, and its values."""
        return nullcontext()
