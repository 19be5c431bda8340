"""A choice of a company's own field is found by the words that people see, on both engines: in the search box and
in the list's, also after it was called otherwise, and not where its field is hidden.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from crm_data import Query, Workspace
from crm_data.accounts.own_fields import TABLES
from crm_data.finding.listing import list_words
from crm_data.tables.fields import Kind
from tests.support.fields import own
from tests.support.kinds import TITLES, least
from tests.support.office import Office, office

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
CHOICES = ("Reseller in Övre Norrland", "Wholesale", "Walk-in")


@pytest.fixture(scope="module", params=ENGINES)
def two(request: pytest.FixtureRequest, new_database: Any) -> Iterator[Office]:
    made = office(new_database(request.param).url)
    yield made
    made.store.close()


def found(my: Workspace, table: str, said: str) -> tuple[set[int], set[int]]:
    """What the search box and the list's own find."""
    hits = {hit.id for group in my.find(said).groups if group.table == table for hit in group.hits}
    return hits, set(my.records(table).ids(Query(search=said, sort=TITLES[table]), 100))


@pytest.mark.parametrize("table", TABLES)
def test_a_choice_is_found_by_what_it_is_called(two: Office, table: str) -> None:
    admin = two.at(0, "admin")
    name = admin.own_fields.add(table, "Channel", Kind.CHOICE, choices=CHOICES)
    other = admin.own_fields.add(table, "Second channel", Kind.CHOICE, choices=("Other one", "Another one"))
    codes = [code for code, _ in admin.own_fields.get().of(table)[0].choices]
    my = own(two)
    ids = [my.records(table).add({**least(my, table), name: code, other: codes[0]}) for code in codes]
    assert found(my, table, "wholesale") == ({ids[1]}, {ids[1]}), "before its words are listed"
    list_words(two.store)
    for said, which in (("Övre", 0), ("reseller in", 0), ("WHOLESALE", 1), ("whole", 1), ("walk", 2)):
        assert found(my, table, said) == ({ids[which]}, {ids[which]}), said
    for said in ("ovre norr", "norland"):  # the search box alone forgives accents and slips
        assert found(my, table, said) == ({ids[0]}, set()), said
    assert found(my, table, "own_choice_1") == found(my, table, "choice") == (set(), set()), (
        "nobody sees a code"
    )
    title = str(my.records(table).get(ids[1])[TITLES[table]])
    assert found(my, table, f"{title.split()[0]} wholesale")[0] == {ids[1]}, "beside a word of the title"
    (group,) = [group for group in my.find("wholesale").groups if group.table == table]
    beside = group.hits[0].beside
    assert (group.hits[0].label, beside and beside.said) == ("Channel", "Wholesale")

    wanted = tuple(
        (code, "Big store" if code == codes[1] else words) for code, words in zip(codes, CHOICES, strict=True)
    )
    seen = admin.own_fields.get().of(table)[0].choices
    admin.own_fields.change(table, name, {"choices": (seen, wanted)})
    my = own(two)
    assert found(my, table, "wholesale") == (set(), set())
    assert found(my, table, "big store") == ({ids[1]}, {ids[1]})
    admin.own_fields.hide(table, name)
    assert found(own(two), table, "big store") == (set(), set())
    admin.own_fields.hide(table, name, hidden=False)
    assert found(own(two), table, "big store")[0] == {ids[1]}
    stranger = own(two, company=1)
    assert found(stranger, table, "big store") == found(stranger, table, "reseller") == (set(), set())
