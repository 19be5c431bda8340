"""Mentions: @ and a colleague's name in a text of an activity, kept as rows that change with the text."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crm_data.errors import Invalid
from crm_data.store import writer
from crm_data.store.changes import Doing
from crm_data.store.many import table_of
from crm_data.store.names import colleagues, member_names
from crm_data.store.scope import CompanySession
from crm_data.store.values import row_id
from crm_data.tables import Activity, Look, Mention
from crm_data.tables.change_set import Actor
from crm_data.tables.mention import SaidIn
from crm_data.tables.reading import fold

Row = dict[str, Any]
Clause = sa.ColumnElement[bool]
# How a list says which of its rows name me.
SAID = {"unseen_mentions": "mention me, and I have not looked at them since"}
_AT = re.compile(r"(?<!\w)@(?=\w)")
_MENTION, _LOOK = aliased(Mention), aliased(Look)


class Names:
    """How colleagues are called behind an @: by their full name, or a first name that only one of them has."""

    def __init__(self, every: Mapping[int, str], active: Mapping[int, str]) -> None:
        self._ids: dict[str, set[int]] = defaultdict(set)
        first: dict[str, set[int]] = defaultdict(set)
        for id_, name in every.items():
            self._ids[fold(name)].add(id_)
            first[fold(name.split(" ")[0])].add(id_)
        for name, ids in first.items():
            here = ids & active.keys() if len(ids) > 1 else ids
            if len(here) == 1 and name not in self._ids:
                self._ids[name] = here
        self._lengths = sorted({len(name) for name in self._ids if name}, reverse=True)

    def called(self, text: str) -> set[int]:
        """The ids of all whom a text names; two of the same name are both meant."""
        said = fold(text)
        return {id_ for at in _AT.finditer(said) for id_ in self._ids.get(self._at(said, at.end()), ())}

    def _at(self, said: str, begin: int) -> str:
        for end in (begin + length for length in self._lengths):
            if said[begin:end] in self._ids and not said[end : end + 1].isalnum():
                return said[begin:end]
        return ""


@dataclass(frozen=True)
class Called:
    """A full name that can be written behind an @, and how many colleagues are told by it."""

    name: str
    count: int


@dataclass(frozen=True)
class _Text:
    """A text of an activity that was written, as it was and as it is."""

    activity: int
    said_in: str
    before: str
    after: str


def keep(session: CompanySession, doing: Doing, written: Sequence[tuple[Row | None, Row]]) -> None:
    """Make mentions agree with texts that were written, in the act that wrote them.

    Nobody is told of what comes with a file, nor of what they write themselves. Nothing is asked of the database
    where no text holds an @. Who was called otherwise by then stays mentioned as long as the text names anybody.
    """
    texts = list(_texts(written))
    if not texts or doing.actor == Actor.IMPORT:
        return
    every, active = colleagues(session)
    names = Names(every, active)
    there = _there(session, {text.activity for text in texts if text.before})
    new: list[Row] = []
    gone: list[Row] = []
    for text in texts:
        was, now = names.called(text.before), names.called(text.after)
        held = {row["user_id"]: row for row in there.get((text.activity, text.said_in), ())}
        for person in sorted((now - was - held.keys() - {doing.user_id}) & active.keys()):
            row = {"activity_id": text.activity, "user_id": person, "said_in": text.said_in}
            new.append({**row, "created_by": doing.user_id})
        gone += [row for id_, row in held.items() if id_ not in now and (id_ in was or "@" not in text.after)]
    writer.erase(session, doing, table_of(Mention), gone)
    writer.follow(session, doing, _Told(new), [(None, {})])


def callable_names(active: Mapping[int, str], me: int | None) -> list[Called]:
    """Who can be named in a text so that they are told, in the order given; those of the same name once.

    `active`: the company's active members by id. Nobody tells themselves; a name before which no @ can stand is
    left out.
    """
    same: dict[str, list[str]] = defaultdict(list)
    for id_, name in active.items():
        if id_ != me and _AT.match(f"@{fold(name)}"):
            same[fold(name)].append(name)
    return [Called(names[0], len(names)) for names in same.values()]


def offered(session: CompanySession, said: str | None, people: Collection[Any]) -> str | None:
    """A text with the names of these colleagues at its end, unless it names them already. Raises Invalid."""
    every, active = colleagues(session)
    wanted = {row_id(one) for one in people}
    if not wanted <= active.keys():
        raise Invalid("Mention: there is no such colleague here any more. Choose another.", "description")
    missing = wanted - Names(every, active).called(said or "")
    named = " ".join(f"@{name}" for id_, name in active.items() if id_ in missing)
    return "\n".join(filter(None, ((said or "").rstrip(), named))) or None


def names_in(session: CompanySession, ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Activity -> the names of those whom it mentions, former colleagues too. Two statements, or one for none."""
    rows: set[tuple[int, int]] = set()
    for some in _chunks(ids):
        wanted = sa.select(Mention.activity_id, Mention.user_id).where(Mention.activity_id.in_(some))
        rows |= {(activity, person) for activity, person in session.execute(wanted)}
    who = member_names(session) if rows else {}
    found: dict[int, list[str]] = defaultdict(list)
    for activity, person in sorted(rows):
        if person in who:
            found[activity].append(who[person])
    return {activity: tuple(names) for activity, names in found.items()}


