"""A page of the trash asks a number of statements that hangs on the kinds of rows and not on the rows: without a
rule by which it empties itself, and with one, for which it looks at all that would go with each.
"""

from itertools import pairwise

import pytest

from crm_data import Workspace
from crm_data.tables import Company
from tests.support.kinds import KINDS, ONES, one_of_each
from tests.support.office import Office
from tests.support.statements import counted

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("engine_kind", ["sqlite"])]
WITHOUT, WITH = 4, 15


def put_away(my: Workspace, count: int) -> None:
    """So many of each kind that hang on each other, customers and leads merged one into the next, all archived."""
    made = [one_of_each(my, f"Gone {count} {at}") for at in range(count)]
    for kind in ("customers", "leads"):
        ids = [each[ONES[kind]] for each in made]
        for one, other in pairwise(ids):
            if one % 3:
                my.alike.merge(kind, [one, other], other)
    for kind in KINDS:
        ids = [each[ONES[kind]] for each in made]
        my.records(kind).archive([id_ for id_ in ids if my.records(kind).get(id_)["archived_at"] is None])


def pages(two: Office, days: int | None) -> dict[str, int]:
    """The statements of each kind's page."""
    with two.store.system("a rule for a test") as session:
        session.get_one(Company, two.companies[0]).trash_days = days
    my, sent = two.at(0, "admin"), {}
    for kind in my.trash.counts():
        with counted(two.store) as statements:
            found, _ = my.trash.page(kind, n=100)
        assert found, kind
        assert all(bool(away.goes or away.stays) == (days is not None) for away in found), kind
        sent[kind] = len(statements)
    return sent


def test_a_page_of_few_and_of_many_cost_the_same(two: Office) -> None:
    my, sent = two.at(0, "admin"), []
    for count in (4, 12):
        put_away(my, count)
        sent.append((pages(two, None), pages(two, 30)))
    assert sent[0] == sent[1]
    without, with_ = sent[1]
    assert max(without.values()) <= WITHOUT, without
    assert max(with_.values()) <= WITH, with_
