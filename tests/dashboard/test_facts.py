"""The facts of a record: each field that holds something is there once, in its words, and leads where it may."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Field, Kind
from crm_data.tables.fields import fields_of
from dashboard import runtime, session
from dashboard.components.facts import Chip
from dashboard.parts import facts, place, say
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.support.kinds import CLASSES, ONES, one_of_each
from tests.support.told import elements, told

MOST = 20  # elements of a record's page, however many fields it has and whatever happened
WORD = "<b>kittiwake</b> [x](javascript:alert(1)) :red[y]"
HELD: dict[Kind, tuple[Any, str, str]] = {
    Kind.TEXT: (WORD, WORD, ""),
    Kind.LONG_TEXT: (f"{WORD}\nand more", f"{WORD}\nand more", ""),
    Kind.EMAIL: ("o'hara@mail.example", "o'hara@mail.example", "mailto:o%27hara@mail.example"),
    Kind.PHONE: ("020 7946 0018", "020 7946 0018", "tel:02079460018"),
    Kind.URL: ("https://mill.example/?a=1", "https://mill.example/?a=1", "https://mill.example/?a=1"),
    Kind.CHOICE: ("some_thing", "Some thing", ""),
    Kind.TAGS: (["b", "<i>a</i>"], "b, <i>a</i>", ""),
    Kind.MONEY: (Decimal("1234.5"), "€1,234.50", ""),
    Kind.WHOLE: (12, "12", ""),
    Kind.NUMBER: (Decimal("-1234.5"), "-1234.5", ""),
    Kind.RATE: (Decimal("1.0725"), "1.0725", ""),
    Kind.YES_NO: (False, "No", ""),
    Kind.DAY: (date(2025, 3, 2), "2 Mar 2025", ""),
    Kind.MOMENT: (datetime(2025, 3, 2, 4, 5, tzinfo=UTC), "2 Mar 2025 04:05", ""),
    Kind.MEMBER: (7, WORD, ""),
    Kind.LINK: (7, WORD, "/record?kind=customer&id=7"),
}


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.JSON])
def test_a_value_of_each_kind_is_said_as_it_is_and_leads_where_it_may(kind: Kind) -> None:
    raw, text, address = HELD[kind]
    field = Field("It", kind, name="it", length=255, to="customers" if kind is Kind.LINK else None)
    fact = facts._fact(field, raw, {7: WORD}, "EUR", {})
    assert (fact.label, fact.text, fact.address) == ("It", text, address)
    assert [chip.text for chip in fact.chips] == (raw if kind is Kind.TAGS else [])


def test_a_choice_that_says_how_something_stands_has_its_colour() -> None:
    field = Field("It", Kind.CHOICE, name="it")
    assert facts._fact(field, "won", {}, "", {"won": "green"}).chips == [Chip("Won", "green")]


def test_what_a_link_leads_to_and_one_may_not_know_has_no_name() -> None:
    field = Field("It", Kind.LINK, name="it", to="customers")
    assert facts._fact(field, 9, {7: WORD}, "EUR", {}).text == "Record"


@pytest.fixture(scope="module")
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ONES)
def test_every_field_is_a_fact_or_named_as_lacking_in_one_element(
    home: House, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    held = home.token("manager")
    monkeypatch.setattr(session, "token", lambda: held)
    my = home.office.at(0, "manager")
    id_ = one_of_each(my, WORD)[ONES[kind]]
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    at.query_params.update(kind=ONES[kind], id=str(id_))
    at.switch_page("../pages/record.py").run()
    assert not at.exception
    (drawn,) = told(at, "facts")
    assert len(elements(at)) <= MOST, elements(at)
    row, note = my.records(kind).get(id_), drawn["note"]
    fields = [f for f in my.records(kind).fields.values() if f.kind is not Kind.JSON and not f.hidden]
    there = [field.label for field in fields if not say.holds_nothing(row[field.name])]
    assert [fact["label"] for fact in drawn["facts"]] == there
    lacking = ", ".join(field.label for field in fields if field.label not in there)
    assert note == (f"Not filled in: {lacking}." if lacking else "")
    title = next(
        fact
        for fact in drawn["facts"]
        if fact["label"] == my.records(kind).fields[my.records(kind).title].label
    )
    assert title["text"] == row[my.records(kind).title]
    for fact in drawn["facts"]:
        if fact["address"].startswith("/"):
            assert parse_qs(urlsplit(fact["address"]).query)["kind"][0] in ONES.values()


def test_a_link_to_any_kind_of_record_has_an_address() -> None:
    to = {f.to for noun in CLASSES.values() for f in fields_of(noun.table).values() if f.kind is Kind.LINK}
    assert to
    assert to <= place.KIND_OF.keys()
