"""Many new records at once: the same are found as one by one, in one reading of what is here, in one company."""

import random
from itertools import count
from typing import Any

import pytest

from crm_data import Reason
from crm_data.alike import many
from crm_data.alike.groups import CROWD
from crm_data.alike.likeness import Marks, certainty, known_by, marks_of
from crm_data.alike.many import Resembling, resembling
from crm_data.alike.merge import mergeable
from crm_data.tables import Base
from tests.alike.test_groups import NAMES
from tests.support import chance
from tests.support.kinds import KINDS, TITLES
from tests.support.office import Office
from tests.support.soak import size
from tests.support.statements import counted

ALIKE = [kind for kind in KINDS if known_by(kind)]
SURE = {Reason.EMAIL, Reason.PHONE}
PHONES = [
    *(None, None, "+41 44 123 45 67", "0041441234567", "044 123 45 67", "+49 30 901820", "030 90 18 20"),
    *("(030) 901820", "+41 44 123 45 67 ext 5", "044 123 45 67 x6", "044/123-45-68", "123456", "12 34 56"),
    *("٠٤٤ ١٢٣ ٤٥ ٦٨", "1-23456"),
]
EMAILS = [None, None, None, "a@x.example", "A@X.example", "b@müller.example", "b@xn--mller-kva.example"]


def some(kind: str, dice: random.Random, number: int) -> list[dict[str, Any]]:
    return [
        {TITLES[kind]: dice.choice(NAMES), "phone": dice.choice(PHONES), "email": dice.choice(EMAILS)}
        for _ in range(number)
    ]


def found(office: Office, kind: str, rows: list[dict[str, Any]], company: int = 0) -> dict[int, Resembling]:
    with office.store.read(office.scope(company)) as session:
        return resembling(session, kind, dict(enumerate(rows)))


def fill(office: Office, kind: str, rows: list[dict[str, Any]], company: int = 0) -> None:
    my = office.at(company).records(kind)
    for start in range(0, len(rows), 100):
        my.add_all(rows[start : start + 100])


def test_the_kinds_that_are_read_are_those_that_are_asked_of() -> None:
    assert sorted(filter(mergeable, Base.metadata.tables)) == sorted(ALIKE)


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("turn", range(size(3, 40)))
def test_the_same_records_are_found_as_one_by_one(two: Office, kind: str, turn: int) -> None:
    """Of every kind, put away or not; those of another company never."""
    my, dice = two.at(), chance.dice(f"many {kind} {turn}")
    for company in (0, 1):
        for name in ALIKE:
            ids = two.at(company).records(name).add_all(some(name, dice, 12))
            two.at(company).records(name).archive(dice.sample(ids, 3))
    rows = some(kind, dice, 30)
    here = found(two, kind, rows)
    alone = my.alike.lookalikes_of(kind, [(row, None) for row in rows])
    assert any(any(SURE & set(like.reasons) for like in likes) for likes in alone)
    for at, likes in enumerate(alone):
        mine = list(here[at].likes) if at in here else []
        assert [like for like in mine if SURE & set(like.reasons)] == [
            like for like in likes if SURE & set(like.reasons)
        ], rows[at]
        assert mine == likes, rows[at]  # among so few the names are the same as well


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("turn", range(size(3, 40)))
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_each_is_compared_with_those_before_it(two: Office, kind: str, turn: int) -> None:
    rows = some(kind, chance.dice(f"before {kind} {turn}"), 25)
    marks = [marks_of(kind, row) for row in rows]
    here = found(two, kind, rows)
    for at, mine in enumerate(marks):
        before = {other: why for other in range(at) if (why := mine.reasons(marks[other]))}
        one = here.get(at)
        assert (one is not None and one.earlier is not None) == bool(before), rows[at]
        if one is not None and one.earlier is not None:
            assert one.reasons == before[one.earlier]
            assert certainty(one.reasons) == max(map(certainty, before.values()))


def test_a_lead_is_not_named_the_customer_that_it_names(two: Office) -> None:
    my = two.at()
    ids = [my.customers.add({"name": "Pair", "email": "a@x.example"}) for _ in range(2)]
    row = {"lead_name": "Pair", "email": "a@x.example", "customer_id": ids[0]}
    (one,) = found(two, "leads", [row]).values()
    assert [(like.table, like.id, like.why) for like in one.likes] == [("customers", ids[1], "same e-mail")]


@pytest.mark.parametrize("kind", ALIKE)
def test_what_is_here_is_read_once_in_steps(two: Office, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "AT_ONCE", 5)
    dice = chance.dice(f"steps {kind}")
    for name in ALIKE:
        fill(two, name, some(name, dice, 14))
        fill(two, name, some(name, dice, 40), company=1)
    for number in (2, 200):
        rows = some(kind, dice, number)
        rows[0] |= {"email": "a@x.example"}
        with counted(two.store) as sent:
            found(two, kind, rows)
        assert len(sent) == 2 + 3 * len(ALIKE), "\n".join(sent)
    with counted(two.store) as sent:
        found(two, kind, [{TITLES[kind]: "A name alone"}])
    assert len(sent) == 2 + 3, "\n".join(sent)
    for none in ("deals", "tasks", "activities"):
        with counted(two.store) as sent:
            assert found(two, none, [{TITLES[none]: "Müller GmbH"}]) == {}
        assert not sent


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_what_many_share_is_compared_with_few(
    two: Office, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One e-mail, one switchboard, one word in hundreds of names: every row is told, and the pairs are few."""
    number = CROWD + 20
    shared = [{"email": "all@x.example"}, {"phone": "+41 44 123 45 67"}, {TITLES[kind]: "Grand Palace"}]
    rows = [
        {TITLES[kind]: f"Hotel {chr(97 + at % 26) * 6}{at}", **shared[at // number]}
        for at in range(3 * number)
    ]
    fill(two, kind, rows)
    compared = count()
    reasons = Marks.reasons

    def counting(one: Any, other: Any) -> Any:
        next(compared)
        return reasons(one, other)

    with monkeypatch.context() as patched:
        patched.setattr(Marks, "reasons", counting)
        here = found(two, kind, rows)
    assert sorted(here) == list(range(len(rows)))
    assert all(len(one.likes) == 5 for one in here.values())
    assert all((one.earlier is None) == (at % number == 0) for at, one in here.items())
    assert next(compared) < len(rows) * 4 * CROWD


@pytest.mark.parametrize("kind", ALIKE)
def test_nobody_of_another_company_is_found(two: Office, kind: str) -> None:
    dice = chance.dice(f"strangers {kind}")
    for name in ALIKE:
        fill(two, name, some(name, dice, 40), company=1)
    row = {TITLES[kind]: NAMES[0], "email": "a@x.example", "phone": PHONES[2]}
    assert found(two, kind, [row]) == {}
    assert found(two, kind, [row], company=1)[0].likes
