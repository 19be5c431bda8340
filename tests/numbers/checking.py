"""Every figure against its rows: what it opens counts and adds up to it, said plainly, without the sums in SQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, sqrt
from statistics import mean, median
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Figure, Formula, Period, Workspace, clock
from crm_data.nouns.stages import QUALIFIED_STAGES
from crm_data.numbers.period import LATEST
from crm_data.tables import Base
from tests.numbers.makers import CENT, weighted

Row = dict[str, Any]
WAY = ["prospect", "qualified", "proposal", "negotiation", "closed_won"]
QUALIFIED = [stage.value for stage in QUALIFIED_STAGES]


def figures_in(value: Any) -> Iterator[Figure]:
    """Every figure in an answer, wherever it stands in it, those of the periods before too."""
    if isinstance(value, Figure):
        yield value
        yield from figures_in(value.before)
        yield from figures_in(value.against)
    elif is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            yield from figures_in(getattr(value, part.name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from figures_in(part)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for part in value:
            yield from figures_in(part)


class Checker:
    """Checks the figures of one workspace; a list that was read is not read again."""

    def __init__(self, my: Workspace) -> None:
        self.my = my
        self._read: dict[Any, list[Row]] = {}
        self._moves: dict[int, list[tuple[datetime, int, str]]] | None = None
        self._changes: dict[int, list[tuple[datetime, dict[str, Any]]]] | None = None
        self._activities: dict[int, list[datetime]] | None = None
        self._pushes: dict[int, int] | None = None

    def check(self, figure: Figure) -> None:
        """The rows that the figure's address opens are as many as it says, of its currency, and make its value."""
        rows = self.rows(figure)
        said = (
            f"{figure.label} ({figure.formula.name}, {figure.rows.query.where}, {figure.rows.query.preset!r})"
        )
        assert len(rows) == figure.count, said
        if (
            figure.currency
            and "currency" in self.my.records(figure.rows.table).fields
            and not _without_rate(figure)
        ):
            assert {row["currency"] for row in rows} <= {figure.currency}, said
        wanted = MADE[figure.formula](self, figure, rows)
        if isinstance(wanted, float) and figure.value is not None:
            # Days so far go on while one looks: where no clock stands still, some minutes are no fault.
            so_far = figure.formula in (Formula.STAGE_MEDIAN, Formula.STAGE_MOST, Formula.AGE)
            wanted = pytest.approx(wanted, abs=0.02 if so_far else None)
        assert figure.value == wanted, said

    def rows(self, figure: Figure) -> list[Row]:
        """What a person sees who opens the figure: its address, read anew."""
        records, query = self.my.records(figure.rows.table), figure.rows.query
        params = records.params(query)
        key = (records.name, tuple(sorted(params.items())), str(query.zone))
        if key not in self._read:
            found = records.query(params, query.zone)
            self._read[key] = [row for page in records.walk(found) for row in page.rows]
        return self._read[key]

    def moves(self) -> Mapping[int, list[tuple[datetime, int, str]]]:
        """Deal -> its moves in order."""
        if self._moves is None:
            self._moves = {}
            lines = Base.metadata.tables["deal_stage_history"]
            wanted = sa.select(lines.c.deal_id, lines.c.moved_at, lines.c.id, lines.c.to_stage)
            with self.my._store.system("a test reads every move", write=False) as session:
                for deal, *move in session.execute(wanted):
                    self._moves.setdefault(deal, []).append(tuple(move))
            for found in self._moves.values():
                found.sort()
        return self._moves

    def came(self, row: Row, stage: str) -> bool:
        """Whether a deal ever stood in a stage, or in one that follows it on the way to won."""
        further = WAY[WAY.index(stage) :]
        return row["stage"] in further or any(to in further for _, _, to in self.moves().get(row["id"], []))

    def stood(self, figure: Figure, row: Row) -> tuple[Decimal, Decimal]:
        """What a deal had in the pipeline then, and has in it now; its figure's selection says when."""
        _, _, day, days = figure.rows.query.preset.rpartition(",")[2].split(":")
        first, last = days.split("..")
        began = datetime.combine(date.fromisoformat(day), time(), tzinfo=figure.rows.query.zone)
        value, due, known = row["deal_value"], row["expected_close_date"], set[str]()
        for at, before in self.changes().get(row["id"], []):
            if at >= began and "deal_value" in before and "deal_value" not in known:
                value = Decimal(before["deal_value"])
                known.add("deal_value")
            if at >= began and "expected_close_date" in before and "expected_close_date" not in known:
                due = before["expected_close_date"] and date.fromisoformat(before["expected_close_date"])
                known.add("expected_close_date")
        earlier = [to for at, _, to in self.moves().get(row["id"], []) if at < began]
        later = [to for at, _, to in self.moves().get(row["id"], []) if at >= began]
        was_open = earlier[-1] in WAY[:4] if earlier else bool(later) or row["status"] == "open"
        if row["created_at"] >= began:
            was_open = False

        def inside(on: date | None) -> bool:
            if not first and not last:
                return True
            return on is not None and (not first or first <= str(on)) and (not last or str(on) <= last)

        nothing = Decimal("0.00")
        now = row["deal_value"] if row["status"] == "open" and inside(row["expected_close_date"]) else nothing
        return value if was_open and inside(due) else nothing, now

    def before(self, figure: Figure, row: Row) -> Row:
        """A deal as it was when the day of its figure's selection began, by what the log says of each field."""
        name, *said = figure.rows.query.preset.rpartition(",")[2].split(":")
        at_end = name == "open_at"  # the others name the day at whose beginning it was
        day = date.fromisoformat(said[1 if at_end else 2]) + timedelta(days=at_end)
        began = datetime.combine(day, time(), tzinfo=figure.rows.query.zone)
        earlier = dict[str, Any]()
        for at, before in self.changes().get(row["id"], []):
            earlier = earlier if at < began else {**before, **earlier}
        found = {**row, **earlier}
        return {**found, "deal_value": Decimal(found["deal_value"])}

    def changes(self) -> Mapping[int, list[tuple[datetime, dict[str, Any]]]]:
        """Deal -> what stood before each of its changes, in order."""
        if self._changes is None:
            self._changes, log = {}, Base.metadata.tables["change_log"]
            mine = (log.c.table_name == "deals", log.c.action == "change")
            wanted = sa.select(log.c.row_id, log.c.at, log.c.before).where(*mine).order_by(log.c.id)
            with self.my._store.system("a test reads every change", write=False) as session:
                for deal, at, before in session.execute(wanted):
                    self._changes.setdefault(deal, []).append((at, before or {}))
        return self._changes

    def activities(self) -> Mapping[int, list[datetime]]:
        """Deal -> when somebody called, wrote, met or noted something about it."""
        if self._activities is None:
            self._activities, each = {}, Base.metadata.tables["activities"]
            wanted = sa.select(each.c.deal_id, each.c.activity_date).where(
                each.c.archived_at.is_(None),
                each.c.activity_type != "status_change",
                each.c.deal_id.is_not(None),
            )
            with self.my._store.system("a test reads every activity", write=False) as session:
                for deal, at in session.execute(wanted):
                    self._activities.setdefault(deal, []).append(at)
        return self._activities

    def pushes(self) -> Mapping[int, int]:
        """Deal -> how often the log says that its expected close went to a later day."""
        if self._pushes is None:
            self._pushes, log = {}, Base.metadata.tables["change_log"]
            mine = (log.c.table_name == "deals", log.c.action == "change")
            wanted = sa.select(log.c.row_id, log.c.before, log.c.after).where(*mine)
            with self.my._store.system("a test reads every change", write=False) as session:
                for deal, before, after in session.execute(wanted):
                    was, became = ((side or {}).get("expected_close_date") for side in (before, after))
                    later = bool(was and became and was < became)
                    self._pushes[deal] = self._pushes.get(deal, 0) + later
        return self._pushes

    def stayed(self, figure: Figure, row: Row, stage: str) -> float:
        """The days that a deal stayed in a stage: visits that ended in the figure's period, and the one so far."""
        assert figure.period is not None
        seconds, began, was = 0.0, row["created_at"], None
        for at, _, to in self.moves().get(row["id"], []):
            if was == stage and _in(figure, at):
                seconds += max((at - began).total_seconds(), 0)
            began, was = at, to
        last = figure.period.edges[1]
        runs = last is None or last >= self.today(figure.rows.query.zone)
        if runs and row["status"] == "open" and row["stage"] == stage:
            seconds += max((clock.now() - row["stage_since"]).total_seconds(), 0)
        return seconds / 86_400

    def days(self, row: Row) -> int:
        """How long a deal took."""
        moved = [at for at, _, _ in self.moves().get(row["id"], [])]
        began = min([row["created_at"], *moved])
        return int((row["actual_close_date"] - began.date()).days)

    def qualified(self, figure: Figure, row: Row) -> bool:
        """Whether a deal was open and qualified at the end of the figure's period."""
        assert figure.period is not None
        _, last = figure.period.edges
        zone = figure.rows.query.zone
        if last is None or last >= self.today(zone):
            return row["status"] == "open" and row["stage"] in QUALIFIED
        ended = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
        until = [stage for at, _, stage in self.moves().get(row["id"], []) if at < ended]
        return bool(until) and until[-1] in QUALIFIED

    def today(self, zone: Any) -> date:
        """The day it is there, as the product's clock says."""
        return clock.now().astimezone(zone).date()


