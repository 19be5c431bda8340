"""Filters over every column of every kind, by every way there is: as a plain reading of the rows finds them, on
both engines, for whoever looks; and through an address and back.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Kind, Query, Workspace, clock, errors
from crm_data.numbers.period import chosen
from crm_data.store import filters
from crm_data.store.filters import ME, OPS, Condition, Filter, Group, Op
from crm_data.store.spans import SPANS
from crm_data.tables import by_name, title_of
from crm_data.tables.fields import Field, fields_of
from crm_data.tables.reading import fold
from tests.conftest import FrozenClock
from tests.support.asked import conditions
from tests.support.chance import dice
from tests.support.kinds import KINDS, one_of_each
from tests.support.office import Office, office
from tests.support.soak import size

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
AUCKLAND = ZoneInfo("Pacific/Auckland")  # a day begins there half a day before
NOW = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)  # Monday here, and Tuesday there
WORDS = ("Öl", "öl", "OEL", "Straße", "STRASSE", "50%_a", "n", "\\", "a,b", '"quoted"', "ΟΔΟΣ")
PAIRS = [None, {}, {"Wärme": "öl"}, {"a": "first\nsecond", "Straße": "n"}, {"x": 'say "n"', "y": ""}]
# Conditions over a column are drawn from here beside those of its rows.
TODAY = NOW.astimezone(AUCKLAND).date()
ROWS = 28


@pytest.fixture(scope="module", params=ENGINES)
def two(request: pytest.FixtureRequest, new_database: Any) -> Iterator[Office]:
    """Rows of every kind in both companies whose columns hold anything that their kind can, or nothing."""
    stopped = FrozenClock(NOW)
    clock.set_source(stopped)
    made = office(new_database(request.param).url)
    for company in (0, 1):
        fill(made, company)
    yield made
    made.store.close()
    clock.set_source(None)


def fill(made: Office, company: int) -> None:
    """Past what a verb would make of the values: what another program or a file of old left is found as well."""
    my, chance = made.at(company), dice(f"filters {company}")
    links = {table: [] for table in KINDS}
    for word in ("Öl & Söhne", "straße"):
        for one, id_ in one_of_each(my, word).items():
            links[next(kind for kind in KINDS if kind.startswith(one[:4]))].append(id_)
    people = list(made.people[company].values())
    for kind in KINDS:
        with made.store.system("rows to be filtered") as session:
            for _ in range(ROWS):
                values = {f.name: held(chance, f, links, people) for f in my.records(kind).fields.values()}
                session.add(by_name(kind)(**settled(kind, values), company_id=made.companies[company]))


def held(chance: Any, field: Field, links: Any, people: list[int]) -> Any:
    """A value of a column by chance, nothing where it may be empty."""
    if not field.required and field.default is None and field.name != "updated_at" and chance.random() < 0.25:
        return "" if field.kind in (Kind.TEXT, Kind.LONG_TEXT) and chance.random() < 0.4 else None
    day = TODAY + timedelta(
        days=chance.choice([-400, -91, -90, -89, -31, -8, -7, -6, -1, 0, 1, 6, 7, 29, 30, 90])
    )
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    moments = [0, 1, 11 * 3600 - 1, 11 * 3600, 11 * 3600 + 1, 40_000]
    return {
        Kind.CHOICE: lambda: chance.choice([*field.choice_labels(), "x"]),
        Kind.MONEY: lambda: Decimal(chance.choice(["0.10", "0.30", "1000.00", "5000.01"])),
        Kind.WHOLE: lambda: chance.choice([0, 7, 50, 100]),
        Kind.NUMBER: lambda: Decimal(chance.choice(["-40.5", "0", "7", "0.000001"])),
        Kind.DAY: lambda: day,
        Kind.MOMENT: lambda: midnight + timedelta(seconds=chance.choice(moments)),
        Kind.TAGS: lambda: chance.choice([[], ["vip"], ["Öl", "n"], ["vip-2", 'a"b'], ["VIP", "ΟΔΟΣ"]]),
        Kind.MEMBER: lambda: chance.choice(people),
        Kind.LINK: lambda: chance.choice(links[field.to]),
        Kind.YES_NO: lambda: chance.random() < 0.5,
        Kind.JSON: lambda: chance.choice(PAIRS[1:]),
    }.get(field.kind, lambda: text(chance, field))()  # fmt: skip


def text(chance: Any, field: Field) -> str:
    """A text that has room in a column."""
    said = f"{chance.choice(WORDS)}{chance.choice(['', ' ', ' Öl', '%'])}{chance.randrange(5)}"
    return said[: field.length or 100]


def settled(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """What the tables' own rules leave of the values."""
    values = {name: value for name, value in values.items() if name != "external_id"}
    for name, field in fields_of(by_name(kind)).items():
        if field.kind is Kind.CHOICE and values.get(name) == "x":
            values[name] = next(iter(field.choice_labels()))
    if kind == "deals":
        closed = {"closed_won": "won", "closed_lost": "lost"}
        values |= {
            "status": closed.get(values["stage"], "open"),
            "currency": values["currency"][:3].ljust(3, "X"),
        }
    if kind == "leads" and values["converted_at"] is not None:
        values["status"] = "qualified"
    return values


