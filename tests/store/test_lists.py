"""A list at any place and as a whole: windows, several sorts, what changed, footers and groups beside pandas."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pandas as pd
import pytest

from crm_data import Edit, Query, Records, Workspace, errors
from crm_data.store.finding import Found
from crm_data.store.lists import MOST_IN_WINDOW, Lists
from crm_data.store.summary import ADDED, MEASURES, groups_by, heads
from crm_data.tables.fields import Kind
from crm_data.tables.reading import fold
from tests.conftest import FrozenClock
from tests.support.chance import dice
from tests.support.office import Office, office
from tests.support.soak import size
from tests.support.statements import counted

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
ROWS = 57
LONGEST = [("deal_value", True), ("expected_close_date", False), ("deal_name", True)]


@pytest.fixture(scope="module", params=ENGINES)
def two(request: pytest.FixtureRequest, new_database: Any) -> Iterator[Office]:
    """Deals of three currencies with many ties, much of it left out, in both companies; a few are put away."""
    made = office(new_database(request.param).url)
    for company in (0, 1):
        my, chance = made.at(company), dice("lists")
        buyers = [my.customers.add({"name": name}) for name in ("Öl", "oel", "Zet")]
        ids = []
        for _ in range(ROWS + 3):
            said = {
                "deal_name": chance.choice(["Alpha", "alpha", "Beta", "ärger"]),
                "deal_value": chance.choice(["0.10", "0.20", "1234567.89", "99.99"]),
                "currency": chance.choice(["USD", "USD", "EUR", "JPY"]),
                "customer_id": chance.choice(buyers),
                "stage": chance.choice(["prospect", "qualified", "proposal"]),
                "expected_close_date": chance.choice([None, "2026-03-01", "2026-04-01"]),
                "assigned_to": chance.choice([None, *made.people[company].values()]),
                "notes": chance.choice([None, "same", "other"]),
            }
            ids.append(my.deals.add(said))
        my.deals.archive(ids[-3:])
    yield made
    made.store.close()


def every(records: Records, query: Query) -> list[dict[str, Any]]:
    """All rows that a list means, by its pages."""
    return records.page(replace(query, size=1_000)).rows


def orders(records: Records) -> list[tuple[tuple[str, bool], ...]]:
    """Every column alone, and every two of them, both ways."""
    names = [name for name, field in records.fields.items() if field.sort]
    alone = [((name, down),) for name, down in product(names, (True, False))]
    pairs = product(names, names, (True, False), (True, False))
    return [*alone, *(((a, x), (b, y)) for a, b, x, y in pairs if a != b), tuple(LONGEST)]


@pytest.mark.slow
def test_windows_show_the_list_from_any_place_in_any_order(two: Office) -> None:
    deals, chance = two.at().deals, dice("windows")
    all_of_them = sorted(row["id"] for row in every(deals, Query()))
    assert len(all_of_them) == ROWS
    for by in orders(deals):
        query = Query().sorted_by(by)
        wanted = [row["id"] for row in every(deals, query)]
        assert sorted(wanted) == all_of_them
        ruler = None
        starts = [0, ROWS, *(chance.randrange(ROWS) for _ in range(6))]
        for start in chance.sample(starts, size(3, len(starts))):
            window = deals.window(query, start, 7, ruler)
            begin = min(start, ROWS - 7)
            assert (window.start, window.total) == (begin, ROWS)
            assert [row["id"] for row in window.rows] == wanted[begin : begin + 7], (by, start)
            ruler = window.ruler


@pytest.mark.slow
def test_pages_go_forward_and_back_in_any_order(two: Office) -> None:
    deals, every_order = two.at().deals, orders(two.at().deals)
    alone = [by for by in every_order if len(by) != 2]
    pairs = [by for by in every_order if len(by) == 2]  # of these a few, which chance draws
    for by in alone + dice("pages").sample(pairs, size(len(pairs) // 5, len(pairs))):
        query = replace(Query().sorted_by(by), size=20)
        wanted = [row["id"] for row in every(deals, query)]
        page, seen = deals.page(query), []
        while True:
            seen += [row["id"] for row in page.rows]
            if page.next is None:
                break
            page = deals.page(replace(query, after=page.next))
        assert seen == wanted, by
        back = deals.page(replace(query, before=page.previous))
        assert [row["id"] for row in back.rows] == wanted[20:40]


@pytest.mark.slow
def test_the_order_by_several_columns_is_that_of_their_values(two: Office) -> None:
    deals = two.at().deals
    rows = every(deals, Query().sorted_by(LONGEST))
    frame = pd.DataFrame(rows)
    frame["expected_close_date"] = frame["expected_close_date"].map(lambda day: str(day or "9999"))
    found = frame.sort_values(["deal_value", "expected_close_date"], ascending=[False, True], kind="stable")
    assert list(found["id"]) == [row["id"] for row in rows]


@pytest.mark.slow
def test_several_sorts_come_back_from_the_url_they_make(two: Office) -> None:
    deals = two.at().deals
    for by in orders(deals):
        query = Query().sorted_by(by)
        assert deals.query(deals.params(query)).sorts == by
    for said in (
        "deal_value,-deal_value",
        "deal_value,notes",
        "a,b,c,d",
        ",",
        "-",
        "deal_value,",
        "x" * 9_000,
    ):
        with pytest.raises(errors.Invalid):
            deals.query({"sort": said})


def test_a_place_of_one_order_is_none_in_another(two: Office) -> None:
    deals = two.at().deals
    page = deals.page(replace(Query().sorted_by(LONGEST), size=5))
    for by in ([("deal_value", True)], [*LONGEST[:2]], [*LONGEST[:2], ("deal_name", False)]):
        with pytest.raises(errors.Invalid):
            deals.page(replace(Query().sorted_by(by), after=page.next))


@pytest.mark.parametrize(("start", "n"), [(-5, 3), (0, 0), (10**12, 2), (0, 10**9), (55, 50)])
def test_a_window_that_lies_beyond_the_list_is_the_nearest_there_is(two: Office, start: int, n: int) -> None:
    window = two.at().deals.window(Query(), start, n)
    assert 1 <= len(window.rows) <= min(MOST_IN_WINDOW, ROWS)
    assert window.start + len(window.rows) <= window.total == ROWS
    nothing = two.at().deals.window(Query(search="nowhere"), start, n)
    assert (nothing.rows, nothing.start, nothing.total) == ([], 0, 0)


def test_a_ruler_of_before_a_change_or_of_another_list_is_not_trusted(two: Office) -> None:
    deals = two.at().deals
    ruler = deals.window(Query(), 20, 10).ruler
    other = deals.window(Query(where={"stage": ("proposal",)}), 0, 10, ruler)
    assert other.total == deals.count(Query(where={"stage": ("proposal",)}))
    assert deals.window(Query(), 40, 5, other.ruler).total == ROWS
    foreign = two.at(1).deals.window(Query(), 20, 10).ruler
    assert {row["company"] for row in rows_by_company(two, deals.window(Query(), 0, 500, foreign).rows)} == {
        0
    }
    new = deals.add(
        {"deal_name": "New", "deal_value": 1, "customer_id": every(deals, Query())[0]["customer_id"]}
    )
    assert deals.window(Query(), 0, 10, ruler).total == ROWS + 1
    deals.archive([new])
    assert deals.window(Query(), 0, 10, ruler).total == ROWS


def rows_by_company(two: Office, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which of the two companies each row is of."""
    own = {row["id"] for row in every(two.at(0).deals, Query())}
    return [{**row, "company": 0 if row["id"] in own else 1} for row in rows]


