"""References: records about a deal, a lead or a customer: filled in from each other, and never contradicting."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from crm_data.errors import Invalid, Problem
from crm_data.store.changes import Doing
from crm_data.store.many import table_of
from crm_data.store.scope import CompanySession
from crm_data.store.writer import update
from crm_data.tables import Activity, Deal, Lead, Task

Row = dict[str, Any]
Parents = Mapping[tuple[str, int], Mapping[str, int | None]]

# Link -> the table behind it, what it fills in, and what it only must not contradict.
UP: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    "task_id": (Task, ("deal_id", "lead_id", "customer_id"), ()),
    "deal_id": (Deal, ("customer_id",), ("lead_id",)),
    "lead_id": (Lead, ("customer_id",), ()),
}
_WORD = {"task_id": "task", "deal_id": "deal", "lead_id": "lead", "customer_id": "customer"}
_MOST_IDS = 500  # in one IN (...)


def parents_of(session: CompanySession, rows: Sequence[Mapping[str, Any]]) -> Parents:
    """The records that rows name, and what those name in their turn; one statement a kind (and 500 ids).

    An import, whose rows come one by one, puts an empty dictionary under "parents" into `session.info`: each
    kind is then read whole, once.
    """
    wanted = {link: {row[link] for row in rows if row.get(link) is not None} for link in UP}
    found: dict[tuple[str, int], Mapping[str, int | None]] = {}
    for link, (_, fills, _) in UP.items():
        for id_, ups in _ups(session, link, sorted(wanted[link])).items():
            found[link, id_] = ups
            for up in fills:  # a task's deal and lead are asked in their turn
                if up in wanted and ups[up] is not None:
                    wanted[up].add(ups[up])
    return found


@contextmanager
def known_parents(session: CompanySession, wanted: Sequence[tuple[Row, Row]]) -> Iterator[None]:
    """While many rows are linked: what all of them name is read together, and not by each.

    `wanted`: each row as it is, and the values that it is given.
    """
    linking = {*UP, "customer_id"}
    rows = [{**row, **values} for row, values in wanted if linking & values.keys()]
    kept: dict[str, dict[int, Any]] = {link: {} for link in UP}
    for (link, id_), ups in parents_of(session, rows).items() if rows else ():
        kept[link][id_] = ups
    session.info["parents"] = kept
    try:
        yield
    finally:
        session.info.pop("parents")


def _ups(session: CompanySession, link: str, ids: list[int]) -> dict[int, Mapping[str, int | None]]:
    model, fills, agrees = UP[link]
    every = sa.select(model.id, *(getattr(model, name) for name in (*fills, *agrees)))
    kept = session.info.get("parents")
    if kept is not None:
        if ids and link not in kept:
            kept[link] = {row.pop("id"): row for row in map(dict, session.execute(every).mappings())}
        return {id_: kept[link][id_] for id_ in ids if id_ in kept[link]}
    found: dict[int, Mapping[str, int | None]] = {}
    for start in range(0, len(ids), _MOST_IDS):
        some = every.where(model.id.in_(ids[start : start + _MOST_IDS]))
        found |= {row.pop("id"): row for row in map(dict, session.execute(some).mappings())}
    return found


def agreed(values: Row, before: Row | None, parents: Parents) -> Row:
    """The values with the links that follow from those they name. Pure. Raises Invalid where two contradict.

    What is empty is filled in; what came with an earlier deal, lead or task follows the new one.
    """
    old = before or {}
    now: dict[str, Any] = {link: values.get(link, old.get(link)) for link in _WORD}
    new, problems = dict(values), []
    for link, (_, fills, agrees) in UP.items():
        parent = parents.get((link, now[link] or 0))
        for up, known in (parent or {}).items():
            follows = link in values and old.get(link) is not None and up not in values
            if known is None or now[up] == known:
                continue
            if up in fills and (now[up] is None or follows):
                now[up] = new[up] = known
            elif up in fills or (up in agrees and now[up] is not None):
                problems.append(
                    Problem(
                        link if link in values else up,
                        f"{_WORD[link].capitalize()}: it belongs to another {_WORD[up]} than the one chosen here."
                        f" Choose the {_WORD[link]}'s own {_WORD[up]}, or another {_WORD[link]}.",
                    )
                )
    if problems:
        raise Invalid(problems)
    return new


def linked(session: CompanySession, values: Row, before: Row | None, links: Iterable[str]) -> Row:
    """`agreed` for one row; asks the database only when a link is written."""
    if not any(link in values for link in (*links, "customer_id")):
        return values
    now = {**(before or {}), **values}
    return agreed(values, before, parents_of(session, [{link: now.get(link) for link in links}]))


def carry_customers(session: CompanySession, doing: Doing, link: str, moved: Mapping[int, int]) -> None:
    """What hangs on deals or leads moves with them to their new customers, each row with its entry in the log.

    `moved`: the deal or lead -> its customer. Two statements for 500 of them, and the writes.
    """
    models: tuple[Any, ...] = (Task, Activity)
    every = sorted(moved)
    for model in models:
        found: list[Row] = []
        hangs = getattr(model, link)
        for start in range(0, len(every), _MOST_IDS):
            mine: list[sa.ColumnElement[bool]] = [hangs.in_(every[start : start + _MOST_IDS])]
            if link == "lead_id":
                mine.append(model.deal_id.is_(None))
            rows = sa.select(model.id, model.customer_id, hangs.label("on")).where(*mine).order_by(model.id)
            found += [dict(row) for row in session.execute(rows.with_for_update()).mappings()]
        goes = [
            (row, {"customer_id": moved[row["on"]]})
            for row in found
            if row["customer_id"] != moved[row["on"]]
            and (model.__tablename__, row["id"]) not in doing.settled
        ]
        update(session, doing, table_of(model), goes, follows=True)