def every(my: Workspace, kind: str, query: Query | None = None) -> list[dict[str, Any]]:
    records = my.records(kind)
    return records.page(replace(query or records.default_query(), size=1_000)).rows


class Plain:
    """Which rows meet a filter, said without SQL."""

    def __init__(self, my: Workspace, kind: str) -> None:
        self.fields, self.kind, self.me = my.records(kind).fields, kind, my.scope.user_id
        to = {field.to for field in self.fields.values() if field.kind is Kind.LINK}
        self.names = {
            t: {r["id"]: r[title_of(t)] for r in [*every(my, t), *every(my, t, Query(archived=True))]}
            for t in to
        }

    def meets(self, row: dict[str, Any], asked: Filter) -> bool:
        parts = [
            self._all_or_any([self.one(row, each) for each in part.parts], part.any)
            if isinstance(part, Group)
            else self.one(row, part)
            for part in asked.parts
        ]
        return self._all_or_any(parts, asked.any)

    def _all_or_any(self, said: list[bool], any_: bool) -> bool:
        return any(said) if any_ else all(said)

    def one(self, row: dict[str, Any], asked: Condition) -> bool:
        field, value = self.fields[asked.field], row[asked.field]
        empty = value is None or value in ("", [], {})
        if asked.op in (Op.EMPTY, Op.FILLED):
            return empty == (asked.op is Op.EMPTY)
        negative = {Op.IS_NOT: Op.IS, Op.NONE: Op.ANY, Op.HAS_NOT: Op.HAS}
        if asked.op in negative:
            return not self.one(row, replace(asked, op=negative[asked.op]))
        if field.kind is Kind.MEMBER:
            return value in [self.me if each == ME else each for each in asked.values]
        if value is None:
            return False
        if field.kind in (Kind.DAY, Kind.MOMENT):
            return self._day(field, row, value, asked)
        if field.kind is Kind.TAGS:
            return bool({fold(tag) for tag in value} & {fold(tag) for tag in asked.values})
        if asked.op is Op.ANY:
            return value in asked.values
        if field.kind is Kind.JSON:
            return any(fold(asked.values[0]) in fold(each) for pair in value.items() for each in pair)
        if field.kind is Kind.LINK:
            value = self.names[field.to][value]
        if isinstance(value, str):
            here, said = fold(value), fold(asked.values[0])
            return {Op.HAS: said in here, Op.IS: said == here, Op.STARTS: here.startswith(said)}[asked.op]
        return self._number(value, asked)

    def _number(self, value: Any, asked: Condition) -> bool:
        first, last = asked.values[0], asked.values[-1]
        return {
            Op.IS: value == first,
            Op.LESS: value < first,
            Op.MORE: value > first,
            Op.AT_LEAST: value >= first,
            Op.AT_MOST: value <= first,
            Op.BETWEEN: first <= value <= last,
        }[asked.op]

    def _day(self, field: Field, row: dict[str, Any], value: Any, asked: Condition) -> bool:
        day = value.astimezone(AUCKLAND).date() if field.kind is Kind.MOMENT else value
        (said, *_) = asked.values
        if asked.op is Op.OLDER:
            return day < TODAY - timedelta(days=said)
        if asked.op is not Op.WITHIN:
            return self._number(day, asked)
        if said == "overdue":
            return day < TODAY and self._open(row)
        if said.startswith(("last_", "next_")):
            way, days, _ = said.split("_")
            ahead = (day - TODAY).days
            return 0 <= (ahead if way == "next" else -ahead) < int(days)
        if said == "this_week":
            return day.isocalendar()[:2] == TODAY.isocalendar()[:2]
        return {
            "today": day == TODAY,
            "yesterday": day == TODAY - timedelta(days=1),
            "tomorrow": day == TODAY + timedelta(days=1),
            "this_month": (day.year, day.month) == (TODAY.year, TODAY.month),
            "this_quarter": (day.year, (day.month + 2) // 3) == (TODAY.year, (TODAY.month + 2) // 3),
            "this_year": day.year == TODAY.year,
        }[said]

    def _open(self, row: dict[str, Any]) -> bool:
        if self.kind == "leads":
            return row["status"] != "lost" and row["converted_at"] is None
        still = {"deals": ("open",), "tasks": ("pending", "in_progress")}.get(self.kind)
        return still is None or row["status"] in still


@pytest.mark.slow
@pytest.mark.parametrize("fiscal", range(1, 13))
@pytest.mark.parametrize("word", ["this_quarter", "this_year"])
def test_quarters_and_years_are_those_of_the_numbers(two: Office, word: str, fiscal: int) -> None:
    for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(0, 800, 3)):
        period = chosen(word, day, fiscal)
        assert SPANS[word](day, fiscal) == (period.first, period.last)
    theirs = Workspace(two.store, replace(two.at().scope, fiscal=fiscal))
    period = chosen(word, NOW.date(), fiscal)
    moving = Query(preset="", filter=Filter((Condition("expected_close_date", Op.WITHIN, (word,)),)))
    still = Query(preset="", where={"expected_close_date": (period.first, period.last)})
    found = [
        {row["id"] for page in theirs.deals.walk(query) for row in page.rows} for query in (moving, still)
    ]
    assert found[0] == found[1]


