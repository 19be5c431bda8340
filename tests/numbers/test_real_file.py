"""A year and a half of real sales: every number as pandas computes it straight from the file."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_data import Period, Query
from tests.numbers.makers import exact, put, put_deals
from tests.numbers.test_owners import colleagues
from tests.support import chance
from tests.support.office import Office, office

FILE = Path(__file__).parents[3] / "shared" / "data" / "crm_sales_opportunities" / "sales_pipeline.csv"
STAGES = {"Prospecting": "prospect", "Engaging": "qualified", "Won": "closed_won", "Lost": "closed_lost"}


def real() -> pd.DataFrame:
    """The file as it is."""
    if not FILE.exists():
        pytest.skip("The real sales_pipeline.csv does not lie beside the project.")
    return pd.read_csv(FILE)


def made() -> pd.DataFrame:
    """Rows of the same shape, made up."""
    dice, rows = chance.dice(5), []
    for number in range(900):
        stage = dice.choice(["Prospecting", "Engaging", "Won", "Won", "Won", "Lost"])
        begun = pd.Timestamp(2016, 10, 20) + pd.Timedelta(days=dice.randint(0, 300))
        ended = begun + pd.Timedelta(days=dice.randint(0, 130))
        closed = stage in ("Won", "Lost")
        rows.append(
            {
                "opportunity_id": f"{number:08X}",
                "sales_agent": f"Agent {dice.randint(1, 30)}",
                "account": dice.choice(["Acme", "Isdom", None]),
                "deal_stage": stage,
                "engage_date": None if stage == "Prospecting" else f"{begun:%d-%m-%Y}",
                "close_date": f"{ended:%d-%m-%Y}" if closed else None,
                "close_value": {"Won": dice.randint(38, 30_288), "Lost": 0}.get(stage),
            }
        )
    return pd.DataFrame(rows)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=["real", "made"])
def kept(
    request: pytest.FixtureRequest, engine: str, new_database: Any
) -> Iterator[tuple[Office, pd.DataFrame]]:
    """The file, and a company that holds its rows."""
    frame = real() if request.param == "real" else made()
    for column in ("engage_date", "close_date"):
        frame[column] = pd.to_datetime(frame[column], format="%d-%m-%Y")
    two = office(new_database(engine).url)
    agents = sorted(frame["sales_agent"].unique())
    frame["owner"] = frame["sales_agent"].map(dict(zip(agents, colleagues(two, len(agents)), strict=True)))
    accounts = frame["account"].fillna("Nobody knows")
    names = sorted(accounts.unique())
    ids = dict(zip(names, put(two, "customers", [{"name": name} for name in names]), strict=True))
    rows = [_deal(line, ids[account]) for line, account in zip(frame.itertuples(), accounts, strict=True)]
    put_deals(two, rows)
    yield two, frame
    two.store.close()


def _deal(line: Any, customer: int) -> dict[str, Any]:
    stage = STAGES[line.deal_stage]
    begun = datetime(2016, 10, 1, tzinfo=UTC)
    if not pd.isna(line.engage_date):
        begun = line.engage_date.to_pydatetime().replace(tzinfo=UTC)
    closed = None if pd.isna(line.close_date) else line.close_date.date()
    return {
        "deal_name": line.opportunity_id,
        "customer_id": customer,
        "assigned_to": int(line.owner),
        "stage": stage,
        "deal_value": Decimal(0) if pd.isna(line.close_value) else Decimal(int(line.close_value)),
        "actual_close_date": closed,
        "created_at": begun,
    }


@pytest.mark.slow
def test_won_by_month(kept: tuple[Office, pd.DataFrame]) -> None:
    two, frame = kept
    won = frame[frame["deal_stage"] == "Won"]
    wanted = won.groupby(won["close_date"].dt.to_period("M"))["close_value"].agg(["sum", "count"])
    found = two.at().numbers.by_month().frame.iloc[:-1]
    months = found.set_index(found["month"].dt.to_period("M"))
    assert months["won"].sum() == won["close_value"].sum()
    for month, line in wanted.iterrows():
        assert (months.loc[month, "won"], months.loc[month, "won_count"]) == (line["sum"], line["count"])
    assert months["won_count"].sum() == len(won)


@pytest.mark.slow
def test_win_rate_and_won_by_agent(kept: tuple[Office, pd.DataFrame]) -> None:
    two, frame = kept
    closed = frame[frame["deal_stage"].isin(["Won", "Lost"])]
    wanted = closed.groupby("owner")["deal_stage"].agg(lambda stages: (stages == "Won").mean())
    won = closed[closed["deal_stage"] == "Won"].groupby("owner")["close_value"].sum()
    found = two.at().numbers.by_owner(top=100).frame.set_index("owner_id")
    assert set(found.index) == set(frame["owner"])
    for owner, rate in wanted.items():
        assert found.loc[owner, "win_rate"] == pytest.approx(rate, abs=1e-12)
        assert found.loc[owner, "won"] == won[owner]


def test_rates_of_a_quarter_and_the_one_before(kept: tuple[Office, pd.DataFrame]) -> None:
    two, frame = kept
    period = Period(date(2017, 4, 1), date(2017, 6, 30))
    found = {figure.formula.name.lower(): figure for figure in two.at().numbers.tiles(period=period)}
    before = {name: figure.before for name, figure in found.items()}
    for span, figures in ((period, found), (period.before(), before)):
        inside = frame["close_date"].between(pd.Timestamp(span.first), pd.Timestamp(span.last))
        closed, won = frame[inside], frame[inside & (frame["deal_stage"] == "Won")]
        days = (won["close_date"] - won["engage_date"]).dt.days
        said = {name: figure.value for name, figure in figures.items() if figure}
        assert said["value"] == int(won["close_value"].sum())
        assert said["win_rate"] == pytest.approx(len(won) / len(closed))
        assert float(said["average"]) == pytest.approx(won["close_value"].mean(), abs=0.005)
        assert said["mean_days"] == pytest.approx(days.mean())
        assert said["median_days"] == days.median()


def test_the_pipeline_shows_what_is_open(kept: tuple[Office, pd.DataFrame]) -> None:
    two, frame = kept
    counts = frame["deal_stage"].map(STAGES).value_counts()
    board = {column.stage: column for column in two.at().numbers.board()}
    for stage in ("prospect", "qualified", "proposal", "negotiation"):
        assert board[stage].count == counts.get(stage, 0)
        assert len(board[stage].cards) == min(20, counts.get(stage, 0))
    deals = two.at().deals
    for status, stage in (("won", "closed_won"), ("lost", "closed_lost")):
        assert deals.count(Query(where={"status": (status,)})) == counts[stage]


def test_what_the_real_file_is_known_to_hold(kept: tuple[Office, pd.DataFrame]) -> None:
    two, frame = kept
    if len(frame) != 8800:
        pytest.skip("These are the made-up rows.")
    by = {line.owner: line for line in two.at().numbers.by_owner().frame.itertuples()}
    assert len(by) == 21
    assert sum(line.won_count for line in by.values()) == 4238
    assert exact(sum(line.won for line in by.values())) == Decimal("10005534.00")
    assert sum(line.lost_count for line in by.values()) == 2473
    assert sum(line.open_count for line in by.values()) == 1589 + 500
