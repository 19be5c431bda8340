"""The deals then and now beside snapshots: deals worked on by chance, each in one bucket of the bridge."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm_data import Edit, Query, Workspace, errors
from crm_data.nouns.since import ALL, CANCELLED, CHANGED, LISTS, Bucket
from crm_data.numbers.numbers import ALL_TIME
from crm_data.numbers.then_and_now import HEADS, LABELS, NOBODY, Changed
from crm_data.tables.stage_rules import USUAL
from tests.numbers.checking import Checker
from tests.numbers.makers import rows_of
from tests.numbers.test_bridge import MARCH, OPEN_END, QUARTER, act, term_of
from tests.support import chance
from tests.support.office import Office
from tests.support.statements import counted

FIELDS = ("deal_value", "expected_close_date", "stage", "assigned_to")
Row = dict[str, Any]


def hand_over(my: Workspace, dice: Any, people: list[int]) -> None:
    """Another owner, or none."""
    deal = dice.choice(rows_of(my))
    to = dice.choice([one for one in (None, *people) if one != deal["assigned_to"]])
    my.deals.change([Edit(deal["id"], {"assigned_to": (deal["assigned_to"], to)})])


def stood(row: Row, names: dict[int, str]) -> tuple[Any, ...]:
    """What is told of a deal on a day."""
    owner = names[row["assigned_to"]] if row["assigned_to"] else NOBODY
    return row["deal_value"], row["expected_close_date"], USUAL.label(row["stage"]), owner


def told(one: Changed, side: str) -> tuple[Any, ...] | None:
    found = getattr(one, side)
    return found and (found.value, found.due, found.stage, found.owner)


@pytest.mark.slow
def test_histories_made_by_chance(two: Office, frozen_clock: Any) -> None:
    dice, my, other = chance.dice("then and now"), two.at(), two.at(1)
    people = sorted(two.people[0].values())
    customers = [one.customers.add({"name": "F"}) for one in (my, other)]
    snapshots: dict[date, dict[int, Row]] = {}
    for day in range(1, 6):
        frozen_clock.moment = datetime(2026, 3, day, tzinfo=UTC)
        snapshots[frozen_clock.moment.date()] = {row["id"]: row for row in rows_of(my)}
        for _ in range(dice.randint(6, 11)):
            frozen_clock.moment += timedelta(minutes=dice.choice([0, 1, 40]))
            act(my, dice, customers[0])
            if dice.random() < 0.3:
                hand_over(my, dice, people)
        act(other, dice, customers[1])
    names, checker = my.members(), Checker(my)
    now = {row["id"]: row for row in rows_of(my) if row["currency"] == "USD"}
    for since, days in ((date(2026, 3, 2), (ALL_TIME, MARCH)), (date(2026, 3, 4), (QUARTER, OPEN_END))):
        before = {id_: row for id_, row in snapshots[since].items() if id_ in now}
        for closing in days:
            with counted(two.store) as sent:
                every = my.numbers.then_and_now(since=since, closing=closing, show=ALL, size=None)
            assert len(sent) == 2
            terms = {id_: term_of(before.get(id_), row, closing) for id_, row in now.items()}
            assert {one.id: LABELS[one.bucket] for one in every.deals} == {
                id_: term for id_, term in terms.items() if term
            }
            for one in every.deals:
                was = before.get(one.id)
                assert told(one, "then") == (was and stood(was, names))
                assert told(one, "now") == stood(now[one.id], names)
                otherwise = {name for name in FIELDS if was and was[name] != now[one.id][name]}
                assert set(one.also) <= otherwise
                assert len(otherwise - set(one.also)) <= 1
                assert not set(one.back) & otherwise
            adds_up(my, every.deals, since, closing)
            agrees(my, checker, every.deals, since, closing)


def adds_up(my: Workspace, deals: Any, since: date, closing: Any) -> None:
    """Each bucket's rows are the bridge's bar, to the cent, and all of them lead from its opening to its end."""
    bridge = my.numbers.bridge(since=since, closing=closing)
    for figure in (*bridge.terms, bridge.same):
        mine = [one for one in deals if LABELS[one.bucket] == figure.label]
        assert (sum((one.delta for one in mine), Decimal(0)), len(mine)) == (figure.value, figure.count)
    assert sum((one.was for one in deals), Decimal(0)) == bridge.opening.value
    assert sum((one.now_in for one in deals), Decimal(0)) == bridge.end.value
    assert sum(one.then is not None and one.was > 0 for one in deals) <= bridge.opening.count


def agrees(my: Workspace, checker: Checker, deals: Any, since: date, closing: Any) -> None:
    """Every list holds what it says, opens exactly its rows, and comes in parts as it comes whole."""
    read = my.numbers.then_and_now
    found = {show: read(since=since, closing=closing, show=show, size=None) for show in LISTS}
    for show, listed in found.items():
        checker.check(listed.every)
        assert listed.every.count == len(listed.deals), show
        part = read(since=since, closing=closing, show=show, first=2, size=3)
        assert list(part.deals) == list(listed.deals[2:5])
        assert part.every.count == listed.every.count or not part.deals
    ids = {show: {one.id for one in listed.deals} for show, listed in found.items()}
    changed = {one.id for one in deals if one.bucket is not Bucket.SAME or one.also}
    assert ids[CHANGED] == changed
    back = {one.id for one in deals if one.back}
    assert ids[CANCELLED] == changed | back | ids[Bucket.WENT]
    for one in found[Bucket.WENT].deals:
        assert (one.delta, one.was) == (0, 0)
        assert one.now.stage in (USUAL.label("closed_won"), USUAL.label("closed_lost"))


@pytest.mark.slow
def test_what_cancelled_out_is_shown_on_request(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    customer = my.customers.add({"name": "F"})
    day, later = date(2026, 3, 20), date(2026, 4, 20)
    still, moved = (
        my.deals.add(
            {"deal_name": name, "deal_value": "5", "customer_id": customer, "expected_close_date": day}
        )
        for name in ("still", "moved")
    )
    frozen_clock.move(days=3)
    since = frozen_clock.moment.date()
    my.deals.change([Edit(moved, {"expected_close_date": (day, later)})])
    my.deals.change([Edit(moved, {"expected_close_date": (later, day)})])
    my.deals.move(moved, "qualified", "prospect")
    my.deals.move(moved, "prospect", "qualified")
    went = my.deals.add(
        {"deal_name": "went", "deal_value": "7", "customer_id": customer, "expected_close_date": day}
    )
    my.deals.move(went, "closed_lost", "prospect", reason="Price")

    def listed(show: str) -> dict[int, Changed]:
        return {one.id: one for one in my.numbers.then_and_now(since=since, show=show).deals}

    assert listed(CHANGED) == {}
    assert set(listed(ALL)) == {still, moved}
    found = listed(CANCELLED)
    assert (set(found), found[went].bucket) == ({moved, went}, Bucket.WENT)
    assert (found[moved].bucket, list(found[moved].back)) == (Bucket.SAME, ["expected_close_date", "stage"])


@pytest.mark.slow
def test_it_is_taken_away_whole_by_managers_alone(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    customer = my.customers.add({"name": "F"})
    for number in range(60):
        my.deals.add({"deal_name": f"=D{number}", "deal_value": f"{number}.01", "customer_id": customer})
    two.at(1).deals.add(
        {"deal_name": "foreign", "deal_value": "5", "customer_id": two.at(1).customers.add({"name": "G"})}
    )
    since = frozen_clock.moment.date()
    name, pieces = my.export_changes(Query(), since, ALL_TIME)
    rows = list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline="")))
    assert name.startswith("changes-")
    assert tuple(rows[0]) == HEADS
    assert (
        sum(Decimal(row["in the pipeline"]) for row in rows) == my.numbers.bridge(since=since).terms[0].value
    )
    assert {row["change"] for row in rows} == {"New"}
    assert all(row["deal"].startswith("'=D") for row in rows)
    assert len(my.numbers.then_and_now(since=since).deals) == 50
    with pytest.raises(errors.NotAllowed):
        two.at(role="sales_rep").export_changes(Query(), since, ALL_TIME, "nothing")
    with pytest.raises(errors.Invalid, match="Choose one from the screen"):
        my.numbers.then_and_now(since=since, show="then' or 1=1")
