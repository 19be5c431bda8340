"""The editable grid: columns from the declarations, edits kept with what was seen, one Save for all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crm_data import CrmError, Edit, Field, Kind, Page, Records, Workspace, errors
from dashboard.parts import say, unsaved
from dashboard.parts.acts import announce, attempt, forget_refusal, show_refusal
from dashboard.parts.clashes import ask, remember

PICK = "_pick"
LOCK = "_lock"
Row = dict[str, Any]
ROW_HEIGHT = 34
HEIGHT = 34 * 15 + 4
_LOCKED = "A lock: a colleague's record, which only its owner or a manager may change"


@dataclass(frozen=True)
class Action:
    """A button in every row: its icon or words from the row (a list makes a menu), and what a click does."""

    name: str
    help: str
    label: Callable[[Row], str | list[str]]
    act: Callable[[int, str], None]
    width: int = 44

    @property
    def column(self) -> str:
        """The column it stands in; no field has such a name."""
        return f"_{self.name}"

    def labels(self, row: Row) -> list[str]:
        """What can be clicked in this row; a browser may say that something else was."""
        label = self.label(row)
        return label if isinstance(label, list) else [label]


@dataclass(frozen=True)
class Note:
    """A read-only column of the program's own words about a row."""

    name: str
    label: str
    text: Callable[[Row], str]

    @property
    def column(self) -> str:
        """The column it stands in."""
        return f"_{self.name}"


