"""Undo by the server: the acts of a Save, or one's own last act in the list, each by the one verb that undoes."""

from datetime import tzinfo
from typing import Any

from crm_data import CrmError, Workspace, errors, new_act
from dashboard.components.grid.wire import Undo

_NONE = {
    "undo": "There is nothing that you did in this list today and that could be undone.",
    "redo": "There is nothing to be done again.",
}


def stepped(my: Workspace, table: str, asked: Undo, zone: tzinfo) -> dict[str, Any]:
    """Take the next step back or forth in what this person did in a list; what the browser is told of it."""
    steps = my.changes.steps(table)
    id_ = steps.forth if asked.last == "redo" else steps.back
    if id_ is None:
        return {"token": asked.token, "ok": False, "words": _NONE[asked.last], "acts": []}
    act = my.changes.get(id_)
    title = act.title.removeprefix("Undo: ").removeprefix("Redo: ")
    result = taken_back(my, Undo(asked.token, (act.act_id,)), zone)
    done = "Done again" if asked.last == "redo" else "Undone"
    return result | {"words": f"{done}: {title}."} if result["ok"] else result


def taken_back(my: Workspace, asked: Undo, zone: tzinfo) -> dict[str, Any]:
    """Undo them; the `result` that the browser is told. `acts`: by which it can be done again, or tried again.

    `rest`: what a colleague has changed since would stay, and the browser may ask for the rest.
    """
    waiting, done, stays = list(asked.acts), list[str](), 0
    redo = False
    while waiting:
        name = new_act()
        try:
            id_ = my.changes.find(waiting[-1])
            redo = id_ is not None and my.changes.get(id_).kind == "undo"
            stays += len(my.changes.undo(id_, asked.rest, name, zone))
        except CrmError as refused:
            rest = isinstance(refused, errors.ChangedSince) and refused.rest
            return {"token": asked.token, "ok": False, "words": str(refused), "acts": waiting, "rest": rest}
        waiting.pop()
        done.append(name)
    words = "Done again." if redo else "Undone."
    if stays:
        words = f"{words} What was changed since stays as it is."
    return {"token": asked.token, "ok": True, "words": words, "acts": done}
