"""Undo: an act is taken back by an act of its own, in one transaction, and that one can be undone in its turn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from crm_data.changes import settings, shared_views
from crm_data.changes.plan import Left, Plan, plan_of
from crm_data.changes.sets import OF_PEOPLE, undone_by
from crm_data.changes.since import OneAct
from crm_data.changes.tables import cascading, whole_rows
from crm_data.errors import ChangedSince, Invalid, NotAllowed, NotFound
from crm_data.rights import Act, Person, demand, may
from crm_data.store import writer
from crm_data.store.chain import ERASED_FOR_GOOD
from crm_data.store.changes import Doing
from crm_data.store.locks import lock_company
from crm_data.store.many import table_of
from crm_data.store.records import Records
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.values import row_id
from crm_data.tables import ChangeLog, ChangeSet, DealStageHistory, by_name, noun

UNDO, REDO = "undo", "redo"
_PEOPLE = frozenset({"user_companies", "companies", "users"})
_ANOTHERS = "This was done by a colleague. Only they and managers may undo it."
Row = dict[str, Any]


@dataclass(frozen=True)
class Preview:
    """What an undo would do: `why` is '' when it can be done at all. `counts`: table -> rows written."""

    id: int
    title: str
    redo: bool
    why: str
    counts: Mapping[str, int]
    left: tuple[Left, ...]


def preview(session: CompanySession, scope: CompanyScope, kinds: Mapping[str, Records], id: Any) -> Preview:
    """What an undo would do now, and why it cannot be done. Raises NotFound, and NotAllowed for another's act."""
    act = found(session, scope, id)
    why = refusal(session, scope, act)
    if not why and settings.is_of_settings(session, act):
        planned = settings.plan_of(session, act)
        why = "" if planned.values else _nothing(planned.left)
        counts = {"companies": 1} if planned.values else {}
        return Preview(act.id, act.title, act.kind == UNDO, why, counts, tuple(planned.left))
    if not why and shared_views.is_of_views(act):
        view = shared_views.plan_of(session, scope, act)
        counts = {shared_views.VIEWS: 1} if view.values else {}
        why = "" if view.values else _nothing(view.left)
        return Preview(act.id, act.title, act.kind == UNDO, why, counts, tuple(view.left))
    plan = Plan() if why else plan_of(session, kinds, OneAct(act.act_id), Doing(scope.user_id))
    if not why and not plan.counts:
        why = _nothing(plan.left)
    return Preview(act.id, act.title, act.kind == UNDO, why, plan.counts, tuple(plan.left))


def undo(
    session: CompanySession,
    scope: CompanyScope,
    kinds: Mapping[str, Records],
    id: Any,
    doing: Doing,
    rest: bool,
) -> list[Left]:
    """Take an act back, within a transaction; what was left, which `rest` allows.

    Raises NotFound, NotAllowed, Invalid where it cannot be undone, and ChangedSince; nothing is done then.
    """
    lock_company(session)  # so that two do not undo the same
    act = found(session, scope, id)
    why = refusal(session, scope, act)
    if why:
        raise Invalid(why)
    again = act.kind == UNDO
    title = act.title.removeprefix("Undo: ").removeprefix("Redo: ")
    title = f"{'Redo' if again else 'Undo'}: {title}"
    doing = replace(doing, kind=REDO if again else UNDO, title=title, undoes=act.id)
    if settings.is_of_settings(session, act):
        planned = settings.plan_of(session, act, lock=True)
        _demand(planned, rest)
        settings.carry_out(session, doing, planned)
        return planned.left
    if shared_views.is_of_views(act):
        view = shared_views.plan_of(session, scope, act, lock=True)
        _demand(view, rest)
        shared_views.carry_out(session, doing, view)
        return view.left
    plan = plan_of(session, kinds, OneAct(act.act_id), doing, lock=True)
    if not plan.counts:
        raise ChangedSince(plan.left, _nothing(plan.left), rest=False)
    return carry_out(session, kinds, plan, doing, rest)


def _demand(planned: settings.Settings | shared_views.Planned, rest: bool) -> None:
    """Raise ChangedSince where nothing can be done, or something stays and `rest` does not allow it."""
    if not planned.values:
        raise ChangedSince(planned.left, _nothing(planned.left), rest=False)
    if planned.left and not rest:
        raise ChangedSince(planned.left, _some(planned.left), rest=True)


def found(session: CompanySession, scope: CompanyScope, id: Any) -> ChangeSet:
    """The act, for who did it and for managers. Raises NotFound, NotAllowed."""
    number = row_id(id)
    act = session.scalar(sa.select(ChangeSet).where(ChangeSet.id == number)) if number else None
    if act is None:
        raise NotFound("There is no such change here. It may have been removed, or the link may be wrong.")
    mine = scope.user_id is not None and act.user_id == scope.user_id
    if not mine and not may(Person(scope.role, scope.operator), Act.AUDIT):
        raise NotAllowed(_ANOTHERS)
    return act


