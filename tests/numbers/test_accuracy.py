"""Forecast accuracy beside snapshots that were taken while time passed, and months of which nobody knows."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm_data import Edit, Period, Query, Workspace, errors
from crm_data.numbers.accuracy import DAYS, HEADS, Accuracy, Line, months_over
from crm_data.numbers.numbers import ALL_TIME
from crm_data.tables.deal import Category
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import put, put_deals, rows_of, weighted, won
from tests.numbers.test_bridge import OPEN, act
from tests.numbers.test_own_stages import at
from tests.support import chance
from tests.support.office import Office
from tests.support.statements import counted

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
SPRING = Period(MAY, date(2026, 6, 30))
DUE = ["2026-05-01", "2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01", None]
# The day on which each forecast was made, that before the last one of the month by so many days.
ASKED = {(month, n): Period.month_of(month).last - timedelta(days=n) for month in (JUNE, MAY) for n in DAYS}
Row = dict[str, Any]


def cells(line: Line) -> dict[str, Any]:
    """Head -> value."""
    return {head: figure and figure.value for head, figure in zip(HEADS, line.figures, strict=True)}


def near(forecast: Decimal | None, came: Decimal) -> Any:
    if forecast is None or not came:
        return None
    return pytest.approx(max(float(1 - abs(forecast - came) / came), 0.0))


def begin(my: Workspace, dice: Any, customer: int, people: list[int]) -> None:
    """A new deal of some stage, expected around the months."""
    due, value = dice.choice(DUE), f"{dice.randint(1, 200_000) / 100:.2f}"
    my.deals.add({"deal_name": "D", "deal_value": value, "customer_id": customer, "expected_close_date": due,
                  "stage": dice.choice(OPEN), "currency": dice.choice(["USD", "USD", "EUR"]),
                  "assigned_to": dice.choice([None, *people])})  # fmt: skip


def work(my: Workspace, dice: Any, customer: int, people: list[int]) -> None:
    """A new deal, an act as Changes sees them, a deal won, or one field of a deal."""
    deals, kind = [row for row in rows_of(my) if row["status"] == "open"], dice.random()
    if not deals or kind < 0.15:
        begin(my, dice, customer, people)
    elif kind < 0.4:
        act(my, dice, customer)
    else:
        deal = dice.choice(deals)
        if kind < 0.5:
            my.deals.move(deal["id"], "closed_won", deal["stage"], value=deal["deal_value"] + 1)
            return
        name, to = dice.choice(
            [
                ("expected_close_date", dice.choice(DUE)),
                ("probability", dice.randint(0, 100)),
                ("forecast_category", dice.choice([None, *(one.value for one in Category)])),
                ("assigned_to", dice.choice([None, *people])),
            ]
        )
        if str(deal[name]) != str(to):
            my.deals.change([Edit(deal["id"], {name: (deal[name], to)})])


def give(two: Office, dice: Any, kept: dict[Any, Any], last: dict[Any, int]) -> None:
    """A number by chance, taken back now and then; what stands is kept plainly."""
    role, month, over = dice.choice(("user", "sales_rep")), dice.choice([MAY, JUNE]), dice.random() < 0.4
    key = (two.people[0][role], month, over)
    worth = None if kept.get(key) is not None and dice.random() < 0.3 else Decimal(dice.randint(0, 3_000))
    my = two.at(0, "manager" if over else role).submissions
    made = my.give(month, "" if worth is None else str(worth), "", key[0] if over else None, last.get(key))
    if made:
        last[key] = made
    kept[key] = worth


def computed(
    snapshot: dict[int, Row], now: dict[int, Row], month: date, proposal: str
) -> tuple[Decimal, Decimal]:
    """Commit and weighted of a month, by the rows and the categories of the stages of that day."""
    days, of_stage = Period.month_of(month), {
        "prospect": "pipeline", "qualified": "pipeline", "proposal": proposal, "negotiation": "commit",
    }  # fmt: skip
    commit = weighed = Decimal("0.00")
    for id_, row in snapshot.items():
        due = row["expected_close_date"]
        if (
            now[id_]["currency"] != "USD"
            or row["status"] != "open"
            or not due
            or not days.first <= due <= days.last
        ):
            continue
        category = row["forecast_category"] or of_stage[row["stage"]]
        commit += row["deal_value"] if category == "commit" else 0
        weighed += weighted(row) if category != "omitted" else 0
    return commit, weighed


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_each_forecast_is_that_of_its_day(two: Office, frozen_clock: Any, seed: int) -> None:
    """Deals worked on, numbers given and stages set otherwise, from February to July."""
    dice, my = chance.dice(f"accuracy {seed}"), two.at()
    people = [two.people[0][role] for role in ("user", "sales_rep")]
    frozen_clock.moment = datetime(2026, 2, 19, tzinfo=UTC)
    customers = [one.customers.add({"name": "F"}) for one in (my, two.at(1))]
    taken: dict[date, tuple[dict[int, Row], dict[Any, Any], str]] = {}
    said: dict[Any, Any] = {}
    last: dict[Any, int] = {}
    for _ in range(25):
        begin(my, dice, customers[0], people)
    day, proposal = date(2026, 2, 20), "best_case"
    while day <= date(2026, 7, 2):
        frozen_clock.moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if day in ASKED.values():
            taken[day] = ({row["id"]: row for row in rows_of(my)}, dict(said), proposal)
        for _ in range(dice.randint(0, 5) if day.day % 3 == 0 else 0):
            frozen_clock.moment += timedelta(minutes=dice.choice([0, 40]))
            work(my, dice, customers[0], people)
        if dice.random() < 0.25 and day < date(2026, 5, 1):
            give(two, dice, said, last)
        if day == date(2026, 4, 20):
            to = dice.choice(["commit", "omitted"])
            two.at(0, "admin").stages.change({("proposal", "category"): ("best_case", to)})
            proposal = to
        if day.day == 7:
            act(two.at(1), dice, customers[1])
        day += timedelta(days=1)
    now, checker = {row["id"]: row for row in rows_of(my)}, Checker(my)
    fresh = at(two)
    with counted(two.store) as sent:
        found = fresh.numbers.accuracy(period=SPRING)
    assert len(sent) == 3 + len(ASKED)
    assert [(line.month, line.days) for line in found.lines] == list(ASKED)
    told = [cells(line) for line in found.lines]
    assert all(any(line[head] for line in told) for head in ("Won", "Given", "Commit", "Weighted"))
    for line in found.lines:
        snapshot, numbers, proposal = taken[ASKED[line.month, line.days]]
        agrees(line, list(now.values()), numbers, computed(snapshot, now, line.month, proposal))
    for figure in figures_in(found):
        checker.check(figure)


def agrees(line: Line, now: list[Row], numbers: dict[Any, Any], wanted: tuple[Decimal, Decimal]) -> None:
    """A line beside what was won, what had been given, and what was computed plainly."""
    days, commit, weighed = Period.month_of(line.month), *wanted
    closed = [
        row for row in now
        if row["status"] == "won" and row["currency"] == "USD"
        and days.first <= row["actual_close_date"] <= days.last
    ]  # fmt: skip
    counts: dict[int, Decimal] = {}
    for over in (False, True):
        for (person, month, by), worth in numbers.items():
            if (month, by) == (line.month, over) and worth is not None:
                counts[person] = worth
    every = sum((row["deal_value"] for row in closed), Decimal("0.00"))
    theirs = sum((row["deal_value"] for row in closed if row["assigned_to"] in counts), Decimal("0.00"))
    given = sum(counts.values(), Decimal("0.00")) if counts else None
    assert cells(line) == {
        "Won": every, "Given": given, "Won by these": theirs if counts else None,
        "Accuracy of given": near(given, theirs), "Commit": commit, "Accuracy of commit": near(commit, every),
        "Weighted": weighed, "Accuracy of weighted": near(weighed, every),
    }  # fmt: skip


def worked(two: Office, frozen_clock: Any) -> tuple[Workspace, int]:
    """One deal of a person: in commit for May at 1,000 until April, won in May for 800; the log begins before."""
    my, person = two.at(), two.people[0]["sales_rep"]
    frozen_clock.moment = datetime(2026, 2, 1, 12, tzinfo=UTC)
    deal = my.deals.add({
        "deal_name": "D", "deal_value": "1000", "stage": "negotiation", "assigned_to": person,
        "customer_id": my.customers.add({"name": "F"}), "expected_close_date": "2026-05-20",
    })  # fmt: skip
    frozen_clock.moment = datetime(2026, 3, 20, 12, tzinfo=UTC)
    two.at(0, "sales_rep").submissions.give(MAY, "600")
    frozen_clock.moment = datetime(2026, 5, 9, 12, tzinfo=UTC)
    my.deals.move(deal, "closed_won", "negotiation", value="800")
    frozen_clock.moment = datetime(2026, 6, 2, 12, tzinfo=UTC)
    return my, person


def test_a_month_as_it_was_seen_before(two: Office, frozen_clock: Any) -> None:
    my, person = worked(two, frozen_clock)
    early, later, _ = my.numbers.accuracy(period=Period.month_of(MAY)).lines
    assert cells(early) == {
        "Won": 800, "Given": None, "Won by these": None, "Accuracy of given": None, "Commit": 1000,
        "Accuracy of commit": 0.75, "Weighted": 750, "Accuracy of weighted": pytest.approx(0.9375),
    }  # fmt: skip
    assert (cells(later)["Given"], cells(later)["Accuracy of given"]) == (600, 0.75)
    mine = my.numbers.accuracy(Query(where={"assigned_to": (person,)}), Period.month_of(MAY))
    assert [cells(line) for line in mine.lines][1] == cells(later)
    others = my.numbers.accuracy(Query(where={"assigned_to": (None,)}), Period.month_of(MAY))
    assert {cells(line)["Won"] for line in others.lines} == {0}
    assert {cells(line)["Accuracy of commit"] for line in others.lines} == {None}  # nothing was won
    by_value = my.numbers.accuracy(Query(where={"deal_value": (Decimal(1), None)}), Period.month_of(MAY))
    assert {cells(line)["Given"] for line in by_value.lines} == {None}
    assert "of people" in by_value.lines[1].figures[1].means  # type: ignore[union-attr]


@pytest.mark.slow
def test_what_the_log_does_not_tell_is_not_available(two: Office, frozen_clock: Any) -> None:
    my, _ = worked(two, frozen_clock)

    def known() -> list[bool]:
        found = my.numbers.accuracy(period=Period.month_of(MAY))
        for figure in figures_in(found):
            Checker(my).check(figure)
        return [
            cells(line)["Commit"] is not None and cells(line)["Weighted"] is not None for line in found.lines
        ]

    assert known() == [True] * 3
    assert unknown(my.numbers.accuracy(period=Period.month_of(date(2026, 4, 1)))) == {90: 0}  # before its log
    put_deals(two, [{"created_at": datetime(2026, 1, 1, tzinfo=UTC)}])
    assert unknown(my.numbers.accuracy(period=Period.month_of(date(2026, 4, 1)))) == {90: 1}
    # It came in as closed long before, so that it was in no forecast.
    bring(my, "Won", "2026-02-02")
    assert known() == [True] * 3
    # And this one was open then, or may have been.
    bring(my, "Won", "2026-05-10")
    assert known() == [False] * 3
    assert unknown(my.numbers.accuracy(period=Period.month_of(MAY))) == {90: 1, 60: 1, 30: 1}


def test_a_move_around_the_log_is_not_available(two: Office, frozen_clock: Any) -> None:
    my, _ = worked(two, frozen_clock)
    (deal,) = put_deals(two, [won(date(2026, 5, 3), created_at=datetime(2026, 1, 1, tzinfo=UTC))])
    moved = {"deal_id": deal, "from_stage": "proposal", "to_stage": "closed_won", "deal_value": Decimal(1)}
    put(two, "deal_stage_history", [{**moved, "moved_at": datetime(2026, 4, 10, tzinfo=UTC)}])
    assert unknown(my.numbers.accuracy(period=Period.month_of(MAY))) == {90: 1, 60: 1}


def unknown(found: Accuracy) -> dict[int, int]:
    """Days before -> of how many deals it is not known, where commit is not available."""
    some = ((line.days, line.figures[HEADS.index("Commit")]) for line in found.lines)
    return {days: figure.count for days, figure in some if figure and figure.value is None}


def bring(my: Workspace, status: str, closed: str) -> None:
    """A deal from a file that says that it is from January."""
    heads = "Opportunity ID,Account,Deal,Stage,Engage date,Close date,Close value"
    rows = f"{heads}\n{closed},F,Old,{status},2026-01-05,{closed},5\n"
    sheet = my.read_file(rows.encode(), "old.csv")
    report = my.commit_import(my.deals, sheet, my.guess(sheet, my.deals))
    assert (report.created, report.beside) == (1, {})


def test_months_that_are_over() -> None:
    today = date(2026, 3, 31)
    february, march = date(2026, 2, 1), date(2026, 3, 1)
    assert months_over(Period(date(2026, 2, 28), today), today) == [february]
    assert months_over(Period(march, today), today) == []
    assert months_over(Period(march, today), date(2026, 4, 1)) == [march]
    assert len(months_over(ALL_TIME, today)) == 6
    assert months_over(Period(date(2027, 1, 1), date(2027, 2, 1)), today) == []


def test_no_stranger_and_no_colleague(two: Office, frozen_clock: Any) -> None:
    """Another company's deals and numbers are in none; who is no manager sees their own number alone."""
    worked(two, frozen_clock)
    stranger = two.at(1).numbers.accuracy(period=Period.month_of(MAY))
    assert {figure.value for figure in figures_in(stranger)} <= {None, 0}
    line = two.at(0, "user").numbers.accuracy(period=Period.month_of(MAY)).lines[1]
    assert (cells(line)["Given"], cells(line)["Won"]) == (None, 800)


@pytest.mark.parametrize(
    "said",
    [
        "then_in",
        "then_in:commit:negotiation:2026-03-02:2026-05-01..",
        "then_in:sure:negotiation:2026-03-02:2026-05-01..2026-05-31",
        "then_in:commit:closed_won:2026-03-02:2026-05-01..2026-05-31",
        "then_in:commit:negotiation:when:2026-05-01..2026-05-31",
        "unknown_then",
        "unknown_then:soon",
    ],
)
def test_links_that_cannot_be_read(two: Office, said: str) -> None:
    with pytest.raises(errors.Invalid):
        two.at().deals.query({"preset": said})


@pytest.mark.parametrize("said", ["in_force_on", "in_force_on:x"])
def test_links_to_numbers_that_cannot_be_read(two: Office, said: str) -> None:
    with pytest.raises(errors.Invalid):
        two.at().submissions.query({"preset": said})
