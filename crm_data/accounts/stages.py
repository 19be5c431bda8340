"""The sales stages as the company has them: words, probabilities, days, forecast. Looked after by its admins."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from crm_data.errors import Clash, Conflict, Invalid, Problem
from crm_data.rights import Act, Person, demand
from crm_data.store.again import again
from crm_data.store.changes import doing_of
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.store.values import parse
from crm_data.store.writer import amend
from crm_data.tables import Company, Deal
from crm_data.tables.deal import Category, Stage
from crm_data.tables.fields import Field, Kind, words
from crm_data.tables.stage_rules import StageRule, StageRules, read

MOST_DAYS = 999
CLOSED = (Stage.CLOSED_WON, Stage.CLOSED_LOST)
OF_ALL = ("label", "required")  # what a closed stage has too
FIELDS: Mapping[str, Field] = {
    "label": Field("Name", Kind.TEXT, "label", length=30),
    "probability": Field("Probability %", Kind.WHOLE, "probability", required=True, low=0, high=100),
    "days": Field("Days expected", Kind.WHOLE, "days", low=0, high=MOST_DAYS),
    "required": Field("Needed", Kind.TAGS, "required"),
    "category": Field("Forecast", Kind.CHOICE, "category", required=True, choices=Category, length=20),
}
# The fields of a deal that a stage of any company may ask for.
REQUIRABLE = ("deal_value", "expected_close_date", "assigned_to", "notes")
# (stage, field) -> what was seen, and what is wanted.
Wishes = Mapping[tuple[str, str], tuple[Any, Any]]


class Stages:
    """One company's stages, bound to a person of it. There are six, whatever they are called."""

    def __init__(self, store: Store, scope: CompanyScope) -> None:
        self._store = store
        self._scope = scope

    def get(self) -> StageRules:
        """The stages as they are now."""
        with self._store.read(self._scope) as session:
            return read(session.scalars(sa.select(Company.stages)).one())

    @property
    def requirable(self) -> tuple[str, ...]:
        """What a stage may ask for: those of all companies, and this one's own that are shown.

        Yes or no is always one of the two, so that nothing could be asked for.
        """
        own = self._scope.own.of(Deal.__tablename__)
        return (*REQUIRABLE, *(one.name for one in own if not one.hidden and one.kind != Kind.YES_NO))

    @again
    def change(self, wishes: Wishes, act_id: str | None = None) -> int:
        """Save what is wanted of some stages, all or none; how many values changed. For admins.

        An empty name is the usual one. Deals that stand in a stage keep the probability they have. Raises Invalid,
        Conflict, NotAllowed.
        """
        demand(Person(self._scope.role, self._scope.operator), Act.PROFILE)
        wanted = _judged(wishes, self.requirable)
        with self._store.write(self._scope) as session:
            company = session.scalars(sa.select(Company).with_for_update()).one()
            now = read(company.stages)
            clashes = [
                Clash(company.id, f"{stage} {name}", wishes[stage, name][0], new, held)
                for (stage, name), new in wanted.items()
                if (held := getattr(now.of(stage), name)) not in (_seen(name, wishes[stage, name][0]), new)
            ]
            if clashes:
                raise Conflict(clashes)
            after = StageRules(tuple(_changed(rule, wanted) for rule in now.each))
            demand_apart(after)
            doing = replace(
                doing_of(self._scope.user_id, act_id, kind="profile"), title="Changed the sales stages"
            )
            amend(session, doing, company, {"stages": after.kept() or None}, [company.id], company.name)
            pairs = zip(now.each, after.each, strict=True)
            return sum(getattr(old, name) != getattr(new, name) for old, new in pairs for name in FIELDS)


def _judged(wishes: Wishes, requirable: Sequence[str]) -> dict[tuple[str, str], Any]:
    wanted: dict[tuple[str, str], Any] = {}
    problems: list[Problem] = []
    for (stage, name), (seen, raw) in wishes.items():
        if stage not in list(Stage) or name not in FIELDS or (stage in CLOSED and name not in OF_ALL):
            raise Invalid("This cannot be changed here.")
        field = replace(FIELDS[name], label=f"{words(stage)}, {FIELDS[name].label.lower()}")
        if name == "required":
            wanted[stage, name] = _needed(raw, seen, requirable)
            continue
        try:
            said = parse(field, raw)
        except Invalid as wrong:
            problems += wrong.problems
            continue
        wanted[stage, name] = said if said is not None else words(stage) if name == "label" else 0
    if problems:
        raise Invalid(problems)
    return wanted


def _needed(raw: Any, seen: Any, requirable: Sequence[str]) -> tuple[str, ...]:
    """The fields in their order, each once; a hidden one that was asked for stays. Raises Invalid."""
    said = tuple(raw) if isinstance(raw, list | tuple) else (raw,)
    held = [name for name in seen if name not in requirable] if isinstance(seen, list | tuple) else []
    known = (*requirable, *held)
    if not set(map(str, said)) <= set(map(str, known)):
        raise Invalid("A stage cannot ask for that. Choose fields from the screen.", "required")
    return tuple(name for name in known if name in said)


def _seen(name: str, seen: Any) -> Any:
    return tuple(seen) if name == "required" and isinstance(seen, list | tuple) else seen


def _changed(rule: StageRule, wanted: Mapping[tuple[str, str], Any]) -> StageRule:
    return replace(
        rule, **{name: wanted[rule.stage, name] for name in FIELDS if (rule.stage, name) in wanted}
    )


def demand_apart(rules: StageRules) -> None:
    """No two stages may be called the same, and none as the code of another is."""
    for rule in rules.each:
        for other in rules.each:
            names = {_alike(other.label), _alike(other.stage)}
            if other.stage != rule.stage and _alike(rule.label) in names:
                said = f"{rule.label}: another stage is called that already. Choose another name."
                raise Invalid([Problem("label", said)])


def _alike(said: str) -> str:
    return "".join(sign for sign in said.casefold() if sign.isalnum())
