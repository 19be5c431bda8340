"""Each statement that the scope refuses is refused for its own reason, before any database is asked."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import aliased
from sqlalchemy.orm import join as orm_join

from crm_data.store.statements import NotImplementedInScope, demand_scoped
from crm_data.tables import Company, Customer, Deal, SignInAttempt, Task, User

C, D = Customer, Deal
core: Any = Customer.__table__

BARE = "A table in this select would not be filtered"
NO_CLASS = "A select without an ORM class"
TEXT = "SQL as text"
MORE_TEXT = "Prefixes, suffixes and hints"
ONLY = "Only ORM selects, updates and deletes"
NOT_ITSELF = "Only changes of an ORM class itself"
JOINS = "A change that joins another table"
FOR_GOOD = "A row keeps its id and its company"
SYSTEMS = "People, who may work elsewhere too, and companies"

REFUSED: list[tuple[str, str, Any]] = [
    ("an insert", ONLY, sa.insert(C)),
    ("text alone", ONLY, text("SELECT 1")),
    ("a Core select", NO_CLASS, select(core)),
    ("a Core select in a subquery", NO_CLASS, select(D.id).where(D.id.in_(select(core.c.id)))),
    ("a Core column", BARE, select(D.id, core.c.name)),
    ("a table as itself and as its class", BARE, select(C.id).select_from(core, C)),
    ("a Core table in a join", BARE, select(C.id, core.c.name).join(core, sa.true())),
    ("the left side of a join", BARE, select(D.id).join_from(C, D, sa.true())),
    ("an ORM join", BARE, select(C.id).select_from(orm_join(C, D, sa.true()))),
    ("the second table of a function", BARE, select(func.coalesce(C.name, D.deal_name))),
    ("a full outer join", "A full outer join", select(C.id, D.id).join(D, sa.true(), full=True)),
    ("text in where", TEXT, select(C).where(text("1 = 1"))),
    ("text with columns", TEXT, select(C.id, text("SELECT 1 AS n").columns(sa.column("n")).subquery().c.n)),
    ("a literal column", TEXT, select(C.id, sa.literal_column("(SELECT max(name) FROM customers)"))),
    ("a prefix", MORE_TEXT, select(C.id).prefix_with("(SELECT 1),")),
    ("a suffix", MORE_TEXT, select(C.id).suffix_with("UNION SELECT name FROM customers")),
    ("a hint", MORE_TEXT, select(C.id).with_hint(C, "NOT INDEXED")),
    ("a statement hint", MORE_TEXT, select(C.id).with_statement_hint("OPTION")),
    ("a prefix of a change", MORE_TEXT, update(C).prefix_with("OR REPLACE").values(name="x")),
    ("a change within a select", "A change within", select(C.id).add_cte(update(C).values(name="x").cte())),
    ("an update of a Core table", NOT_ITSELF, update(core).values(name="x")),
    ("an update of an alias", NOT_ITSELF, update(aliased(C)).values(name="x")),
    ("a delete of a Core table", NOT_ITSELF, delete(core)),
    ("an update of the id", FOR_GOOD, update(C).values({C.id: 7})),
    ("an update of the company", FOR_GOOD, update(C).values(company_id=7)),
    ("an update of people", SYSTEMS, update(User).values(first_name="x")),
    ("a delete of people", SYSTEMS, delete(User)),
    ("a delete of companies", SYSTEMS, delete(Company)),
    ("another table in where", JOINS, delete(Task).where(Task.deal_id == D.id)),
    ("another table as a value", JOINS, update(C).values(name=D.deal_name)),
    ("another table returned", JOINS, update(C).values(name="x").returning(D.id)),
]

LET_THROUGH: list[tuple[str, Any]] = [
    ("a class", select(C)),
    ("an alias", select(aliased(C))),
    ("two classes joined", select(C.name, D.deal_name).join(D, D.customer_id == C.id)),
    ("a subquery", select(C.id).where(C.id.in_(select(D.customer_id)))),
    ("a constant", select(sa.literal_column("1")).select_from(C)),
    ("what stands outside any company", select(SignInAttempt.__table__)),
    ("an update", update(C).values(name="x")),
    ("a delete with a subquery", delete(Task).where(Task.deal_id.in_(select(D.id)))),
    ("an update of companies", update(Company).values(city="x")),
]


@pytest.mark.parametrize(("why", "statement"), [pytest.param(w, s, id=n) for n, w, s in REFUSED])
def test_refused_for_its_own_reason(why: str, statement: Any) -> None:
    with pytest.raises(NotImplementedInScope, match=re.escape(why)):
        demand_scoped(statement)


def test_values_beside_a_change_are_refused() -> None:
    for values in ({"company_id": 7}, [{"id": 7, "name": "x"}]):
        with pytest.raises(NotImplementedInScope, match="A bulk statement by primary key"):
            demand_scoped(update(C), values)


@pytest.mark.parametrize("statement", [pytest.param(s, id=n) for n, s in LET_THROUGH])
def test_let_through(statement: Any) -> None:
    demand_scoped(statement)