def test_what_a_window_costs_does_not_grow(two: Office) -> None:
    deals = two.at().deals
    with counted(two.store) as first:
        ruler = deals.window(Query(), 0, 5).ruler
    with counted(two.store) as next_:
        deals.window(Query(), 5, 5, ruler)
    assert (len(first), len(next_)) == (5, 4)  # last change, count at first, rows, colleagues, customers
    seen = {row["id"]: row["version"] for row in every(deals, Query())}
    with counted(two.store) as rest:
        deals.fresh(Query(), seen)
    assert len(rest) == 1


def test_a_colleagues_change_is_fresh_and_what_left_is_gone(two: Office) -> None:
    deals, colleague = two.at(0, "manager").deals, two.at(0, "admin").deals
    query = Query(where={"stage": ("prospect",)})
    rows = every(deals, query)
    seen = {row["id"]: row["version"] for row in rows}
    assert deals.fresh(query, seen) == deals.fresh(query, {})
    changed, moved, away = rows[0], rows[1], rows[2]
    colleague.change([Edit(changed["id"], {"notes": (changed["notes"], "from a colleague")})])
    colleague.move(moved["id"], "proposal", "prospect")
    colleague.archive([away["id"]])
    fresh = deals.fresh(query, seen)
    assert [(row["id"], row["notes"]) for row in fresh.rows] == [(changed["id"], "from a colleague")]
    assert sorted(fresh.gone) == sorted([moved["id"], away["id"]])
    assert set(fresh.names) >= {"customer_id", "assigned_to"}
    colleague.restore([away["id"]])
    assert two.at(1).deals.fresh(Query(), seen).rows == [], "a stranger is told nothing"
    assert sorted(two.at(1).deals.fresh(Query(), seen).gone) == sorted(seen)


