"""Every public verb x every role x own, assigned, unassigned, other's and foreign record: one generated table."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Edit, Given, Query, Replaceable, Replacing, Way, errors
from crm_data.nouns.customers import Customers
from crm_data.rights import OPERATOR_ACTS, ROLES, Act, Person, Tie, grantable, may
from crm_data.store.records import Records
from crm_data.tables import Base
from tests.store.doors import RECORDS_PURE
from tests.support.office import Office, office

TIES = ("own", "assigned", "unassigned", "other", "foreign")
_RANK = {role: rank for rank, role in enumerate(ROLES)}

# verb -> how to call it on a record; what needs no record ignores the id.
CALLS: dict[str, Callable[[Any, int], Any]] = {
    "choices": lambda records, id_: records.choices("x"),
    "add": lambda records, id_: records.add({"name": "New"}),
    "add_all": lambda records, id_: records.add_all([{"name": "New"}]),
    "archive": lambda records, id_: records.archive([id_]),
    "change": lambda records, id_: records.change([Edit(id_, {"city": (None, "Oslo")})]),
    "count": lambda records, id_: records.count(),
    "find": lambda records, id_: records.find(Query(), list(records.fields), "a"),
    "footers": lambda records, id_: records.footers(Query(), {"name": "unique"}),
    "fresh": lambda records, id_: records.fresh(Query(), {id_: 0}),
    "get": lambda records, id_: records.get(id_),
    "groups": lambda records, id_: records.groups(Query(), ["status"]),
    "history": lambda records, id_: records.history(id_),
    "ids": lambda records, id_: records.ids(Query(), 500),
    "last_change": lambda records, id_: records.last_change(),
    "look": lambda records, id_: records.look(id_),
    "names": lambda records, id_: records.names({"assigned_to": 1}),
    "page": lambda records, id_: records.page(),
    "restore": lambda records, id_: records.restore([id_]),
    "change_many": lambda records, id_: records.change_many(
        [id_], Given(Way.SET, "city", "Oslo"), rest=False
    ),
    "replaceable": lambda records, id_: records.replaceable([id_], Replacing("old", "New")),
    "replace_many": lambda records, id_: records.replace_many(
        Replaceable(Replacing("old", "New"), 1, 1, 0, (), (), {id_: 0})
    ),
    "walk": lambda records, id_: list(records.walk()),
    "window": lambda records, id_: records.window(Query(), 0, 50),
}
LISTS = {"find", "footers", "fresh", "groups", "ids", "last_change", "window"}
NO_RECORD = {"choices", "add", "add_all", "count", "page", "walk", "names", *LISTS}
# Whoever may read a record may have looked at it: what is noted is the person's own, and no change of the record.
READING = {"choices", "count", "get", "history", "look", "names", "page", *LISTS}
MANAGING = {"archive", "restore", "change_many", "replaceable", "replace_many", "walk"}
# Of rows that are not here nothing is found, in the same way for another company's and for none.
FINDING = {"replaceable", "replace_many"}


def allowed(verb: str, role: str, tie: str) -> bool:
    """The role table of the product, said a second time in other words."""
    if verb in READING:
        return True
    if verb in MANAGING:
        return _RANK[role] >= _RANK["manager"]
    if verb in ("add", "add_all"):
        return _RANK[role] >= _RANK["sales_rep"]
    if tie in ("own", "assigned"):
        return True
    return _RANK[role] >= _RANK["sales_rep" if tie == "unassigned" else "manager"]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def two(request: pytest.FixtureRequest, new_database: Any) -> Iterator[Office]:
    made = office(new_database(request.param).url)
    yield made
    made.store.close()


def record(two: Office, role: str, tie: str) -> int:
    """A fresh customer that stands so to the person with this role."""
    company = 1 if tie == "foreign" else 0
    me = two.people[0][role]
    other = two.people[company]["admin" if role != "admin" else "manager"]
    by = me if tie == "own" else other
    owner = {"own": other, "assigned": me, "unassigned": None, "other": other, "foreign": other}[tie]
    with two.store.system("a record for the table of rights") as session:
        row = Base.metadata.tables["customers"]
        made = session.execute(
            sa.insert(row).values(
                company_id=two.companies[company], name="Old", created_by=by, assigned_to=owner
            )
        )
        return int(made.inserted_primary_key[0])


def dump(two: Office) -> list[Any]:
    """Everything that a company keeps, to see that a refused call changed nothing."""
    with two.store.system("the table of rights looks", write=False) as session:
        return [
            sorted(map(repr, session.execute(sa.select(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.name not in ("security_log",)
        ]


def test_every_public_verb_is_in_the_table() -> None:
    public = {
        name
        for kind in (Records, Customers)
        for name, value in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }
    assert public == set(CALLS) | RECORDS_PURE


@pytest.mark.parametrize("tie", TIES)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", sorted(CALLS))
def test_verb_by_role_by_record(two: Office, verb: str, role: str, tie: str) -> None:
    if verb in NO_RECORD and tie != "own":
        return
    id_ = record(two, role, tie)
    before = dump(two)
    call = CALLS[verb]
    if tie == "foreign" and verb in FINDING and allowed(verb, role, "own"):
        assert call(two.at(0, role).customers, id_).count == 0
    elif tie == "foreign":
        # Of many rows it is said which are not here, in the same words for another company's and for none.
        gone = errors.NotAll if verb == "change_many" else errors.NotFound
        with pytest.raises(gone if allowed(verb, role, "own") else errors.CrmError):
            call(two.at(0, role).customers, id_)
    elif allowed(verb, role, tie):
        call(two.at(0, role).customers, id_)
        return
    else:
        with pytest.raises(errors.NotAllowed):
            call(two.at(0, role).customers, id_)
    assert dump(two) == before


def test_acts_of_the_operator_are_nobody_elses() -> None:
    for act in OPERATOR_ACTS:
        assert not any(may(Person(role), act) for role in ROLES)
        assert may(Person("user", operator=True), act)


def test_an_unknown_role_may_do_nothing() -> None:
    for role in ("", "super_admin", "Admin", "owner"):
        assert not any(may(Person(role), act, "customers", tie) for act in Act for tie in Tie)


def test_nobody_grants_a_role_above_their_own() -> None:
    assert grantable("admin") == ROLES
    for role in ("manager", "sales_rep", "user", "super_admin", ""):
        assert grantable(role) == ()
