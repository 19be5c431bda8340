"""What a company says of the sales stages: what it calls each, its probability, the days that it should take."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm_data.tables.deal import Category, Stage
from crm_data.tables.fields import words


@dataclass(frozen=True)
class StageRule:
    """One stage. `probability`: in percent, of deals that come into it; `days`: so many are too many, 0: never.

    `category`: where its open deals stand in the forecast; `required`: fields without which none comes in.
    """

    stage: str
    label: str
    probability: int
    days: int = 0
    category: str = Category.OMITTED.value
    required: tuple[str, ...] = ()


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

    def category(self, stage: str, by_hand: str | None = None) -> str:
        """Where an open deal stands in the forecast: as it was set by hand, else as its stage says."""
        return by_hand or next((rule.category for rule in self.each if rule.stage == stage), Category.OMITTED)

    def of_category(self, category: str) -> tuple[str, ...]:
        """The stages whose open deals stand there in the forecast, where nothing else was set by hand."""
        return tuple(rule.stage for rule in self.each if rule.category == category)

    @property
    def called(self) -> tuple[tuple[str, str], ...]:
        """The labels that are the company's own."""
        return tuple((rule.stage, rule.label) for rule in self.each if rule.label != words(rule.stage))

    def kept(self) -> dict[str, dict[str, Any]]:
        """As a company's row holds them: what is as ever is left out."""
        found: dict[str, dict[str, Any]] = {}
        for rule, usual in zip(self.each, USUAL.each, strict=True):
            own = {name: getattr(rule, name) for name in NAMES if getattr(rule, name) != getattr(usual, name)}
            if "required" in own:
                own["required"] = list(own["required"])  # as JSON gives it back
            found |= {rule.stage: own} if own else {}
        return found


NAMES = ("label", "probability", "days", "category", "required")
USUAL = StageRules(
    tuple(
        StageRule(stage.value, words(stage), probability, days, category.value)
        for stage, probability, days, category in (
            (Stage.PROSPECT, 10, 14, Category.PIPELINE),
            (Stage.QUALIFIED, 25, 14, Category.PIPELINE),
            (Stage.PROPOSAL, 50, 10, Category.BEST_CASE),
            (Stage.NEGOTIATION, 75, 10, Category.COMMIT),
            (Stage.CLOSED_WON, 100, 0, Category.OMITTED),
            (Stage.CLOSED_LOST, 0, 0, Category.OMITTED),
        )
    )
)


def read(kept: Any) -> StageRules:
    """The rules that a company's row holds; the usual ones for what it does not say, or not as it is kept."""
    said = kept if isinstance(kept, Mapping) else {}
    if not said:
        return USUAL
    return StageRules(tuple(replace(rule, **_held(said.get(rule.stage))) for rule in USUAL.each))


def _held(own: Any) -> dict[str, Any]:
    """What is of the kind that a rule takes: the file of a company can come from anybody."""
    said = own if isinstance(own, Mapping) else {}
    held = {name: said[name] for name, fits in _FITS.items() if name in said and fits(said[name])}
    return held | ({"required": tuple(held["required"])} if "required" in held else {})


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "label": lambda value: isinstance(value, str) and bool(value.strip()),
    "probability": lambda value: _number(value) and value <= 100,
    "days": _number,
    "category": lambda value: value in [*Category],
    "required": lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
}
