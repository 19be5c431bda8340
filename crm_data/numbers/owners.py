"""By owner: what each has open, has won, and how often they win; the top ones, and the rest in one row."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa

from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import LOST, OPEN, WON, amount, cents, number, total, weighted_cents
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal

_SUMS = ["open_count", "open", "weighted", "won_count", "won", "lost_count"]
_MONEY = ("open", "weighted", "won")
COLUMNS = ["owner_id", "owner", "rest", *_SUMS, "win_rate"]


def by_owner(
    session: CompanySession, where: Where, names: Mapping[int, str], period: Period | None, top: int
) -> pd.DataFrame:
    """A row an owner, most (open + won) first; past `top` the others follow as one row with rest = True.

    open, weighted: open deals as of now. won, win rate: deals closed in the period by `actual_close_date`, or
    ever. win_rate = won / (won + lost) by count, from 0 to 1, missing where nothing was closed. Unit: money as
    floats. `owner_id` is missing for nobody's deals and for the rest. Source: Pipeline CRM. One statement.
    """
    closed = sa.true() if period is None else Deal.actual_close_date.between(period.first, period.last)
    open_ = Deal.status == OPEN
    won, lost = sa.and_(Deal.status == WON, closed), sa.and_(Deal.status == LOST, closed)
    sums = [number(open_), total(cents(), open_), total(weighted_cents(), open_)]
    sums += [number(won), total(cents(), won), number(lost)]
    wanted = sa.select(Deal.assigned_to, *sums).where(*where).group_by(Deal.assigned_to)
    owners = [(id_, [int(part) for part in parts]) for id_, *parts in session.execute(wanted)]
    owners = [(id_, parts) for id_, parts in owners if any(parts)]
    owners.sort(key=lambda owner: (-(owner[1][1] + owner[1][4]), -owner[1][2], owner[0] or 0))
    rows = [
        _row(id_, "Nobody" if id_ is None else names.get(id_, "A former colleague"), False, parts)
        for id_, parts in owners[:top]
    ]
    rest = [parts for _, parts in owners[top:]]
    if rest:
        label = "1 other" if len(rest) == 1 else f"{len(rest)} others"
        rows.append(_row(None, label, True, [sum(column) for column in zip(*rest, strict=True)]))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"owner_id": "Int64", "win_rate": "float64"})


def _row(id_: int | None, owner: str, rest: bool, parts: list[int]) -> list[Any]:
    said = dict(zip(_SUMS, parts, strict=True))
    closed = said["won_count"] + said["lost_count"]
    shown = [float(amount(part)) if name in _MONEY else part for name, part in said.items()]
    return [id_, owner, rest, *shown, said["won_count"] / closed if closed else None]