def _won(rows: list[Row], status: str = "won") -> list[Row]:
    return [row for row in rows if row["status"] == status]


def _value(rows: list[Row]) -> Decimal:
    return sum((row["deal_value"] for row in rows), Decimal("0.00"))


def _range(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    chances = [(float(row["deal_value"]), row["probability"] / 100) for row in rows]
    return sqrt(sum(worth**2 * p * (1 - p) for worth, p in chances)) if len(rows) >= 5 else None


def _rate(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    return len(_won(rows)) / len(rows) if rows else None


def _rate_by_value(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    return float(_value(_won(rows)) / _value(rows)) if _value(rows) else None


def _average(checker: Checker, figure: Figure, rows: list[Row]) -> Decimal | None:
    return (_value(rows) / len(rows)).quantize(CENT) if rows else None


def _cycle(how: Callable[[list[int]], float]) -> Callable[[Checker, Figure, list[Row]], float | None]:
    def made(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
        days = [checker.days(row) for row in rows]
        assert all(day >= -1 for day in days)
        assert _won(rows) == rows
        return float(how([max(day, 0) for day in days])) if rows else None

    return made


def _velocity(checker: Checker, figure: Figure, rows: list[Row]) -> Decimal | None:
    assert figure.period is not None
    first, last = figure.period.edges
    closed = [
        row
        for row in rows
        if row["status"] != "open"
        and (first is None or first <= row["actual_close_date"])
        and (last is None or row["actual_close_date"] <= last)
    ]
    open_ = [row for row in rows if checker.qualified(figure, row)]
    assert all(row in closed or row in open_ for row in rows)
    won = _won(closed)
    days = [max(checker.days(row), 0) for row in won if checker.days(row) >= -1]
    if not won or not days or not mean(days):
        return None
    rate = Decimal(len(won)) / len(closed)
    # The mean has as many places as a float: so that the last cent agrees, it is made as one.
    return (len(open_) * (_value(won) / len(won)) * rate / Decimal(str(sum(days) / len(days)))).quantize(CENT)


def _in(figure: Figure, moment: datetime | None) -> bool:
    assert figure.period is not None
    first, last = figure.period.edges
    if moment is None:
        return False
    day = moment.astimezone(figure.rows.query.zone).date()
    return (first is None or first <= day) and (last is None or day <= last)


def _conversion(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    made = [row for row in rows if _in(figure, row["created_at"])]
    converted = [row for row in rows if _in(figure, row["converted_at"])]
    assert all(row in made or row in converted for row in rows)
    return len(converted) / len(made) if made else None


def _cohort(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    assert all(_in(figure, row["created_at"]) for row in rows)
    return sum(row["converted_at"] is not None for row in rows) / len(rows) if rows else None


def _stage(figure: Figure) -> str:
    """The stage that a figure is about, by the first word of its label."""
    named = figure.label.partition(",")[0].casefold()
    return "closed_won" if named == "won" else named


def _step(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    stage = _stage(figure)
    assert all(checker.came(row, WAY[WAY.index(stage) - 1]) for row in rows)
    return sum(checker.came(row, stage) for row in rows) / len(rows) if rows else None


def _count(checker: Checker, figure: Figure, rows: list[Row]) -> int | None:
    unknown = "unknown_then:" in figure.rows.query.preset and figure.value is None
    return None if unknown else len(rows)


def _then(checker: Checker, figure: Figure, rows: list[Row]) -> Decimal | None:
    name = figure.rows.query.preset.rpartition(",")[2].partition(":")[0]
    if name == "unknown_then":
        return None
    if name in ("then_in", "open_at"):
        return sum((checker.before(figure, row)["deal_value"] for row in rows), Decimal("0.00"))
    return sum((checker.stood(figure, row)[0] for row in rows), Decimal("0.00"))


def _delta(checker: Checker, figure: Figure, rows: list[Row]) -> Decimal:
    both = [checker.stood(figure, row) for row in rows]
    return sum((now - was for was, now in both), Decimal("0.00"))


def _stayed(how: Callable[[list[float]], float]) -> Callable[[Checker, Figure, list[Row]], float | None]:
    def made(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
        return how(sorted(checker.stayed(figure, row, _stage(figure)) for row in rows)) if rows else None

    return made


def _four_of_five(days: list[float]) -> float:
    """The 80th percentile by nearest rank."""
    return days[ceil(len(days) * 0.8 - 1e-9) - 1]


def _without_rate(figure: Figure) -> bool:
    """Whether it opens what hinders it: goals or numbers that nothing tells in the company's currency."""
    return "unrated" in figure.rows.query.preset.split(",")


def _goal(checker: Checker, figure: Figure, rows: list[Row]) -> Decimal | None:
    assert figure.period is not None
    if _without_rate(figure):
        return None
    found = Decimal("0.00")
    for row in rows:
        assert row["amount"] is not None
        of = Period.month_of(row["month"])
        days = [of.first + timedelta(days=n) for n in range(of.days)]
        inside = sum(figure.period.first <= day <= figure.period.last for day in days)
        found += (row["amount"] * inside / of.days).quantize(CENT, ROUND_HALF_UP)
    return found if rows else None


def _whose(row: Row) -> tuple[int, str]:
    """Of whom and in which currency a number was given, though it may be told in another one."""
    return row["user_id"], row.get("own", row)["currency"]


def _submitted(checker: Checker, figure: Figure, rows: list[Row]) -> Decimal | None:
    if not rows or _without_rate(figure):
        return None
    assert len(set(map(_whose, rows))) == len(rows)
    assert figure.against is not None
    return sum((row["amount"] for row in rows), Decimal(figure.against.value or 0))


def _weighted_then(checker: Checker, figure: Figure, rows: list[Row]) -> Decimal | None:
    if "unknown_then:" in figure.rows.query.preset:
        return None
    return sum((weighted(checker.before(figure, row)) for row in rows), Decimal("0.00"))


def _given(checker: Checker, figure: Figure, rows: list[Row]) -> Decimal | None:
    assert len(set(map(_whose, rows))) == len(rows)
    if _without_rate(figure):
        return None
    return sum((row["amount"] for row in rows), Decimal("0.00")) if rows else None


def _accuracy(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    assert _won(rows) == rows
    assert figure.against is not None
    if figure.against.value is None or not _value(rows):
        return None
    missed = abs(Decimal(figure.against.value) - _value(rows)) / _value(rows)
    return float(max(1 - missed, Decimal(0)))


def _goal_of(figure: Figure) -> Any:
    return figure.against.value if figure.against else None


def _attainment(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    assert _won(rows) == rows
    return float(_value(rows) / _goal_of(figure)) if _goal_of(figure) else None


def _pace(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    if not rows or _without_rate(figure):
        return None
    assert figure.period is not None
    first, last = figure.period.first, figure.period.last
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return sum(day <= checker.today(figure.rows.query.zone) for day in days) / len(days)


def _gap(checker: Checker, figure: Figure, rows: list[Row]) -> Decimal | None:
    assert _won(rows) == rows
    return None if _goal_of(figure) is None else _goal_of(figure) - _value(rows)


def _needed(checker: Checker, figure: Figure, rows: list[Row]) -> Decimal | None:
    assert figure.period is not None
    today, last = checker.today(figure.rows.query.zone), figure.period.last
    lately = [
        row
        for row in rows
        if row["actual_close_date"] and today - timedelta(days=365) < row["actual_close_date"] <= today
    ]
    won = _value(_won([row for row in rows if _between(figure, row["actual_close_date"])]))
    due = [row for row in rows if row["status"] == "open"]
    assert all(today <= row["expected_close_date"] <= last for row in due)
    if _goal_of(figure) is None or not _value(_won(lately)) or last < today:
        return None
    needed = ((_goal_of(figure) - won) * _value(lately) / _value(_won(lately))).quantize(CENT)
    return max(needed - _value(due), Decimal("0.00"))


def _coverage(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    assert figure.period is not None
    today, last = checker.today(figure.rows.query.zone), figure.period.last
    assert all(row["status"] == "open" and today <= row["expected_close_date"] <= last for row in rows)
    left = _goal_of(figure)
    return float(_value(rows) / left) if left is not None and left > 0 and last >= today else None


def _won_of_made(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    assert figure.period is not None
    first, last = figure.period.first, figure.period.last
    made = {row["created_at"].astimezone(figure.rows.query.zone).date() for row in rows}
    assert made <= {first + timedelta(days=n) for n in range(Period.month_of(first).days)}
    ever = last == LATEST
    wins = [
        row for row in _won(rows) if ever or (row["actual_close_date"] and row["actual_close_date"] <= last)
    ]
    return len(wins) / len(rows) if rows else None


def _touches(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    assert _won(rows) == rows
    found = 0
    for row in rows:
        began = min([row["created_at"], *(at for at, _, _ in checker.moves().get(row["id"], []))]).date()
        days = [at.date() for at in checker.activities().get(row["id"], [])]
        found += sum(
            bool(row["actual_close_date"]) and began <= day <= row["actual_close_date"] for day in days
        )
    return found / len(rows) if rows else None


def _age(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    assert all(row["status"] == "open" for row in rows)
    days = [(clock.now() - row["created_at"]).total_seconds() / 86_400 for row in rows]
    return max(median(days), 0.0) if rows else None


def _pushes(checker: Checker, figure: Figure, rows: list[Row]) -> float | None:
    assert all(row["status"] == "open" for row in rows)
    return sum(checker.pushes().get(row["id"], 0) for row in rows) / len(rows) if rows else None


def _between(figure: Figure, day: date | None) -> bool:
    assert figure.period is not None
    return day is not None and figure.period.first <= day <= figure.period.last


def _sum(checker: Checker, figure: Figure, rows: list[Row]) -> Any:
    if _without_rate(figure):
        return None
    held = [row[figure.of] for row in rows if row[figure.of] is not None]
    return sum(held, Decimal("0.00") if figure.currency else 0)


def _mean(checker: Checker, figure: Figure, rows: list[Row]) -> Decimal | None:
    held = [Decimal(row[figure.of]) for row in rows if row[figure.of] is not None]
    places = Decimal("0.000001") if figure.of.startswith("own_number") else CENT
    return (sum(held, Decimal(0)) / len(held)).quantize(places, ROUND_HALF_UP) if held else None


# How each formula makes a value of its rows; a new formula has to say it here.
MADE: Mapping[Formula, Callable[[Checker, Figure, list[Row]], Any]] = {
    Formula.COUNT: _count,
    Formula.VALUE: lambda checker, figure, rows: _value(rows),
    Formula.WEIGHTED: lambda checker, figure, rows: sum(map(weighted, rows), Decimal("0.00")),
    Formula.RANGE: _range,
    Formula.WIN_RATE: _rate,
    Formula.WIN_RATE_BY_VALUE: _rate_by_value,
    Formula.AVERAGE: _average,
    Formula.MEAN_DAYS: _cycle(mean),
    Formula.MEDIAN_DAYS: _cycle(median),
    Formula.VELOCITY: _velocity,
    Formula.CONVERSION: _conversion,
    Formula.COHORT: _cohort,
    Formula.GOAL: _goal,
    Formula.ATTAINMENT: _attainment,
    Formula.PACE: _pace,
    Formula.GAP: _gap,
    Formula.NEEDED: _needed,
    Formula.COVERAGE: _coverage,
    Formula.WON_OF_MADE: _won_of_made,
    Formula.TOUCHES: _touches,
    Formula.AGE: _age,
    Formula.PUSHES: _pushes,
    Formula.STEP: _step,
    Formula.THEN: _then,
    Formula.DELTA: _delta,
    Formula.STAGE_MEDIAN: _stayed(median),
    Formula.STAGE_MOST: _stayed(_four_of_five),
    Formula.SUBMITTED: _submitted,
    Formula.GIVEN: _given,
    Formula.WEIGHTED_THEN: _weighted_then,
    Formula.ACCURACY: _accuracy,
    Formula.SUM: _sum,
    Formula.MEAN: _mean,
}