@dataclass(frozen=True)
class Grid:
    """One grid on one screen; its state lives under `place` in the person's tab.

    `locks`: whether rows that are a colleague's may be among these, so that they are marked where it matters.
    """

    my: Workspace
    records: Records
    members: Mapping[int, str]
    place: str
    notes: Sequence[Note] = ()
    locks: bool = True

    def draw(
        self, page: Page, actions: Sequence[Action], columns: list[str], line: DeltaGenerator
    ) -> list[int]:
        """Draw the rows with these columns, and Save and Discard in `line`; returns the ids that are ticked.

        Archived rows cannot be edited.
        """
        fields = {name: self.records.fields[name] for name in columns}
        key = self._key()
        ask(self.place, self.records, page, self._save_chosen)
        waiting = unsaved.unsaved()
        if unsaved.remember(waiting) and not waiting:
            forget_refusal(self.place)
        show_refusal(self.place)
        self._note_what_was_seen(key)
        frozen = [name for name in fields if not self._editable(fields[name], page)]
        frozen += [LOCK, *(action.column for action in actions), *(note.column for note in self.notes)]
        st.data_editor(
            self._frame(page, fields, actions),
            key=key,
            num_rows="fixed",
            hide_index=True,
            disabled=frozen,
            column_config=self._config(fields, page, actions),
            row_height=ROW_HEIGHT,
            height=min(ROW_HEIGHT * (len(page.rows) + 1) + 4, HEIGHT),
            placeholder="",
        )
        st.session_state[f"{key}.rows"] = page.rows
        with line:
            self._save_or_discard(self._pending(key))
        return self._ticked(key, page)

    def _editable(self, field: Field, page: Page) -> bool:
        fits = field.kind not in (Kind.LINK, Kind.LONG_TEXT, Kind.JSON)
        return field.edit and fits and all(row.get("archived_at") is None for row in page.rows)

    # state

    def _key(self) -> str:
        # A grid's state cannot be emptied from code; a new name is a new, empty grid.
        return f"{self.place}{unsaved.GRID}{st.session_state.get(f'{self.place}.turn', 0)}"

    def _edited(self, key: str) -> dict[int, dict[str, Any]]:
        state = st.session_state.get(key) or {}
        return {int(at): dict(cells) for at, cells in state.get("edited_rows", {}).items()}

    def _note_what_was_seen(self, key: str) -> None:
        """Remember the value under each new edit: a colleague's later change is not overwritten unseen."""
        rows = st.session_state.get(f"{key}.rows")
        seen = st.session_state.setdefault(f"{key}.seen", {})
        if rows is None:
            return
        now = {}
        for at, cells in self._edited(key).items():
            if 0 <= at < len(rows):
                for name in cells:
                    cell = (rows[at]["id"], name)
                    now[cell] = seen.get(cell, rows[at].get(name))
        st.session_state[f"{key}.seen"] = now

    def _pending(self, key: str) -> list[Edit]:
        """The edits that wait for Save, by row id. A forged position or column is refused by the verbs."""
        rows = st.session_state.get(f"{key}.rows") or []
        seen = st.session_state.get(f"{key}.seen") or {}
        edits = []
        for at, cells in self._edited(key).items():
            if not 0 <= at < len(rows):
                raise errors.NotFound
            row = rows[at]
            pairs = {
                name: (seen.get((row["id"], name), row.get(name)), value)
                for name, value in cells.items()
                if not name.startswith("_")
            }
            if pairs:
                edits.append(Edit(row["id"], pairs))
        return edits

    def _ticked(self, key: str, page: Page) -> list[int]:
        edited = self._edited(key)
        return [row["id"] for at, row in enumerate(page.rows) if edited.get(at, {}).get(PICK)]

    # acts

    def _save_or_discard(self, edits: list[Edit]) -> None:
        count = sum(len(edit.fields) for edit in edits)
        if not count:
            return
        st.button(
            f"Save {say.count(count, 'change')}",
            key=f"{self.place}.save",
            type="primary",
            icon=":material/check:",
            shortcut="Ctrl+S",
            on_click=self._save,
        )
        st.button("Discard", key=f"{self.place}.discard", on_click=self.empty)

    def _save(self) -> None:
        try:
            edits = self._pending(self._key())
        except CrmError:
            announce("This list has changed; nothing was saved. Look at it again.", "error")
            return self.empty()
        return self._store(edits)

    def _save_chosen(self, edits: list[Edit]) -> None:
        if edits:
            self._store(edits)
        else:
            self.empty()

    def _store(self, edits: list[Edit]) -> None:
        count = sum(len(edit.fields) for edit in edits)

        def do() -> int:
            try:
                return self.records.change(edits, zone=say.zone())
            except errors.Conflict as conflict:
                remember(self.place, conflict, edits)
                raise
            except errors.Invalid as wrong:
                raise self._named(wrong) from wrong
            except errors.NotAllowed as refused:
                raise self._whose(refused, edits) from refused

        if attempt(self.place, do) is not None:
            announce(f"Saved {say.count(count, 'change')}.")
            self.empty()

    def _named(self, wrong: errors.Invalid) -> errors.Invalid:
        """The same refusal, each sentence with the name of the record it is about."""
        rows = self._shown()
        return errors.Invalid(
            [
                replace(problem, sentence=f"{self._name(rows[problem.row])}: {problem.sentence}")
                if problem.row in rows
                else problem
                for problem in wrong.problems
            ]
        )

    def _whose(self, refused: errors.NotAllowed, edits: list[Edit]) -> errors.NotAllowed:
        """The same refusal, with the names of the records that are a colleague's."""
        rows = self._shown()
        edited = [rows[edit.id] for edit in edits if edit.id in rows]
        theirs = [self._name(row) for row in edited if not self.records.may("change", row)]
        return errors.NotAllowed(f"{', '.join(theirs)}: {refused}") if theirs else refused

    def _shown(self) -> dict[int | None, Row]:
        """The rows on screen by their ids."""
        return {row["id"]: row for row in st.session_state.get(f"{self._key()}.rows") or []}

    def _name(self, row: Row) -> str:
        return str(row[self.records.title])

    def empty(self) -> None:
        """Let go of every pending edit and tick."""
        key = self._key()
        for name in (f"{key}.rows", f"{key}.seen", f"{self.place}.clashes"):
            st.session_state.pop(name, None)
        forget_refusal(self.place)
        unsaved.remember(0)
        st.session_state[f"{self.place}.turn"] = st.session_state.get(f"{self.place}.turn", 0) + 1

    # columns

    def _frame(self, page: Page, fields: Mapping[str, Field], actions: Sequence[Action]) -> pd.DataFrame:
        """The rows as the widget wants them, put together in one go: pandas is slow at adding columns."""
        columns: dict[str, Any] = {}
        if self.records.may("archive"):
            columns[PICK] = np.zeros(len(page.rows), dtype=bool)
        for action in actions:
            columns[action.column] = [action.label(row) for row in page.rows]
        if self.locks and not self.records.may("change"):
            columns[LOCK] = ["" if self.records.may("change", row) else "🔒" for row in page.rows]
        for at, (name, field) in enumerate(fields.items()):
            values = [row.get(name) for row in page.rows]
            columns[name] = _typed(values, field, page.names.get(name, {}))
            if at == 0:
                columns |= {note.column: [note.text(row) for row in page.rows] for note in self.notes}
        return pd.DataFrame(columns, index=pd.Index([row["id"] for row in page.rows], name="id"))

    def _config(self, fields: Mapping[str, Field], page: Page, actions: Sequence[Action]) -> dict[str, Any]:
        config: dict[str, Any] = {
            PICK: st.column_config.CheckboxColumn(
                "", width=36, help="Tick rows to archive them", pinned=True
            ),
            LOCK: st.column_config.TextColumn("", width=36, help=_LOCKED, pinned=True),
        }
        for action in actions:
            config[action.column] = self._button(action, page)
        for note in self.notes:
            config[note.column] = st.column_config.TextColumn(note.label)
        for at, (name, field) in enumerate(fields.items()):
            config[name] = _column(field, self.members, page, first=at == 0, currency=self.my.scope.currency)
        return config

    def _button(self, action: Action, page: Page) -> Any:
        key = f"{self._key()}{action.column}"

        def clicked() -> None:
            click = st.session_state[key]
            row = page.rows[click.row] if 0 <= click.row < len(page.rows) else None
            if row is not None and click.label in action.labels(row):
                action.act(row["id"], click.label)

        return st.column_config.ButtonColumn(
            "", width=action.width, type="tertiary", key=key, on_click=clicked, pinned=True, help=action.help
        )


