"""Kept apart: what looks alike and is not the same, as a person has said."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from crm_data.alike.groups import kept_apart
from crm_data.alike.merge import FEWEST
from crm_data.errors import Invalid, NotFound
from crm_data.rights import Act, demand
from crm_data.store import writer
from crm_data.store.changes import Doing
from crm_data.store.locks import lock_company
from crm_data.store.records import Records
from crm_data.store.scope import CompanySession
from crm_data.store.values import row_id
from crm_data.tables import KeptApart, noun
from crm_data.tables.kept_apart import PAIRS

MOST = 20  # each of them is a pair with each other
_NAMED = 3


def keep_apart(session: CompanySession, records: Records, ids: Sequence[Any], doing: Doing) -> int:
    """Write the pairs that are not known yet, within a transaction; how many. See `Alike.keep_apart`."""
    wanted = sorted({number for number in map(row_id, ids) if number is not None})
    if len(wanted) != len(list(ids)):
        raise NotFound
    if not FEWEST <= len(wanted) <= MOST:
        raise Invalid(f"Choose {FEWEST} to {MOST} {noun(records.name, 2)} to keep apart.")
    demand(records.person, Act.ARCHIVE, records.name)
    lock_company(session)  # so that two do not write the same pair
    rows = records._rows(session, wanted)
    for row in rows.values():
        demand(records.person, Act.CHANGE, records.name, records._tie(records._as_row(row)))
    names = [str(getattr(rows[id_], records.title))[:60] for id_ in wanted]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    doing = replace(doing, title=f"Kept apart: {', '.join(names[:_NAMED])}{more}")
    new = set(combinations(wanted, 2)) - kept_apart(session, records.name)
    one, other = PAIRS[records.name]
    for pair in sorted(new):
        values = {one: pair[0], other: pair[1]}
        row = KeptApart(**values, created_by=doing.user_id, created_at=doing.at)
        writer.join(session, doing, row, values, session.company)
    return len(new)
