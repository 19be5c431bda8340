"""Broken down by each owner, industry or the like: every line is that of its deals alone, and none is left out."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Period, Query, Workspace
from crm_data.errors import Invalid, NotAllowed
from crm_data.numbers.breakdown import OTHERS, RESULTS, Breakdown
from crm_data.numbers.funnel import Base
from crm_data.numbers.numbers import ALL_TIME
from crm_data.numbers.period import Compare
from crm_data.store.conditions import Except
from crm_data.tables import Customer, Deal
from crm_data.tables.fields import Kind
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import lost, put, put_deals, rows_of, wandering, weighted, won
from tests.numbers.test_funnel import Known, plain_funnel
from tests.support import chance
from tests.support.fields import one_of_each, own
from tests.support.office import Office
from tests.support.statements import counted

PERIODS = (
    ALL_TIME,
    Period(date(2025, 9, 1), date(2026, 2, 28)),
    Period(date(2026, 1, 1), date(2026, 12, 31)),
)
INDUSTRIES = ["Steel", "A, B | C", "100 %", "Été", "", None, *(f"Trade {n}" for n in range(12))]
KINDS = (Kind.CHOICE, Kind.YES_NO, Kind.MEMBER)


def broken(two: Office) -> tuple[Workspace, Known]:
    """Deals that went to and fro, of customers of all sorts, with values in fields of the company's own."""
    known = wandering(two, 150)
    wandering(two, 30, company=1)
    customers = put(
        two,
        "customers",
        [
            {"name": f"C{n}", "industry": industry, "source": INDUSTRIES[-1 - n], "customer_type": kind}
            for n, industry in enumerate(INDUSTRIES)
            for kind in ("individual", "business")
        ],
    )
    dice = chance.dice(8)
    made = [datetime(2026, 1, 10, tzinfo=UTC) - timedelta(days=dice.randint(0, 300)) for _ in range(60)]
    put(
        two,
        "leads",
        [
            {
                "lead_name": f"L{n}", "source": dice.choice(INDUSTRIES), "status": "qualified", "created_at": at,
                "customer_id": dice.choice([None, *customers]),
                "assigned_to": dice.choice([None, *two.people[0].values()]),
                "converted_at": at + timedelta(days=40) if dice.random() < 0.4 else None,
            }
            for n, at in enumerate(made)
        ],
    )  # fmt: skip
    columns = {table: one_of_each(two, table) for table in ("deals", "customers")}
    people, dice = [None, *two.people[0].values()], chance.dice(5)
    for model, ids in ((Deal, list(known)), (Customer, customers)):
        table = model.__tablename__
        choice = columns[table][Kind.CHOICE]
        codes = [None, *(code for code, _ in own(two).records(table).fields[choice].called)]
        held_in = {Kind.CHOICE: codes, Kind.YES_NO: [True, False], Kind.MEMBER: people}
        with two.store.system("values for a test of the numbers") as session:
            for id_ in ids:
                said = {columns[table][kind]: dice.choice(some) for kind, some in held_in.items()}
                said |= {"customer_id": dice.choice(customers)} if model is Deal else {}
                session.execute(sa.update(model.__table__).where(model.__table__.c.id == id_).values(**said))
    return own(two), known


def held(my: Workspace, key: str, row: dict[str, Any], customers: dict[int, dict[str, Any]]) -> Any:
    """What a deal is broken down by, said plainly."""
    of = customers[row["customer_id"]] if key.startswith("customer.") else row
    value = of[key.rpartition(".")[2]]
    return None if value == "" else value


def held_by_lead(my: Workspace, key: str, row: dict[str, Any], customers: dict[int, dict[str, Any]]) -> Any:
    """The same of a lead: its own owner and source, and what its customer is; nothing where it has none."""
    if key in ("assigned_to", "customer.source"):
        return row[key.rpartition(".")[2]] or None
    return held(my, key, row, customers) if row["customer_id"] else None


def lines_of(found: Breakdown) -> Iterator[tuple[str, Any]]:
    for lines in (found.results, found.pace, found.funnel, found.days):
        for line in lines:
            yield line.name, line.figures


@pytest.mark.slow
def test_every_line_is_that_of_its_deals(two: Office, frozen_clock: object) -> None:
    """Each figure is made of its rows, all of which hold what the line is called after; together they are all."""
    my, known = broken(two)
    rows = rows_of(my)
    customers = {row["id"]: row for row in rows_of(my, table="customers")}
    checker = Checker(my)
    assert len(my.numbers.dimensions()) == 4 + 2 * len(KINDS)
    for at, key in enumerate(my.numbers.dimensions()):
        values = {held(my, key, row, customers) for row in rows}
        top = (3, 12)[at % 2]
        period = PERIODS[at % len(PERIODS)]
        found = my.numbers.breakdown(Query(), period, key, top)
        named: dict[str, set[Any]] = {}
        leads = 0
        for name, figures in lines_of(found):
            for figure in filter(None, figures):
                checker.check(figure)
                of_leads = figure.rows.table == "leads"
                leads += figure.count * of_leads
                said = held_by_lead if of_leads else held
                some = {said(my, key, row, customers) for row in checker.rows(figure)}
                named.setdefault(name, set()).update(some)
        others = named.pop(OTHERS, set())
        assert all(len(some) <= 1 for some in named.values())
        each = [value for some in named.values() for value in some]
        assert len(each) == len(set(each))
        assert not others & set(each)
        assert len(each) <= top + 1
        assert others or len(values) <= top + 1 or not period.all_time
        assert bool(leads) == (key == "assigned_to" or key.startswith("customer."))
        assert not period.all_time or not leads or leads == len(rows_of(my, table="leads"))
        _whole(found, rows, known, period)


