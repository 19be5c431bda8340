"""The log of changes and its change sets: the only place that writes them, in the transaction of the change.

Each company's log is one chain (see `store.chain`). Its head is locked last, right before the commit: two who
write in one company work beside each other, and their acts are chained in the order in which they end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.store.chain import digests_of, link_of, new_salts, seal_on
from crm_data.store.changes import Doing, new_act
from crm_data.store.heads import ended
from crm_data.store.log_ends import head_of, ids_for
from crm_data.store.many import put, table_of
from crm_data.store.values import plain
from crm_data.tables import ChangeLog, ChangeSet, noun
from crm_data.tables.change_set import Actor
from crm_data.tables.fields import words
from crm_data.tables.own_fields import NONE, OwnFields

Row = Mapping[str, Any]
Entry = tuple[int, Row | None, Row | None]

_VERBS = {
    "add": "Added",
    "archive": "Archived",
    "change": "Changed",
    "convert": "Converted",
    "erase": "Erased",
    "erase_for_good": "Erased for good",
    "import": "Imported",
    "member": "Changed the",
    "profile": "Changed the",
    "move": "Moved",
    "pin": "Pinned",
    "put_back": "Put back",
    "restore": "Restored",
    "unpin": "Unpinned",
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
    lines: int = 0
    seal: str = ""


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
        own: OwnFields = session.info.get("own", NONE)
        named = entries[0][2] or () if len(entries) == 1 else ()
        act.fields = tuple(own.label(table, name) or words(name.removesuffix("_id")) for name in named)
    table_, count = table_of(ChangeLog), len(entries)
    same = {
        "act_id": act.act_id,
        "at": doing.at,
        "user_id": doing.user_id,
        "action": action,
        "table_name": table,
        "sealed": None,
    }
    kept: dict[int, Any] = {}  # rows that are given the same share it
    lines: list[dict[str, Any]] = [
        {
            "id": id_,
            "row_id": row_id,
            "before": _plain(was, kept),
            "after": _plain(now, kept),
            "place": place,
            "salt": salt,
        }
        for id_, salt, place, (row_id, was, now) in zip(
            ids_for(session, ChangeLog, company, count), new_salts(count),
            range(act.lines + 1, act.lines + count + 1), entries, strict=True,
        )
    ]  # fmt: skip
    act.lines += count
    for line, digest in zip(lines, digests_of(lines, {**same, "company_id": company}), strict=True):
        line["digest"] = digest
        act.seal = seal_on(act.seal, digest)
    put(session, table_, lines, same, company)


def close(session: Session) -> None:
    """Write the change set of each act that wrote anything in this transaction, which ends now."""
    acts: dict[tuple[int, str], _Act] = session.info.pop("acts", {})
    by_company: dict[int, list[_Act]] = {}
    for (company, _), act in acts.items():
        by_company.setdefault(company, []).append(act)
    for company in sorted(by_company):  # in the order in which heads are locked
        number, link = head_of(session, company)
        rows = []
        ids = ids_for(session, ChangeSet, company, len(by_company[company]))
        for id_, act in zip(ids, by_company[company], strict=True):
            number += 1
            row = {**_set(act, session.info.get("via", "")), "id": id_, "number": number}
            row["link"] = link = link_of(link, {**row, "company_id": company})
            rows.append(row)
        put(session, table_of(ChangeSet), rows, {}, company)
        ended(session, company, number, link)


def _set(act: _Act, via: str) -> dict[str, Any]:
    doing = act.doing
    return {
        "act_id": act.act_id,
        "at": doing.at,
        "actor": _actor(doing, via),
        "user_id": doing.user_id,
        "kind": doing.kind or act.action or "change",
        "title": _with_doubt(title_of_act(act), doing.although),
        "counts": {table: len(ids) for table, ids in act.ids.items()},
        "undoes": doing.undoes,
        "lines": act.lines,
        "seal": act.seal,
        "salt": new_salts(1)[0],
        "sealed": None,
    }


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
        said = f"{said}: {', '.join(act.fields)}"
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
