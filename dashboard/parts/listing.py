"""A whole list screen of one kind of record: bar, grid, archive, add, import and export."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from crm_data import All, Figure, Given, Query, Records, Way, Workspace, new_act, words
from crm_data.alike.merge import MOST
from crm_data.store.records import MOST_AT_ONCE
from dashboard import session
from dashboard.again import drawn
from dashboard.components.grid import Grid
from dashboard.components.grid.data import Act
from dashboard.known import known
from dashboard.parts import cell_history, lacking, many, marks, merging, place, replacing, saved, say
from dashboard.parts.acts import attempt, forget_refusals, refusal, show_announcements, show_refusal
from dashboard.parts.colours import colours
from dashboard.parts.copies import copies
from dashboard.parts.csv_panel import import_is_open, import_panel
from dashboard.parts.exporting import export_button
from dashboard.parts.filters import asked_for, bar, draw_bar, heard, lead, show_trouble
from dashboard.parts.form import form_dialog, open_form
from dashboard.parts.heading import empty, heading
from dashboard.parts.own import Own
from dashboard.parts.presets import preset_bar
from dashboard.parts.record import record_beside
from dashboard.parts.saved import Shelf
from dashboard.parts.undo import PLACE, did, what_is_offered

# By whether one may import.
_HOW = {False: "Add the first one.", True: "Add the first one, or import a file."}
ARCHIVE, RESTORE = "archive", "restore"
CHANGE, DUPLICATE, MERGE, REPLACE = "change", "duplicate", "merge", "replace"


@dataclass(frozen=True)
class _Above:
    """What stands above the grid is of: the list as its address says it and as it is, and how it can be chosen."""

    asked: Query
    query: Query
    trouble: str
    members: Mapping[int, str]
    shelf: Shelf
    box: saved.Box
    grid: Grid
    total: int


@dataclass(frozen=True)
class Listing:
    """One list of records with everything that can be done to it. `noun` is the singular, as 'customer'."""

    my: Workspace
    records: Records
    noun: str
    icon: str
    keep: tuple[str, ...] = ()
    own: Own = field(default_factory=Own)
    presets: Mapping[str, str] = field(default_factory=dict)
    counts: Callable[[Query], Mapping[str, Figure]] | None = None

    @property
    def name(self) -> str:
        """Where this list keeps its state."""
        return self.records.name

    def draw(self) -> None:
        """Draw the screen."""
        members = session.members(self.my)
        shelf = saved.shelf(self.my, self.records)
        asked, trouble = asked_for(self.records, shelf)
        query = asked
        if self.presets:
            query = replace(query, preset=query.preset or next(iter(self.presets)))
        grid = self._grid(query, members, shelf)
        looked = grid.look(query.first())
        box = saved.Box(self.my, self.records, shelf, asked, grid, self.keep, query)
        self._above(_Above(asked, query, trouble, members, shelf, box, grid, looked.total))
        grid.draw(query.first(), looked)
        if not looked.total:
            self._nothing(query)
        form_dialog(self.my, self.records, members, f"{self.name}.form", self.noun)
        lacking.dialog_of(self.my, grid)
        cell_history.dialog_of(self.my, self.records, members)
        many.dialog_of(self.my, self.records, members)
        replacing.dialog_of(self.my, self.records)
        merging.dialog_of(self.my, self.name)
        if (beside := self._beside) is not None:
            record_beside(self.my, self.records, beside, self._close)
        place.follow()

    def _above(self, now: "_Above") -> None:
        """All that stands above the grid; drawn anew when something of it has changed."""
        show_announcements()
        numbers = self._numbers(now.query)
        what = (now.asked, now.query, now.trouble, now.shelf, now.grid.layout, now.total, self.keep)
        state = (*heard(self.records), what_is_offered(), *map(refusal, (self.name, PLACE)), now.box.is_open)
        # A chip may say what a record is called, and what is open may say anything.
        last = session.last_change(self.my) if now.query.narrowed else 0
        anew = object() if now.box.is_open or import_is_open(self.records) else None
        drawn(
            f"{self.name}.above",
            (*what, *state, last, anew, say.today(), *numbers.items(), *now.members.items()),
            lambda: self._draw_above(now, numbers),
        )

    def _numbers(self, query: Query) -> Mapping[str, Figure]:
        """How many each selection holds."""
        counts = self.counts
        if counts is None:
            return {}
        return known(self.my, f"{self.name}.counts", (query, say.today()), lambda: counts(query))

    def _draw_above(self, now: "_Above", numbers: Mapping[str, Figure]) -> None:
        with heading(words(self.name), f"{say.count(now.total, self.noun)}{self._selected(now.query)}"):
            self._actions(now)
        tabs = self.presets or ({"": "All"} if now.shelf.tabs() else {})
        with bar(self.records):
            if tabs:
                with st.container(width="content"):
                    preset_bar(self.records, now.query, tabs, numbers, self.keep, now.shelf)
            draw_bar(self.records, now.asked, now.members, (self.keep, now.shelf), sort=False)
            now.box.draw()
        show_trouble(now.trouble)
        show_refusal(self.name)

    def _grid(self, query: Query, members: Mapping[int, str], shelf: Shelf) -> Grid:
        return Grid(
            self.my,
            self.records,
            members,
            f"{self.name}.grid",
            session.owner(),
            words(self.name),
            words=self.own.columns,
            acts=self._acts(query),
            colours=colours(self.records),
            marks=None if query.archived else marks.of_rows(self.my, self.name),
            beside=self._beside,
            view=shelf.open,
            on_opened=self._open,
            on_visited=lambda id_: place.leave_for(self.name, id_),
            on_acted=self._act,
            on_cell=lambda id_, name: cell_history.begin(self.name, id_, name),
            on_sorted=lambda: self._sorted(query, shelf),
            on_lacking=lambda save, lacks: lacking.begin(f"{self.name}.grid", save, lacks),
        )

    @property
    def _sought(self) -> str:
        """What the grid's find bar looks for."""
        return str(st.session_state.get(f"{self.name}.grid.sought", ""))

    @property
    def _beside(self) -> int | None:
        """The record that stands open beside the list."""
        return st.session_state.get(f"{self.name}.beside")

    def _open(self, id_: int) -> None:
        forget_refusals()  # what was refused is of the record before
        st.session_state[f"{self.name}.beside"] = id_

    def _close(self) -> None:
        st.session_state.pop(f"{self.name}.beside", None)

    def _acts(self, query: Query) -> tuple[Act, ...]:
        """What this person may do with rows of this list."""
        may = self.records.may
        if query.archived:
            return (Act(RESTORE, "Restore"),) if may("archive") else ()
        return (
            *self.own.acts,
            *((Act(CHANGE, "Change", settled=True, one=False),) if may("bulk") else ()),
            *((Act(REPLACE, "Replace in", settled=True, one=False),) if may("bulk") else ()),
            *((Act(MERGE, "Merge", settled=True, one=False),) if merging.may_merge(self.records) else ()),
            *((Act(DUPLICATE, "Duplicate", settled=True),) if may("add") else ()),
            *((Act(ARCHIVE, "Archive", settled=True),) if may("archive") else ()),
        )

    def _act(self, act: str, which: list[int] | All) -> None:
        if act in (ARCHIVE, RESTORE):
            if isinstance(which, All):
                many.begin(self.name, which, Given(Way(act)), words(act))
            else:
                self._put_away(act, which)
        elif act == CHANGE:
            many.begin(self.name, which)
        elif act == REPLACE:
            replacing.begin(self.name, which, self._sought)
        elif act == MERGE:
            self._merge(which)
        elif act == DUPLICATE:
            self._duplicate(which)
        else:
            self.own.act(act, which)

    def _put_away(self, act: str, ids: list[int]) -> None:
        do = self.records.restore if act == RESTORE else self.records.archive
        name = new_act()
        count = attempt(self.name, lambda: do(ids, name))
        if count is not None:
            what = say.count(count, self.noun)
            was = "restored" if act == ARCHIVE else "archived"
            did(self.my, f"{what} {act}d.", name, undone=f"{what} {was}.", icon="inventory_2")

    def _duplicate(self, which: list[int] | All) -> None:
        name = new_act()

        def do() -> list[int]:
            ids = self.records.ids(which.query, MOST_AT_ONCE) if isinstance(which, All) else which
            wanted = copies(self.records, ids, self.my.scope.user_id)
            return self.records.add_all(wanted, name, say.zone())

        made = attempt(self.name, do)
        if made is not None:
            what = say.count(len(made), self.noun)
            said = f"{what} added as a copy." if len(made) == 1 else f"{what} added as copies."
            did(self.my, said, name, f"{what} added", f"{what} taken away again.", "content_copy")

    def _merge(self, which: list[int] | All) -> None:
        def ids() -> list[int]:
            return self.records.ids(which.query, MOST) if isinstance(which, All) else which

        found = attempt(self.name, ids)
        if found is not None:
            merging.begin(self.name, self.name, found)

    def _sorted(self, query: Query, shelf: Shelf) -> None:
        """An address that asks for an order asks no more once a person has chosen another."""
        usual = self.records.default_query()
        if query.sorts != usual.sorts:
            lead(self.records, (self.keep, shelf), query.sorted_by(usual.sorts))

    def _selected(self, query: Query) -> str:
        """Of which selection a number of records is, unless it is of all."""
        label = self.presets.get(query.preset, "All")
        return "" if label == "All" else f" in {label}"

    def _actions(self, now: "_Above") -> None:
        query = now.grid.ordered(now.query)
        if query.archived and self.records.may("archive"):
            said = {"tab": "trash", "kind": self.name}
            st.page_link("../pages/history.py", label="Trash", icon=":material/delete:", query_params=said)
        if merging.may_merge(self.records):
            st.page_link(
                "../pages/duplicates.py",
                label="Duplicates",
                icon=":material/merge:",
                query_params={"tab": self.name},
            )
        if self.records.may("import"):
            import_panel(self.my, self.records)
        if self.records.may("export"):
            view = now.shelf.open.name if now.shelf.open else self.presets.get(query.preset, "")
            export_button(self.my, self.records, query, now.total, view, now.grid.shown)
        if self.records.may("add"):
            self._new("new", "n")

    def _new(self, key: str, shortcut: str | None = None) -> None:
        st.button(
            f"New {self.noun}",
            key=f"{self.name}.{key}",
            type="primary",
            icon=":material/add:",
            shortcut=shortcut,
            on_click=open_form,
            args=(f"{self.name}.form",),
        )

    def _nothing(self, query: Query) -> None:
        if query.narrowed:
            empty("search_off", f"No {self.noun} matches. Change the search or clear the filters.")
        elif query.preset and known(self.my, f"{self.name}.any", (), self.records.count):
            empty(self.icon, f"No {self.noun}{self._selected(query)}. Choose another selection above.")
        elif self.records.may("add"):
            empty(self.icon, f"Your {self.name} will be listed here. {_HOW[self.records.may('import')]}")
            self._new("first")
        else:
            empty(
                self.icon, f"Your company's {self.name} will be listed here once a colleague has added them."
            )