def drawn(chance: Any, field: Field, op: Op, rows: list[dict[str, Any]], two: Office) -> Condition:
    """A condition over a column by chance, such that some rows are at its edge."""
    stored = [row[field.name] for row in rows if row[field.name] not in (None, "", [], {})]
    people = [*two.people[0].values(), *two.people[1].values(), ME, None]

    def value() -> Any:
        if op is Op.WITHIN:
            return chance.choice(list(SPANS))
        if op is Op.OLDER:
            return chance.choice([0, 1, 6, 30, 90, 36_500])
        if field.kind is Kind.MEMBER:
            return chance.choice(people)
        if field.kind is Kind.LINK and op in (Op.ANY, Op.NONE):
            return chance.choice([*stored, 1, 2_147_483_647])
        if field.kind is Kind.CHOICE:
            return chance.choice(list(field.choice_labels()))
        if field.kind is Kind.TAGS:
            return chance.choice(["vip", "öl", "N", 'a"b', "οδος", "nowhere"])
        if field.kind is Kind.DAY:
            return chance.choice([*stored, TODAY])
        if field.kind is Kind.MOMENT:
            return chance.choice([*(each.astimezone(AUCKLAND).date() for each in stored), TODAY])
        if field.kind in (Kind.MONEY, Kind.WHOLE, Kind.NUMBER):
            return chance.choice([*stored, type(stored[0] if stored else 0)(7)])
        if field.kind is Kind.YES_NO:
            return chance.random() < 0.5
        if field.kind in (Kind.LINK, Kind.JSON):
            return chance.choice(["öl", "STRASSE", "n", "söhne", "first", "öl & söhne customer", "nowhere"])
        said = chance.choice([*stored, *WORDS, "1"])
        return chance.choice([said, said[:3], said.upper()])[:200].strip() or "n"

    if op in (Op.EMPTY, Op.FILLED):
        return Condition(field.name, op)
    count = 2 if op is Op.BETWEEN else chance.randint(1, 3) if op in (Op.ANY, Op.NONE) else 1
    found = [value() for _ in range(count)]
    return Condition(field.name, op, tuple(sorted(found) if op is Op.BETWEEN else dict.fromkeys(found)))


def asked_of(my: Workspace, kind: str, filter_: Filter) -> Query:
    """The list of a filter, by its address."""
    records = my.records(kind)
    query = replace(records.default_query(), filter=filter_, zone=AUCKLAND, preset="all" * (kind == "tasks"))
    back = records.query(records.params(query), AUCKLAND)
    assert back.filter == filter_, "an address brings back exactly what was asked"
    return back


