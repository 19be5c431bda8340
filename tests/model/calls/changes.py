"""Calls about what was done: read, undone, put back, put away for good."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from crm_data import Workspace
from crm_data.tables import ChangeLog, ChangeSet
from crm_data.tables.fields import fields_of
from tests.model.calls.scene import Call, Scene, simply
from tests.model.world import NOBODY
from tests.support.kinds import CLASSES, KINDS


def _act(do: Callable[[Workspace, Any], Any], writes: bool = False) -> Callable[[Scene], Call]:
    """A verb about one change set: mostly one of the last ones, at times another company's or none."""

    def made(here: Scene) -> Call:
        own = list(here.own["change_sets"])[-20:]
        others = [id_ for tables in here.dump.values() for id_ in tables["change_sets"]]
        id_ = here.dice.choice([*own, *own, *others[-3:], NOBODY, 0, "x", None])
        return Call("", lambda my: do(my, id_), {"kind": "change_sets", "id": id_}, writes)

    return made


def _back(do: Callable[..., Any], writes: bool = False) -> Callable[[Scene], Call]:
    """A verb about the acts between two: the last ones mostly."""

    def made(here: Scene) -> Call:
        own = list(here.own["change_sets"])[-12:]
        others = [id_ for tables in here.dump.values() for id_ in tables["change_sets"]]
        first = here.dice.choice([*own, *own, *others[-3:], NOBODY, 0, "x", None])
        last = here.dice.choice([*own[-1:], *own[-1:], *own, NOBODY, None])
        return Call("", lambda my: do(my, first, last), {"first": first, "last": last}, writes)

    return made


def _since(here: Scene) -> Call:
    moments = [one["at"] for one in list(here.own["change_sets"].values())[-12:]]
    moment = here.dice.choice([*moments, datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)])
    return Call("", lambda my: my.changes.since(moment).counts(), {"moment": moment})


def _put_back(here: Scene) -> Call:
    """Mostly a change of the last ones, in a field of it or in all; at times whatever line, or none."""
    kind, log = here.kind(), here.own["change_log"]
    id_ = here.id(kind)
    lines = [at for at, line in log.items() if (line["table_name"], line["row_id"]) == (kind, id_)]
    line, names = here.dice.choice(lines or [NOBODY]), list(fields_of(CLASSES[kind].table))
    changes = [at for at, one in log.items() if one["action"] == "change" and one["table_name"] in KINDS]
    if changes and here.dice.random() < 0.8:
        line = here.dice.choice(changes[-30:])
        kind, id_, names = log[line]["table_name"], log[line]["row_id"], list(log[line]["after"] or {})
    field_ = here.dice.choice([None, *names])
    said_ = {"kind": kind, "id": id_, "line": line}
    return Call(
        "",
        lambda my: my.changes.put_back(kind, id_, _act_of(my, ChangeLog, line), field_),
        said_,
        writes=True,
    )


def _act_of(my: Workspace, table: Any, id_: int) -> str:
    """The name of the act behind a row: given by chance, so that it is another one on each engine."""
    with my._store.read(my._scope) as session:
        return session.scalar(sa.select(table.act_id).where(table.id == id_)) or "none"


def _feed(here: Scene) -> Call:
    kind, n = here.kind(), here.dice.choice([1, 50])
    id_, sorts = here.id(kind), here.dice.choice([[], ["change"], ["task", "move"]])
    said_ = {"kind": kind, "id": id_, "sorts": sorts, "n": n}
    return Call("", lambda my: my.changes.feed(kind, id_, sorts, n=n), said_)


def _find_act(here: Scene) -> Call:
    id_ = here.dice.choice([*list(here.own["change_sets"])[-9:], NOBODY])
    return Call("", lambda my: my.changes.find(_act_of(my, ChangeSet, id_)), {"set": id_})


def _steps(here: Scene) -> Call:
    kind = here.kind()
    return Call("", lambda my: my.changes.steps(kind), {"kind": kind})


def _away(here: Scene) -> Call:
    kind = here.kind()
    return Call("", lambda my: my.trash.page(kind), {"kind": kind})


def _away_for_good(here: Scene) -> Call:
    kind = here.kind()
    id_ = here.id(kind)
    return Call("", lambda my: my.trash.look(kind, [id_]), {"kind": kind, "id": id_})


def _erased(here: Scene) -> Call:
    """With whatever goes, as somebody at the command line would, who is asked for no password."""
    kind = here.kind()
    away = [row["id"] for row in here.own[kind].values() if row["archived_at"] is not None]
    id_ = here.dice.choice(away) if away and here.dice.random() < 0.8 else here.id(kind)

    def do(my: Workspace) -> Any:
        there = Workspace(my._store, replace(my.scope, via="command"))
        return there.trash.erase(kind, [id_], there.trash.look(kind, [id_]).mark, "")

    return Call("", do, {"kind": kind, "id": id_}, writes=True)


VERBS: dict[str, Callable[[Scene], Call]] = {
    "Changes.events": simply(lambda my: my.changes.events()),
    "Changes.export": simply(lambda my: my.changes.export(), writes=True),
    "Changes.feed": _feed,
    "Changes.find": _find_act,
    "Changes.get": _act(lambda my, id_: my.changes.get(id_)),
    "Changes.lines": _act(lambda my, id_: my.changes.lines(id_)),
    "Changes.page": simply(lambda my: my.changes.page()),
    "Changes.go_back": _back(lambda my, *ids: my.changes.go_back(*ids, rest=True), writes=True),
    "Changes.since": _since,
    "Changes.preview": _act(lambda my, id_: my.changes.preview(id_)),
    "Changes.put_back": _put_back,
    "Changes.steps": _steps,
    "Changes.undo": _act(lambda my, id_: my.changes.undo(id_, rest=True), writes=True),
    "Changes.verify": simply(lambda my: my.changes.verify()),
    "Trash.counts": simply(lambda my: my.trash.counts()),
    "Trash.rule": simply(lambda my: my.trash.rule()),
    "Trash.outlook": simply(lambda my: my.trash.outlook(90).counts),
    "Trash.page": _away,
    "Trash.look": _away_for_good,
    "Trash.erase": _erased,
}
