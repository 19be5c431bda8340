"""Every group of a list opens exactly its rows, by an address: of every column of every kind that can group, those
of a company's own too, what holds nothing among them, and on both engines.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from crm_data import Workspace
from crm_data.accounts.own_fields import TABLES
from crm_data.numbers.own import groups_of
from crm_data.store import summary
from crm_data.tables import by_name
from crm_data.tables.fields import Field, Kind
from tests.store.test_filters import held, settled
from tests.support.chance import dice
from tests.support.fields import one_of_each as one_field_of_each
from tests.support.fields import own
from tests.support.kinds import KINDS, ONES, one_of_each
from tests.support.office import Office, office

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
ROWS = 14
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=ENGINES)
def my(request: pytest.FixtureRequest, new_database: Any) -> Iterator[Workspace]:
    """Rows whose columns hold anything that their kind can, or nothing, in one company and in another."""
    made = office(new_database(request.param).url)
    for company in (0, 1):
        for table in TABLES:
            one_field_of_each(made, table, company)
        fill(made, company)
    yield own(made, "manager")
    made.store.close()


def fill(made: Office, company: int) -> None:
    """Past what a verb would make of the values, as for the filters."""
    mine, chance = own(made, "manager", company), dice(f"groups {company}")
    links: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for word in ("Öl & Söhne", "a%2C b"):
        for one, id_ in one_of_each(mine, word).items():
            links[next(kind for kind, name in ONES.items() if name == one)].append(id_)
    people = list(made.people[company].values())
    for kind in KINDS:
        declared = mine.records(kind).fields.values()
        with made.store.system("rows to be grouped") as session:
            for _ in range(ROWS):
                values = {field.name: held(chance, field, links, people) for field in declared}
                for field in declared:
                    if (
                        field.kind == "yes_no" and chance.random() < 0.3
                    ):  # as of rows that are older than the field
                        values[field.name] = None
                    if values[field.name] == "x":  # no choice at all, which a filter is asked for
                        values[field.name] = next(iter(field.choice_labels()))
                row = settled(kind, values)
                session.add(by_name(kind)(**row, company_id=made.companies[company]))


def plain(field: Field, value: Any) -> Any:
    """A value as a group has it: nothing for all that is empty."""
    return None if value == "" else value


def test_every_group_opens_its_rows(my: Workspace) -> None:
    empty: set[str] = set()
    for kind in KINDS:
        records = my.records(kind)
        listed = replace(records.default_query(), preset="", size=1_000)
        rows = records.page(listed).rows
        assert len(rows) >= ROWS / 2, kind
        names = summary.groups_by(records.fields)
        assert {name for name in groups_of(records) if ":" not in name} <= set(names)
        for at, name in enumerate(names):
            for by in ((name,), *([(name, names[at - 1])] if at % 7 == 1 else [])):
                keys = {row["id"]: tuple(plain(records.fields[n], row[n]) for n in by) for row in rows}
                groups = records.groups(listed, by)
                assert {group.values: group.count for group in groups} == Counter(keys.values()), (kind, by)
                for group in groups:
                    wanted = {id_ for id_, key in keys.items() if key == group.values}
                    query = records.group(listed, by, group.values)
                    address = records.query(records.params(query))
                    for asked in (query, replace(address, size=1_000)):
                        assert {row["id"] for row in records.page(asked).rows} == wanted, (
                            kind,
                            by,
                            group.values,
                        )
                    if group.values == (None,):
                        empty.add(f"{kind}.{name}")
    kinds = {my.records(table).fields[name].kind for table, name in (one.split(".") for one in empty)}
    assert kinds == set(summary.GROUPED) - {Kind.YES_NO}, (
        "of every kind that may hold nothing such a group is opened"
    )
