"""Both front doors, verb by verb: asked by roles below the one that may, and by a stranger of another company."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_data import errors
from crm_data.installation import Installation
from crm_data.rights import ROLES
from crm_data.settings import settings
from crm_data.store.records import Records
from crm_data.tables import ChangeLog, ChangeSet
from tests.store.doors import DOORS, NOUNS, OPERATORS, PROVED, VERBS, Ids, told
from tests.store.test_walls import Dump, dump
from tests.support import makers
from tests.support.kinds import CLASSES
from tests.support.office import Office, office
from tests.support.rooms import ROOMS

WORDS = ("Alpha", "Omega")
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


class Town(Office):
    """An office whose two companies have a record of every kind, each text with the company's word in it."""

    ids: tuple[Ids, Ids]


@pytest.fixture(scope="module", params=ENGINES)
def town(request: pytest.FixtureRequest, new_database: Any) -> Iterator[Town]:
    made = office(new_database(request.param).url)
    town = Town(made.store, made.companies, made.people)
    town.ids = (filled(town, 0), filled(town, 1))
    yield town
    made.store.close()


def filled(town: Town, company: int) -> Ids:
    id_, word, boss = town.companies[company], WORDS[company], town.people[company]["admin"]
    with town.store.system("records for the table of rights") as session:
        own = {"assigned_to": boss, "notes": word}
        customer = makers.customer(session, id_, name=word, email=f"buyer@{word}.example".lower(), **own).id
        lead = makers.lead(session, id_, lead_name=word, customer_id=customer, **own).id
        deal = makers.deal(session, id_, customer, deal_name=word, **own).id
        task = makers.task(session, id_, boss, title=word, deal_id=deal, customer_id=customer).id
        makers.activity(session, id_, boss, title=word, deal_id=deal, customer_id=customer)
        entry = {"company_id": id_, "act_id": word, "action": "add", "table_name": "deals", "row_id": deal}
        session.add(ChangeLog(**entry, after={"deal_name": word}))
        act = {"company_id": id_, "act_id": word, "actor": "person", "user_id": boss, "kind": "add"}
        done = ChangeSet(**act, title=word, counts={"deals": 1})
        session.add(done)
        session.flush()
    email = f"admin@{word.lower()}.example"
    return Ids(id_, boss, email, customer, lead, deal, task, done.id)


def kept(town: Town, company: int) -> Dump:
    with town.store.system("the table of rights looks", write=False) as session:
        return dump(session, town.companies[company])


def public(kind: type, beside: type = object) -> set[str]:
    """The names of a class's own verbs."""
    inherited = {name for name, _ in inspect.getmembers(beside, inspect.isfunction)}
    return {
        name
        for name, _ in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") and name not in inherited
    }


@pytest.mark.parametrize("door", sorted(DOORS))
def test_every_verb_of_a_door_is_in_the_table(door: str) -> None:
    kinds, verbs, pure = DOORS[door]
    assert set().union(*map(public, kinds)) == set(verbs) | pure


def test_every_room_of_a_workspace_is_a_door() -> None:
    doors = {kind for kinds, _, _ in DOORS.values() for kind in kinds}
    assert {kind for kind in ROOMS.values() if not issubclass(kind, Records)} <= doors


def test_every_verb_of_one_kind_of_record_is_in_the_table() -> None:
    own = {
        f"{kind.__name__}.{name}"
        for kind in (*CLASSES.values(), *(kind for kind in ROOMS.values() if issubclass(kind, Records)))
        for name in public(kind, Records)
    }
    assert own == set(NOUNS)


def test_every_verb_of_the_installation_is_in_the_table(town: Town, tmp_path: Path) -> None:
    house = installation(town, tmp_path)
    rooms = (house, house.companies, house.people, house.links, house.backups, house.sessions)
    for room in rooms:
        kind = type(room).__name__
        asked = {name.partition(".")[2] for name in OPERATORS if name.startswith(f"{kind}.")}
        assert public(type(room)) == asked | PROVED[kind]


BELOW = [
    (name, role)
    for name, verb in sorted(VERBS.items())
    for role in ROLES[: ROLES.index(verb.least or "admin")]
]


@pytest.mark.parametrize(("name", "role"), BELOW)
def test_a_role_below_is_refused_and_changes_nothing(town: Town, name: str, role: str) -> None:
    before = kept(town, 0)
    with pytest.raises(errors.NotAllowed):
        told(VERBS[name].call(town.at(0, role), town.ids[0]))
    assert kept(town, 0) == before


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_stranger_learns_and_changes_nothing(town: Town, name: str) -> None:
    """The admin of the first company asks with the ids of the second."""
    before, said = kept(town, 1), ""
    try:
        said = told(VERBS[name].call(town.at(0, "admin"), town.ids[1]))
    except errors.CrmError as refused:
        said = str(refused)
    given = told(town.ids[1].email)[1:-1]  # the asker's own word
    assert WORDS[1].lower() not in said.lower().replace(given, "")
    assert kept(town, 1) == before


def test_a_member_does_learn_it(town: Town) -> None:
    """The table has teeth: what a stranger is not told is told to who works there."""
    telling = {
        name
        for name, verb in VERBS.items()
        if verb.least == "user" and WORDS[1].lower() in _answer(town, name).lower()
    }
    assert {"Workspace.members", "Numbers.board", "Numbers.overview", "Profile.get", "Members.all"} <= telling
    assert WORDS[1] in told(town.at(1, "admin").take_away())
    assert WORDS[1] in told(town.at(1, "manager").export(town.at(1, "manager").customers))


def _answer(town: Town, name: str) -> str:
    if name in ("Activities.log", "Tasks.reopen"):
        return ""
    return told(VERBS[name].call(town.at(1, "admin"), town.ids[1]))


def installation(town: Town, folder: Path) -> Installation:
    return Installation(town.store, settings({"DATABASE_URL": town.store.url, "CRM_BACKUP_DIR": str(folder)}))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_what_is_the_operators_is_no_role_s(town: Town, tmp_path: Path, name: str, role: str) -> None:
    house, before = installation(town, tmp_path), (kept(town, 0), kept(town, 1))
    for company in (0, 1):
        with pytest.raises(errors.NotAllowed) as refused:
            OPERATORS[name](house, town.scope(0, role), town.ids[company])
        assert WORDS[1] not in str(refused.value)
    assert (kept(town, 0), kept(town, 1)) == before
    assert list(tmp_path.iterdir()) == []