def calls_somebody(row: Mapping[str, Any]) -> bool:
    """Whether the texts of an activity may mention anybody at all."""
    return any("@" in (row.get(name) or "") for name in SaidIn)


def mentioned(me: int | None) -> Clause:
    """Activities that name me."""
    return Activity.id.in_(sa.select(Mention.activity_id).where(Mention.user_id == me))


def unseen(me: int | None) -> Clause:
    """Activities that name me, and that I have not looked at since."""
    mention, look = _MENTION, _LOOK
    looked = sa.select(look.id).where(
        look.user_id == me,
        look.table_name == Activity.__tablename__,
        look.row_id == mention.activity_id,
        look.at >= mention.created_at,
    )
    waits = sa.select(mention.activity_id).where(mention.user_id == me, ~looked.exists())
    return Activity.id.in_(waits)


def mentioned_at(row_id: Any, me: int | None) -> sa.ScalarSelect[Any]:
    """When an activity named me the last time."""
    mine = (Mention.activity_id == row_id, Mention.user_id == me)
    return sa.select(sa.func.max(Mention.created_at)).where(*mine).scalar_subquery()


def who_mentioned(ids: Sequence[int], me: int | None) -> sa.Select[int, int | None]:
    """Activity and person of each mention of me, the latest last."""
    mine = (Mention.activity_id.in_(ids), Mention.user_id == me)
    return sa.select(Mention.activity_id, Mention.created_by).where(*mine).order_by(Mention.id)


class _Told:
    """The rows of mentions, as what follows from a write."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def consequences(self, doing: Doing, after: Row, before: Row | None) -> list[tuple[type, Row]]:
        """All of them."""
        return [(Mention, row) for row in self._rows]


def _texts(written: Sequence[tuple[Row | None, Row]]) -> Iterator[_Text]:
    for before, after in written:
        for name in SaidIn:
            was, now = (before or {}).get(name) or "", after.get(name) or ""
            if was != now and ("@" in was or "@" in now):
                yield _Text(after["id"], name.value, was, now)


def _there(session: CompanySession, ids: Collection[int]) -> Mapping[tuple[int, str], list[Row]]:
    """The mentions that activities have, by activity and text."""
    found: dict[tuple[int, str], list[Row]] = defaultdict(list)
    columns = [column for column in table_of(Mention).c if column.key != "company_id"]
    for some in _chunks(ids):
        wanted = sa.select(*(getattr(Mention, column.key) for column in columns))
        rows = session.execute(wanted.where(Mention.activity_id.in_(some)).order_by(Mention.id))
        for row in rows.mappings():
            found[row["activity_id"], row["said_in"]].append(dict(row))
    return found


def _chunks(ids: Collection[int]) -> Iterator[list[int]]:
    held = sorted(ids)
    return (held[at : at + writer.MOST_IDS] for at in range(0, len(held), writer.MOST_IDS))