def test_ids_of_all_that_match_come_from_the_filter(two: Office) -> None:
    deals, query = two.at().deals, Query(where={"stage": ("proposal",)})
    wanted = sorted(row["id"] for row in every(deals, query))
    assert deals.ids(query, 500) == deals.ids(query, len(wanted)) == wanted
    with pytest.raises(errors.Invalid, match="at most"):
        deals.ids(query, len(wanted) - 1)


QUERIES = [Query(), Query(where={"stage": ("prospect",)}), Query(search="alpha"), Query(search="nowhere")]


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES)
def test_footers_are_what_pandas_finds(two: Office, query: Query) -> None:
    for kind in Workspace.kinds:
        records = two.at().records(kind)
        if set(query.where) - set(records.fields):
            continue
        frame = pd.DataFrame(every(records, query), columns=["id", *records.fields], dtype=object)
        for name, field in records.fields.items():
            for measure in MEASURES:
                column = frame[name].map(lambda v: None if v == "" else v)
                unfit = field.kind is Kind.JSON or (field.kind is Kind.TAGS and measure == "unique")
                if unfit or (measure in ("sum", "average") and field.kind not in ADDED):
                    with pytest.raises(errors.Invalid):
                        records.footers(query, {name: measure})
                    continue
                found = records.footers(query, {name: measure})[name]
                if measure in ("count", "empty", "unique"):
                    plain = {
                        "count": column.count(),
                        "empty": column.isna().sum(),
                        "unique": column.nunique(),
                    }
                    assert found == {"": plain[measure]}, (kind, name, measure)
                    continue
                own = records.name == "deals" and field.kind is Kind.MONEY
                money = (
                    frame["currency"]
                    if own
                    else column.map(lambda _, f=field: "USD" if f.kind is Kind.MONEY else "")
                )
                parts = column.dropna().groupby(money)
                wanted = {m: sum(part) for m, part in parts}
                if measure == "average":
                    wanted = {m: Decimal(sum(part)) / len(part) for m, part in parts}
                assert found.keys() == wanted.keys()
                assert all(abs(found[m] - wanted[m]) <= Decimal("0.005") for m in wanted), (
                    kind,
                    name,
                    measure,
                )


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES)
def test_groups_are_what_pandas_finds_and_each_opens_its_rows(two: Office, query: Query) -> None:
    deals = two.at().deals
    can = groups_by(deals.fields)
    assert {"stage", "currency", "customer_id", "assigned_to", "expected_close_date"} <= set(can)
    ways = (
        [[a] for a in can]
        + [[a, b] for a, b in product(can, can) if a != b]
        + [["stage", "currency", "assigned_to"]]
    )
    rows = every(deals, query)
    for by in ways:
        groups = deals.groups(query, by, ["deal_value", "probability"])
        alike: dict[Any, list[dict[str, Any]]] = {}
        for row in rows:
            alike.setdefault(tuple(row[name] for name in by), []).append(row)
        assert {group.values: group.count for group in groups} == {v: len(a) for v, a in alike.items()}, by
        for group in groups:
            mine = alike[group.values]
            values = pd.DataFrame(mine).groupby("currency")["deal_value"].sum().to_dict()
            assert group.sums["deal_value"] == values
            assert group.sums["probability"] == {"": sum(row["probability"] for row in mine)}
        for top in heads(groups, 1):
            mine = [row for row in rows if row[by[0]] == top.values[0]]
            assert top.count == len(mine)
            assert sum(top.sums["deal_value"].values()) == sum(row["deal_value"] for row in mine)
    for group in deals.groups(query, by):
        opened = deals.group(query, by, group.values)
        assert deals.count(opened) == group.count, "a group is a filter"
        assert deals.count(deals.query(deals.params(opened))) == group.count, "and an address"


