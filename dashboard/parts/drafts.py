"""Edits that wait for Save, by record: kept by us, whatever becomes of the grid in which they were typed.

Streamlit keeps what is typed in a grid by the row's place, and lets go of it when a row comes, goes or moves, when
other rows are shown, or when another screen is. So each edit is taken into here at once, with the value that its
person saw, and laid over the rows that are read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from crm_data import Edit, Field, errors
from dashboard.parts.cells import held, same

Row = dict[str, Any]
MINE, THEIRS = "Mine", "Theirs"
Choices = Mapping[tuple[int, str], str]  # (record, field) -> side
Pair = tuple[Any, Any]  # the value seen, the value wanted
Pairs = Mapping[str, Pair]
_NAME = ".drafts"


@dataclass
class Draft:
    """What waits for one record: the row as it was first seen, and the fields."""

    row: Row
    fields: dict[str, Pair] = field(default_factory=dict)


@dataclass(frozen=True)
class Drafts:
    """The edits that wait in the list at one place."""

    place: str

    @property
    def _all(self) -> dict[int, Draft]:
        kept: dict[int, Draft] = st.session_state.setdefault(f"{self.place}{_NAME}", {})
        return kept

    def take(
        self,
        before: Mapping[int, Draft],
        rows: Sequence[Row],
        edited: Mapping[int, Mapping[str, Any]],
        fields: Mapping[str, Field],
    ) -> bool:
        """Take in what a grid of these rows says was typed, by the row's place; whether anything is new.

        `before` waited when the grid was made. A cell that is not among the edited ones stands as it did then:
        Streamlit lets go of an edit once the cell holds again what it was given. What is typed as it is stored
        does not wait. A place that no row has is left out, and so are the grid's own columns.
        """
        was, now = self._all, _copy(before)
        for at, cells in edited.items():
            row = rows[at] if 0 <= at < len(rows) else {}
            for name, wanted in cells.items() if row else ():
                if name.startswith("_"):
                    continue
                draft = now.setdefault(row["id"], Draft(row))
                if same(fields.get(name), row.get(name), wanted):
                    draft.fields.pop(name, None)
                    continue
                known = was[row["id"]].fields.get(name) if row["id"] in was else None
                draft.fields[name] = (known[0] if known else row.get(name), wanted)
        now = {id_: draft for id_, draft in now.items() if draft.fields}
        st.session_state[f"{self.place}{_NAME}"] = now
        return _wanted(was) != _wanted(now)

    def all(self) -> dict[int, Draft]:
        """What waits now, by id; to be given back to `take`."""
        return _copy(self._all)

    def edits(self) -> list[Edit]:
        """All of them, as the verbs take them."""
        return [Edit(id_, dict(draft.fields)) for id_, draft in self._all.items()]

    def count(self) -> int:
        """How many cells wait."""
        return sum(len(draft.fields) for draft in self._all.values())

    def beside(self, rows: Sequence[Row]) -> int:
        """How many cells wait in records that are not among these rows."""
        shown = {row["id"] for row in rows}
        return sum(len(draft.fields) for id_, draft in self._all.items() if id_ not in shown)

    def rows(self) -> dict[int | None, Row]:
        """The records they are about, as they were first seen, by id."""
        return {id_: draft.row for id_, draft in self._all.items()}

    def fields(self, id_: int) -> Mapping[str, Pair]:
        """What waits for one record."""
        return self._all[id_].fields if id_ in self._all else {}

    def put(self, id_: int, name: str, wanted: Any) -> None:
        """Let one more field of a record wait, of which something waits already."""
        draft = self._all[id_]
        draft.fields[name] = (draft.row.get(name), wanted)

    def drop(self, ids: Iterable[int]) -> None:
        """Let go of what is about these records."""
        self.keep(self._all.keys() - set(ids))

    def keep(self, ids: Iterable[int]) -> None:
        """Let go of what is about other records than these."""
        kept = set(ids)
        st.session_state[f"{self.place}{_NAME}"] = {
            id_: draft for id_, draft in self._all.items() if id_ in kept
        }

    def settle(self, clashes: Sequence[errors.Clash], chosen: Choices) -> None:
        """Of each clash take the side that was chosen."""
        for id_, draft in list(self._all.items()):
            draft.fields = settled(id_, draft.fields, clashes, chosen)
            if not draft.fields:
                del self._all[id_]

    def forget(self) -> None:
        """Let go of all."""
        st.session_state.pop(f"{self.place}{_NAME}", None)


def _copy(drafts: Mapping[int, Draft]) -> dict[int, Draft]:
    return {id_: Draft(draft.row, dict(draft.fields)) for id_, draft in drafts.items()}


def _wanted(drafts: Mapping[int, Draft]) -> dict[int, Row]:
    return {id_: {name: pair[1] for name, pair in draft.fields.items()} for id_, draft in drafts.items()}


def settled(id_: int, fields: Pairs, clashes: Sequence[errors.Clash], chosen: Choices) -> dict[str, Pair]:
    """What is to be saved of one record: theirs lets go of the edit, mine now stands on what theirs is."""
    left = dict(fields)
    for clash in clashes:
        if clash.id != id_ or clash.field not in left:
            continue
        if chosen[id_, clash.field] == THEIRS:
            del left[clash.field]
        else:
            left[clash.field] = (clash.theirs, left[clash.field][1])
    return left


def waiting() -> int:
    """How many cells wait for Save in all lists of this tab."""
    return sum(Drafts(str(key).removesuffix(_NAME)).count() for key in list(st.session_state) if _ours(key))


def _ours(key: object) -> bool:
    return str(key).endswith(_NAME)


def over(row: Row, draft: Draft | None, fields: Mapping[str, Field]) -> Row:
    """The row with what is wanted in place of what is stored, where a cell can hold it."""
    wanted = {name: pair[1] for name, pair in draft.fields.items()} if draft else {}
    shown = {name: value for name, raw in wanted.items() for value in held(fields.get(name), raw)}
    return {**row, **shown} if shown else row
