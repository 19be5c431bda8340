"""What a company set for itself, taken back: its stages and own fields, part by part, as far as they stand so."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from crm_data.accounts.own_fields import demand_free, demand_unused
from crm_data.accounts.stages import FIELDS, demand_apart
from crm_data.changes.plan import Left
from crm_data.errors import Invalid
from crm_data.store.changes import Doing
from crm_data.store.names import member_names
from crm_data.store.scope import CompanySession
from crm_data.store.writer import amend
from crm_data.tables import ChangeLog, ChangeSet, Company, own_fields, stage_rules
from crm_data.tables.own_fields import OwnField
from crm_data.tables.stage_rules import NAMES

STAGES, OWN = "stages", "own_fields"
KINDS = ("profile", "undo", "redo")
_ORDER = "order"
_PARTS = {"label": "name", "section": "section", "choices": "choices", "hidden": "whether it is shown"}
# What is set: of which setting, of which stage or table, of which field of the table, and which part of it.
Part = tuple[str, str, str, str]


@dataclass
class Settings:
    """What taking an act back writes into the company's row, and what it leaves."""

    values: dict[str, Any] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)


def is_of_settings(session: CompanySession, act: ChangeSet) -> bool:
    """Whether an act changed nothing but the company's stages or its own fields."""
    if act.kind not in KINDS or set(act.counts) != {Company.__tablename__}:
        return False
    lines = session.scalars(sa.select(ChangeLog.after).where(ChangeLog.act_id == act.act_id)).all()
    return bool(lines) and all(set(after or {"": ""}) <= {STAGES, OWN} for after in lines)


def plan_of(session: CompanySession, act: ChangeSet, lock: bool = False) -> Settings:
    """What the undo of such an act would write now; what was set otherwise since stays. Four statements."""
    wanted = sa.select(Company)
    company = session.scalars(wanted.with_for_update() if lock else wanted).one()
    log = (
        sa.select(ChangeLog, ChangeSet.id.label("set_id"), ChangeSet.undoes)
        .join(ChangeSet, ChangeSet.act_id == ChangeLog.act_id)
        .where(ChangeLog.table_name == Company.__tablename__, ChangeLog.row_id == company.id)
        .where(ChangeSet.id >= act.id)
        .order_by(ChangeLog.id)
    )
    lines = session.execute(log).all()
    mine: dict[Part, tuple[Any, Any]] = {}
    stacks: dict[Part, list[tuple[int, ChangeLog]]] = defaultdict(list)
    for line, set_id, undoes in lines:
        found = _difference(line.before or {}, line.after or {})
        if set_id == act.id:
            mine |= found
            continue
        for part in found:
            if stacks[part] and undoes is not None and stacks[part][-1][0] == undoes:
                stacks[part].pop()
            else:
                stacks[part].append((set_id, line))
    since = {part: stack[-1][1] for part, stack in stacks.items() if stack}
    return _Planned(session, company, since).made(mine)


def carry_out(session: CompanySession, doing: Doing, planned: Settings) -> None:
    """Write it, as one line of the log. The company's row is locked."""
    company = session.scalars(sa.select(Company)).one()
    amend(session, doing, company, planned.values, [company.id], company.name)


