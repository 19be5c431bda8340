"""Looking: a person has seen a record that waited for it. A habit of theirs, and no change of the record."""

from typing import Any

import sqlalchemy as sa

from crm_data import clock
from crm_data.store.again import again
from crm_data.store.lists import Lists
from crm_data.tables import Look, Membership


class Looking(Lists):
    """The records of one kind, of which some wait to be looked at."""

    @again
    def look(self, id: Any) -> None:
        """Note that I have looked at a record: what a colleague handed to me waits no longer. Raises NotFound."""
        me = self._scope.user_id
        with self._store.write(self._scope) as session:
            row_id = self._get(session, id)["id"]
            if me is None:
                return
            # Two tabs of one person come one after the other.
            session.execute(sa.select(Membership.id).where(Membership.user_id == me).with_for_update()).all()
            mine = (Look.user_id == me, Look.table_name == self.name, Look.row_id == row_id)
            found = session.scalars(sa.select(Look).where(*mine)).first()
            if found is None:
                found = Look(user_id=me, table_name=self.name, row_id=row_id)
                session.add(found)
            found.at = clock.now()