def test_groups_stand_in_the_order_in_which_people_read(two: Office) -> None:
    deals = two.at().deals
    stages = [group.values[0] for group in deals.groups(Query(), ["stage"])]
    assert stages == ["prospect", "qualified", "proposal"]
    names = deals.page(replace(Query(), size=500)).names["customer_id"]
    assert [names[g.values[0]] for g in deals.groups(Query(), ["customer_id"])] == ["oel", "Öl", "Zet"]
    assert deals.groups(Query(), ["assigned_to"])[-1].values == (None,)


BAD_GROUPS: list[list[Any]] = [
    [],
    ["notes"],
    ["tags"],
    ["stage", "stage"],
    ["company_id"],
    ["stage"] * 4,
    ["x"],
]


@pytest.mark.parametrize("by", BAD_GROUPS)
def test_a_list_is_not_grouped_by_what_cannot_be_opened(two: Office, by: list[Any]) -> None:
    with pytest.raises(errors.Invalid):
        two.at().deals.groups(Query(), by)
    with pytest.raises(errors.Invalid):
        two.at().deals.group(Query(), by, [None] * len(by))


def test_what_is_not_there_cannot_be_measured(two: Office) -> None:
    for wanted in ({"x": "count"}, {"company_id": "sum"}, {"deal_value": "max"}, {"deal_name": "sum"}):
        with pytest.raises(errors.Invalid):
            two.at().deals.footers(Query(), wanted)
    assert issubclass(Records, Lists)


WORDS = "ärger ALPHA e 99.99 0,10 2026-03-01 öl same % Prospect admin".split()  # noqa: SIM905


def shown(records: Records, row: dict[str, Any], names: Any) -> list[Any]:
    """What stands in each cell of a row, as it is kept or as it is called."""
    told = []
    for name, field in records.fields.items():
        value = row[name]
        if field.kind in (Kind.MEMBER, Kind.LINK):
            value = names.get(name, {}).get(value)
        told.append(field.choice_labels().get(value, value) if field.kind is Kind.CHOICE else value)
    return told


def is_shown(cell: Any, word: str) -> bool:
    """Whether a person would say that the word stands there."""
    numbers = {"99.99": Decimal("99.99"), "0,10": Decimal("0.10")}
    days = {"2026-03-01": date(2026, 3, 1)}
    if isinstance(cell, str):
        return fold(word) in fold(cell)
    return cell is not None and cell == {**numbers, **days}.get(word)


