"""The editable grid: columns from the declarations, edits kept with what was seen, one Save for all."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crm_data import Edit, Field, Kind, Page, Records, Workspace, errors
from dashboard.parts import clashes, say
from dashboard.parts.acts import announce, attempt, forget_refusal, refuse, show_refusal
from dashboard.parts.cells import column, labels_of, people, typed
from dashboard.parts.drafts import Choices, Draft, Drafts, over
from dashboard.parts.refused import Refused

PICK = "_pick"
SIGN = "_sign"
Row = dict[str, Any]
ROW_HEIGHT = 34
HEIGHT = 34 * 16 + 4
TICK_WIDTH, SIGN_WIDTH = 68, 56  # pixels: as wide as their headings
_THEIRS = "only its owner or a manager may change it, so what you typed was not kept. Ask one of them."
_SIGNS = (
    "A lock: a colleague's record, which only its owner or a manager may change. "
    "A warning sign: its change was refused"
)


@dataclass(frozen=True)
class Action:
    """A button in every row: its icon or words from the row (a list makes a menu), and what a click does."""

    name: str
    title: str
    help: str
    label: Callable[[Row], str | list[str]]
    act: Callable[[int, str], None]
    width: int = 56

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
class Drawn:
    """A grid as it is on the screen: its rows as stored, their ids, its columns and which of them are locked, and
    the edits that waited before.

    Those were laid over its rows when it was made.
    """

    place: str
    turn: int
    rows: list[Row]
    shape: tuple[list[int], list[str], list[str]]
    before: Mapping[int, Draft]
    ids: Mapping[str, Mapping[str, int]]  # field -> name of a colleague, as it stands there -> id

    @property
    def key(self) -> str:
        """Its name in the session's state."""
        return f"{self.place}.grid.{self.turn}"


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
        above = st.container()
        self._take()
        frozen = [name for name in fields if not self._editable(fields[name], page)]
        frozen += [SIGN, *(action.column for action in actions), *(note.column for note in self.notes)]
        now = self._now(page, self._columns(fields, actions, page), frozen)
        rows = [over(row, now.before.get(row["id"]), self.records.fields) for row in page.rows]
        names = {name: self._names(field, rows, page) for name, field in fields.items()}
        ids = {name: {said: id_ for id_, said in known.items()} for name, known in names.items()}
        now = replace(now, ids=ids)
        st.data_editor(
            self._frame(rows, page, fields, names, actions),
            key=now.key,
            num_rows="fixed",
            hide_index=True,
            disabled=frozen,
            column_config=self._config(now.key, fields, names, page, actions),
            row_height=ROW_HEIGHT,
            height=min(ROW_HEIGHT * (len(rows) + 1) + 4, HEIGHT),
            placeholder="",
            on_change=self._take,
        )
        # Not before: a click may end this run on the way, and what is typed would be looked for in the wrong grid.
        st.session_state[f"{self.place}.drawn"] = now
        st.session_state[f"{self.place}.turn"] = now.turn
        self._take()
        self.waiting(page, above, line)
        return self._ticked(now.key, page)

    def waiting(self, page: Page, above: DeltaGenerator, line: DeltaGenerator) -> None:
        """What waits for Save: what is to be chosen and what was refused `above`, the buttons in `line`."""
        with above:
            if clashes.waits(self.place):
                self._ask(page)
            show_refusal(self.place)
            self._refused.tell(self._known(), lambda id_: self._drop([id_]))
        self._refused.dialog(self._known(), self.members, self._save_given)
        with line:
            self._save_or_discard(page)

    def _ask(self, page: Page) -> None:
        people = [name for name, field in self.records.fields.items() if field.kind is Kind.MEMBER]
        names = {**page.names, **{name: {**page.names.get(name, {}), **self.members} for name in people}}
        clashes.ask(self.place, self.records, self._known(), names, self._settle)

    def _editable(self, field: Field, page: Page) -> bool:
        fits = field.kind not in (Kind.LINK, Kind.LONG_TEXT, Kind.JSON)
        return field.edit and fits and all(row.get("archived_at") is None for row in page.rows)

    # state

    @property
    def _drafts(self) -> Drafts:
        return Drafts(self.place)

    @property
    def _refused(self) -> Refused:
        return Refused(self.my, self.records, self.place)

    def _drawn(self) -> "Drawn | None":
        drawn: Drawn | None = st.session_state.get(f"{self.place}.drawn")
        return drawn

    def _edited(self, key: str) -> dict[int, dict[str, Any]]:
        state = st.session_state.get(key) or {}
        return {int(at): dict(cells) for at, cells in state.get("edited_rows", {}).items()}

    def _take(self) -> None:
        """Keep what was typed. Who has to choose between two values chooses again if it is another one now."""
        drawn, waited = self._drawn(), self._drafts.count()
        if drawn and drawn.key in st.session_state:
            edited = {
                at: {
                    name: drawn.ids.get(name, {}).get(said, said) if isinstance(said, str) else said
                    for name, said in cells.items()
                }
                for at, cells in self._edited(drawn.key).items()
            }
            if self._drafts.take(drawn.before, drawn.rows, edited, self.records.fields):
                clashes.forget(self.place)
                forget_refusal(self.place)
            if waited and not self._drafts.count():
                forget_refusal(self.place)
            self._give_back()

    def _give_back(self) -> None:
        """What was typed into a row that this person may not change is not kept, and they are told at once."""
        theirs = {id_: row for id_, row in self._drafts.rows().items() if not self.records.may("change", row)}
        if theirs:
            self._drafts.drop(id_ for id_ in theirs if id_ is not None)
            self.untick()
            names = ", ".join(self._name(row) for row in theirs.values())
            refuse(self.place, f"{names}: {_THEIRS}")

    def _now(self, page: Page, columns: list[str], frozen: list[str]) -> "Drawn":
        """The grid to be drawn: the one on the screen, or a new one with all edits that wait laid over its rows.

        It is a new one once its rows or columns are others, or it was not on the screen: Streamlit forgets then
        what was typed in it, which must not be taken for typed back. And once it has to be empty, for which it
        needs a new name.
        """
        drawn, shape = self._drawn(), ([row["id"] for row in page.rows], columns, frozen)
        if drawn is None or drawn.shape != shape or drawn.key not in st.session_state:
            turn = st.session_state.get(f"{self.place}.turn", 0) + 1
            return Drawn(self.place, turn, page.rows, shape, self._drafts.all(), {})
        return replace(drawn, rows=page.rows)

    def holds(self, ids: Sequence[int]) -> bool:
        """Whether edits of one of these records wait."""
        self._take()
        return not self._drafts.rows().keys().isdisjoint(ids)

    def untick(self) -> None:
        """The next grid is a new one, without ticks; edits stay."""
        st.session_state.pop(f"{self.place}.drawn", None)

    def _ticked(self, key: str, page: Page) -> list[int]:
        edited = self._edited(key)
        return [row["id"] for at, row in enumerate(page.rows) if edited.get(at, {}).get(PICK)]

    # acts

    def _save_or_discard(self, page: Page) -> None:
        count, beside = self._drafts.count(), self._drafts.beside(page.rows)
        if not count:
            return
        count -= self._refused.cells()
        if count and not clashes.waits(self.place):
            st.button(
                f"Save {say.count(count, 'change')}",
                key=f"{self.place}.save",
                type="primary",
                icon=":material/check:",
                shortcut="Ctrl+S",
                on_click=self._save,
            )
        st.button("Discard", key=f"{self.place}.discard", on_click=self.empty)
        if beside:
            st.caption(f"{say.count(beside, 'change')} in records not on this page", width="content")
            st.button(
                "Discard these", key=f"{self.place}.aside", type="tertiary", on_click=self._let_go(page)
            )

    def _let_go(self, page: Page) -> Callable[[], None]:
        ids = [row["id"] for row in page.rows]

        def act() -> None:
            self._drafts.keep(ids)
            clashes.forget(self.place)
            forget_refusal(self.place)
            self.untick()

        return act

    def _save(self, only: Collection[int] | None = None) -> None:
        """Save what waits and was not refused; of that, what is about these records alone."""
        self._take()  # what was typed last may have come with the click
        waiting = self._refused.ids()
        edits = [edit for edit in self._drafts.edits() if edit.id not in waiting]
        if only is not None:
            edits = [edit for edit in edits if edit.id in only]

        named: list[bool] = []

        def do() -> int:
            try:
                return self.records.change(edits, zone=say.zone())
            except errors.Conflict as conflict:
                clashes.remember(self.place, conflict)
                raise
            except errors.Invalid as wrong:
                named.append(self._refused.remember(edits, wrong.problems + self._wrong(edits)))
                raise
            except (errors.NotAllowed, errors.NotFound) as refused:
                named.append(self._refused.remember(edits, self._whose(refused, edits)))
                raise

        if attempt(self.place, do) is not None:
            announce(f"Saved {say.count(sum(len(edit.fields) for edit in edits), 'change')}.")
            self._drop(edit.id for edit in edits)
        elif clashes.waits(self.place) or any(named):
            forget_refusal(self.place)  # a box says the same

    def _save_given(self, ids: Collection[int]) -> None:
        self.untick()  # what was given in the dialog stands in no cell: the next grid is made with it
        self._save(ids)

    def _settle(self, found: Sequence[errors.Clash], chosen: Choices) -> None:
        self._drafts.settle(found, chosen)
        self.untick()
        if self._drafts.count():
            self._save()

    def _wrong(self, edits: list[Edit]) -> list[errors.Problem]:
        """What is wrong with any of them by itself: a save tells of the first record that does not agree."""
        found: list[errors.Problem] = []
        for edit in edits:
            before = self._drafts.rows()[edit.id]
            try:
                parsed = self.records.parse_all(
                    {name: pair[1] for name, pair in edit.fields.items()}, say.zone(), adding=False
                )
                self.records.judge({n: v for n, v in parsed.items() if before.get(n) != v}, before)
            except errors.Invalid as wrong:
                found += [replace(problem, row=edit.id) for problem in wrong.problems]
        return found

    def _whose(self, refused: errors.CrmError, edits: list[Edit]) -> list[errors.Problem]:
        """Which of the records are a colleague's or gone by now: looked up anew, one by one."""
        found = []
        for edit in edits:
            try:
                if self.records.may("change", self.records.get(edit.id)):
                    continue
            except errors.NotFound as gone:
                refused = gone
            found.append(errors.Problem("", str(refused), edit.id))
        return found

    def _known(self) -> dict[int | None, Row]:
        """The rows on screen and those with edits that wait, by id."""
        drawn = self._drawn()
        return self._drafts.rows() | {row["id"]: row for row in (drawn.rows if drawn else [])}

    def _name(self, row: Row) -> str:
        return str(row[self.records.title])

    def empty(self) -> None:
        """Let go of every pending edit and tick."""
        self._drafts.forget()
        self._refused.forget()
        clashes.forget(self.place)
        forget_refusal(self.place)
        self.untick()

    def _drop(self, ids: Iterable[int]) -> None:
        """Let go of what waits for these records; of all that is told about them as well, once nothing waits."""
        self._drafts.drop(ids)
        if self._drafts.count():
            self.untick()
        else:
            self.empty()

    # columns

    def _names(self, field: Field, rows: Sequence[Row], page: Page) -> Mapping[int, str]:
        """The names that stand in a column, by id."""
        known = page.names.get(field.name, {})
        if field.kind is not Kind.MEMBER:
            return known
        return people(self.members, known, [row.get(field.name) for row in rows])

    def _frame(
        self,
        rows: Sequence[Row],
        page: Page,
        fields: Mapping[str, Field],
        names: Mapping[str, Mapping[int, str]],
        actions: Sequence[Action],
    ) -> pd.DataFrame:
        """The rows as the widget wants them, put together in one go: pandas is slow at adding columns.

        Each column has a type that stays whatever its values: a change of type is a new grid to Streamlit.
        """
        columns, refused = self._columns(fields, actions, page), self._refused.ids()
        made: dict[str, Any] = {PICK: np.zeros(len(rows), dtype=bool)}
        made |= {action.column: labels_of([action.label(row) for row in page.rows]) for action in actions}
        made |= {note.column: [note.text(row) for row in page.rows] for note in self.notes}
        if SIGN in columns:
            made[SIGN] = [self._sign(row, refused) for row in page.rows]
        for name, field in fields.items():
            made[name] = typed([row.get(name) for row in rows], field, names[name])
        index = pd.Index([row["id"] for row in rows], name="id")
        return pd.DataFrame({name: made[name] for name in columns}, index=index)

    def _sign(self, row: Row, refused: Collection[int]) -> str:
        if row["id"] in refused:
            return "⚠"
        return "" if self.records.may("change", row) else "🔒"

    def _columns(self, fields: Mapping[str, Field], actions: Sequence[Action], page: Page) -> list[str]:
        """The names of the columns from left to right; what a note says stands beside the record's name."""
        first, *others = fields
        columns = [PICK] if self.records.may("archive") else []
        columns += [action.column for action in actions]
        marked = not self._refused.ids().isdisjoint(row["id"] for row in page.rows)
        columns += [SIGN] if marked or (self.locks and not self.records.may("change")) else []
        return [*columns, first, *(note.column for note in self.notes), *others]

    def _config(
        self,
        key: str,
        fields: Mapping[str, Field],
        names: Mapping[str, Mapping[int, str]],
        page: Page,
        actions: Sequence[Action],
    ) -> dict[str, Any]:
        config: dict[str, Any] = {
            PICK: st.column_config.CheckboxColumn(
                "Tick", width=TICK_WIDTH, help="Tick rows to archive them", pinned=True
            ),
            SIGN: st.column_config.TextColumn("Sign", width=SIGN_WIDTH, help=_SIGNS, pinned=True),
        }
        for action in actions:
            config[action.column] = self._button(f"{key}{action.column}", action, page)
        for note in self.notes:
            config[note.column] = st.column_config.TextColumn(note.label)
        for at, (name, field) in enumerate(fields.items()):
            config[name] = column(field, names[name], at == 0, self.my.scope.currency)
        return config

    def _button(self, key: str, action: Action, page: Page) -> Any:
        def clicked() -> None:
            click = st.session_state[key]
            row = page.rows[click.row] if 0 <= click.row < len(page.rows) else None
            if row is not None and click.label in action.labels(row):
                action.act(row["id"], click.label)

        return st.column_config.ButtonColumn(
            action.title,
            width=action.width,
            type="tertiary",
            key=key,
            on_click=clicked,
            pinned=True,
            help=action.help,
        )
