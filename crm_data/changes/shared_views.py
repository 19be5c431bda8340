"""What was done with a view for the company, taken back as far as it stands so, by whoever may publish it now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from crm_data.changes.lines import STAMPS, Net, net_of
from crm_data.changes.plan import Left
from crm_data.changes.since import WHOLE, OneAct, written_since
from crm_data.changes.tables import whole_rows
from crm_data.rights import Act, Person, Tie, may
from crm_data.store import writer
from crm_data.store.changes import Doing
from crm_data.store.many import table_of
from crm_data.store.names import member_names
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.tables import ChangeLog, ChangeSet, SavedView
from crm_data.tables.fields import fields_of

VIEWS = SavedView.__tablename__
_THEIRS = "A view for the company is put back by the manager who made it, and by admins."
_GONE = "It was deleted since."
_TAKEN = "There is another view of this name by now."
_UNSAID = "The log does not say what it was."


@dataclass
class Planned:
    """What taking an act back writes: a view whole, that comes or goes, or new values; and what it leaves."""

    restored: dict[str, Any] | None = None
    erased: dict[str, Any] | None = None
    changed: tuple[dict[str, Any], dict[str, Any]] | None = None
    left: list[Left] = field(default_factory=list)

    @property
    def values(self) -> bool:
        """Whether there is anything to write."""
        return not (self.restored is None and self.erased is None and self.changed is None)


def is_of_views(act: ChangeSet) -> bool:
    """Whether an act wrote nothing but a view."""
    return set(act.counts) == {VIEWS}


def plan_of(session: CompanySession, scope: CompanyScope, act: ChangeSet, lock: bool = False) -> Planned:
    """What the undo of such an act would write now; what was changed since stays. Five statements at most."""
    found = net_of(session, ChangeLog.act_id == act.act_id)
    since = written_since(session, OneAct(act.act_id))
    plan, who = Planned(), member_names(session)
    for key, net in found.items():
        row = next(whole_rows(session, VIEWS, [net.id], lock), None)
        wrote = since.get(key, {})

        def leave(
            name: str | None, sentence: str, row: Any = row, net: Net = net, wrote: Any = wrote
        ) -> None:
            by = wrote.get(name if name is not None else WHOLE) or next(iter(wrote.values()), None)
            open_ = row is not None and (row["shared"] or row["user_id"] == scope.user_id)
            called = str((row if open_ else _told(net)).get("name") or "")
            said = "" if by is None else who.get(by.user_id or 0, "A former colleague")
            plan.left.append(Left(VIEWS, net.id, called, name, sentence, said, by.at if by else None))

        if net.erased is not None:
            if not {"id", "user_id", "list_name"} <= set(net.erased):  # as an older version kept it
                leave(None, _UNSAID)
            elif not _may(scope, net.erased):
                leave(None, _THEIRS)
            elif _taken(session, net.erased):
                leave(None, _TAKEN)
            else:
                plan.restored = net.erased
        elif row is None:
            leave(None, _GONE)
        elif net.added is not None:
            told = [name for name in net.added if name not in STAMPS and row.get(name) != net.added[name]]
            if wrote or told:
                leave(None, "It was changed since.")
            elif not _may(scope, row):
                leave(None, _THEIRS)
            else:
                plan.erased = row
        else:
            new = _back(net, row, wrote, leave)
            if new and not _may(scope, row, {**row, **new}):
                leave(None, _THEIRS)
            elif new.get("name", row["name"]) != row["name"] and _taken(session, {**row, **new}):
                leave("name", _TAKEN)
            elif new:
                plan.changed = (row, new)
    return plan


def carry_out(session: CompanySession, doing: Doing, planned: Planned) -> None:
    """Write it, as one line of the log."""
    table = table_of(SavedView)
    if planned.restored is not None:
        writer.put_back(session, doing, table, [planned.restored])
    if planned.erased is not None:
        writer.erase(session, doing, table, [planned.erased])
    if planned.changed is not None:
        writer.update(session, doing, table, [planned.changed])


def _told(net: Net) -> Mapping[str, Any]:
    """What the log told of a view that is one person's own by now: what became of it since is theirs alone."""
    return net.erased or net.added or {name: now for name, (_, now) in net.changed.items()}


def _back(net: Net, row: Mapping[str, Any], wrote: Mapping[str, Any], leave: Any) -> dict[str, Any]:
    new = {}
    for name, (was, now) in net.changed.items():
        if name in wrote or row[name] != now:
            leave(name, f"{fields_of(SavedView)[name].label} was changed since.")
        else:
            new[name] = was
    return new


def _may(scope: CompanyScope, *rows: Mapping[str, Any]) -> bool:
    """Whether this person may write a view as it is and as it will be: one of somebody's own is theirs alone."""
    person = Person(scope.role, scope.operator)
    for row in rows:
        mine = row["user_id"] == scope.user_id
        if not row["shared"] and not mine and row is rows[0]:
            return False
        if row["shared"] and not may(person, Act.PUBLISH, tie=Tie.OWN if mine else Tie.OTHER):
            return False
    return True


def _taken(session: CompanySession, row: Mapping[str, Any]) -> bool:
    """Whether its owner has another view of this name on this list."""
    same = [getattr(SavedView, name) == row[name] for name in ("user_id", "list_name", "name")]
    return (
        session.scalar(sa.select(SavedView.id).where(*same, SavedView.id != row["id"]).limit(1)) is not None
    )
