"""A whole list screen of one kind of record: bar, grid, pager, archive, add, import and export."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crm_data import Figure, Page, Query, Records, Workspace, words
from dashboard.parts import place, say
from dashboard.parts.acts import announce, attempt, show_refusal
from dashboard.parts.csv_panel import export_button, import_panel
from dashboard.parts.filters import bar, filter_bar
from dashboard.parts.form import form_dialog, open_form
from dashboard.parts.grid import Action, Grid, Note
from dashboard.parts.heading import empty, heading
from dashboard.parts.pager import pager
from dashboard.parts.presets import preset_bar

# By whether one may import.
_HOW = {False: "Add the first one.", True: "Add the first one, or import a file."}


@dataclass(frozen=True)
class Listing:
    """One list of records with everything that can be done to it. `noun` is the singular, as 'customer'.

    `beside` draws more buttons in the line of Save and Discard.
    """

    my: Workspace
    records: Records
    noun: str
    icon: str
    keep: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    notes: tuple[Note, ...] = ()
    presets: Mapping[str, str] = field(default_factory=dict)
    counts: Callable[[Query], Mapping[str, Figure]] | None = None
    beside: Callable[[], None] | None = None

    @property
    def name(self) -> str:
        """Where this list keeps its state."""
        return self.records.name

    def draw(self) -> None:
        """Draw the screen."""
        top, line = st.container(), bar(self.records)
        with line:
            chosen = st.container(width="content")
        query = filter_bar(self.records, self.my.members, self.keep, line)
        if self.presets:
            query = replace(query, preset=query.preset or next(iter(self.presets)))
            with chosen:
                preset_bar(self.records, query, self.presets, self.counts, self.keep)
        page = self.records.page(query)
        with top, heading(words(self.name), f"{say.count(page.total, self.noun)}{self._selected(query)}"):
            # Beside the title there is room: nothing below moves when there is something to save.
            acts = st.container(
                horizontal=True, vertical_alignment="center", width="content", key=f"{self.name}.line"
            )
            self._actions(query)
        self._rows(query, page, acts)
        if page.total:
            with line:
                pager(self.records, query, page, self.keep)
        form_dialog(self.my, self.records, page.members, f"{self.name}.form", self.noun)

    def _selected(self, query: Query) -> str:
        """Of which selection a number of records is, unless it is of all."""
        label = self.presets.get(query.preset, "All")
        return "" if label == "All" else f" in {label}"

    def _actions(self, query: Query) -> None:
        if self.records.may("import"):
            import_panel(self.my, self.records)
        if self.records.may("export"):
            export_button(self.my, self.records, query)
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

    def _rows(self, query: Query, page: Page, line: DeltaGenerator) -> None:
        mine = query.preset == "mine"
        grid = Grid(self.my, self.records, page.members, self.name, self.notes, locks=not mine)
        if page.total == 0:
            grid.waiting(page, st.container(), line)
            with line:
                self._beside()
            return self._nothing(query)
        ticked = grid.draw(page, (opener(self.name), *self.actions), self._columns(), line)
        with line:
            if ticked:
                self._put_away(query, ticked, grid)
            self._beside()
        show_refusal(f"{self.name}.archive")
        return place.follow()

    def _beside(self) -> None:
        if self.beside:
            self.beside()

    def _put_away(self, query: Query, ticked: Sequence[int], grid: Grid) -> None:
        verb, done = ("Restore", "restored") if query.archived else ("Archive", "archived")
        many = say.count(len(ticked), self.noun)

        def act() -> None:
            if grid.holds(ticked):
                announce(f"Save or discard what you changed in these {self.name} first.", "save")
                return
            do = self.records.restore if query.archived else self.records.archive
            count = attempt(f"{self.name}.archive", lambda: do(ticked))
            if count is not None:
                grid.untick()
                announce(f"{say.count(count, self.noun)} {done}.", "inventory_2")

        st.button(f"{verb} {many}", key=f"{self.name}.putaway", icon=":material/inventory_2:", on_click=act)

    def _columns(self) -> list[str]:
        title = self.records.title
        shown = [title, *(n for n, f in self.records.fields.items() if f.grid and n != title)]
        return list(st.session_state.get(f"{self.name}.columns", shown)) or shown

    def _nothing(self, query: Query) -> None:
        if query != query.first():
            empty("search_off", "This page of the list is empty now. Go back to its beginning.")
        elif query.search or query.where or query.archived:
            empty("search_off", f"No {self.noun} matches. Change the search or clear the filters.")
        elif query.preset:
            empty(self.icon, f"No {self.noun}{self._selected(query)}. Choose another selection above.")
        elif self.records.may("add"):
            empty(self.icon, f"Your {self.name} will be listed here. {_HOW[self.records.may('import')]}")
            self._new("first")
        else:
            empty(
                self.icon, f"Your company's {self.name} will be listed here once a colleague has added them."
            )


def opener(table: str) -> Action:
    """The button that opens a row's record. A callback cannot leave the page, so it says where to go."""
    return Action(
        "open",
        "Open",
        "Open the record",
        lambda row: ":material/open_in_full:",
        lambda id_, label: place.leave_for(table, id_),
    )
