"""A filter in words: every condition over every column has some; what a browser makes up is refused."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm_data import CrmError, Kind, Query, clock
from crm_data.store.filters import ME, OPS, Condition, Filter, Op, read, say
from crm_data.store.spans import SPANS
from crm_data.tables import by_name
from crm_data.tables.fields import fields_of
from dashboard.components.filters import Asked
from dashboard.parts import filter_words
from dashboard.parts.filters import _span, _with, in_words
from tests.support.asked import conditions
from tests.support.kinds import KINDS
from tests.support.office import Office, office


@pytest.fixture(scope="module")
def two(new_database: Any) -> Iterator[Office]:
    made = office(new_database("sqlite").url)
    yield made
    made.store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_every_condition_is_said(kind: str) -> None:
    fields = fields_of(by_name(kind))
    ways = filter_words.ways(set(Kind))
    for asked in conditions(by_name(kind)):
        field = fields[asked.field]
        said = filter_words.told(field, asked, {1: "Ann Other"})
        assert said.startswith(f"{field.label} ")
        assert "_" not in said.removeprefix(field.label)
        assert ways[field.kind][asked.op]


def test_every_period_has_a_word() -> None:
    assert set(filter_words.SPANS) == set(SPANS)
    assert {kind.value for kind in OPS} == set(filter_words.ways(set(Kind)))


THIS_YEAR = clock.now().year
SAID: list[tuple[str, Condition, str]] = [
    ("deals", Condition("assigned_to", Op.ANY, (ME,)), "Owner is me"),
    ("deals", Condition("assigned_to", Op.NONE, (1, None)), "Owner is not Ann Other or nobody"),
    ("deals", Condition("assigned_to", Op.ANY, (9,)), "Owner is somebody who left"),
    (
        "deals",
        Condition("deal_value", Op.BETWEEN, (Decimal(1000), Decimal(5000))),
        "Value is between 1,000.00 and 5,000.00",
    ),
    (
        "deals",
        Condition("expected_close_date", Op.WITHIN, ("last_30_days",)),
        "Expected close is in the last 30 days",
    ),
    ("deals", Condition("expected_close_date", Op.WITHIN, ("overdue",)), "Expected close is overdue"),
    (
        "deals",
        Condition("expected_close_date", Op.MORE, (date(THIS_YEAR, 3, 1),)),
        "Expected close is after 1 Mar",
    ),
    ("deals", Condition("created_at", Op.OLDER, (90,)), "Created is older than 90 days"),
    ("deals", Condition("probability", Op.LESS, (50,)), "Probability % is less than 50"),
    ("deals", Condition("stage", Op.ANY, ("prospect", "closed_won")), "Stage is Prospect or Closed won"),
    ("deals", Condition("customer_id", Op.STARTS, ("Öl",)), "Customer starts with Öl"),
    (
        "customers",
        Condition("tags", Op.NONE, ("a", "b", "c", "d", "e")),
        "Tags does not have a, b, c or 2 more",
    ),
    ("customers", Condition("notes", Op.FILLED), "Notes is not empty"),
]


@pytest.mark.parametrize(("kind", "asked", "words"), SAID)
def test_a_condition_reads_as_one_would_say_it(kind: str, asked: Condition, words: str) -> None:
    assert filter_words.told(fields_of(by_name(kind))[asked.field], asked, {1: "Ann Other"}) == words


FORGED: list[Any] = [
    1,
    "x",
    True,
    {"any": 1},
    [[]],
    [["name"]],
    [["name", "is", {}]],
    [["name", "is", "x" * 9_000]] * 3,
]


@pytest.mark.parametrize("forged", FORGED)
def test_what_a_browser_makes_up_is_refused(two: Office, forged: Any) -> None:
    with pytest.raises(CrmError):
        _with(two.at().customers, Query(), Asked(forged, ["where.status"], False, 1))


def test_what_a_browser_asks_for_is_the_list(two: Office) -> None:
    deals = two.at().deals
    now = Query(
        where={"status": ("won",), "currency": "USD"}, preset="timed,mine", search="x", descending=False
    )
    asked = Filter((Condition("stage", Op.NONE, ("prospect",)),))
    found = _with(deals, now, Asked(say(asked), ["where.status", "preset.timed", "nothing"], True, 1))
    assert (found.filter, found.where, found.preset) == (asked, {"currency": "USD"}, "mine")
    assert (found.search, found.descending, found.archived) == ("x", False, True)
    assert read(deals.fields, say(asked)) == asked


@pytest.mark.parametrize("way", [Op.ANY, Op.NONE])
def test_who_left_is_named_and_nobody_of_another_company(two: Office, way: Op) -> None:
    my, rep, stranger = two.at(), two.people[0]["sales_rep"], two.people[1]["sales_rep"]
    others = {id_: name for id_, name in my.members().items() if id_ != rep}
    name = my.members()[rep]
    for kind in KINDS:
        records = my.records(kind)
        for field in (
            each.name for each in records.fields.values() if each.kind is Kind.MEMBER and each.filter
        ):
            for id_, said in ((rep, name), (stranger, "somebody who left")):
                asked = Query(filter=Filter((Condition(field, way, (id_,)),)))
                assert [words.endswith(said) for words in in_words(records, asked, others)] == [True], field


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("2025-11-02", "2 Nov 2025"),
        ("2025-11-02..2025-12-01", "2 Nov 2025 to 1 Dec 2025"),
        ("2025-11-02..", "from 2 Nov 2025"),
        ("pulled_in:2025-11-02:..", "pulled in, 2 Nov 2025"),
        ("3..", "3 or more"),
        ("31..60", "31 to 60"),
        ("..5", "up to 5"),
        ("..", ""),
        ("12345678", "12345678"),
    ],
)
def test_what_stands_behind_the_name_of_a_selection(said: str, words: str) -> None:
    assert _span(said) == words
