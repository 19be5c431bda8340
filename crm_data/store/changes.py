"""Acts and their log: one act under way, and one line of a record's history. `store.log` writes them down."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from crm_data import clock


def new_act() -> str:
    """A name for one act of one person; all rows it changes carry it."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Doing:
    """One act under way: who does it, when and where the day began for them, under which name.

    `bulk`: the same values for many records at once, of which nobody looks at each. `named`: the name of the act
    was given by whoever called, and may be that of an act that is done already. `kind` and `title`: what the act
    is called where its lines in the log do not say it; `actor` where it is not simply the person. `undoes`: the
    change set that is taken back. `although`: what was said against it, and it was done all the same.
    `settled`: rows (table, id) that this act puts back itself, so that what follows from others leaves them.
    """

    user_id: int | None
    act_id: str = field(default_factory=new_act)
    at: datetime = field(default_factory=clock.now)
    zone: tzinfo = UTC
    bulk: bool = False
    named: bool = False
    kind: str = ""
    title: str = ""
    actor: str = ""
    undoes: int | None = None
    although: str = ""
    settled: frozenset[tuple[str, int]] = frozenset()

    @property
    def today(self) -> date:
        """The calendar day it is where the person is."""
        return self.at.astimezone(self.zone).date()


def doing_of(user_id: int | None, act_id: str | None, zone: tzinfo = UTC, kind: str = "") -> Doing:
    """An act that whoever calls may have named."""
    return Doing(user_id, act_id or new_act(), zone=zone, named=act_id is not None, kind=kind)


@dataclass(frozen=True)
class Change:
    """One line of a record's history: field None for the record as a whole."""

    at: datetime
    user_id: int | None
    who: str
    action: str
    field: str | None
    before: Any
    after: Any
    act_id: str