def _whole(found: Breakdown, rows: list[dict[str, Any]], known: Known, period: Period) -> None:
    """All lines together are what is said of all deals."""
    mine = [row for row in rows if row["currency"] == found.currency]

    def closed(row: dict[str, Any]) -> bool:
        return period.all_time or period.first <= row["actual_close_date"] <= period.last

    won = [row for row in mine if row["status"] == "won" and closed(row)]
    open_ = [row for row in mine if row["status"] == "open"]
    columns = zip(RESULTS, zip(*(line.figures for line in found.results), strict=True), strict=True)
    said = {head: sum(figure.value or 0 for figure in column) for head, column in columns}
    assert said["Won"] == sum(row["deal_value"] for row in won)
    assert said["Deals won"] == len(won)
    assert said["Open"] == sum(row["deal_value"] for row in open_)
    assert said["Weighted"] == sum(map(weighted, open_))
    steps = [
        sum(f.count for f in column) for column in zip(*(line.figures for line in found.funnel), strict=True)
    ]
    funnel = plain_funnel(known, period, UTC, Base.MADE, True)
    assert [steps[0], *steps[1::2]] == funnel
    stages = list(found.funnel_heads)
    assert stages[2::2] == [
        f"of {before}" for before in (stages[0], *stages[1:-2:2])
    ]  # each says what it is a share of


def test_beside_a_plain_reading(two: Office, frozen_clock: object) -> None:
    """Three owners by hand: what each has won, how often, how fast, and what is open."""
    one, other = list(two.people[0].values())[:2]
    month = Period.month_of(date(2026, 2, 1))
    put_deals(
        two,
        [
            won(date(2026, 2, 28), 300, assigned_to=one, created_at=datetime(2026, 2, 18, tzinfo=UTC)),
            won(date(2026, 2, 1), 100, assigned_to=one, created_at=datetime(2026, 1, 2, tzinfo=UTC)),
            lost(date(2026, 2, 3), assigned_to=one),
            won(date(2026, 3, 1), 999, assigned_to=one),
            won(date(2026, 2, 5), 7, assigned_to=one, currency="EUR"),
            {"assigned_to": other, "deal_value": Decimal("10.10"), "probability": 25},
            {"deal_value": Decimal(50)},
        ],
    )
    found = two.at().numbers.breakdown(period=month)
    names = two.at().members()
    said = {line.name: [figure.value for figure in line.figures] for line in found.results}
    assert said == {
        names[one]: [400, 2, 2 / 3, 200, 20.0, 0, 0],
        names[other]: [0, 0, None, None, None, Decimal("10.10"), Decimal("2.53")],
        "Nobody": [0, 0, None, None, None, 50, 5],
    }
    assert next(iter(said)) == names[one]


@pytest.mark.slow
def test_it_is_compared_with_the_chosen_period(two: Office) -> None:
    """Each line beside itself in the month before and a year ago, also one that has nothing now; else nothing."""
    one, other, gone = list(two.people[0].values())[:3]
    month, before = Period.month_of(date(2026, 2, 1)), Period(date(2026, 1, 4), date(2026, 1, 31))
    put_deals(
        two,
        [
            won(date(2026, 2, 28), 300, assigned_to=one),
            won(date(2026, 1, 4), 100, assigned_to=one),
            won(date(2026, 1, 3), 9, assigned_to=one),
            lost(date(2026, 1, 30), assigned_to=one),
            won(date(2026, 1, 5), 7, assigned_to=one, currency="EUR"),
            won(date(2026, 2, 5), 20, assigned_to=other),
            won(date(2026, 1, 5), 40, assigned_to=gone),
            won(date(2025, 2, 1), 5, assigned_to=gone),
        ],
    )
    my = two.at()
    names, checker = my.members(), Checker(my)
    found = my.numbers.breakdown(period=month)
    assert found.before == before
    said = {
        line.name: [(f.value, f.before.value, f.change) for f in line.figures[:3] if f and f.before]
        for line in found.results
    }
    assert said == {
        names[one]: [(300, 100, 200), (1, 1, 0), (1.0, 0.5, 0.5)],
        names[other]: [(20, 0, 20), (1, 0, 1), (1.0, None, None)],
        names[gone]: [(0, 40, -40), (0, 1, -1), (None, 1.0, None)],
    }
    assert all(figure.before is None for line in found.results for figure in line.figures[5:] if figure)
    for figure in figures_in(found):
        checker.check(figure)
    ago = my.numbers.breakdown(period=month.compared(Compare.YEAR_AGO))
    assert {line.name: line.figures[0].before.value for line in ago.results} == {  # type: ignore[union-attr]
        names[one]: 0, names[other]: 0, names[gone]: 5,
    }  # fmt: skip
    for how in (Compare.NOTHING, Compare.GOAL):
        alone = my.numbers.breakdown(period=month.compared(how))
        assert alone.before is None
        assert all(figure.before is None for figure in figures_in(alone))
        assert "compared with" not in alone.heads
    head, *rows = csv.reader(io.StringIO(b"".join(my.export_breakdown(None, month)[1]).decode("utf-8-sig")))
    taken = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert taken[names[one]]["compared with"] == "2026-01-04..2026-01-31"
    assert (taken[names[one]]["Won: before"], taken[names[one]]["Won: change"]) == ("100.00", "200.00")
    assert (taken[names[gone]]["Won: before"], taken[names[gone]]["Win rate: change"]) == ("40.00", "")


