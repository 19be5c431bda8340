"""Every public verb of the data module has a caller in the product: what only tests call is kept alive by them."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

import pytest

from crm_data import Records, Workspace
from crm_data.accounts.companies import Companies
from crm_data.accounts.links import Links
from crm_data.accounts.members import Members
from crm_data.accounts.operator import People
from crm_data.accounts.sessions import Sessions
from crm_data.installation import Installation
from crm_data.settings import ROOT
from crm_data.transfer.backups import Backups
from tests.support.rooms import ROOMS

# What the code calls each room where it asks one: the last name before the dot, or the class where it is made.
NOUNS = {"records", *Workspace.kinds, *(name for name, kind in ROOMS.items() if issubclass(kind, Records))}
CALLED: dict[type, set[str]] = {
    Workspace: {"my", "workspace"},
    **{kind: {name} for name, kind in ROOMS.items() if name not in NOUNS},
    Members: {"people", "members"},
    Installation: {"installation"},
    Companies: {"companies"},
    People: {"people"},
    Links: {"links"},
    Sessions: {"sessions"},
    Backups: {"backups"},
}
# Verbs that no part of the product calls yet, each with the reason why it stays.
WAITING = {
    "Deals.moves": "a deal's way through the stages, with the days in each: for the record of a deal",
}


def kinds() -> Iterator[type]:
    """Every class whose verbs are public, among them each noun and what they all inherit."""
    yield from CALLED
    yield from Records.__mro__[:-1]
    yield from Records.__subclasses__()


def verbs(kind: type) -> list[str]:
    """The public names that a class defines itself."""
    sorts = (property, cached_property)
    own = vars(kind).items()
    return [n for n, v in own if n[0] != "_" and (inspect.isfunction(v) or isinstance(v, sorts))]


VERBS = {f"{kind.__name__}.{name}": (kind, name) for kind in kinds() for name in verbs(kind)}


@cache
def asked(folders: tuple[str, ...] = ("crm_data", "dashboard", "pages")) -> set[tuple[str, str, str]]:
    """(file, receiver, verb) of every dot in the product, but for a verb that calls on by its own name."""
    return {
        (str(path.relative_to(ROOT)), receiver, name)
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        for receiver, name in dots(ast.parse(path.read_text()), "")
    }


def dots(node: ast.AST, inside: str) -> Iterator[tuple[str, str]]:
    """(receiver, verb) of every dot below a node; `inside` is the function that it stands in."""
    for below in ast.iter_child_nodes(node):
        if isinstance(below, ast.Attribute):
            receiver = last_name(below.value)
            if not (inside == below.attr and receiver in ("self", "super")):
                yield receiver, below.attr
        named = isinstance(below, ast.FunctionDef)
        yield from dots(below, below.name if named else inside)


def last_name(node: ast.AST) -> str:
    """What stands before the dot, without what it hangs from: 'deals' of `self._deals` and of `my.deals`."""
    match node:
        case ast.Call(func=func):
            return last_name(func)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name.lstrip("_")
    return ""


def has_caller(kind: type, verb: str) -> bool:
    """Whether the product asks this verb of what it calls a room of this kind, or the room of itself."""
    names = {kind.__name__, *CALLED.get(kind, NOUNS)}
    related = kind.__subclasses__() + list(kind.__mro__[:-1])
    own = {str(Path(inspect.getfile(each)).relative_to(ROOT)) for each in related}
    return any(
        name == verb and (receiver in names or (receiver in ("self", "super") and file in own))
        for file, receiver, name in asked()
    )


def test_the_classes_are_found() -> None:
    assert {"Workspace.export", "Records.change", "Reader.page", "Deals.move", "Backups.make"} <= set(VERBS)
    assert issubclass(Records, VERBS["Reader.page"][0])


@pytest.mark.slow
@pytest.mark.parametrize("verb", sorted(VERBS.keys() - WAITING.keys()))
def test_a_verb_has_a_caller(verb: str) -> None:
    assert has_caller(*VERBS[verb]), f"nothing calls {verb}: give it its caller, or take it away"


@pytest.mark.parametrize("verb", sorted(WAITING))
def test_what_waits_for_its_caller_has_none_yet(verb: str) -> None:
    assert not has_caller(*VERBS[verb]), f"{verb} is called now: it waits no longer"


def test_a_verb_without_a_caller_is_found() -> None:
    assert not has_caller(Workspace, "never_called_by_anybody")
    assert not has_caller(ROOMS["numbers"], "change"), (
        "that other rooms have a verb of this name is no caller"
    )
