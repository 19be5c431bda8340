"""Look-alikes among many records: found by each key, in one company, at the same cost however many there are."""

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Reason, Workspace
from crm_data.alike.likeness import known_by, marks_of
from crm_data.errors import Invalid
from crm_data.finding.listing import list_words
from crm_data.store.many import put, table_of
from crm_data.tables import Company, by_name
from tests.support import chance
from tests.support.databases import Database
from tests.support.kinds import KINDS
from tests.support.office import Office, office
from tests.support.soak import size
from tests.support.statements import counted

ALIKE = [kind for kind in KINDS if known_by(kind)]
MANY = size(2_000, 20_000)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Office]:
    """Two Swiss companies with the same many customers and leads each, whose words are listed."""
    made = office(new_database(request.param).url)
    dice = chance.dice("a town of look-alikes")
    first = [
        f"{a}{b}" for a in ("Alb", "Ber", "Cor", "Dam", "Emi") for b in ("ana", "elo", "iro", "usa", "ino")
    ]
    last = [
        f"{a}{b}" for a in ("Hart", "Klos", "Lind", "Mont", "Rieg") for b in ("mann", "ner", "berg", "eri")
    ]
    with made.store.system("both are Swiss") as session:
        session.execute(sa.update(Company).values(country="Schweiz"))
    for company in (0, 1):
        with made.store.write(made.scope(company)) as session:
            for kind in ALIKE:
                known = known_by(kind)
                assert known is not None
                put(session, table_of(by_name(kind)), [
                    {
                        known.title: f"{dice.choice(first)} {dice.choice(last)} {at}",
                        "email": f"{kind}{at}@many.example",
                        "phone": f"+41 44 {at:07}",
                    }
                    for at in range(MANY)
                ], {})  # fmt: skip
    list_words(made.store)
    yield made
    made.store.close()


def typed(kind: str, email: str = "", phone: str = "", name: str = "") -> dict[str, Any]:
    known = known_by(kind)
    assert known is not None
    return {known.title: name, "email": email, "phone": phone}


def found(
    my: Workspace, kind: str, values: dict[str, Any], id_: int | None = None
) -> dict[tuple[str, int], str]:
    return {(like.table, like.id): like.why for like in my.alike.lookalikes(kind, values, id_)}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("listed", [True, False])
def test_one_is_found_among_many_by_each_key(town: Office, kind: str, listed: bool) -> None:
    my, other = town.at(), town.at(1)
    said = f"{kind}{'listed' if listed else 'due'}"
    name = f"Übermüllersche {said} GmbH & Co. KG"
    values = typed(kind, f"{said}@one.example", f"044 99{len(said):02} {len(kind):03}", name)
    id_ = my.records(kind).add(values)
    foreign = other.records(kind).add(values)
    if listed:
        list_words(town.store)
    own = (kind, id_)
    for asked, why in (
        (typed(kind, email=f" {said.upper()}@One.Example"), "same e-mail"),
        (typed(kind, phone=f"+41 (0)44/99{len(said):02}-{len(kind):03}"), "same phone number"),
        (typed(kind, name=f"uebermuellersche {said}"), "same name"),
        (typed(kind, name=f"Übermüllershce {said} AG"), "similar name"),
        ({**values, "email": None}, "same phone number, same name"),
    ):
        assert found(my, kind, asked)[own] == why, asked
        there = found(other, kind, asked)
        assert own not in there
        assert (kind, foreign) in there
    assert own not in found(my, kind, values, id_)
    assert next(iter(found(my, kind, values))) == own, "the surest comes first"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALIKE)
def test_other_kinds_are_named_by_e_mail_and_number_but_not_by_name(town: Office, kind: str) -> None:
    my = town.at()
    (holder,) = [one for one in ALIKE if one != kind]
    email = f"{kind}@two.example"
    id_ = my.records(holder).add(typed(holder, email, "044 777 66 55", f"Twofold {kind}"))
    assert found(my, kind, typed(kind, email))[holder, id_] == "same e-mail"
    assert found(my, kind, typed(kind, phone="+41447776655")) == {(holder, id_): "same phone number"}
    assert (holder, id_) not in found(my, kind, typed(kind, name=f"Twofold {kind}"))
    my.records(holder).archive([id_])


def test_a_lead_and_its_customer_are_no_twins(town: Office) -> None:
    my = town.at()
    email = "pair@two.example"
    customer = my.customers.add(typed("customers", email, name="Pairwise"))
    lead = my.leads.add({**typed("leads", email, name="Pairwise"), "customer_id": customer})
    assert found(my, "leads", {**typed("leads", email), "customer_id": customer}, lead) == {}
    assert found(my, "customers", typed("customers", email), customer) == {}
    assert set(found(my, "leads", typed("leads", email), lead)) == {("customers", customer)}


