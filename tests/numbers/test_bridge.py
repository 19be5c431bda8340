"""The bridge beside snapshots: deals worked on by chance through the verbs, and what stood before in Python."""

import csv
import io
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Edit, Period, Query, Workspace
from crm_data.changes.sets import Asked
from crm_data.errors import CrmError
from crm_data.numbers.bridge import Bridge
from crm_data.numbers.numbers import ALL_TIME
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import rows_of
from tests.support import chance
from tests.support.office import Office
from tests.support.statements import counted
from tests.transfer.files import csv_bytes

OPEN = ("prospect", "qualified", "proposal", "negotiation")
CLOSED = ("Closed won", "Closed lost")
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
QUARTER = Period(date(2026, 4, 1), date(2026, 6, 30))
OPEN_END = Period(date(2026, 4, 1), date(2200, 12, 31))
Row = dict[str, Any]


def bring(my: Workspace, dice: Any) -> None:
    """A file of deals out, changed by a spreadsheet and in again: other values, days and stages, a deal more."""
    rows = list(csv.DictReader(io.StringIO(b"".join(my.export(my.deals)[1]).decode("utf-8-sig"), newline="")))
    dice.shuffle(rows)
    rows = rows[: dice.randint(1, 4)]
    for row in rows:
        row["Value"] = f"{dice.randint(1, 90_000) / 100:.2f}"
        row["Expected close"] = dice.choice(["", "2026-03-10", "2026-04-01", "2026-09-01"])
        if row["Stage"] not in CLOSED:
            row["Stage"] = dice.choice(["Prospect", "Proposal"])
    rows.append({**rows[0], "ID": "", "Stage": "Qualified", "Lost reason": "", "Closed": ""})
    sheet = my.read_file(csv_bytes([list(rows[0]), *(list(row.values()) for row in rows)]), "deals.csv")
    report = my.commit_import(my.deals, sheet, my.guess(sheet, my.deals))
    assert report.created + report.updated, report


def take_back(my: Workspace) -> None:
    """What was done last, an import too, unless it cannot be taken back any more."""
    done, _ = my.changes.page(Asked())
    with suppress(CrmError):
        my.changes.undo(done[0].id)


def act(my: Workspace, dice: Any, customer: int) -> None:
    """One act of somebody: a new deal, another value or day, a move, a close, a reopening, a file, an undo."""
    deals = rows_of(my)
    if deals and dice.random() < 0.12:
        if dice.random() < 0.6:
            bring(my, dice)
        else:
            take_back(my)
        return
    if dice.random() < 0.2 or not deals:
        day = dice.choice([None, "2026-03-10", "2026-04-20", "2026-08-01"])
        value = f"{dice.randint(0, 100_000) / 100:.2f}"
        my.deals.add({"deal_name": "D", "deal_value": value, "customer_id": customer, "expected_close_date": day,
                      "currency": dice.choice(["USD", "USD", "EUR"])})  # fmt: skip
        return
    deal, kind = dice.choice(deals), dice.choice(["value", "day", "both", "move", "close", "reopen"])
    if kind in ("value", "day", "both"):
        new: dict[str, tuple[Any, Any]] = {}
        if kind != "day":
            new["deal_value"] = (deal["deal_value"], f"{dice.randint(1, 90_000) / 100:.2f}")
        if kind != "value":
            day = dice.choice([None, "2026-03-10", "2026-03-31", "2026-04-01", "2026-05-05", "2026-09-01"])
            new["expected_close_date"] = (deal["expected_close_date"], day)
        my.deals.change([Edit(deal["id"], new)])
    elif kind == "close" and deal["status"] == "open":
        if dice.random() < 0.5:
            my.deals.move(deal["id"], "closed_won", deal["stage"], value=deal["deal_value"] + 1)
        else:
            my.deals.move(deal["id"], "closed_lost", deal["stage"], reason="Price")
    elif kind == "move" or deal["status"] != "open":
        my.deals.move(
            deal["id"], dice.choice([stage for stage in OPEN if stage != deal["stage"]]), deal["stage"]
        )


def worth(row: Row, closing: Period) -> Decimal:
    """What a deal has in the pipeline."""
    due = row["expected_close_date"]
    inside = closing.all_time or (due is not None and closing.first <= due <= closing.last)
    return row["deal_value"] if row["status"] == "open" and inside else Decimal(0)


def inside(row: Row, closing: Period) -> bool:
    due = row["expected_close_date"]
    return row["status"] == "open" and (
        closing.all_time or (due is not None and closing.first <= due <= closing.last)
    )


def term_of(was: Row | None, now: Row, closing: Period) -> str | None:
    """The one term in which a deal stands, said step by step."""
    stood, stands = bool(was) and inside(was, closing), inside(now, closing)
    if stands and not (was and was["status"] == "open"):
        return "New"
    if stands and not stood:
        return "Pulled in"
    if not stood or was is None:
        return None
    if not stands:
        return {"won": "Won", "lost": "Lost", "open": "Pushed out"}[now["status"]]
    more = now["deal_value"] - was["deal_value"]
    return "Raised" if more > 0 else "Lowered" if more < 0 else "Unchanged"