@pytest.mark.slow
def test_who_leaves_or_is_filtered(two: Office) -> None:
    """A filter of the same column holds within each line."""
    me = two.people[0]["manager"]
    put_deals(two, [{"assigned_to": me}, {}, {"assigned_to": two.people[0]["user"]}])
    my = two.at()
    for wanted, names in (
        ((me, None), {my.members()[me], "Nobody"}),
        (Except((me,)), {"Nobody", my.members()[two.people[0]["user"]]}),
    ):
        found = my.numbers.breakdown(Query(where={"assigned_to": wanted}), ALL_TIME)
        assert {line.name for line in found.results} == names
        for figure in figures_in(found):
            Checker(my).check(figure)


@pytest.mark.slow
def test_statements_whatever_the_number_of_lines(two: Office) -> None:
    my, _ = broken(two)
    alone = my.numbers.period("90_days", compare=Compare.NOTHING)
    for key, most in (("assigned_to", 9), ("customer.industry", 8)):
        for period, more in ((alone, 0), (None, 2)):
            with counted(two.store) as sent:
                my.numbers.breakdown(period=period, by=key)
            assert len(sent) == most + more


@pytest.mark.slow
def test_nothing_is_of_another_company(two: Office) -> None:
    put_deals(two, [{"deal_value": Decimal(5)}], company=1)
    put(two, "customers", [{"name": "Theirs", "industry": "Secret"}], company=1)
    for key in two.at().numbers.dimensions():
        assert list(figures_in(two.at().numbers.breakdown(period=ALL_TIME, by=key))) == []
    one_of_each(two, "deals", company=1)
    column = next(key for key in own(two, company=1).numbers.dimensions() if key.startswith("own_text"))
    with pytest.raises(Invalid, match="Choose one of the list"):
        own(two).numbers.breakdown(by=column)


@pytest.mark.parametrize(
    "preset",
    [
        "of_customer:",
        "of_customer:name:x",
        "of_customer:own_text_1:x",
        "of_customer:notes:x",
        "of_customer:password:x",
        "of_customer:assigned_to:x",
        "of_customer_else:assigned_to:-1",
        "of_customer:assigned_to:" + "9" * 40,
        "of_customer:assigned_to:" + "|".join("1" * 101),
        "of_customer:industry:%00",
        "of_customer:industry:" + "|".join("x" * 101),
    ],
)
def test_a_forged_link_is_refused(two: Office, preset: str) -> None:
    with pytest.raises(Invalid, match="Choose one from the screen"):
        two.at().deals.count(Query(preset=preset))


def test_what_there_is_not(two: Office) -> None:
    for key in ("", "name", "customer.name", "own_text_1", "customer.own_member_1"):
        with pytest.raises(Invalid, match="Choose one of the list"):
            two.at().numbers.breakdown(by=key)


@pytest.mark.slow
def test_it_is_taken_away_as_it_stands(two: Office) -> None:
    """Every line with all that is said of it, exact; for managers alone."""
    my, _ = broken(two)
    for by in my.numbers.dimensions():
        found = my.numbers.breakdown(None, ALL_TIME, by)
        name, pieces = my.export_breakdown(None, ALL_TIME, by)
        head, *rows = csv.reader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline=""))
        assert name.startswith("breakdown-")
        assert head == found.heads
        assert len(set(head)) == len(head)
        assert [row[0].removeprefix("'") for row in rows] == [line.name for line in found.results]
        for row, *lines in zip(rows, found.results, found.pace, found.funnel, found.days, strict=True):
            values = [figure and figure.value for line in lines for figure in line.figures]
            assert row[1:] == [found.currency, *("" if value is None else str(value) for value in values)]
    for by in ("assigned_to", "nothing of the kind"):
        with pytest.raises(NotAllowed):
            two.at(role="sales_rep").export_breakdown(None, ALL_TIME, by)
    with pytest.raises(Invalid):
        my.export_breakdown(None, ALL_TIME, "nothing of the kind")
