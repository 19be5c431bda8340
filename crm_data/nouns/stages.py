"""The stage-change contract: what a stage says about a deal's status, probability, dates and reason. Pure."""

from datetime import UTC, datetime, time
from typing import Any

from crm_data.errors import Invalid, Problem
from crm_data.store.changes import Doing
from crm_data.tables.deal import DealStatus, Stage
from crm_data.tables.fields import words

Row = dict[str, Any]

OPEN_STAGES = (Stage.PROSPECT, Stage.QUALIFIED, Stage.PROPOSAL, Stage.NEGOTIATION)
CLOSED_STAGES = (Stage.CLOSED_WON, Stage.CLOSED_LOST)
# From qualified on somebody has found that the customer may really buy.
QUALIFIED_STAGES = (Stage.QUALIFIED, Stage.PROPOSAL, Stage.NEGOTIATION)
PROBABILITY = {
    Stage.PROSPECT: 10,
    Stage.QUALIFIED: 25,
    Stage.PROPOSAL: 50,
    Stage.NEGOTIATION: 75,
    Stage.CLOSED_WON: 100,
    Stage.CLOSED_LOST: 0,
}
STATUS = {Stage.CLOSED_WON: DealStatus.WON, Stage.CLOSED_LOST: DealStatus.LOST}
# What a person is offered to choose from; any other words will do as well.
LOSS_REASONS = (
    "Price",
    "Chose a competitor",
    "No budget",
    "Bad timing",
    "Stopped answering",
    "Missing feature",
    "Not recorded",
    "Other",
)
_SAYS_NOTHING = {"other", "others", "other reason"}


def judged(values: Row, before: Row | None, doing: Doing) -> Row:
    """What is written to a deal, with all that its stage decides. Raises Invalid with everything wrong at once.

    A move sets status, probability (unless the same write does) and `stage_since`. Closing stamps the close date,
    today unless it is given; won needs an amount, lost a reason. Reopening clears date and reason.
    """
    was = Stage(before["stage"]) if before else None
    stage = Stage(values.get("stage") or was or Stage.PROSPECT)
    moved = stage is not was
    if moved and was and doing.bulk and not (stage in OPEN_STAGES and was in OPEN_STAGES):
        raise Invalid(
            "Deals are closed and reopened one by one, since each has its own date, amount and reason."
            " Choose open deals and an open stage.",
            "stage",
        )
    new, problems = dict(values), []
    if moved:
        new["stage"], new["status"] = stage.value, STATUS.get(stage, DealStatus.OPEN).value
    for part in (_probability, _close_date, _amount, _reason):
        sentence = part(new, values, before, stage, moved, doing)
        if sentence:
            problems.append(sentence)
    if problems:
        raise Invalid(problems)
    if moved:
        new["stage_since"] = since(new, doing) if before is None else doing.at
    return new


def since(after: Row, doing: Doing) -> datetime:
    """When a new deal came into its stage: a closed one on its close date, an open one when it was made."""
    closed = after.get("actual_close_date")
    if closed is not None and closed != doing.today:
        return datetime.combine(closed, time(12), tzinfo=UTC)
    return after.get("created_at") or doing.at


def _probability(
    new: Row, values: Row, before: Row | None, stage: Stage, moved: bool, doing: Doing
) -> Problem | None:
    given = values.get("probability")
    if stage in CLOSED_STAGES:
        if given not in (None, PROBABILITY[stage]):
            return Problem(
                "probability",
                f"Probability: a {STATUS[stage]} deal stands at {PROBABILITY[stage]} %; leave it as it is.",
            )
        if moved or "probability" in values:
            new["probability"] = PROBABILITY[stage]
    elif given is None and (moved or "probability" in values):
        new["probability"] = PROBABILITY[stage]
    return None


def _close_date(
    new: Row, values: Row, before: Row | None, stage: Stage, moved: bool, doing: Doing
) -> Problem | None:
    given = values.get("actual_close_date")
    if stage in CLOSED_STAGES:
        if moved:
            new["actual_close_date"] = given or doing.today
        elif "actual_close_date" in values and given is None:
            return Problem("actual_close_date", "Closed on: a closed deal needs the day it was closed.")
    elif given is not None:
        return Problem(
            "actual_close_date",
            "Closed on: an open deal has no such day. Leave it empty, or choose a closed stage.",
        )
    elif moved and before:
        new["actual_close_date"] = None
    return None


def _amount(
    new: Row, values: Row, before: Row | None, stage: Stage, moved: bool, doing: Doing
) -> Problem | None:
    if stage is Stage.CLOSED_WON and (moved or "deal_value" in values):
        amount = values["deal_value"] if "deal_value" in values else (before or {}).get("deal_value")
        if not amount:
            return Problem("deal_value", "Value: a won deal needs the amount it was won for; fill it in.")
    return None


def _reason(
    new: Row, values: Row, before: Row | None, stage: Stage, moved: bool, doing: Doing
) -> Problem | None:
    if stage is not Stage.CLOSED_LOST:
        if values.get("loss_reason"):
            return Problem("loss_reason", "Reason lost: only a lost deal has one. Leave it empty.")
        if moved and before:
            new["loss_reason"] = None
        return None
    if not (moved or "loss_reason" in values):
        return None
    reason = values["loss_reason"] if "loss_reason" in values else (before or {}).get("loss_reason")
    if not reason:
        return Problem("loss_reason", "Reason lost: say why the deal was lost.")
    if reason.casefold().strip(" .:;,-–—") in _SAYS_NOTHING:
        return Problem("loss_reason", "Reason lost: add to 'Other' what it was.")
    return None


def move_title(before: str, after: str) -> str:
    """What the timeline calls a move."""
    return f"Stage: {words(before)} to {words(after)}"
