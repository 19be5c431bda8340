"""One parser for what is typed, pasted and imported: what each kind takes, in both ways to write numbers."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_data.errors import Invalid
from crm_data.store.amounts import COMMA, POINT, Amount
from crm_data.store.days import ANY, DATES, DAY_FIRST, MONTH_FIRST, YEAR_FIRST
from crm_data.store.values import MOST_MONEY, Ways, parse, to_text
from crm_data.tables import Customer, Deal, Task
from crm_data.tables.fields import Field, Kind, fields_of

ZURICH = ZoneInfo("Europe/Zurich")
MONEY, PERCENT = fields_of(Customer)["credit_limit"], fields_of(Deal)["probability"]
DAY, MOMENT = fields_of(Deal)["expected_close_date"], fields_of(Task)["due_date"]
PHONE, EMAIL, TAGS = (fields_of(Customer)[name] for name in ("phone", "email", "tags"))
STATUS, STAGE = fields_of(Customer)["status"], fields_of(Deal)["stage"]
SURE = Field("Sure", Kind.YES_NO, name="sure")


def read(field: Field, said: str, **ways: str) -> Any:
    return parse(field, said, ZURICH, Ways(**ways))


@pytest.mark.parametrize("style", [POINT, COMMA])
@pytest.mark.parametrize(
    "said",
    [
        "1234.50",
        "1,234.50",
        "1.234,50",
        "1234,50",
        "1 234,50",
        "1'234.50",
        "1’234.50",
        "1\xa0234.50",
        "1\u202f234,50",
        "1\u2009234.50",
        "$1,234.50",
        "1.234,50 €",
        "EUR 1,234.50",
        "1234.50 USD",
        "CHF 1'234.50",
        "+1,234.50",
        "１２３４.５０",
        "US$1,234.50",
        "\u200e1,234.50",
        "1٬234٫50",
    ],
)
def test_an_amount_means_the_same_to_all_who_read_it(said: str, style: str) -> None:
    assert read(MONEY, said, numbers=style) == Decimal("1234.50")


@pytest.mark.parametrize(
    ("said", "with_point", "with_comma"),
    [
        ("2,500", "2500.00", None),
        ("2.500", None, "2500.00"),
        ("45.999", None, "45999.00"),
        ("12,34,567.00", "1234567.00", "1234567.00"),
        (".5", "0.50", "0.50"),
        ("12,50", "12.50", "12.50"),
        ("0,500", "0.50", "0.50"),
        ("1234.567", None, None),
        ("100.-", "100.00", "100.00"),
    ],
)
def test_what_can_be_read_in_two_ways_is_read_as_it_is_written_here_or_refused(
    said: str, with_point: str | None, with_comma: str | None
) -> None:
    for style, wanted in ((POINT, with_point), (COMMA, with_comma)):
        if wanted is None:
            with pytest.raises(Invalid, match="two places"):
                read(MONEY, said, numbers=style)
        else:
            assert str(read(MONEY, said, numbers=style)) == wanted


@pytest.mark.parametrize("said", ["-5", "−5", "(5)", "5-", "($5.00)", "-5 €", "€-5"])
def test_less_than_nothing_is_refused_however_it_is_written(said: str) -> None:
    with pytest.raises(Invalid, match="below zero"):
        read(MONEY, said)


@pytest.mark.parametrize(
    "said", ["1e9", "5 %", "5 apples", "$5 €", "1,2,3", "1 00", "--5", "(5", "5 5", "NaN", "٪"]
)
def test_what_is_no_amount_is_refused(said: str) -> None:
    with pytest.raises(Invalid, match="Credit limit"):
        read(MONEY, said)


def test_a_sign_is_kept_beside_its_amount() -> None:
    for said, meant in (("5 €", "EUR"), ("CHF 5", "CHF"), ("zł 5", "PLN"), ("5 kr", "SEK"), ("$5", "CAD")):
        amount = read(MONEY, said)
        assert isinstance(amount, Amount)
        assert meant in amount.currencies


def test_percentages() -> None:
    for said in ("50", "50%", "50 %", "50\u00a0%", "50.0", "50,0 %"):
        assert read(PERCENT, said) == 50
    for said in ("101 %", "50.5", "$50", "1.000"):
        with pytest.raises(Invalid):
            read(PERCENT, said)


@pytest.mark.parametrize(
    "said",
    [
        "2030-03-14",
        "14.3.2030",
        "14.03.30",
        "3/14/2030",
        "14/3/30",
        "2030/03/14",
        "14-Mar-30",
        "14 Mar 2030",
        "Mar 14, 2030",
        "14. März 2030",
        "14 mars 2030",
        "Thursday, March 14, 2030",
        "14th March 2030",
        "2030年3月14日",
        "2030. 03. 14.",
        "20300314",
        "2030-03-14T23:30:00Z",
        "14.3.2030 9:00",
        "14 de marzo de 2030",
    ],
)
def test_a_day(said: str) -> None:
    assert read(DAY, said) == date(2030, 3, 14)


def test_the_order_of_a_date_is_chosen_or_asked() -> None:
    for order, wanted in ((DAY_FIRST, date(2030, 4, 3)), (MONTH_FIRST, date(2030, 3, 4))):
        assert read(DAY, "3/4/30", dates=order) == read(DAY, "03/04/2030", dates=order) == wanted
    assert read(DAY, "20-10-30", dates=DAY_FIRST) == date(2030, 10, 20)
    assert read(DAY, "20-10-30", dates=YEAR_FIRST) == date(2020, 10, 30)
    for said in ("3/4/30", "20-10-30"):
        with pytest.raises(Invalid, match="that may be"):
            read(DAY, said)
    for said in ("31.02.2030", "14/14/2030", "45000", "soon", "1899-01-01"):
        with pytest.raises(Invalid):
            read(DAY, said)


@pytest.mark.parametrize(
    ("said", "hour", "minute"),
    [
        ("3/14/2030 9:00", 9, 0),
        ("3/14/2030 10:30 AM", 10, 30),
        ("3/14/2030 2:05:00 PM", 14, 5),
        ("3/14/2030, 12:00\u202fAM", 0, 0),
        ("3/14/2030 12:00 p.m.", 12, 0),
        ("14.3.2030 9:00", 9, 0),
        ("14.3.2030 9:00 Uhr", 9, 0),
        ("14 mars 2030 à 09h00", 9, 0),
        ("2030-03-14T09:00:00.123Z", 10, 0),
        ("2030-03-14T09:00:00+0100", 9, 0),
        ("2030-03-14 09:00+02", 8, 0),
        ("2030-03-14", 0, 0),
    ],
)
def test_a_moment(said: str, hour: int, minute: int) -> None:
    assert read(MOMENT, said).astimezone(ZURICH) == datetime(2030, 3, 14, hour, minute, tzinfo=ZURICH)


def test_no_moment() -> None:
    for said in ("3/14/2030 13:00 PM", "2030-03-14 24:00", "2030-03-14 9", "9:00", "2030-03-14 09:00 +99:00"):
        with pytest.raises(Invalid, match="Due"):
            read(MOMENT, said)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("+49\u00a0170\u00a01234567", "+49 170 1234567"),
        ("\u202a+49 170 1234567\u202c", "+49 170 1234567"),
        ("+49 170\u20111234567", "+49 170-1234567"),
        ("+49 170–1234567", "+49 170-1234567"),
        ("tel:+491701234567", "+491701234567"),
        ("Tel: 044 123", "044 123"),
        ("＋４９ １７０", "+49 170"),
        ("+1 (555) 010-0200 ext. 4455", "+15550100200 x4455"),
        ("+1 (555) 010-0200 Extension 4455", "+15550100200 x4455"),
        ("+49 (0) 170 123 45 67 89", "+49(0)170123456789"),
        ("044 123 x4", "044 123 x4"),
    ],
)
def test_a_telephone_number(said: str, kept: str) -> None:
    assert read(PHONE, said) == kept


def test_nothing_of_a_telephone_number_is_cut_in_silence() -> None:
    for said in (
        "+1 (555) 010-0200 ext. 4455 office",
        "+1 555 010 0200 / +1 555 010 0201",
        "call me",
        "9" * 21,
    ):
        with pytest.raises(Invalid, match="Phone"):
            read(PHONE, said)


@pytest.mark.parametrize(
    "said",
    [
        "mailto:ann@x.example",
        "Ann <ann@x.example>",
        '"Ace, Ann" <mailto:ann@x.example>',
        "\u200bAnn@X.example\u00a0",
        "ann@x.example;",
        "ann＠x.example",
        "<ann@x.example>",
        "mailto:ann@x.example?subject=hi",
    ],
)
def test_an_e_mail_address(said: str) -> None:
    assert read(EMAIL, said) == "ann@x.example"


def test_tags_choices_and_yes() -> None:
    assert read(TAGS, '"buyers","vip"') == read(TAGS, "buyers; vip") == ["buyers", "vip"]
    assert read(TAGS, 'say "x", y') == ['say "x"', "y"]
    for said in ("Closed won", "closed_won", "CLOSED-WON", "closed\u00a0won"):
        assert read(STAGE, said) == "closed_won"
    assert read(STATUS, "Inactive") == "inactive"
    for said, wanted in (("TRUE", True), ("Wahr", True), ("✓", True), ("FAUX", False), ("no", False)):
        assert read(SURE, said) is wanted


AMOUNTS = st.decimals(0, MOST_MONEY, places=2)
MOMENTS = st.integers(-2_000_000_000, 7_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def written(amount: Decimal, thousands: str, decimal: str) -> str:
    return f"{amount:,.2f}".translate({ord(","): thousands, ord("."): decimal})


@pytest.mark.slow
@given(AMOUNTS, st.sampled_from([POINT, COMMA]))
def test_every_amount_reads_back_however_it_is_written(amount: Decimal, style: str) -> None:
    for thousands, decimal in (
        (",", "."),
        (".", ","),
        ("'", "."),
        ("\u00a0", ","),
        ("\u202f", ","),
        ("", "."),
    ):
        shown = written(amount, thousands, decimal)
        for around in ("{}", "{} €", "$ {}", "CHF {}"):
            assert read(MONEY, around.format(shown), numbers=style) == amount
    assert read(MONEY, to_text(MONEY, amount)) == amount


@pytest.mark.slow
@given(st.dates(date(1969, 1, 1), date(2068, 12, 31)))
def test_every_day_reads_back_however_it_is_written(day: date) -> None:
    month = day.month
    for order, shown in (
        (ANY, day.isoformat()),
        (ANY, f"{day.day} {day:%b} {day.year}"),
        (ANY, f"{day.day}.{month}.{day.year}"),
        (DAY_FIRST, f"{day.day:02}/{month:02}/{day:%y}"),
        (MONTH_FIRST, f"{month}/{day.day}/{day.year}"),
        (YEAR_FIRST, f"{day:%y-%m-%d}"),
        *((order, to_text(DAY, day)) for order in DATES),
    ):
        assert read(DAY, shown, dates=order) == day


@given(MOMENTS, st.sampled_from(["UTC", "Europe/Zurich", "America/New_York", "Asia/Kolkata"]))
def test_every_moment_reads_back_however_it_is_written(moment: datetime, zone: str) -> None:
    local = moment.astimezone(ZoneInfo(zone))
    if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        local += timedelta(hours=3)  # an hour that is there twice has no one name
    for shown in (
        to_text(MOMENT, local),
        local.isoformat(),
        f"{local:%Y-%m-%d %H:%M:%S}",
        f"{local.day} {local:%b} {local.year}, {local:%H:%M:%S}",
        f"{local.month}/{local.day}/{local.year} {local:%I:%M:%S %p}",
    ):
        order = MONTH_FIRST if "/" in shown else ANY
        assert parse(MOMENT, shown, ZoneInfo(zone), Ways(dates=order)) == local
