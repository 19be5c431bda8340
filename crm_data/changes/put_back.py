"""Put back: one field of a record, or all of it, as it was before an act, by the rules of any change."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from crm_data.changes.lines import Row, typed
from crm_data.errors import Invalid
from crm_data.rights import Act, demand
from crm_data.store.changes import Doing
from crm_data.store.records import Records
from crm_data.store.scope import CompanySession
from crm_data.store.values import row_id
from crm_data.tables import ChangeLog


def put_back(
    session: CompanySession, records: Records, id: Any, act_id: str, field: str | None, doing: Doing
) -> Mapping[str, Any]:
    """Write what stood there before the act; field -> value. Raises Invalid, NotAllowed, NotFound."""
    row = records._rows(session, [id])[row_id(id) or 0]
    demand(records.person, Act.CHANGE, records.name, records._tie(records._as_row(row)))
    before = values_before(session, records.name, row.id, act_id)
    wanted = {
        name: value
        for name, value in before.items()
        if (field is None or name == field)
        and (declared := records.fields.get(name)) is not None
        and declared.edit
        and getattr(row, name) != value
    }
    if not wanted:
        raise Invalid("It is so already. Nothing was changed.")
    records._apply(session, doing, row, wanted)
    return wanted


def values_before(session: CompanySession, table: str, id_: int, act_id: str) -> Row:
    """What the log says that a row held before an act, of all that was written from then on. One statement."""
    wanted = (
        sa.select(ChangeLog.act_id, ChangeLog.before, ChangeLog.after)
        .where(ChangeLog.table_name == table, ChangeLog.row_id == id_, ChangeLog.action == "change")
        .order_by(ChangeLog.id)
    )
    found: Row = {}
    since = False
    for act, before, after in session.execute(wanted):
        since = since or act == act_id
        for name in (after or {}) if since else ():
            found.setdefault(name, (before or {}).get(name))
    if not since:
        raise Invalid("There is no such change of this record. Reload the page and look again.")
    return typed(table, found) or {}
