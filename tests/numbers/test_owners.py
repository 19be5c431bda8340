"""By owner: each row is the sum of the owner's deals, and past the top the rest is one row, so nothing is lost."""

from datetime import date
from decimal import Decimal

import pandas as pd
import sqlalchemy as sa

from crm_data import Period
from crm_data.tables import Base
from tests.numbers.makers import exact, lost, put_deals, rows_of, weighted, won
from tests.numbers.test_pipeline import some_deals
from tests.support.office import Office
from tests.support.statements import counted


def test_each_owner_is_the_sum_of_their_deals(two: Office) -> None:
    my = two.at()
    some_deals(two, 200)
    some_deals(two, 60, company=1)
    with counted(two.store) as sent:
        frame = my.numbers.by_owner().frame
    assert len(sent) == 2
    rows = [row for row in rows_of(my) if row["currency"] == "USD"]
    assert len(frame) == 5
    for line in frame.itertuples():
        owner = None if pd.isna(line.owner_id) else line.owner_id
        mine = [row for row in rows if row["assigned_to"] == owner]
        open_, won_ = ([row for row in mine if row["status"] == status] for status in ("open", "won"))
        lost_ = [row for row in mine if row["status"] == "lost"]
        assert (line.open_count, line.won_count, line.lost_count) == (len(open_), len(won_), len(lost_))
        assert exact(line.open) == sum(row["deal_value"] for row in open_)
        assert exact(line.weighted) == sum(weighted(row) for row in open_)
        assert exact(line.won) == sum(row["deal_value"] for row in won_)
        assert line.win_rate == len(won_) / (len(won_) + len(lost_))
    assert set(frame["owner"]) == {"Nobody", *my.members().values()}


def test_past_the_top_the_rest_is_one_row(two: Office) -> None:
    some_deals(two, 200)
    numbers = two.at().numbers
    whole, top = numbers.by_owner().frame, numbers.by_owner(top=2).frame
    assert list(top["rest"]) == [False, False, True]
    assert top["owner"].iloc[-1] == "3 others"
    for column in ("open", "weighted", "won"):
        assert exact(top[column].sum()) == exact(whole[column].sum())
    assert exact(whole["open"].sum()) == numbers.by_stage().sum.value


def test_twenty_are_shown(two: Office) -> None:
    ids = colleagues(two, 30)
    put_deals(two, [{"assigned_to": id_, "deal_value": Decimal(n + 1)} for n, id_ in enumerate(ids)])
    frame = two.at().numbers.by_owner().frame
    assert (len(frame), frame["owner"].iloc[-1], frame["open_count"].iloc[-1]) == (21, "10 others", 10)
    assert list(frame["open"].iloc[:3]) == [30, 29, 28]


def test_won_and_win_rate_are_of_the_period(two: Office) -> None:
    me = two.people[0]["manager"]
    inside, outside = date(2026, 2, 28), date(2026, 3, 1)
    put_deals(two, [{**deal, "assigned_to": me} for deal in (won(inside), lost(inside), won(outside), {})])
    line = two.at().numbers.by_owner(period=Period.month_of(inside)).frame.iloc[0]
    assert (line.won, line.won_count, line.lost_count, line.win_rate) == (100, 1, 1, 0.5)
    assert (line.open, line.weighted) == (100, 10)


def test_without_anything_closed_the_rate_is_missing(two: Office) -> None:
    put_deals(two, [{}])
    assert pd.isna(two.at().numbers.by_owner().frame["win_rate"].iloc[0])
    assert two.at(1).numbers.by_owner().frame.empty


def colleagues(two: Office, number: int) -> list[int]:
    """So many more members of the first company."""
    users, members = Base.metadata.tables["users"], Base.metadata.tables["user_companies"]
    people = [
        {"email": f"p{n}@x.example", "password_hash": "-", "first_name": "P", "last_name": f"{n}"}
        for n in range(number)
    ]
    with two.store.system("colleagues for a test") as session:
        made = session.execute(sa.insert(users).returning(users.c.id, sort_by_parameter_order=True), people)
        ids = [int(id_) for id_ in made.scalars()]
        rows = [{"user_id": id_, "company_id": two.companies[0], "role": "user"} for id_ in ids]
        session.execute(sa.insert(members), rows)
    return ids