@pytest.mark.slow
def test_histories_made_by_chance(two: Office, frozen_clock: Any) -> None:
    dice, my = chance.dice("bridge"), two.at()
    other = two.at(1)
    customers = [one.customers.add({"name": "F"}) for one in (my, other)]
    snapshots: dict[date, dict[int, Row]] = {}
    frozen_clock.moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for day in range(1, 9):
        frozen_clock.moment = datetime(2026, 3, day, 0, 0, tzinfo=UTC)
        snapshots[frozen_clock.moment.date()] = {row["id"]: row for row in rows_of(my)}
        for _ in range(dice.randint(5, 11)):
            frozen_clock.moment += timedelta(minutes=dice.choice([0, 0, 1, 40]))
            act(my, dice, customers[0])
        act(other, dice, customers[1])
    now, checker = {row["id"]: row for row in rows_of(my)}, Checker(my)
    for since in (date(2026, 3, 1), date(2026, 3, 3), date(2026, 3, 8)):
        for closing in (ALL_TIME, MARCH, QUARTER, OPEN_END):
            with counted(two.store) as sent:
                found = my.numbers.bridge(since=since, closing=closing)
            assert len(sent) == 1
            mine = {id_: row for id_, row in now.items() if row["currency"] == "USD"}
            before = {id_: row for id_, row in snapshots[since].items() if id_ in mine}
            terms = {id_: term_of(before.get(id_), row, closing) for id_, row in mine.items()}
            for figure in (*found.terms, found.same):
                ids = [id_ for id_, term in terms.items() if term == figure.label]
                was = sum((worth(before[id_], closing) for id_ in ids if id_ in before), Decimal(0))
                assert figure.value == sum((worth(mine[id_], closing) for id_ in ids), Decimal(0)) - was
                assert figure.count == len(ids)
            assert found.opening.value == sum((worth(row, closing) for row in before.values()), Decimal(0))
            assert found.end.value == sum((worth(row, closing) for row in mine.values()), Decimal(0))
            adds_up(found)
            for figure in figures_in(found) if since.day == 3 else ():
                checker.check(figure)


@pytest.mark.slow
def test_each_term_has_its_deal(two: Office, frozen_clock: Any) -> None:
    """One deal a term, and one whose value was raised and lowered again: it is unchanged."""
    my = two.at()
    customer = my.customers.add({"name": "F"})
    names = ("Pulled in", "Raised", "Lowered", "Pushed out", "Lost", "Won", "Unchanged")
    ids = {}
    for name in names:
        day = "2026-04-10" if name == "Pulled in" else "2026-03-20"
        ids[name] = my.deals.add({"deal_name": name, "deal_value": "100.10", "customer_id": customer,
                                  "expected_close_date": day})  # fmt: skip
    frozen_clock.move(days=3)
    since = frozen_clock.moment.date()
    ids["New"] = my.deals.add({"deal_name": "New", "deal_value": "7.01", "customer_id": customer,
                               "expected_close_date": "2026-03-30"})  # fmt: skip
    early, late = date(2026, 3, 20), date(2026, 4, 10)
    value = Decimal("100.10")
    my.deals.change([
        Edit(ids["Pulled in"], {"expected_close_date": (late, "2026-03-31")}),
        Edit(ids["Raised"], {"deal_value": (value, "150.15")}),
        Edit(ids["Lowered"], {"deal_value": (value, "50.05"), "expected_close_date": (early, "2026-03-01")}),
        Edit(ids["Pushed out"], {"expected_close_date": (early, "2026-04-01"), "deal_value": (value, "1")}),
        Edit(ids["Unchanged"], {"deal_value": (value, "200")}),
    ])  # fmt: skip
    my.deals.change([Edit(ids["Unchanged"], {"deal_value": (Decimal(200), "100.10")})])
    my.deals.move(ids["Lost"], "closed_lost", "prospect", reason="Price")
    my.deals.move(ids["Won"], "closed_won", "prospect", value="999")
    found, checker = my.numbers.bridge(since=since, closing=MARCH), Checker(my)
    said = {figure.label: figure for figure in (*found.terms, found.same)}
    for name, figure in said.items():
        assert [row["deal_name"] for row in checker.rows(figure)] == [name]
        checker.check(figure)
    values = {name: str(figure.value) for name, figure in said.items()}
    assert values == {
        "New": "7.01", "Pulled in": "100.10", "Raised": "50.05", "Lowered": "-50.05", "Pushed out": "-100.10",
        "Lost": "-100.10", "Won": "-100.10", "Unchanged": "0.00",
    }  # fmt: skip
    assert (str(found.opening.value), str(found.end.value)) == ("600.60", "407.41")
    adds_up(found)


def adds_up(found: Bridge) -> None:
    """To the cent."""
    terms = sum((figure.value for figure in found.terms), Decimal(0))  # type: ignore[misc]
    assert found.opening.value + terms == found.end.value  # type: ignore[operator]


def test_a_deal_that_was_closed_and_is_open_again_is_new(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    deal = my.deals.add({"deal_name": "D", "deal_value": "5", "customer_id": my.customers.add({"name": "F"})})
    frozen_clock.moment += timedelta(hours=1)
    my.deals.move(deal, "closed_lost", "prospect", reason="Price")
    frozen_clock.moment += timedelta(days=3)
    my.deals.move(deal, "proposal", "closed_lost")
    found = my.numbers.bridge(since=frozen_clock.moment.date())
    assert [(figure.label, figure.count) for figure in found.terms if figure.count] == [("New", 1)]
    adds_up(found)


@pytest.mark.slow
def test_a_day_begins_where_the_person_is(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    frozen_clock.moment = datetime(2026, 3, 2, 4, 59, tzinfo=UTC)  # still the 1st in New York
    my.deals.add({"deal_name": "D", "deal_value": "5", "customer_id": my.customers.add({"name": "F"})})
    frozen_clock.moment += timedelta(hours=3)
    for zone, new in ((UTC, 1), (ZoneInfo("America/New_York"), 0)):
        found = my.numbers.bridge(Query(zone=zone), date(2026, 3, 2))
        assert (found.terms[0].count, found.opening.count) == (new, 1 - new)
        for figure in figures_in(found):
            Checker(my).check(figure)
