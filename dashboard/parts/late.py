"""How late an open deal is, in words and a colour: past its date, or long in its stage."""

from collections.abc import Mapping
from typing import Any

from crm_data import StageRules, standing
from dashboard.parts import say

_COLOURS = {"past": "red", "stalled": "orange"}


def late(past: int, stalled: bool) -> tuple[str, str]:
    """Which of the two, 'past' or 'stalled', and its words; the former says more. Nothing for neither."""
    if past:
        return "past", f"Close date {say.count(past, 'day')} past"
    return ("stalled", "Stalled") if stalled else ("", "")


def late_deal(row: Mapping[str, Any], rules: StageRules) -> str:
    """What the deal's own screen says beside its name, as Markdown; nothing for one that is closed or in time."""
    if row["status"] != "open" or row["archived_at"] is not None:
        return ""
    stands = standing(row, say.zone(), rules)
    kind, said = late(stands.past, stands.stalled)
    since = f", {stands.days:,} d in stage" if kind == "stalled" else ""
    return f":{_COLOURS[kind]}[{said}{since}]" if kind else ""
