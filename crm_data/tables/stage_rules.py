"""What a company says of the sales stages: what it calls each, its probability, the days that it should take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm_data.tables.deal import Stage
from crm_data.tables.fields import words


@dataclass(frozen=True)
class StageRule:
    """One stage. `probability`: in percent, of deals that come into it; `days`: so many are too many, 0: never."""

    stage: str
    label: str
    probability: int
    days: int = 0


@dataclass(frozen=True)
class StageRules:
    """Those of all six, in order."""

    each: Sequence[StageRule]

    def of(self, stage: str) -> StageRule:
        """That of a stage."""
        return next(rule for rule in self.each if rule.stage == stage)

    def label(self, stage: str) -> str:
        """What the company calls a stage; the words of the code for what is none."""
        return self.labels.get(stage, words(stage))

    @property
    def labels(self) -> Mapping[str, str]:
        """Stage -> what the company calls it."""
        return {rule.stage: rule.label for rule in self.each}

    @property
    def called(self) -> tuple[tuple[str, str], ...]:
        """The labels that are the company's own."""
        return tuple((rule.stage, rule.label) for rule in self.each if rule.label != words(rule.stage))

    def kept(self) -> dict[str, dict[str, Any]]:
        """As a company's row holds them: what is as ever is left out."""
        found: dict[str, dict[str, Any]] = {}
        for rule, usual in zip(self.each, USUAL.each, strict=True):
            own = {name: getattr(rule, name) for name in NAMES if getattr(rule, name) != getattr(usual, name)}
            found |= {rule.stage: own} if own else {}
        return found


NAMES = ("label", "probability", "days")
USUAL = StageRules(
    tuple(
        StageRule(stage.value, words(stage), probability, days)
        for stage, probability, days in (
            (Stage.PROSPECT, 10, 14),
            (Stage.QUALIFIED, 25, 14),
            (Stage.PROPOSAL, 50, 10),
            (Stage.NEGOTIATION, 75, 10),
            (Stage.CLOSED_WON, 100, 0),
            (Stage.CLOSED_LOST, 0, 0),
        )
    )
)


def read(kept: Any) -> StageRules:
    """The rules that a company's row holds; the usual ones for what it does not say."""
    said = kept if isinstance(kept, Mapping) else {}
    if not said:
        return USUAL
    return StageRules(tuple(replace(rule, **said.get(rule.stage, {})) for rule in USUAL.each))
