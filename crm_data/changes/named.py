"""The names of the records and colleagues that lines of the log are about, or name in their values."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from crm_data.changes.sets import Line
from crm_data.store.names import member_names, record_names
from crm_data.store.records import Records
from crm_data.store.scope import CompanySession
from crm_data.tables.base import MERGED
from crm_data.tables.fields import Kind


def named(
    session: CompanySession, kinds: Mapping[str, Records], lines: Sequence[Line]
) -> dict[str, dict[int, str]]:
    """Table -> id -> name, a statement a table; 'users' are the colleagues, past ones too."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        records = kinds.get(line.table)
        if records is None:
            continue
        wanted[line.table].add(line.row_id)
        declared = records.fields.get(line.field or "")
        to = declared.to if declared is not None and declared.kind is Kind.LINK else None
        to = line.table if line.field == MERGED else to
        if to in kinds:
            wanted[to or ""] |= {value for value in (line.before, line.after) if isinstance(value, int)}
    found = {table: record_names(session, table, ids) for table, ids in wanted.items()}
    return {"users": member_names(session), **found}
