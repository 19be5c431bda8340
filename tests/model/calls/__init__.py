"""Calls of every public verb, made by chance: who calls, what with, and how it is done on a Workspace."""

from collections.abc import Callable

from tests.model.calls import changes, company, lists, nouns, numbers, records
from tests.model.calls.scene import Call, Place, Scene, scene

__all__ = ["VERBS", "Call", "Place", "Scene", "make", "scene"]

VERBS: dict[str, Callable[[Scene], Call]] = {
    verb: made
    for room in (lists, records, nouns, numbers, company, changes)
    for verb, made in room.VERBS.items()
}


def make(verb: str, here: Scene) -> Call:
    """A call of one verb."""
    call = VERBS[verb](here)
    call.verb, call.company, call.user, call.role = verb, here.company, here.user, here.role
    call.currency = here.own["companies"][here.company]["currency"]
    return call
