"""A dry run of taking acts back: what it would do, row by row, and what it leaves as it is, with the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crm_data.changes.known import Known, by_table
from crm_data.changes.lines import AWAY, Key, Net, Row, net_of
from crm_data.changes.plan_holding import hold_on
from crm_data.changes.plan_links import agree, rows_to_restore, still_here
from crm_data.changes.plan_rows import restored_values, row_to_erase, rows_beside, with_their_text
from crm_data.changes.since import Span, written_since
from crm_data.changes.tables import BY_THEMSELVES, order, spare_columns, whole_rows
from crm_data.store.changes import Doing
from crm_data.store.names import member_names
from crm_data.store.records import Records
from crm_data.store.scope import CompanySession
from crm_data.tables import APPEND_ONLY, ChangeLog


@dataclass(frozen=True)
class Left:
    """What stays as it is: a field of a record, or the record itself, why, and who wrote it since.

    `settled`: it stays for good, and the sentence says what it is by itself.
    """

    table: str
    id: int
    name: str
    field: str | None
    sentence: str
    who: str = ""
    at: datetime | None = None
    settled: bool = False


@dataclass
class Plan:
    """`restored`, `erased`: table -> whole rows; `changed`: table -> (row as it is, new values, action).

    `linked`: of restored rows that name each other, the link that is written when both are there, by table and id.
    """

    restored: dict[str, list[Row]] = field(default_factory=dict)
    linked: dict[Key, Row] = field(default_factory=dict)
    changed: dict[str, list[tuple[Row, Row, str]]] = field(default_factory=dict)
    erased: dict[str, list[Row]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Table -> how many of its rows are written."""
        found: dict[str, int] = {}
        for part in (self.restored, self.changed, self.erased):
            for table, rows in part.items():
                if rows and table not in APPEND_ONLY:
                    found[table] = found.get(table, 0) + len(rows)
        return found


def everything(table: str, id_: int) -> bool:
    """All records are chosen."""
    return True


def plan_of(
    session: CompanySession,
    kinds: Mapping[str, Records],
    span: Span,
    doing: Doing,
    lock: bool = False,
    chosen: Callable[[str, int], bool] = everything,
) -> Plan:
    """What takes some lines of the log back, within a transaction, in statements that do not grow with each row.

    `lock`: the rows are about to be written. `chosen`: which records alone, where not all. What the product noted
    by itself goes with what it tells of.
    """
    known = Known(session, kinds, span, doing, lock, chosen)
    written = net_of(session, span.mine(ChangeLog))
    nets = {key: net for key, net in written.items() if not net.gone and key[0] not in BY_THEMSELVES}
    for key, net in written.items():
        if net.gone and key[0] in kinds and chosen(*key):
            known.leave(key, None, "It was erased for good.")
    own = {key: net for key, net in nets.items() if key[0] in kinds and _wanted(known, net)}
    for table, ids in by_table(own).items():
        nets_of = [own[table, id_] for id_ in ids]
        for row in whole_rows(session, table, ids, lock, _not_needed(table, nets_of)):
            known.rows[table, row["id"]] = row
    known.since = written_since(session, span)
    wanted = {key: net for key, net in nets.items() if key in own or key[0] not in kinds}
    restored = rows_to_restore(known, wanted)
    changed = {key: new for key, net in own.items() if net.changed and (new := restored_values(known, net))}
    erased = {key: gone for key, net in own.items() if (gone := row_to_erase(known, net)) is not None}
    agree(known, nets, changed, restored)
    changed = still_here(known, changed, restored)
    hold_on(known, nets, changed, erased)
    erased |= rows_beside(known, nets, changed, erased)
    restored = with_their_text(restored, changed)
    return _made(known, nets, restored, changed, erased)


def _not_needed(table: str, nets: Sequence[Net]) -> set[str]:
    """The spare columns that need not be read of rows that were changed; what may go is kept whole in the log."""
    if any(net.added is not None or net.erased is not None for net in nets):
        return set()
    return spare_columns(table) - {name for net in nets for name in net.changed}


def _wanted(known: Known, net: Net) -> bool:
    row = net.added if net.added is not None else net.erased
    itself = row is not None and known.kinds[net.table].by_itself(row)
    return itself or known.chosen(net.table, net.id)


def _made(
    known: Known,
    nets: Mapping[Key, Net],
    restored: Mapping[Key, Row],
    changed: Mapping[Key, Row],
    erased: Mapping[Key, Row],
) -> Plan:
    plan = Plan()
    for (table, _), row in restored.items():
        plan.restored.setdefault(table, []).append(row)
    plan.linked = {key: new for key, new in known.late.items() if key in restored}
    for key, new in changed.items():
        action = {"archive": "restore", "restore": "archive"}.get(nets[key].action, "change")
        action = action if set(new) <= AWAY else "change"
        plan.changed.setdefault(key[0], []).append((known.rows[key], new, action))
    for table in order({table for table, _ in erased}):  # so that each goes before what it names
        plan.erased[table] = [row for (other, _), row in erased.items() if other == table]
    who = member_names(known.session) if known.left else {}
    for ((table, id_), name), (sentence, wrote) in known.left.items():
        called, by, at = known.names.get((table, id_), ""), "", None
        if wrote is not None:
            nobody = "A former colleague" if wrote.user_id else "The system"
            by, at = who.get(wrote.user_id or 0, nobody), wrote.at
        settled = (table, id_) in known.settled
        plan.left.append(Left(table, id_, called, name, sentence, by, at, settled))
    return plan