@pytest.mark.slow
@pytest.mark.parametrize("back", [False, True])
def test_find_goes_through_all_rows_of_the_filter_and_round_the_end(two: Office, back: bool) -> None:
    deals = two.at().deals
    for query in (Query(), Query(sort="deal_name", descending=False), Query(where={"stage": ("proposal",)})):
        page = deals.page(replace(query, size=1_000))
        for word in WORDS:
            cells = [shown(deals, row, page.names) for row in page.rows]
            hits = [at for at, row in enumerate(cells) if any(is_shown(cell, word) for cell in row)]
            first, last = (hits[0], hits[-1]) if hits else (None, None)
            for after in (-1, 0, 7, 40, 10**9):
                found = deals.find(query, list(deals.fields), word, after, back)
                near = [at for at in hits if (at < after if back else at > after)]
                at = near[-1 if back else 0] if near else last if back else first
                nth = None if at is None else hits.index(at) + 1
                assert found == Found(len(hits), at, nth), (word, after)


def test_find_looks_in_the_columns_that_are_asked_and_in_this_company(two: Office) -> None:
    deals = two.at().deals
    assert deals.find(Query(), ["notes"], "same").count > 0
    assert deals.find(Query(), ["deal_name", "no such column"], "same").count == 0
    assert deals.find(Query(), [], "a").count == 0
    with counted(two.store) as said:
        deals.find(Query(), list(deals.fields), "öl")
    assert len(said) == 2, said
    customer = two.at(1).customers.page().rows[0]["id"]
    two.at(1).deals.add({"deal_name": "Nowhere else", "deal_value": "1", "customer_id": customer})
    assert deals.find(Query(), list(deals.fields), "nowhere").count == 0
    assert two.at(1).deals.find(Query(), list(deals.fields), "nowhere").count == 1
    with pytest.raises(errors.Invalid, match="shorter"):
        deals.find(Query(), ["notes"], "x" * 101)


def test_many_records_are_made_in_one_act_or_none(two: Office) -> None:
    customers = two.at().customers
    before, act = customers.count(Query()), "one act of many"
    made = customers.add_all([{"name": "First", "city": "Graz"}, {"name": "Second"}], act)
    assert [customers.get(id_)["name"] for id_ in made] == ["First", "Second"]
    assert customers.add_all([{"name": "First"}, {"name": "Second"}], act) == made
    assert {change.act_id for id_ in made for change in customers.history(id_)} == {act}
    with pytest.raises(errors.Invalid) as refused:
        customers.add_all([{"name": "Third"}, {"name": " "}, {"name": "Fifth", "email": "no"}])
    assert [(problem.row, problem.field) for problem in refused.value.problems] == [(1, "name"), (2, "email")]
    theirs = two.at(1).customers.page().rows[0]["id"]
    with pytest.raises(errors.Invalid) as refused:
        two.at().deals.add_all(
            [{"deal_name": "D", "deal_value": "1", "customer_id": id_} for id_ in (made[0], theirs)]
        )
    assert [problem.row for problem in refused.value.problems] == [1]
    with pytest.raises(errors.Invalid, match="500"):
        customers.add_all([{"name": "x"}] * 501)
    with pytest.raises(errors.NotAllowed):
        two.at(0, "user").customers.add_all([{"name": "x"}])
    assert customers.count(Query()) == before + 2
    customers.archive(made)


def test_a_change_that_began_earlier_and_ended_later_is_seen_too(
    two: Office, frozen_clock: FrozenClock
) -> None:
    my, frozen_clock.moment = two.at(0), datetime.now(UTC)
    frozen_clock.move(seconds=2)
    my.customers.add({"name": "Ended first"})
    seen = my.customers.last_change()
    frozen_clock.move(seconds=-2)
    my.customers.add({"name": "Began first"})
    assert my.customers.last_change() != seen
