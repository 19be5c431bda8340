"""Back to a moment: what was written in a company since then, and chosen records put back as they were.

It is one act over the log, for one company, while the others keep working; it can be undone as any other.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

import sqlalchemy as sa

from crm_data.changes.lines import ARCHIVED, Key, Net, net_of
from crm_data.changes.named import named
from crm_data.changes.plan import Left, plan_of
from crm_data.changes.sets import Line
from crm_data.changes.since import Acts
from crm_data.changes.tables import chunks
from crm_data.changes.undo import carry_out, told
from crm_data.errors import ChangedSince, Invalid
from crm_data.rights import Act, Person, demand
from crm_data.store.changes import Doing
from crm_data.store.locks import lock_company
from crm_data.store.names import record_names
from crm_data.store.records import Records
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.values import row_id
from crm_data.tables import ChangeLog, ChangeSet
from crm_data.tables.fields import words

KIND = "go_back"
MOST_LINES = 200_000  # of the log, that are read into memory at once
MOST_SHOWN = 200  # records, line by line
Chosen = Mapping[str, Collection[int] | None]

_NOTHING = "Nothing was written since then. Choose an earlier moment."
_TOO_MANY = "More than {:,} values were written since then. Choose a later moment, or restore a backup."
_CHOSEN = "Choose at least one record to put back."


@dataclass(frozen=True)
class Differs:
    """One record that is not as it was. `what`: added, archived, changed, erased or restored since.

    `fields`: column -> (then, now), of a changed one.
    """

    table: str
    id: int
    name: str
    what: str
    fields: Mapping[str, tuple[Any, Any]]

    def lines(self) -> list[Line]:
        """The same as lines of a history, one a field: what it was, and what it is."""
        if self.what != "changed":
            return [Line(self.table, self.id, self.what, None, None, None)]
        return [
            Line(self.table, self.id, "change", name, then, now) for name, (then, now) in self.fields.items()
        ]


@dataclass(frozen=True)
class Difference:
    """The acts since a moment, from `first` to `last` by their ids, and the records that they left otherwise.

    What was changed and changed back is not among them. `names`: what the first 200 of the records are called, and
    what their values name: table -> id -> name.
    """

    first: int
    last: int
    acts: int
    records: tuple[Differs, ...]
    names: Mapping[str, Mapping[int, str]]

    def counts(self) -> dict[str, dict[str, int]]:
        """Table -> what happened -> how many records."""
        found: dict[str, dict[str, int]] = {}
        for one in self.records:
            of_table = found.setdefault(one.table, {})
            of_table[one.what] = of_table.get(one.what, 0) + 1
        return found


def difference(
    session: CompanySession, scope: CompanyScope, kinds: Mapping[str, Records], since: datetime | int
) -> Difference:
    """What is otherwise than at a moment, or before an act of this id.

    Raises NotAllowed, and Invalid where there is nothing or too much.
    """
    demand(Person(scope.role, scope.operator), Act.GO_BACK)
    acts = _acts(session, since)
    nets = net_of(session, acts.mine(ChangeLog))
    called = _called(session, kinds, nets)
    found = [one for key, net in nets.items() if (one := _differs(kinds, net, called.get(key, "")))]
    count = sa.select(sa.func.count()).select_from(ChangeSet)
    number = session.scalar(count.where(ChangeSet.id >= acts.first, ChangeSet.id <= acts.last))
    names = named(session, kinds, [line for one in found[:MOST_SHOWN] for line in one.lines()])
    return Difference(acts.first, acts.last, number or 0, tuple(found), names)


def go_back(
    session: CompanySession,
    scope: CompanyScope,
    kinds: Mapping[str, Records],
    between: tuple[Any, Any],
    chosen: Chosen | None,
    doing: Doing,
    rest: bool,
) -> list[Left]:
    """Put records back as they were before the acts between two ids; what was left, which `rest` allows.

    `chosen`: table -> ids, or None for all of the table; None for everything. What was written after the last of
    the acts stays. Raises NotAllowed, Invalid and ChangedSince; nothing is done then.
    """
    demand(Person(scope.role, scope.operator), Act.GO_BACK)
    if chosen is not None and not any(ids is None or ids for ids in chosen.values()):
        raise Invalid(_CHOSEN)
    seen = _acts_of(between)
    lock_company(session)
    began = session.scalar(sa.select(ChangeSet.at).where(ChangeSet.id == seen.first))
    if began is None:
        raise Invalid(_NOTHING)
    _bounded(session, seen)
    doing = replace(doing, kind=KIND, title=_title(began, doing.zone, chosen))
    plan = plan_of(session, kinds, seen, doing, lock=True, chosen=_by(chosen))
    if not plan.counts:
        raise ChangedSince(plan.left, f"Nothing was put back. {told(plan.left)}".strip(), rest=False)
    return carry_out(session, kinds, plan, doing, rest)


def _acts_of(said: tuple[Any, Any]) -> Acts:
    """The acts between two ids. Raises Invalid where those are none."""
    low, high = row_id(said[0]), row_id(said[1])
    if low is None or high is None:
        raise Invalid(_NOTHING)
    return Acts(low, high)


def _acts(session: CompanySession, since: datetime | int) -> Acts:
    """The acts from a moment or an act on; an id stands for a place in the order in which they were written."""
    here = ChangeSet.at >= since if isinstance(since, datetime) else ChangeSet.id >= (row_id(since) or 0)
    wanted = sa.select(sa.func.min(ChangeSet.id)).where(here)
    first, last = session.scalar(wanted), session.scalar(sa.select(sa.func.max(ChangeSet.id)))
    if first is None or last is None:
        raise Invalid(_NOTHING)
    acts = Acts(first, last)
    _bounded(session, acts)
    return acts


def _bounded(session: CompanySession, acts: Acts) -> None:
    lines = sa.select(ChangeLog.id).where(acts.mine(ChangeLog)).limit(MOST_LINES + 1).subquery()
    if (session.scalar(sa.select(sa.func.count()).select_from(lines)) or 0) > MOST_LINES:
        raise Invalid(_TOO_MANY.format(MOST_LINES))


def _by(chosen: Chosen | None) -> Any:
    if chosen is None:
        return lambda table, id_: True
    sets = {table: None if ids is None else frozenset(ids) for table, ids in chosen.items()}
    return lambda table, id_: table in sets and ((ids := sets[table]) is None or id_ in ids)


def _title(began: datetime, zone: tzinfo, chosen: Chosen | None) -> str:
    local = began.astimezone(zone)
    what = "" if chosen is None else f": {', '.join(words(table).lower() for table in chosen)}"
    return f"Went back to {local.day} {local:%b %Y, %H:%M}{what}"


def _differs(kinds: Mapping[str, Records], net: Net, name: str) -> Differs | None:
    records = kinds.get(net.table)
    whole = net.added if net.added is not None else net.erased
    if records is None or (whole is not None and records.by_itself(whole)):
        return None
    fields = net.changed
    if net.added is not None:
        what = "added"
    elif net.erased is not None:
        what = "erased"
    elif not fields:
        return None
    elif "archived_at" in fields:
        what = "restored" if fields["archived_at"][1] is None else "archived"
    else:
        what = "changed"
    shown = {name: pair for name, pair in fields.items() if name not in ARCHIVED and name in records.fields}
    if what == "changed" and not shown:
        return None
    return Differs(net.table, net.id, name, what, shown)


def _called(session: CompanySession, kinds: Mapping[str, Records], nets: Mapping[Key, Net]) -> dict[Key, str]:
    """What records are called now, and erased ones were. A statement for 500 of a table."""
    found: dict[Key, str] = {}
    for table, records in kinds.items():
        of_table = {id_: net for (other, id_), net in nets.items() if other == table}
        gone = {
            id_: str((net.erased or {}).get(records.title) or f"No. {id_}") for id_, net in of_table.items()
        }
        for some in chunks(list(of_table)):
            gone |= {id_: name or gone[id_] for id_, name in record_names(session, table, some).items()}
        found |= {(table, id_): name for id_, name in gone.items()}
    return found
