"""How an open deal stands, in words: past its date, long in its stage, put off often, set by hand."""

from collections.abc import Mapping
from typing import Any

from crm_data import StageRules, standing, words
from crm_data.numbers.standing import OFTEN
from dashboard.parts import say

PUT_OFF = f"pushed:{OFTEN}.."  # the selection of open deals that were
_COLOURS = {"past": "red", "stalled": "orange", "pushed": "orange"}


def late(past: int, stalled: bool, pushes: int = 0) -> tuple[str, str]:
    """Which of 'past', 'stalled' and 'pushed' says most, and the words; nothing for none.

    A close that was put off three times or more is said beside either of the others.
    """
    often = put_off(pushes)
    kind = "past" if past else "stalled" if stalled else "pushed" if often else ""
    said = f"Close date {say.count(past, 'day')} past" if past else "Stalled" if stalled else ""
    return kind, " · ".join(part for part in (said, often) if part)


def put_off(pushes: int) -> str:
    """That an expected close is no date to plan with any more; nothing where it was not put off so often."""
    return f"Put off {pushes:,} times" if pushes >= OFTEN else ""


def late_deal(row: Mapping[str, Any], rules: StageRules, pushes: int = 0) -> str:
    """What the deal's own screen says beside its name, as Markdown; nothing for one that is closed."""
    if row["status"] != "open" or row["archived_at"] is not None:
        return ""
    stands = standing(row, say.zone(), rules)
    kind, said = late(stands.past, stands.stalled)
    since = f", {stands.days:,} d in stage" if kind == "stalled" else ""
    parts = [f":{_COLOURS[kind]}[{said}{since}]" if kind else ""]
    parts += [f":{_COLOURS['pushed']}[{often}]" if (often := put_off(pushes)) else ""]
    parts += [by_hand(row["forecast_category"])]
    return " · ".join(part for part in parts if part)


def by_hand(category: str | None) -> str:
    """Where a deal was set by hand to stand in the forecast; nothing where it stands as its stage does."""
    return f"{words(category)}, set by hand" if category else ""
