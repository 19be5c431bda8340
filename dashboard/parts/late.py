"""How an open deal stands, in words: past its date, long in its stage, set by hand in the forecast."""

from collections.abc import Mapping
from typing import Any

from crm_data import StageRules, standing, words
from dashboard.parts import say

_COLOURS = {"past": "red", "stalled": "orange"}


def late(past: int, stalled: bool) -> tuple[str, str]:
    """Which of the two, 'past' or 'stalled', and its words; the former says more. Nothing for neither."""
    if past:
        return "past", f"Close date {say.count(past, 'day')} past"
    return ("stalled", "Stalled") if stalled else ("", "")


def late_deal(row: Mapping[str, Any], rules: StageRules) -> str:
    """What the deal's own screen says beside its name, as Markdown; nothing for one that is closed."""
    if row["status"] != "open" or row["archived_at"] is not None:
        return ""
    stands = standing(row, say.zone(), rules)
    kind, said = late(stands.past, stands.stalled)
    since = f", {stands.days:,} d in stage" if kind == "stalled" else ""
    parts = [f":{_COLOURS[kind]}[{said}{since}]" if kind else "", by_hand(row["forecast_category"])]
    return " · ".join(part for part in parts if part)


def by_hand(category: str | None) -> str:
    """Where a deal was set by hand to stand in the forecast; nothing where it stands as its stage does."""
    return f"{words(category)}, set by hand" if category else ""
