"""The grid: rows go out a window at a time, edits come back with Save; the server looks at every one again."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from crm_data import All, CrmError, Layout, Query
from dashboard import session
from dashboard.components import room
from dashboard.components.assets import component
from dashboard.components.grid import adding, data, showing, wire
from dashboard.components.grid.data import Mark
from dashboard.components.grid.saving import keep, offered
from dashboard.components.grid.showing import Showing, fingerprint
from dashboard.components.grid.undoing import stepped, taken_back
from dashboard.components.grid.wire import Save
from dashboard.parts import place, say, twins
from dashboard.parts.acts import attempt, show_refusal

_component = component("grid", "chips")
_OTHER = "The list is another one by now, so nothing was done. Look at it and choose again."


@dataclass(frozen=True)
class Looked:
    """How many rows a list has, and what its browser is told at its first drawing."""

    total: int
    told: list[dict[str, Any]]


def nothing(*said: Any) -> None:
    """What becomes of a click that the screen does not ask about."""


@dataclass(frozen=True)
class Grid(Showing):
    """One editable list on one screen; its state lives under `key` in the person's tab.

    `owner` names the person, company and sign-in whose drafts the browser keeps. `words` are read-only columns of
    the program's own beside the first, `acts` what can be done with rows, `colours` a colour's name by field and
    value. `marks(rows)` says of each what is overdue or the like: colour and words by field, or of all by ''.
    `beside`: the record that stands open beside the list; the browser walks from it to the next. `view`: whose
    columns the list has; what is arranged then is not kept but in this tab, until somebody saves it there.
    Called from callbacks: `on_opened(id)` to open one so, `on_visited(id)` to go to its page,
    `on_acted(act, which)`, `on_cell(id, field)`, `on_sorted()` when a head of a column was clicked, and
    `on_lacking(save, fields by record)` for what a Save cannot do without.
    """

    on_opened: Callable[[int], object] = nothing
    on_visited: Callable[[int], object] = nothing
    on_acted: Callable[[str, list[int] | All], object] = nothing
    on_cell: Callable[[int, str], object] = nothing
    on_sorted: Callable[[], object] = nothing
    on_lacking: Callable[[Save, Mapping[int, Sequence[str]]], object] = nothing

    def arrange_anew(self) -> None:
        """From a callback: the columns stand again as they are kept."""
        st.session_state.pop(f"{self.key}.kept", None)

    def look(self, query: Query) -> Looked:
        """Find what is to be drawn, for a screen that says something of it above the list."""
        kept = self._kept()
        kept.whole, kept.total = False, None
        try:
            told = [self._told(self.ordered(query), kept)]
        except CrmError:
            told = []  # what is drawn meets it again, and says so
        return Looked(kept.total or 0, told)

    def draw(self, query: Query, looked: Looked) -> None:
        """Draw the list. What the browser asks for reruns this alone."""
        st.fragment(self._draw)(query, looked)

    def answer(self, save: Save) -> dict[str, Any]:
        """From a callback: keep a Save that the browser did not send by itself, and tell it what became of it."""
        kept = self._kept()
        result = keep(self.my, self.records, save, self.members, say.zone(), kept.named)
        kept.likes = result.pop("likes", [])
        kept.result = result
        return result

    def _draw(self, query: Query, looked: Looked | None = None) -> None:
        session.demand_here(self.my)  # Streamlit runs it again without the script around it
        kept = self._kept()
        if kept.whole:
            kept.whole = False
            st.rerun()
        show_refusal(self.key)
        twins.offer(kept.likes)
        query = self.ordered(query)
        told = attempt(
            self.key, lambda: looked.told.pop() if looked and looked.told else self._told(query, kept)
        )
        if told is None:
            return
        _component(
            key=self.key,
            data=told,
            more=kept.told.text if kept.told else "{}",
            on_save_change=self._on("save", self._save),
            on_undo_change=self._on("undo", self._undo),
            on_layout_change=self._on("layout", self._arrange),
            on_sort_change=self._on("sort", self._sort),
            on_ask_change=self._on("ask", self._ask),
            on_make_change=self._on("make", self._make),
            on_opened_change=self._on("opened", lambda said: self._open(said, self.on_opened)),
            on_visited_change=self._on("visited", lambda said: self._open(said, self.on_visited)),
            on_acted_change=self._on("acted", lambda said: self._act(said, query)),
            on_cell_change=self._on("cell", self._cell),
            on_add_change=self._on("add", self._add),
            on_find_change=self._on("find", lambda said: self._find(said, query)),
            on_fold_change=self._on("fold", lambda said: self._kept().lists.fold(wire.fold(said))),
            on_look_change=place.catch_up,
            on_want_change=place.catch_up,
            on_dropped_change=self._on("dropped", lambda said: self._kept().likes.clear()),
            on_count_change=place.catch_up,
        )

    # what comes in

    def _on(self, name: str, do: Callable[[Any], object]) -> Callable[[], None]:
        def heard() -> None:
            place.catch_up()  # what is said here may be quicker than a new address
            self._kept().told = None
            attempt(self.key, lambda: do(showing.last_said(self.key, name)) or True)

        return heard

    def _save(self, said: Any) -> None:
        asked = wire.save(said, self.records.fields)
        if asked is not None:
            lacks = self.answer(asked).pop("lacks", None)
            self._kept().whole = True
            if lacks:
                self.on_lacking(asked, lacks)

    def _undo(self, said: Any) -> None:
        asked = wire.undo(said)
        if asked is not None:
            here = say.zone()
            step = stepped(self.my, self.records.name, asked, here) if asked.last else None
            self._kept().result = step or taken_back(self.my, asked, here)
            self._kept().whole = True

    def _sort(self, said: Any) -> None:
        if isinstance(said, list):
            self._arranged({"sort": said})
            self.on_sorted()
            self._kept().whole = True

    def _add(self, said: Any) -> None:
        asked = wire.added(said, self.records.fields)
        if asked is not None:
            act = self._act_of("add", asked.token, of=self.owner)  # after a reload too
            kept = self._kept()
            result = adding.make(self.my, self.records, asked, self.members, say.zone(), act, kept.named)
            kept.likes = result.pop("likes")
            kept.result = result

    def _find(self, said: Any, query: Query) -> None:
        asked = wire.find(said)
        if asked is not None:
            layout = self._kept().layout
            how = (query, self.shown, asked.text, asked.after, asked.back)
            grouped = self._kept().lists.find
            found = grouped(self.records, *how) if layout.group else self.records.find(*how)
            self._kept().found = {"n": asked.n, **asdict(found)}

    def _arrange(self, said: Any) -> None:
        if isinstance(said, Mapping):
            self._arranged({name: each for name, each in said.items() if name != "sort"})

    def _arranged(self, said: Mapping[Any, Any]) -> None:
        kept = self._kept()
        changed = {**data.layout_told(kept.layout), **said}
        wanted = Layout.read(changed, self.records.fields)
        kept.layout = wanted if self.view else self.my.layouts.keep(self.records, wanted)
        kept.whole = kept.whole or self.view is not None  # that it differs from its view is said above

    def _ask(self, said: Any) -> None:
        asked = wire.ask(said, self.records.fields)
        if asked is not None:
            declared = self.records.fields[asked.field]
            found = offered(self.my, declared, asked.text, self.members)
            makes = bool(declared.to in self.my.kinds and self.my.records(declared.to or "").may("add"))
            options = [[id_, name] for id_, name in found.items()]
            self._kept().answer = {"n": asked.n, "field": asked.field, "options": options, "make": makes}

    def _make(self, said: Any) -> None:
        asked = wire.ask(said, self.records.fields)
        to = self.records.fields[asked.field].to if asked else None
        if asked is None or to not in self.my.kinds:
            return
        others = self.my.records(to or "")
        act = self._act_of("make", asked)
        made = others.add({others.title: asked.text}, act_id=act, zone=say.zone())
        options = [[made, asked.text.strip()]]
        self._kept().answer = {"n": asked.n, "field": asked.field, "options": options, "make": False}

    def _open(self, said: Any, do: Callable[[int], object]) -> None:
        id_ = wire.opened(said)
        if id_ is not None:
            self._kept().whole = True
            do(id_)

    def _act(self, said: Any, query: Query) -> None:
        acted = wire.acted(said, [act.name for act in self.acts])
        if acted is None:
            return
        self._kept().acted += 1
        if acted.ids is None and acted.query[:16] != fingerprint(self.records, query):
            raise CrmError(_OTHER)
        which = All(query.first(), acted.count) if acted.ids is None else list(acted.ids)
        self._kept().whole = True
        st.session_state[f"{self.key}.sought"] = acted.text  # for the screen whose act it is
        self.on_acted(acted.act, which)

    def _cell(self, said: Any) -> None:
        found = wire.cell(said, self.records.fields)
        if found is not None:
            self._kept().whole = True
            self.on_cell(*found)

    def _act_of(self, *what: Any, of: str = "") -> str:
        """The name of an act of this tab, or of this sign-in: what is asked once more is the same act."""
        return hashlib.sha256(f"{of or self._kept().turn} {what}".encode()).hexdigest()[:32]


def table(
    key: str,
    label: str,
    lines: Sequence[Mapping[str, Any]],
    marks: Sequence[Mapping[str, Mark]] = (),
    opens: Sequence[str] = (),
) -> None:
    """Draw a read-only grid of words, for tens of lines that are no records, each of value by heading.

    `marks`: of each line by heading its colour and words; `opens`: of each line the address that it leads to.
    """
    known = room.key("words", len(lines), key)
    _component(key=known, data=data.plain_table(label, lines, room.MOST_WORDS, marks, opens))
