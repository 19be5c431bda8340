"""Of months and told in one currency: the goals or given numbers behind a number, each with both its amounts."""

from decimal import Decimal
from typing import Any

import streamlit as st

from crm_data import Query, Records, Workspace
from crm_data.nouns.converted import is_converted, untold
from dashboard.components import grid
from dashboard.parts import say

# How they are converted, as the screens that do so say it.
BY_MONTH = "is converted by the rate of its month's last day, while that is to come by today's."
MOST = 100  # lines; of more there is the sum alone
_BY = ("user_id", "month", "currency")


def behind(my: Workspace, records: Records, query: Query, one: str, what: str = "in all") -> None:
    """A line each, `one` being what it is called, and the sum of them: `what` says of what it is.

    It is the number that led here, unless that takes of a month a part.
    """
    count, into = records.count(query), my.exchange_rates.into
    added = Decimal(records.footers(query, {"amount": "sum"})["amount"].get(into) or 0)
    told = is_converted(query)
    worth = (
        f", {say.money(added, into)} {what}"
        if told
        else ", without a rate of their month or too large to convert"
    )
    st.caption(say.plain(f"{say.count(count, one)} behind the number that led here{worth}."))
    if 0 < count <= MOST:
        own = {group.values: group.sums["amount"] for group in records.groups(untold(query), _BY, ["amount"])}
        rows = []
        for group in records.groups(query, _BY, ["amount"]):
            ((code, amount),) = own[group.values].items()
            row: dict[str, Any] = {"Person": group.called[0] or "A former colleague"}
            row |= {"Month": f"{group.values[1]:%b %Y}", "Amount": say.money(Decimal(amount or 0), code)}
            if told:
                row[f"In {into}"] = say.money(Decimal(group.sums["amount"][into] or 0), into)
            rows.append(row)
        grid.table(f"{records.name}.behind", f"Each {one}", rows)
