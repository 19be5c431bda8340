"""Rows of a Save that are like a record that is here: named once at their cells, kept by the same Save again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_data import Edit, Lookalike, Reason, Records, Workspace
from crm_data.alike.likeness import known_by
from crm_data.alike.lookup import MOST_WANTED
from dashboard.components.grid.wire import Problems
from dashboard.parts import say, twins
from dashboard.parts.many import rows_of

_AGAIN = "Save once more to keep it all the same."
_LINKS = 6  # records that are offered to be opened


@dataclass
class Named:
    """What a tab's grid has said of rows that are like others: by what was typed, who they are."""

    told: dict[str, list[tuple[str, int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """`problems`: of rows that wait for another word, by row; `although`: of those that had it, for the log.

    `likes`: every record that is named, by row, and `cells` what is said of it there.
    """

    problems: Problems = field(default_factory=dict)
    although: str = ""
    likes: Mapping[int, Sequence[Lookalike]] = field(default_factory=dict)
    cells: Problems = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What is said of those that wait; '' where none do."""
        if not self.problems:
            return ""
        them = "it is" if len(self.problems) == 1 else "they are"
        return (
            f"{say.count(len(self.problems), 'record')} may be here already."
            f" Look whether {them} the same, or save once more."
        )

    def shown(self) -> list[Lookalike]:
        """The records to be looked at, each once, the first of them."""
        waiting = [like for id_ in self.problems for like in self.likes[id_]]
        return list({(like.table, like.id): like for like in waiting}.values())[:_LINKS]


NONE = Found()


def of_edits(my: Workspace, records: Records, edits: Sequence[Edit], named: Named) -> Found:
    """Those edits whose name, e-mail or telephone would become another record's. Nothing is asked of others."""
    known = _columns(records)
    some = {edit.id: edit for edit in edits if known & edit.fields.keys()}
    if not some:
        return NONE
    rows = rows_of(records, list(some))
    wanted = {
        id_: (twins.changed(records, rows[id_], edit.fields), id_)
        for id_, edit in some.items()
        if id_ in rows and records.may("change", rows[id_])
    }
    return _found(my, records, wanted, {id_: list(edit.fields) for id_, edit in some.items()}, named)


def of_rows(my: Workspace, records: Records, rows: Mapping[int, Mapping[str, Any]], named: Named) -> Found:
    """Those new rows that are like a record, by place."""
    if not _columns(records) or not records.may("add"):
        return NONE
    wanted = {at: (row, None) for at, row in rows.items()}
    return _found(my, records, wanted, {at: list(row) for at, row in rows.items()}, named)


def _columns(records: Records) -> set[str]:
    known = known_by(records.name)
    return {known.title, *known.emails, *known.phones} if known else set()


def _found(
    my: Workspace,
    records: Records,
    wanted: Mapping[int, tuple[Mapping[str, Any], int | None]],
    typed: Mapping[int, Sequence[str]],
    named: Named,
) -> Found:
    places = list(wanted)
    likes: dict[int, list[Lookalike]] = {}
    for begin in range(0, len(places), MOST_WANTED):
        some = places[begin : begin + MOST_WANTED]
        found = my.alike.lookalikes_of(records.name, [wanted[at] for at in some])
        likes |= {at: each for at, each in zip(some, found, strict=True) if each}
    problems: Problems = {}
    cells = {at: _cells(records, typed[at], each) for at, each in likes.items()}
    again: list[Lookalike] = []
    for at, each in likes.items():
        values, id_ = wanted[at]
        said = repr((records.name, id_, sorted((name, str(values.get(name))) for name in _columns(records))))
        who = [(like.table, like.id) for like in each]
        if named.told.get(said) == who:
            again += each
        else:
            named.told[said] = who
            problems[at] = cells[at]
    return Found(problems, twins.despite(again), likes, cells)


def _cells(records: Records, typed: Sequence[str], likes: Sequence[Lookalike]) -> dict[str, str]:
    """The sentence in each cell that makes the likeness."""
    known = known_by(records.name)
    assert known is not None
    of = {
        Reason.EMAIL: known.emails,
        Reason.PHONE: known.phones,
        Reason.NAME: (known.title,),
        Reason.SIMILAR: (known.title,),
    }
    cells: dict[str, str] = {}
    for like in likes:
        for name in (name for reason in like.reasons for name in of[reason] if name in typed):
            said = twins.despite([like])
            cells.setdefault(name, f"{said[:1].upper()}{said[1:]}. {_AGAIN}")
    return cells or dict.fromkeys(typed, _AGAIN)
