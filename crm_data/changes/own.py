"""One's own last acts in one list, to go back and forth through them: known from the change sets, in any tab."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from crm_data import clock
from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeSet
from crm_data.tables.change_set import Actor

KEPT: Final = timedelta(hours=12)  # so long an act is one of the last ones
_MOST = 100
_MOST_TURNS = 400  # an act may be undone and done again many times


@dataclass(frozen=True)
class Steps:
    """The act whose undo takes one's last act back, and the one whose undo does the last undone one again."""

    back: int | None = None
    forth: int | None = None


def steps(session: CompanySession, user_id: int | None, table: str) -> Steps:
    """The next step each way, of what this person did by hand in a list within twelve hours. Two statements.

    A new act leaves nothing to be done again. What a colleague took back is theirs to do again.
    """
    if user_id is None:
        return Steps()
    since = clock.now() - KEPT
    mine = sa.select(ChangeSet).where(ChangeSet.user_id == user_id, ChangeSet.undoes.is_(None))
    recent = mine.where(ChangeSet.at >= since, ChangeSet.actor == Actor.PERSON)
    rows = session.scalars(recent.order_by(ChangeSet.id.desc()).limit(_MOST)).all()
    acts = [row.id for row in rows if table in row.counts]
    turns = _turns(session)
    back: int | None = None
    forth: tuple[int, int] | None = None
    newest = 0
    for act in acts:
        who: int | None = user_id
        last, undone = act, False
        while last in turns:
            last, who = turns[last]
            undone = not undone
        if not undone and back is None:
            back, newest = last, act
        if undone and who == user_id and (forth is None or last > forth[0]):
            forth = (last, act)
    if forth and newest > forth[0]:
        forth = None
    return Steps(back, forth[0] if forth else None)


def _turns(session: CompanySession) -> dict[int, tuple[int, int | None]]:
    """Act -> what took it back, and who did, of the last ones in the company."""
    wanted = sa.select(ChangeSet.undoes, ChangeSet.id, ChangeSet.user_id).where(ChangeSet.undoes.is_not(None))
    recent = wanted.where(ChangeSet.at >= clock.now() - KEPT)
    found = session.execute(recent.order_by(ChangeSet.id.desc()).limit(_MOST_TURNS))
    return {undoes: (id_, who) for undoes, id_, who in found if undoes}