def refusal(session: CompanySession, scope: CompanyScope, act: ChangeSet) -> str:
    """Why an act as a whole cannot be undone; '' when it can."""
    if undone_by(session, [act.id]):
        return "This was undone already. Undo that, to have it done again."
    if act.kind == ERASED_FOR_GOOD:
        return "What was erased for good cannot be brought back."
    if settings.is_of_settings(session, act):
        return _not_allowed(scope, Act.PROFILE)
    if act.kind != "import" and set(act.counts) & _PEOPLE:
        return OF_PEOPLE
    if act.kind == "import" and (refused := _not_allowed(scope, Act.IMPORT)):
        return refused
    # Before acts were kept whole, what followed from a write was not logged, and an undo would leave it behind.
    whole = sa.select(ChangeLog.id).where(ChangeLog.act_id == act.act_id).limit(1)
    return "" if session.scalar(whole) is not None else "The log does not say any more what this changed."


def _not_allowed(scope: CompanyScope, act: Act) -> str:
    """Why this person may not; '' for who may."""
    try:
        demand(Person(scope.role, scope.operator), act)
    except NotAllowed as refused:
        return str(refused)
    return ""


def carry_out(
    session: CompanySession, kinds: Mapping[str, Records], plan: Plan, doing: Doing, rest: bool
) -> list[Left]:
    """Write what was planned; what was left, which `rest` allows. Raises ChangedSince where it does not."""
    if plan.left and not rest:
        raise ChangedSince(plan.left, _some(plan.left), rest=True)
    _apply(session, kinds, plan, replace(doing, settled=_settled(plan)))
    return plan.left


def _apply(session: CompanySession, kinds: Mapping[str, Records], plan: Plan, doing: Doing) -> None:
    for table, rows in plan.restored.items():
        there = [{**row, **dict.fromkeys(plan.linked.get((table, row["id"]), ()))} for row in rows]
        writer.put_back(session, doing, table_of(by_name(table)), there)
    for (table, id_), new in plan.linked.items():
        blank = {"id": id_, **dict.fromkeys(new)}
        writer.update(session, doing, table_of(by_name(table)), [(blank, new)], follows=True)
    for table, changes in plan.changed.items():
        records = kinds[table]
        for action in ("change", "archive", "restore"):
            some = [(row, new) for row, new, what in changes if what == action]
            writer.update(session, doing, table_of(records.table), some, action)
        written = [(row, {**row, **new}) for row, new, _ in changes]
        writer.follow(session, doing, _OnlyHistory(records), [(row, after) for row, after in written])
        records._carry(session, doing, written)
    for table, rows in reversed(plan.erased.items()):
        for child, column in cascading(table):
            _keep(session, doing, child, column, [row["id"] for row in rows])
        writer.erase(session, doing, table_of(by_name(table)), rows)


def _settled(plan: Plan) -> frozenset[tuple[str, int]]:
    """The rows whose customer is put back as it was, whatever becomes of the record that they hang on."""
    restored = {(table, row["id"]) for table, rows in plan.restored.items() for row in rows}
    own = {
        (table, row["id"])
        for table, changes in plan.changed.items()
        for row, new, _ in changes
        if "customer_id" in new
    }
    return frozenset(restored | own)


class _OnlyHistory:
    """Of what follows from a write, that alone which only grows: a deal that is put back has moved once more.

    The timeline tells of no move that was taken back: its line goes with the act.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def consequences(self, doing: Doing, after: Row, before: Row | None) -> list[tuple[type, Row]]:
        """The lines of the stage history."""
        follows = self._records.consequences(doing, after, before)
        return [(model, row) for model, row in follows if model is DealStageHistory]


def _keep(session: CompanySession, doing: Doing, child: str, column: str, ids: list[int]) -> None:
    """What goes with its parent is kept in the log, so that it comes back with it."""
    model: Any = by_name(child)
    for start in range(0, len(ids), writer.MOST_IDS):
        some = ids[start : start + writer.MOST_IDS]
        wanted = sa.select(model.id).where(getattr(model, column).in_(some))
        rows = list(whole_rows(session, child, list(session.scalars(wanted)), lock=False))
        if rows:
            writer.erase(session, doing, table_of(model), rows)


def _nothing(left: list[Left]) -> str:
    if not left:
        return "There is nothing left of this that could be undone."
    return told(left) if all(one.settled for one in left) else f"Nothing of this can be undone. {told(left)}"


def _some(left: list[Left]) -> str:
    return f"{told(left)} Undo the rest, or leave it all as it is."


def told(left: list[Left]) -> str:
    """What stays, in words: the first ones by name."""
    shown = [
        one.sentence
        if one.settled
        else f"{noun(one.table).capitalize()} {one.name or one.id}: {one.sentence}"
        for one in left[:3]
    ]
    more = [f"And {len(left) - 3:,} more."] if len(left) > 3 else []
    return " ".join([*shown, *more])
