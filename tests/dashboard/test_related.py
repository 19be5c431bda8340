"""What belongs to a record is found for every kind, by a list that may be narrowed so."""

from collections.abc import Callable, Iterator

import pytest

from crm_data import Kind, Query, Workspace
from dashboard.parts.related import belonging
from tests.support.databases import Database
from tests.support.office import Office, office


@pytest.fixture(scope="module")
def two(new_database: Callable[[str], Database]) -> Iterator[Office]:
    made = office(new_database("sqlite").url)
    yield made
    made.store.close()


def ties(my: Workspace) -> dict[str, list[str]]:
    """Kind -> the kinds whose records its screen shows."""
    return {kind: [other.name for other, _ in belonging(my, my.records(kind))] for kind in my.kinds}


def test_each_record_shows_what_names_it(two: Office) -> None:
    assert ties(two.at()) == {
        "customers": ["tasks", "deals", "leads"],
        "leads": ["tasks", "deals"],
        "deals": ["tasks"],
        "tasks": [],
        "activities": [],
    }


def test_what_belongs_to_a_record_can_be_listed(two: Office) -> None:
    my, stranger = two.at(), two.at(1)
    customer = my.customers.add({"name": "Fjord Foods"})
    lead = my.leads.add({"lead_name": "Salt", "customer_id": customer, "estimated_value": 9})
    converted = my.leads.convert(lead)
    my.tasks.add({"title": "Call", "lead_id": lead, "deal_id": converted.deal_id, "customer_id": customer})
    for kind, id_ in (("customers", customer), ("leads", lead), ("deals", converted.deal_id)):
        for other, link in belonging(my, my.records(kind)):
            assert other.page(Query(where={link: (id_,)})).total == 1, (kind, other.name)
            assert stranger.records(other.name).page(Query(where={link: (id_,)})).total == 0


def test_every_link_narrows_its_list(two: Office) -> None:
    my = two.at()
    links = [(kind, f) for kind in my.kinds for f in my.records(kind).fields.values() if f.kind is Kind.LINK]
    assert len(links) > 10
    for kind, field in links:
        my.records(kind).page(Query(where={field.name: (1,)}))