def check(my: Workspace, kind: str, plain: Plain, rows: list[dict[str, Any]], filter_: Filter) -> int:
    found = set(my.records(kind).ids(asked_of(my, kind, filter_), 1_000))
    wanted = {row["id"] for row in rows if plain.meets(row, filter_)}
    assert found == wanted, (kind, filter_, [row for row in rows if row["id"] in found ^ wanted][:2])
    return len(found)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_column_is_filtered_by_every_way_as_a_plain_reading_finds(two: Office, kind: str) -> None:
    chance = dice(f"filters of {kind}")
    mine, theirs = two.at(0), two.at(1, "sales_rep")
    for my in (mine, theirs):  # a stranger finds their own rows by the same words, and none of ours
        plain, rows = Plain(my, kind), every(my, kind)
        assert len(rows) >= ROWS
        single, met = [], 0
        for field in plain.fields.values():
            for op in OPS[field.kind]:
                for _ in range(size(1, 12)):
                    condition = drawn(chance, field, op, rows, two)
                    met += 0 < check(my, kind, plain, rows, Filter((condition,))) < len(rows)
                    single.append(condition)
        assert met > len(single) / 4, "most of what is asked tells rows apart"
        for _ in range(size(20, 400)):  # together, and in groups
            parts = [
                Group(tuple(chance.sample(single, chance.randint(1, 3))), chance.random() < 0.5)
                if chance.random() < 0.4
                else chance.choice(single)
                for _ in range(chance.randint(1, 4))
            ]
            check(my, kind, plain, rows, Filter(tuple(parts), chance.random() < 0.5))


def test_every_kind_of_value_can_be_asked_for() -> None:
    assert set(OPS) == set(Kind)
    assert all(Op.EMPTY in ops and Op.FILLED in ops for kind, ops in OPS.items() if kind is not Kind.YES_NO)


@pytest.mark.slow
def test_me_and_today_are_the_viewers(two: Office) -> None:
    mine = Filter((Condition("assigned_to", Op.ANY, (ME,)),))
    for role in ("manager", "sales_rep"):
        my = two.at(0, role)
        owners = {row["assigned_to"] for row in every(my, "deals", Query(filter=mine))}
        assert owners == {my.scope.user_id}
    system = Workspace(two.store, two.scope(0, "system"))
    assert every(system, "deals", Query(filter=mine)) == []
    clock.set_source(FrozenClock(NOW - timedelta(hours=1)))  # before midnight there
    made = two.at().deals.add({**needed_deal(two), "deal_name": "Before midnight"})
    clock.set_source(FrozenClock(NOW))
    day = Filter((Condition("created_at", Op.WITHIN, ("today",)),))
    here, there = (two.at().deals.ids(Query(filter=day, zone=zone), 1_000) for zone in (UTC, AUCKLAND))
    assert made in here
    assert made not in there


def needed_deal(two: Office) -> dict[str, Any]:
    return {"deal_value": "1", "customer_id": two.at().customers.add({"name": "Late"})}


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_brings_back_every_condition(two: Office, kind: str) -> None:
    some = list(conditions(by_name(kind)))
    for asked in [
        *(Filter((one,)) for one in some),
        Filter((Group(tuple(some[:9]), any=True), some[9]), any=True),
    ]:
        asked_of(two.at(), kind, asked)


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "[" * 9_000,
        "9" * 9_000,
        "null",
        "1",
        '"name"',
        '{"$where":1}',
        '{"any":1}',
        '{"any":[],"all":[]}',
        '[{"any":[]}]',
        '[{"any":[{"any":[["name","empty"]]}]}]',
        "[[]]",
        '[["name"]]',
        '[["name",1]]',
        '[["name","is"]]',
        '[["name","is",null]]',
        '[["name","is",""]]',
        '[["name","is","a","b"]]',
        '[["name","is",{"a":1}]]',
        '[["name","between","a","b"]]',
        '[["password_hash","is","x"]]',
        '[["company_id","is",2]]',
        '[["status","any"]]',
        '[["status","any","nothing"]]',
        '[["status","any",[1]]]',
        '[["assigned_to","any","you"]]',
        '[["assigned_to","any",-1]]',
        '[["assigned_to","any",1e400]]',
        '[["assigned_to","any",99999999999999999999]]',
        '[["credit_limit","between","1"]]',
        '[["credit_limit","more",NaN]]',
        '[["credit_limit","more",1e400]]',
        '[["credit_limit","more",true]]',
        '[["credit_limit","more",-1]]',
        '[["created_at","in","doomsday"]]',
        '[["created_at","in",["today"]]]',
        '[["created_at","older",36501]]',
        '[["created_at","is","0001-01-01"]]',
        '[["created_at","is","tomorrow-ish"]]',
        '[["name","contains","\\u0000"]]',
        '[["name","contains","\\ud800"]]',
        '[["imported","contains","--"]]',
        '[["name","contains","' + "x" * 201 + '"]]',
        "[" + ",".join(['["name","empty"]'] * 31) + "]",
        '[["assigned_to","any",' + ",".join(map(str, range(1, 502))) + "]]",
        '[["name","is","' + "x" * 10_001 + '"]]',
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(said: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        filters.read_text(fields_of(by_name("customers")), said)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert len(sentence) < 200