@pytest.mark.parametrize("kind", ALIKE)
def test_who_is_put_away_is_named_for_the_e_mail_alone(town: Office, kind: str) -> None:
    my = town.at()
    values = typed(kind, f"away.{kind}@x.example", "044 555 44 33", f"Verschollen {kind}")
    id_ = my.records(kind).add(values)
    my.records(kind).archive([id_])
    (like,) = [one for one in my.alike.lookalikes(kind, values) if one.id == id_ and one.table == kind]
    assert like.archived
    assert Reason.EMAIL in like.reasons
    assert (kind, id_) not in found(my, kind, {**values, "email": ""})


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALIKE)
def test_what_is_found_is_what_a_reading_of_every_record_finds(town: Office, kind: str) -> None:
    my, known = town.at(), known_by(kind)
    assert known is not None
    list_words(town.store)
    with town.store.read(town.scope()) as session:
        model: Any = by_name(kind)
        columns = [getattr(model, name) for name in ("id", *known.columns)]
        wanted = sa.select(*columns).where(model.archived_at.is_(None))
        rows = [dict(row) for row in session.execute(wanted).mappings()]
    marks = {row["id"]: marks_of(kind, row, "Schweiz") for row in rows}
    dice = chance.dice(f"asked of {kind}")
    for row in dice.sample(rows, 12):
        name = row[known.title]
        cut = dice.randrange(1, len(name.split()[0]))
        asked = typed(kind, phone=str(row["phone"]).replace("+41 ", "0"), name=name[:cut] + name[cut + 1 :])
        said = marks_of(kind, asked, "Schweiz")
        every = {id_: why for id_, other in marks.items() if (why := said.reasons(other))}
        there = {like.id: like.reasons for like in my.alike.lookalikes(kind, asked) if like.table == kind}
        assert row["id"] in there
        assert all(every[id_] == why for id_, why in there.items())
        assert len(there) == min(len(every), 5), "none is missed"


def test_nothing_is_asked_where_nothing_is_typed(town: Office) -> None:
    my = town.at()
    with counted(town.store) as sent:
        for kind in KINDS:
            assert my.alike.lookalikes(kind, {}) == []
        assert my.alike.lookalikes("customers", typed("customers", "nobody", "12", " - ")) == []
    assert [s for s in sent if "customers" in s or "search" in s] == []


@pytest.mark.parametrize("kind", ALIKE)
def test_a_look_costs_the_same_however_many_there_are(town: Office, kind: str) -> None:
    """Statements and time: all keys together, each of which somebody shares."""
    my = town.at()
    asked = typed(kind, f"{kind}7@many.example", "044 0000012", "Albana Hartmann Werke 13")
    my.alike.lookalikes(kind, asked)
    with counted(town.store) as sent:
        began = perf_counter()
        assert my.alike.lookalikes(kind, asked)
        took = perf_counter() - began
    assert len(sent) <= 14, "\n".join(sent)
    assert took < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("company", [0, 1])
def test_many_at_once_find_what_each_finds_alone(town: Office, kind: str, company: int) -> None:
    """Typed anew, with slips, with the number shaped otherwise, of records that are there and of none."""
    my, known = town.at(company), known_by(kind)
    assert known is not None
    list_words(town.store)
    dice = chance.dice(f"many of {kind}")
    rows = my.records(kind).window(my.records(kind).default_query(), 0, 200).rows
    (other,) = [one for one in ALIKE if one != kind]
    wanted: list[tuple[dict[str, Any], int | None]] = []
    for row in dice.sample(list(rows), size(25, 150)):
        name, at = str(row[known.title]), dice.randrange(12)
        slipped = name[:at] + name[at + 1 :]
        phone = str(row["phone"] or "").replace("+41 ", "0")
        wanted += [
            (typed(kind, str(row["email"] or "").upper(), "", ""), dice.choice([None, row["id"]])),
            (typed(kind, f"{other}{dice.randrange(MANY)}@many.example", phone, slipped), row["id"]),
            (typed(kind, "", "", dice.choice(["", name, f"{name} GmbH", "Nobody at all"])), None),
        ]
    wanted.append((typed(kind), None))
    dice.shuffle(wanted)
    wanted = wanted[:200]
    alone = [my.alike.lookalikes(kind, values, id_) for values, id_ in wanted]
    assert sum(map(bool, alone)) > len(wanted) // 3
    assert my.alike.lookalikes_of(kind, wanted) == alone


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALIKE)
def test_many_cost_hardly_more_than_one(town: Office, kind: str) -> None:
    my = town.at()
    one = [(typed(kind, f"{kind}7@many.example", "044 0000012", "Albana Hartmann Werke 13"), 1)]
    many = [
        (typed(kind, f"{kind}{at}@many.example", f"044 {at:07}", f"Albana{at} Hartmann Werke{at}"), at)
        for at in range(1, 201)
    ]
    sent: list[int] = []
    for wanted in (one, many):
        my.alike.lookalikes_of(kind, wanted)
        with counted(town.store) as said:
            assert len(my.alike.lookalikes_of(kind, wanted)) == len(wanted)
        sent.append(len(said))
    assert sent[1] <= sent[0] + 4, sent
    with pytest.raises(Invalid, match="At most 200"):
        my.alike.lookalikes_of(kind, [*many, *one])