def _typed(values: list[Any], field: Field, names: Mapping[int, str]) -> Any:
    """The column in a type that stays whatever its values: a change of type would drop pending edits."""
    if field.kind is Kind.MONEY:
        return np.array([np.nan if value is None else float(value) for value in values], dtype="float64")
    if field.kind in (Kind.WHOLE, Kind.MEMBER):
        return pd.array(values, dtype="Int64")
    if field.kind is Kind.LINK:
        return pd.array([None if id_ is None else names.get(id_) for id_ in values], dtype="string")
    if field.kind is Kind.MOMENT:
        return pd.DatetimeIndex(values, dtype="datetime64[s, UTC]").tz_convert(str(say.zone()))
    if field.kind is Kind.DAY:
        return np.array(values, dtype="datetime64[D]").astype("datetime64[s]")
    if field.kind is Kind.YES_NO:
        return pd.array(values, dtype="boolean")
    if field.kind is Kind.TAGS:
        return [value or [] for value in values]
    return pd.array(values, dtype="string")


def _column(field: Field, members: Mapping[int, str], page: Page, first: bool, currency: str) -> Any:
    config = st.column_config
    label = f"{field.label} *" if field.required else field.label
    if field.kind is Kind.CHOICE:
        labels = field.choice_labels()
        return config.SelectboxColumn(
            label, options=list(labels), format_func=lambda v: labels.get(str(v), str(v)), required=True
        )
    if field.kind is Kind.MEMBER:
        names = {**page.names.get(field.name, {}), **members}
        shown = {int(row[field.name]) for row in page.rows if row.get(field.name) is not None}
        options = [*members, *sorted(shown - set(members))]
        return config.SelectboxColumn(
            label,
            options=options,
            format_func=lambda id_: names.get(int(id_), "Unknown"),
            required=field.required,
        )
    if field.kind is Kind.MONEY:
        # Without bounds here and below: a cell with one takes "-12" for 12, where the verb refuses it in words.
        return config.NumberColumn(
            f"{label} ({currency})", format="%,.2f", step=0.01, required=field.required
        )
    if field.kind is Kind.WHOLE:
        return config.NumberColumn(label, step=1)
    if field.kind is Kind.DAY:
        return config.DateColumn(label, format="D MMM YYYY")
    if field.kind is Kind.MOMENT:
        return config.DatetimeColumn(label, format="D MMM YYYY, HH:mm", timezone=str(say.zone()))
    if field.kind is Kind.YES_NO:
        return config.CheckboxColumn(label)
    if field.kind is Kind.TAGS:
        return config.MultiselectColumn(label, accept_new_options=True)
    wide: Literal["medium"] | None = "medium" if first or field.kind in (Kind.EMAIL, Kind.LINK) else None
    return config.TextColumn(label, max_chars=field.length, required=field.required, width=wide)
