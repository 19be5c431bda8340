"""Charts of one's own: every column, measure and date of every kind of record opens exactly its rows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Chart, Own, Query, Workspace, clock, errors
from crm_data.numbers.own import UNITS, dates_of, groups_of, measures_of
from crm_data.store.filters import ME, Condition, Filter, Group, Op
from crm_data.tables.fields import Kind
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import put
from tests.numbers.test_figures import some_of_everything
from tests.numbers.test_real_file import engine as engine
from tests.support.fields import one_of_each, own
from tests.support.office import Office, office

ZONES = (UTC, ZoneInfo("Pacific/Auckland"), ZoneInfo("America/Los_Angeles"))
KINDS = Workspace.kinds


@pytest.fixture(scope="module")
def kept_still(engine: str, new_database: Any) -> Iterator[tuple[Office, Checker]]:
    clock.set_source(lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    made = office(new_database(engine).url)
    some_of_everything(made)
    sources = ["A, B", "100 %", "%", "none", "=", "!=x", "", None, "Été", *(f"S{n}" for n in range(14))]
    people = [None, *made.people[0].values()]
    for n, source in enumerate(sources * 2):
        at = datetime(2026, 1, 1, 11, 30, tzinfo=UTC) + timedelta(days=n)
        worth = None if n % 5 == 0 else Decimal(f"{n}.37")
        owner = people[n % len(people)]
        line = {
            "lead_name": "L",
            "source": source,
            "estimated_value": worth,
            "created_at": at,
            "assigned_to": owner,
        }
        put(made, "leads", [line])
        put(made, "customers", [{"name": "C", "industry": source, "source": source, "created_at": at}])
    clock.set_source(None)
    yield made, Checker(made.at())
    made.store.close()


@pytest.fixture
def everything(kept_still: tuple[Office, Checker], frozen_clock: object) -> tuple[Office, Checker]:
    return kept_still


def opened(checker: Checker, chart: Chart) -> int:
    """Every figure of a chart is checked; how many rows they open together."""
    for figure in figures_in(chart.bars):
        checker.check(figure)
    return sum(bar.figure.count for bar in chart.bars)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_group_and_measure_opens_its_rows(everything: tuple[Office, Checker], kind: str) -> None:
    """Together the places hold every record once, those of nobody, of no date and all others too."""
    two, checker = everything
    my = two.at()
    records, whole = my.records(kind), my.records(kind).count(Query())
    assert len(groups_of(records)) > 5
    for at, by in enumerate(groups_of(records)):
        zone = ZONES[at % len(ZONES)]
        for measure in measures_of(records):
            chart = my.numbers.own(Own(kind, by, measure), zone=zone)
            seen = opened(checker, chart)
            column = records.fields.get(measure.partition(":")[2])
            if "currency" not in records.fields or column is None or column.kind != "money":
                assert seen == whole, (by, measure)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_in_a_period_of_each_date(everything: tuple[Office, Checker], kind: str) -> None:
    two, checker = everything
    my = two.at()
    records = my.records(kind)
    for at, dated in enumerate(dates_of(records)):
        own = [f"{dated}:{unit}" for unit in UNITS]
        for nth, by in enumerate((*own, *groups_of(records))):
            if at == 0 or nth % 4 == at % 4 or by in own:  # every column with one day, each day with some
                period = ("this_year", "2026-01-05..2026-02-20", "30_days")[nth % 3]
                chart = my.numbers.own(Own(kind, by, dated=dated, period=period), zone=ZONES[at % 3])
                assert all(bar.figure.period for bar in chart.bars)
                opened(checker, chart)


@pytest.mark.parametrize("kind", KINDS)
def test_one_number(everything: tuple[Office, Checker], kind: str) -> None:
    two, checker = everything
    for measure in measures_of(two.at().records(kind)):
        chart = two.at().numbers.own(Own(kind, measure=measure, picture="number"))
        assert len(chart.bars) <= 1
        opened(checker, chart)


@pytest.mark.slow
def test_under_filters(everything: tuple[Office, Checker]) -> None:
    """Of the column that groups, too: what is contained in it, what it is not, and groups of conditions."""
    two, checker = everything
    my = two.at()
    me = two.people[0]["manager"]
    mine = Group(
        (Condition("assigned_to", Op.ANY, (ME, None)), Condition("source", Op.HAS, ("s",))), any=True
    )
    some = [
        Query(where={"source": "s1"}),
        Query(where={"source": "ete"}),
        Query(where={"source": ("S1", "A, B", "%", "100 %")}),
        Query(where={"assigned_to": (me, None)}),
        Query(where={"created_at": (date(2026, 1, 5), date(2026, 1, 20))}, search="L"),
        Query(filter=Filter((mine,))),
        Query(archived=True),
    ]
    for query in some:
        for by in ("source", "assigned_to", "created_at:week"):
            for kind in ("leads", "customers"):
                chart = my.numbers.own(Own(kind, by), query)
                assert opened(checker, chart) == my.records(kind).count(query)


def test_others_nobody_and_empty_texts_have_their_places(everything: tuple[Office, Checker]) -> None:
    two, _ = everything
    chart = two.at().numbers.own(Own("leads", "source"))
    places = {bar.place: bar.figure.count for bar in chart.bars}
    assert places["All others"] > 0
    assert places["No source"] > 3
    assert places["A, B"] == 2
    owners = [bar.place for bar in two.at().numbers.own(Own("deals", "assigned_to")).bars]
    assert "Nobody" in owners
    dates = [bar.place for bar in two.at().numbers.own(Own("deals", "actual_close_date:month")).bars]
    assert dates[-1] == "No date"
    assert "Feb 2026" in dates


def test_by_month_where_the_day_begins(two: Office) -> None:
    """23:30 UTC on the last of January is February in Auckland; months between have their place too."""
    put(two, "leads", [{"lead_name": "L", "created_at": datetime(2026, 1, 31, 23, 30, tzinfo=UTC)}])
    put(two, "leads", [{"lead_name": "L", "created_at": datetime(2026, 4, 2, tzinfo=UTC)}])
    said = Own("leads", "created_at:month", picture="line")
    here = [(bar.place, bar.figure.value) for bar in two.at().numbers.own(said).bars]
    there = [(bar.place, bar.figure.value) for bar in two.at().numbers.own(said, zone=ZONES[1]).bars]
    assert here == [("Jan 2026", 1), ("Feb 2026", 0), ("Mar 2026", 0), ("Apr 2026", 1)]
    assert there == [("Feb 2026", 1), ("Mar 2026", 0), ("Apr 2026", 1)]


def test_what_lies_long_before_is_one_place(two: Office) -> None:
    checker = Checker(two.at())
    for year in (1, 1950, 2020, 2026):
        put(two, "leads", [{"lead_name": "L", "created_at": datetime(year, 5, 6, tzinfo=UTC)}])
    chart = two.at().numbers.own(Own("leads", "created_at:month"))
    assert (chart.bars[0].place, chart.bars[0].figure.count) == ("Earlier", 3)
    assert opened(checker, chart) == 4


def test_nobody_sees_another_company(two: Office) -> None:
    put(two, "leads", [{"lead_name": "L", "source": "Theirs"}], 1)
    assert two.at().numbers.own(Own("leads", "source")).bars == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "users"},
        {"kind": "goals"},
        {"by": ""},
        {"by": "notes"},
        {"by": "company_id"},
        {"by": "created_at"},
        {"by": "created_at:hour"},
        {"measure": "sum:notes"},
        {"measure": "sum:company_id"},
        {"measure": "most:deal_value"},
        {"picture": "pie"},
        {"picture": "line"},
        {"dated": "deal_value"},
        {"dated": "created_at", "period": "tomorrow"},
        {"currency": "nonsense", "measure": "sum:deal_value"},
        {"asks": {"preset": "nonsense"}},
        {"asks": {"filter": "{"}},
        {"asks": {"q": 1}},
        {"asks": ["q"]},
        {"name": "n" * 81},
    ],
)
def test_what_cannot_be_a_chart_is_refused_in_words(two: Office, wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.CrmError) as refused:
        two.at().numbers.own(replace(Own(), **wrong))
    assert str(refused.value).endswith((".", "?"))


def test_an_address_brings_it_back() -> None:
    own = Own(
        "leads",
        "created_at:week",
        "sum:estimated_value",
        "line",
        "created_at",
        "30_days",
        "",
        "Mine",
        {"q": "a&b"},
    )
    assert Own.read(own.params()) == own
    assert Own.read({}) == Own()
    assert Own().params() == {}


@pytest.mark.slow
def test_a_field_of_the_companys_own_is_grouped_and_measured_as_any_other(two: Office) -> None:
    columns = one_of_each(two, "leads")
    held = {
        Kind.CHOICE: [*(code for code, _ in own(two).leads.fields[columns[Kind.CHOICE]].called), None],
        Kind.MONEY: [Decimal("10.05"), None, Decimal(3)],
        Kind.WHOLE: [7, None],
        Kind.NUMBER: [Decimal("-1.000001"), None, Decimal("0.5")],
        Kind.DAY: [date(2026, 1, 31), date(2026, 3, 1), None],
        Kind.MEMBER: [two.people[0]["manager"], None],
        Kind.YES_NO: [True, False, False],
    }
    for n in range(14):
        values = {columns[kind]: some[n % len(some)] for kind, some in held.items()}
        put(two, "leads", [{"lead_name": "L", "created_at": datetime(2026, 2, 1, tzinfo=UTC), **values}])
    my = own(two)
    checker, ours = Checker(my), set(columns.values())
    groups = [by for by in groups_of(my.leads) if by.partition(":")[0] in ours]
    measures = [each for each in measures_of(my.leads) if each == "count" or each.partition(":")[2] in ours]
    assert len(groups) > 5
    assert len(measures) == 7
    for by in groups:
        for measure in measures:
            assert opened(checker, my.numbers.own(Own("leads", by, measure))) == 14
    with pytest.raises(errors.Invalid):  # another company has none
        two.at(1).numbers.own(Own("leads", groups[0]))


@pytest.mark.parametrize("name", ["\ud800", "a\x00b", "\x1b[2J", "x" * 81])
def test_a_name_is_judged_as_any_text(two: Office, name: str) -> None:
    """Also of a chart that nobody has kept: an address says how it is called."""
    with pytest.raises(errors.Invalid) as refused:
        two.at().numbers.own(Own(name=name))
    assert str(refused.value).startswith("Name: ")


def test_a_hidden_field_is_in_no_chart(two: Office) -> None:
    names = set(one_of_each(two, "leads").values())
    for name in sorted(names):
        two.at(0, "admin").own_fields.hide("leads", name)
    records = own(two).leads
    offered = (*groups_of(records), *measures_of(records), *dates_of(records))
    assert not [one for one in offered if names & set(one.split(":"))]


@pytest.mark.parametrize(
    ("label", "said"),
    [("VIP", "VIP"), ("EU region", "EU region"), ("Close by", "close by"), ("For Ann", "for Ann")],
)
def test_a_field_of_the_companys_own_is_said_as_it_is_written(two: Office, label: str, said: str) -> None:
    admin = two.at(0, "admin").own_fields
    name, day = admin.add("leads", label, "whole"), admin.add("leads", f"{label} day", "day")
    my = own(two)
    my.leads.add({"lead_name": "L"})
    assert my.numbers.own(Own("leads", "status", f"sum:{name}")).title == f"Sum of {said} by status"
    assert my.numbers.own(Own("leads", f"{day}:month")).title == f"Number of leads by {said} day, by month"
