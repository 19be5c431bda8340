"""Countries and currencies of a list: every one is found by each of its names, and what is none stays as it is."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from crm_data import Kind, Workspace
from crm_data.alike.countries import countries, region
from crm_data.store.currencies import codes
from crm_data.tables import Base, by_name, fields_of
from dashboard.components.grid.data import column
from dashboard.parts import listed

COUNTRY = fields_of(by_name("customers"))["country"]
CURRENCY = fields_of(by_name("deals"))["currency"]


def test_every_country_is_kept_by_its_english_name() -> None:
    offered = listed.offered(COUNTRY)
    assert len(offered) == len(countries()) > 200
    for code, (english, home) in countries().items():
        assert code in offered[english].split(listed.APART)
        assert len(english) <= (COUNTRY.length or 0)
        assert region(english) == code, "what is chosen says the country to telephone numbers too"
        for said in (english, english.upper(), f" {english} ", code, code.lower()):
            assert listed.meant(COUNTRY, said) == english
        assert home in offered[english]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("DE", "Germany"), ("Deutschland", "Germany"), ("allemagne", "Germany"), ("DEU", "Germany"),
        ("UK", "United Kingdom"), ("Österreich", "Austria"), ("Schweiz", "Switzerland"),
        ("Atlantis", "Atlantis"), ("", ""), (None, None), ("D-A-CH", "D-A-CH"),
    ],
)  # fmt: skip
def test_what_a_country_is_typed_as(said: str | None, kept: str | None) -> None:
    assert listed.meant(COUNTRY, said) == kept


def test_every_currency_is_found_by_its_code_and_its_name() -> None:
    offered = listed.offered(CURRENCY)
    assert set(offered) == codes()
    for code in codes():
        assert listed.meant(CURRENCY, code.lower()) == code
        assert offered[code].startswith(code)
    for said, kept in (
        ("euro", "EUR"),
        ("Swiss Franc", "CHF"),
        ("us dollar", "USD"),
        ("doubloon", "doubloon"),
    ):
        assert listed.meant(CURRENCY, said) == kept


def test_every_column_of_either_has_its_list_in_a_grid() -> None:
    for table in Workspace.kinds:
        for name, field in fields_of(by_name(table)).items():
            if field.kind is Kind.JSON:
                continue
            offers = column(field, None, {}, "")["offers"]
            assert bool(offers) == (name in ("country", "currency") and field.edit), (table, name)
    assert (
        Base.metadata.tables["customers"].columns["country"].type.length == 100
    )  # no other data than before


def _form(at: str) -> None:
    import streamlit as st

    from dashboard.parts import widgets
    from tests.dashboard.test_listed import COUNTRY

    widgets.widget("here", COUNTRY, at, {})
    st.text(repr(widgets.said("here", COUNTRY)))


@pytest.mark.parametrize("before", ["Deutschland", "Atlantis", "Germany", None])
def test_what_stands_in_a_record_stays_until_another_is_chosen(before: str | None) -> None:
    at = AppTest.from_function(_form, args=(before,)).run()
    assert at.text[0].value == repr(before)
    at.selectbox[0].set_value("Austria").run()
    assert at.text[0].value == repr("Austria")


@pytest.mark.parametrize(
    ("start", "typed", "kept"),
    [("Deutschland", "Deutschland", "Deutschland"), ("Italy", "Schweiz", "Switzerland")],
)
def test_what_is_typed_is_kept_by_the_name_of_the_list(
    monkeypatch: pytest.MonkeyPatch, start: str, typed: str, kept: str
) -> None:
    monkeypatch.setitem(st.session_state, "a.start", start)
    monkeypatch.setitem(st.session_state, "a", typed)
    assert listed.said(COUNTRY, "a") == kept
