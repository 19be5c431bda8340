"""Exchange rates: set by admins alone, exact, dated, refused in words, one act each, undone as one."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm_data import Edit, Given, Replacing, Way, errors
from crm_data.nouns.exchange_rates import Held
from tests.support.office import Office

MARCH, JULY = date(2026, 3, 1), date(2025, 7, 1)


def held(two: Office, company: int = 0) -> list[tuple[str, date, str]]:
    """The rates of a company, as whoever reads its numbers sees them."""
    return [
        (one.currency, one.holds_from, f"{one.rate:f}")
        for one in two.at(company, "user").exchange_rates.all()
    ]


def test_each_holds_from_its_day_to_the_next(two: Office) -> None:
    rates = two.at(0, "admin").exchange_rates
    rates.set("EUR", JULY, "1.0825")
    rates.set("eur", MARCH, "1.1")
    rates.set("JPY", JULY, "0.0067")
    new, old, yen = two.at().exchange_rates.all()
    assert (new.currency, new.rate, new.holds_from, new.until) == ("EUR", Decimal("1.1"), MARCH, None)
    assert (old.currency, old.rate, old.holds_from, old.until) == (
        "EUR",
        Decimal("1.0825"),
        JULY,
        date(2026, 2, 28),
    )
    assert (yen.currency, yen.until, yen.by) == ("JPY", None, "Alpha Admin")
    assert held(two, 1) == []


@pytest.mark.parametrize("said", ["0.0000000001", "9999999.9999999999", "1", "1,0825", "0.10", 1.5, "25450"])
def test_a_rate_is_kept_to_its_last_digit(two: Office, said: Any) -> None:
    two.at(0, "admin").exchange_rates.set("EUR", MARCH, said)
    (kept,) = two.at().exchange_rates.all()
    assert kept.rate == Decimal(str(said).replace(",", "."))
    two.at(0, "admin").exchange_rates.set(
        "EUR", MARCH, f"{kept.rate:f}", kept.rate
    )  # what is shown is typed back
    assert two.at().exchange_rates.all() == [kept]


@pytest.mark.parametrize(
    ("currency", "day", "rate", "says"),
    [
        ("EUR", MARCH, "0", "above zero"),
        ("EUR", MARCH, "-1", "above zero"),
        ("EUR", MARCH, "", "Rate is needed"),
        ("EUR", MARCH, "x", "not a number"),
        ("EUR", MARCH, "NaN", "not a number"),
        ("EUR", MARCH, "1.12345678901", "at most 10 places"),
        ("EUR", MARCH, "1e-11", "not"),
        ("EUR", MARCH, "10000000", "at most 9,999,999"),
        ("EUR", MARCH, "1,250", "two ways"),
        ("EUR", MARCH, "€ 1.08", "no sign"),
        ("EUR", MARCH, "8 %", "no sign"),
        ("USD", MARCH, "1.08", "own currency"),
        ("usd", MARCH, "1.08", "own currency"),
        ("ZZZ", MARCH, "1.08", "there is none"),
        ("", MARCH, "1.08", "Currency is needed"),
        ("EUR", "", "1.08", "From is needed"),
        ("EUR", "soon", "1.08", "From"),
        ("EUR", date(2027, 3, 4), "1.08", "up to a year ahead"),
        ("EUR", date(1700, 1, 1), "1.08", "between 1900 and 2200"),
    ],
)
def test_what_is_no_rate_is_refused_in_words(
    two: Office, currency: Any, day: Any, rate: Any, says: str
) -> None:
    rates = two.at(0, "admin").exchange_rates
    rates.set("CHF", MARCH, "1.2")
    for refused in (
        lambda: rates.set(currency, day, rate),
        lambda: rates.add({"currency": currency, "to_currency": "USD", "holds_from": day, "rate": rate}),
    ):
        with pytest.raises(errors.Invalid, match=says):
            refused()
    assert held(two) == [("CHF", MARCH, "1.2")]


def test_none_is_set_into_another_currency(two: Office) -> None:
    rates = two.at(0, "admin").exchange_rates
    with pytest.raises(errors.Invalid, match="company's own currency, USD"):
        rates.add({"currency": "EUR", "to_currency": "CHF", "holds_from": MARCH, "rate": "1"})
    id_ = rates.set("EUR", MARCH, "1.1")
    for field, now, wanted in (
        ("to_currency", "USD", "CHF"),
        ("currency", "EUR", "USD"),
        ("holds_from", MARCH, "2030-01-01"),
    ):
        with pytest.raises(errors.Invalid):
            rates.change([Edit(id_, {field: (now, wanted)})])
    assert held(two) == [("EUR", MARCH, "1.1")]


def test_each_is_one_act_that_is_undone(two: Office) -> None:
    my = two.at(0, "admin")
    id_ = my.exchange_rates.set("EUR", MARCH, "1.1")
    assert my.exchange_rates.set("EUR", MARCH, "1.2", seen="1.10") == id_
    assert my.exchange_rates.remove([id_]) == 1
    assert my.exchange_rates.remove([id_]) == 0
    assert held(two) == []
    acts, _ = my.changes.page()
    assert [act.title for act in acts] == [
        "Removed the rate of EUR from 1 Mar 2026",
        "Set the rate of EUR from 1 Mar 2026 to 1.2",
        "Set the rate of EUR from 1 Mar 2026 to 1.1",
    ]
    for act, after in zip(acts, (["1.2"], ["1.1"], []), strict=True):
        my.changes.undo(act.id)
        assert [rate for _, _, rate in held(two)] == after
    assert my.exchange_rates.set("EUR", MARCH, "1.3")
    assert held(two) == [("EUR", MARCH, "1.3")]


def test_what_was_removed_can_be_set_again(two: Office) -> None:
    rates = two.at(0, "admin").exchange_rates
    rates.remove([rates.set("EUR", MARCH, "1.1")])
    rates.set("EUR", MARCH, "1.4")
    assert held(two) == [("EUR", MARCH, "1.4")]


def test_two_who_set_the_same_never_lose_one(two: Office) -> None:
    rates = two.at(0, "admin").exchange_rates
    rates.set("EUR", MARCH, "1.1")
    for seen in (None, "1.2"):
        with pytest.raises(errors.Conflict):
            rates.set("EUR", MARCH, "1.3", seen=seen)
    assert held(two) == [("EUR", MARCH, "1.1")]


def test_the_same_act_again_does_nothing(two: Office) -> None:
    my = two.at(0, "admin")
    assert len({my.exchange_rates.set("EUR", MARCH, "1.1", act_id="once") for _ in range(2)}) == 1
    assert len(my.changes.page()[0]) == 1


@pytest.mark.parametrize("role", ["user", "sales_rep", "manager"])
def test_who_is_no_admin_sets_none_by_any_verb(two: Office, role: str) -> None:
    id_ = two.at(0, "admin").exchange_rates.set("EUR", MARCH, "1.1")
    rates = two.at(0, role).exchange_rates
    fields = {"currency": "CHF", "to_currency": "USD", "holds_from": MARCH, "rate": "1"}
    for refused in (
        lambda: rates.set("CHF", MARCH, "x"),
        lambda: rates.remove([id_]),
        lambda: rates.add(fields),
        lambda: rates.add_all([fields]),
        lambda: rates.change([Edit(id_, {"rate": ("1.1", "1")})]),
        lambda: rates.change_many([id_], Given(Way.SET, "rate", "1")),
        lambda: rates.replaceable([id_], Replacing("EUR", "CHF")),
        lambda: rates.archive([id_]),
    ):
        with pytest.raises(errors.NotAllowed, match="set by admins"):
            refused()
    assert held(two) == [("EUR", MARCH, "1.1")]
    assert isinstance(rates.all()[0], Held)


def test_strangers_reach_none(two: Office) -> None:
    id_ = two.at(0, "admin").exchange_rates.set("EUR", MARCH, "1.1")
    with pytest.raises(errors.NotFound):
        two.at(1, "admin").exchange_rates.remove([id_])
    two.at(1, "admin").exchange_rates.set("EUR", MARCH, "2")
    assert (held(two), held(two, 1)) == ([("EUR", MARCH, "1.1")], [("EUR", MARCH, "2")])


def test_rates_into_a_former_currency_wait_for_it(two: Office) -> None:
    my = two.at(0, "admin")
    my.exchange_rates.set("EUR", MARCH, "1.1")
    my.profile.change({"currency": ("USD", "EUR")})
    scope = two.scope(0, "admin")
    assert my.exchange_rates.all() != []  # a Workspace keeps the currency that it was opened with
    now = type(my)(two.store, type(scope)(**{**vars(scope), "currency": "EUR"}))
    assert now.exchange_rates.all() == []
    now.exchange_rates.set("USD", MARCH, "0.9")
    assert [one.currency for one in now.exchange_rates.all()] == ["USD"]
