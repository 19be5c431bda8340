"""The stage-change contract: what a stage says about a deal's status, probability, dates and reason. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from crm_data.errors import Invalid, Problem
from crm_data.store.changes import Doing
from crm_data.tables.deal import Deal, DealStatus, Stage
from crm_data.tables.fields import Field, fields_of
from crm_data.tables.stage_rules import USUAL, StageRules

Row = dict[str, Any]

OPEN_STAGES = (Stage.PROSPECT, Stage.QUALIFIED, Stage.PROPOSAL, Stage.NEGOTIATION)
CLOSED_STAGES = (Stage.CLOSED_WON, Stage.CLOSED_LOST)
# From qualified on somebody has found that the customer may really buy.
QUALIFIED_STAGES = (Stage.QUALIFIED, Stage.PROPOSAL, Stage.NEGOTIATION)
# What holds where a company has said nothing else.
PROBABILITY = {Stage(rule.stage): rule.probability for rule in USUAL.each}
# Days that a lead may be new before anybody is in touch.
NEW_DAYS = 7
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
# What the stage decides, or what closing asks for.
DECIDED = frozenset({"stage", "status", "probability", "stage_since", "actual_close_date", "loss_reason"})
WON_NEEDS = "Value: a won deal needs the amount it was won for; fill it in."
_SAYS_NOTHING = {"other", "others", "other reason"}


@dataclass(frozen=True)
class _Write:
    """One write to a deal, new when `before` is None: what is said, and the move in it."""

    said: Row
    before: Row | None
    was: Stage | None
    stage: Stage
    doing: Doing
    rules: StageRules
    fields: Mapping[str, Field]

    @property
    def moved(self) -> bool:
        return self.stage is not self.was

    @property
    def closed(self) -> bool:
        return self.stage in CLOSED_STAGES

    def touches(self, name: str) -> bool:
        """Whether the rules of a field are asked: on a move, and when the field itself is written."""
        return self.moved or name in self.said

    def now(self, name: str) -> Any:
        """What a field holds after the write."""
        return self.said[name] if name in self.said else (self.before or {}).get(name)


def judged(
    values: Row,
    before: Row | None,
    doing: Doing,
    rules: StageRules = USUAL,
    fields: Mapping[str, Field] | None = None,
) -> Row:
    """What is written to a deal, with all that its stage decides. Raises Invalid with everything wrong at once.

    A move sets status, probability (unless the same write does) and `stage_since`. Closing stamps the close date,
    today unless it is given; won needs an amount, lost a reason, and each stage what the company asks for there.
    Reopening clears date and reason. `fields`: those of the company's deals.
    """
    was = Stage(before["stage"]) if before else None
    stage = Stage(values.get("stage") or was or Stage.PROSPECT)
    write = _Write(values, before, was, stage, doing, rules, fields or fields_of(Deal))
    if write.moved and was and doing.bulk and (write.closed or was in CLOSED_STAGES):
        raise Invalid(
            "Deals are closed and reopened one by one, since each has its own date, amount and reason."
            " Choose open deals and an open stage.",
            "stage",
        )
    new, problems = dict(values), []
    if write.moved:
        new["stage"], new["status"] = write.stage.value, STATUS.get(write.stage, DealStatus.OPEN).value
    for rule in (_probability, _close_date, _amount, _reason, _required):
        try:
            new |= rule(write)
        except Invalid as wrong:
            problems += wrong.problems
    if problems:
        raise Invalid(problems)
    if write.moved:
        new["stage_since"] = since(new, doing) if before is None else doing.at
    return new


def from_file(values: Row, before: Row | None) -> Row:
    """The close date of an open deal is its expected close; one that is won or lost has that stage."""
    new = dict(values)
    closed = {status.value: stage.value for stage, status in STATUS.items()}
    if new.get("status") in closed and (
        new["stage"] not in CLOSED_STAGES if "stage" in new else before is None
    ):
        new["stage"] = closed[new["status"]]  # others say at which stage it was won or lost
    stage = new.get("stage") or (before or {}).get("stage") or Stage.PROSPECT
    if stage not in CLOSED_STAGES and new.get("actual_close_date") is not None:
        day = new.pop("actual_close_date")
        new.setdefault("expected_close_date", day)
    return new


def since(after: Row, doing: Doing) -> datetime:
    """When a new deal came into its stage: a closed one on its close date, an open one when it was made."""
    closed: date | None = after.get("actual_close_date")
    if closed is not None and closed != doing.today:
        return datetime.combine(closed, time(12), tzinfo=UTC)
    return after.get("created_at") or doing.at


def _probability(write: _Write) -> Row:
    said, own = write.said.get("probability"), write.rules.of(write.stage).probability
    if write.closed and said not in (None, own):
        raise Invalid(
            f"Probability: a {STATUS[write.stage]} deal stands at {own} %; leave it as it is.", "probability"
        )
    follows = write.closed or said is None
    return {"probability": own} if follows and write.touches("probability") else {}


def _close_date(write: _Write) -> Row:
    said, name = write.said.get("actual_close_date"), "actual_close_date"
    if write.closed:
        if write.moved:
            return {name: said or write.doing.today}
        if write.touches(name) and said is None:
            raise Invalid("Closed on: a closed deal needs the day it was closed; fill it in.", name)
    elif said is not None:
        raise Invalid("Closed on: an open deal has no such day. Leave it empty, or close the deal.", name)
    elif write.moved and write.before:
        return {name: None}
    return {}


def _amount(write: _Write) -> Row:
    if write.stage is Stage.CLOSED_WON and write.touches("deal_value") and not write.now("deal_value"):
        raise Invalid(WON_NEEDS, "deal_value")
    return {}


def _reason(write: _Write) -> Row:
    name = "loss_reason"
    if write.stage is not Stage.CLOSED_LOST:
        if write.said.get(name):
            raise Invalid("Reason lost: only a lost deal has one. Leave it empty, or close the deal.", name)
        return {name: None} if write.moved and write.before else {}
    if write.touches(name):
        reason = write.now(name)
        if not reason:
            raise Invalid("Reason lost: say why the deal was lost.", name)
        if reason.casefold().strip(" .:;,-") in _SAYS_NOTHING:
            raise Invalid("Reason lost: add to 'Other' what it was.", name)
    return {}


def _required(write: _Write) -> Row:
    if not write.moved:
        return {}
    lacks = lacking({**(write.before or {}), **write.said}, write.stage, write.rules, write.fields)
    if write.stage is Stage.CLOSED_WON:
        lacks = [name for name in lacks if name != "deal_value"]  # `_amount` says so already
    if lacks:
        where = write.rules.label(write.stage)
        raise Invalid([Problem(name, needs(write.fields[name], where)) for name in lacks])
    return {}


def lacking(row: Row, stage: str, rules: StageRules, fields: Mapping[str, Field]) -> list[str]:
    """The fields that a stage asks for and a deal does not hold; a deal's value of zero is none.

    A field of the company's own that is hidden is not asked for.
    """
    return [
        name
        for name in rules.of(stage).required
        if name in fields and not fields[name].hidden and _empty(fields[name], row.get(name))
    ]


def _empty(field: Field, value: Any) -> bool:
    return not value if field.name == "deal_value" else value in (None, "")


def needs(field: Field, stage: str) -> str:
    """What is said where a deal lacks a field that a stage asks for."""
    return f"{field.label}: a deal comes into {stage} only with it; fill it in."


def move_title(before: str, after: str, rules: StageRules = USUAL) -> str:
    """What the timeline calls a move."""
    return f"Stage: {rules.label(before)} to {rules.label(after)}"