class _Planned:
    """The plan while it is made: what stands now, and what was written since, by part."""

    def __init__(self, session: CompanySession, company: Company, since: Mapping[Part, ChangeLog]) -> None:
        self.session, self.company, self.since = session, company, since
        self.rules, self.own = stage_rules.read(company.stages), own_fields.read(company.own_fields)
        self.now = _parts({STAGES: company.stages, OWN: company.own_fields})
        self.plan, self.who = Settings(), member_names(session) if since else {}

    def made(self, mine: Mapping[Part, tuple[Any, Any]]) -> Settings:
        """With each part of an act put back, as (what it was, what it became)."""
        back: dict[Part, Any] = {}
        for part, (was, became) in mine.items():
            if part in self.since or self.now.get(part) != became:
                self._leave(part, f"{self._called(part)} was changed since.")
            else:
                back[part] = was
        self._stages({part: was for part, was in back.items() if part[0] == STAGES})
        self._fields({part: was for part, was in back.items() if part[0] == OWN})
        return self.plan

    def _stages(self, back: Mapping[Part, Any]) -> None:
        names = [part for part in back if part[3] == "label"]
        for tried in (back, {part: was for part, was in back.items() if part not in names}):
            each = (
                replace(
                    rule, **{name: was for (_, stage, _, name), was in tried.items() if stage == rule.stage}
                )
                for rule in self.rules.each
            )
            after = replace(self.rules, each=tuple(each))
            try:
                demand_apart(after)
            except Invalid as refused:
                for part in names:
                    self._leave(part, str(refused))
                continue
            if after != self.rules:
                self.plan.values[STAGES] = after.kept() or None
            return

    def _fields(self, back: Mapping[Part, Any]) -> None:
        after = self.own
        for part, was in back.items():
            _, table, name, what = part
            own = after.of(table)
            if what == _ORDER:
                after = after.but(table, sorted(own, key=lambda one: was.index(one.name)))
                continue
            before = next(one for one in own if one.name == name)
            new = _rechosen(before, was) if what == "choices" else replace(before, **{what: was})
            try:
                demand_free(table, new, [one for one in own if one.name != name])
                demand_unused(self.session, table, new, set(dict(before.choices)) - set(dict(new.choices)))
            except Invalid as refused:
                self._leave(part, str(refused))
                continue
            after = after.but(table, [new if one.name == name else one for one in own])
        if after != self.own:
            self.plan.values[OWN] = after.kept() or None

    def _leave(self, part: Part, sentence: str) -> None:
        line = self.since.get(part)
        who, at = "", None
        if line is not None:
            nobody = "A former colleague" if line.user_id else "The system"
            who, at = self.who.get(line.user_id or 0, nobody), line.at
        self._left(part, sentence, who, at)

    def _left(self, part: Part, sentence: str, who: str, at: datetime | None) -> None:
        table, id_, name = Company.__tablename__, self.company.id, self.company.name
        self.plan.left.append(Left(table, id_, name, ".".join(part), sentence, who, at))

    def _called(self, part: Part) -> str:
        setting, of, name, what = part
        if setting == STAGES:
            return f"{self.rules.label(of)}, {FIELDS[what].label.lower()}"
        if what == _ORDER:
            return f"The order of the fields of {of}"
        return f"{self.own.label(of, name) or name} of {of}, {_PARTS[what]}"


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[Part, tuple[Any, Any]]:
    """Part -> (was, became). A field that came is hidden when that is undone: its column is its own for good."""
    both = {name: before.get(name) for name in after}
    was, became = _parts(both), _parts(after)
    found = {
        part: (was.get(part), became.get(part))
        for part in {**was, **became}
        if was.get(part) != became.get(part)
    }
    came = {part[:3] for part in found if part[3] == "kind"}
    grown = {of for _, of, _ in came}
    found = {
        part: pair
        for part, pair in found.items()
        if part[:3] not in came and not (part[3] == _ORDER and part[1] in grown)
    }
    return found | {(*which, "hidden"): (True, False) for which in came}


def _parts(kept: Mapping[str, Any]) -> dict[Part, Any]:
    found: dict[Part, Any] = {}
    if STAGES in kept:
        for rule in stage_rules.read(kept[STAGES]).each:
            found |= {(STAGES, rule.stage, "", name): getattr(rule, name) for name in NAMES}
    for table, own in own_fields.read(kept.get(OWN)).each.items():
        found[OWN, table, "", _ORDER] = tuple(one.name for one in own)
        for one in own:
            found |= {(OWN, table, one.name, name): getattr(one, name) for name in ("kind", *_PARTS)}
    return found


def _rechosen(now: OwnField, choices: own_fields.Choices) -> OwnField:
    """With the choices that were; a code is never given twice, so that those which go are remembered."""
    kept = dict(choices)
    known = now.choices + now.gone
    return replace(now, choices=choices, gone=tuple(one for one in known if one[0] not in kept))
