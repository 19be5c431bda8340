"""The log of changes and its change sets: the only place that writes them, in the transaction of the change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.store.changes import Doing, new_act
from crm_data.store.many import put, table_of
from crm_data.store.values import plain
from crm_data.tables import ChangeLog, ChangeSet, noun
from crm_data.tables.change_set import Actor
from crm_data.tables.fields import words

Row = Mapping[str, Any]
Entry = tuple[int, Row | None, Row | None]

_VERBS = {
    "add": "Added",
    "archive": "Archived",
    "change": "Changed",
    "convert": "Converted",
    "erase": "Erased",
    "hand_over": "Ended the membership and handed over",
    "import": "Imported",
    "member": "Changed the",
    "profile": "Changed the",
    "move": "Moved",
    "put_back": "Put back",
    "restore": "Restored",
}
_MOST_NAMED = 3  # fields of one record, in a title


@dataclass
class _Act:
    """What one act has written so far: table -> ids; the first write is what it is called after."""

    doing: Doing
    act_id: str
    ids: dict[str, set[int]] = field(default_factory=dict)
    action: str = ""
    table: str = ""
    name: str = ""
    fields: tuple[str, ...] = ()


def record(
    session: Session,
    doing: Doing,
    table: str,
    action: str,
    entries: Sequence[Entry],
    *,
    company: int | None = None,
    name: str = "",
    follows: bool = False,
) -> None:
    """One line of the log a row: its id, what it was, what it is. Its act becomes one change set with the others.

    `company`: of a session of the system. `name`: what the first row is called. `follows`: the rows follow from
    others of the act, which is not called after them.
    """
    if not entries:
        return
    company = getattr(session, "company", company)
    assert company is not None
    act = _act(session, doing, company)
    act.ids.setdefault(table, set()).update(entry[0] for entry in entries)
    if not act.action and not follows:
        act.action, act.table, act.name = action, table, name
        act.fields = tuple(entries[0][2] or ()) if len(entries) == 1 else ()
    kept: dict[int, Any] = {}  # rows that are given the same share it
    lines = [
        {"row_id": id_, "before": _plain(was, kept), "after": _plain(now, kept)} for id_, was, now in entries
    ]
    same = {"act_id": act.act_id, "at": doing.at, "user_id": doing.user_id, "action": action}
    put(session, table_of(ChangeLog), lines, {**same, "table_name": table}, company)


def close(session: Session) -> None:
    """Write the change set of each act that wrote anything in this transaction, which ends now."""
    acts: dict[tuple[int, str], _Act] = session.info.pop("acts", {})
    for (company, _), act in acts.items():
        doing = act.doing
        row = {
            "act_id": act.act_id,
            "at": doing.at,
            "actor": _actor(doing, session.info.get("via", "")),
            "user_id": doing.user_id,
            "kind": doing.kind or act.action or "change",
            "title": _with_doubt(title_of_act(act), doing.although),
            "counts": {table: len(ids) for table, ids in act.ids.items()},
            "undoes": doing.undoes,
        }
        put(session, table_of(ChangeSet), [row], {}, company)


def title_of_act(act: _Act) -> str:
    """An act in words: 'Changed customer Acme: Phone', 'Imported 120 deals'."""
    doing = act.doing
    if doing.title:
        return doing.title
    table = act.table or next(iter(act.ids))
    verb, count = _VERBS.get(doing.kind or act.action, words(doing.kind or act.action)), len(act.ids[table])
    if count != 1:
        return f"{verb} {count:,} {noun(table, count)}"
    said = f"{verb} {noun(table)} {act.name}".strip()
    if (doing.kind or act.action) in ("change", "put_back") and 0 < len(act.fields) <= _MOST_NAMED:
        said = f"{said}: {', '.join(words(name.removesuffix('_id')) for name in act.fields)}"
    return said


def _with_doubt(title: str, although: str) -> str:
    """The title with what was said against the act; of a long one what fits."""
    return (f"{title}, although {although}" if although else title)[:255]


def _act(session: Session, doing: Doing, company: int) -> _Act:
    acts: dict[tuple[int, str], _Act] = session.info.setdefault("acts", {})
    known = acts.get((company, doing.act_id))
    if known is None:
        known = acts[company, doing.act_id] = _Act(doing, _free(session, doing, company))
    return known


def _free(session: Session, doing: Doing, company: int) -> str:
    """The name of the act, unless an earlier transaction has used it up: a change set is of one transaction."""
    if doing.named:
        mine = (ChangeSet.act_id == doing.act_id, ChangeSet.company_id == company)
        if session.scalar(sa.select(ChangeSet.id).where(*mine).limit(1)) is not None:
            return new_act()
    return doing.act_id


def _actor(doing: Doing, via: str) -> str:
    if doing.actor or via:
        return doing.actor or via
    return Actor.SYSTEM if doing.user_id is None else Actor.PERSON


def _plain(values: Row | None, kept: dict[int, Any]) -> dict[str, Any] | None:
    """As JSON can hold it; the same object as before for the same one. `kept` lives while the entries do."""
    if values is None:
        return None
    found: dict[str, Any] | None = kept.get(id(values))
    if found is None:
        found = kept[id(values)] = {name: plain(value) for name, value in values.items()}
    return found
