"""The grid: rows go out a window at a time, edits come back with Save; the server looks at every one again."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import streamlit as st

from crm_data import (
    All,
    CrmError,
    Kind,
    Layout,
    Query,
    Records,
    View,
    Workspace,
    clock,
    errors,
    new_act,
)
from crm_data.store.lists import KNOWN_FOR, MOST_WATCHED, Fresh
from dashboard import session
from dashboard.components import room
from dashboard.components.assets import component, text
from dashboard.components.grid import adding, data, summing, wire
from dashboard.components.grid.data import Act, Beside, Mark
from dashboard.components.grid.listed import Shown
from dashboard.components.grid.saving import keep, offered
from dashboard.components.grid.tab import Kept, Told
from dashboard.components.grid.undoing import stepped, taken_back
from dashboard.components.grid.wire import Save
from dashboard.parts import place, say, twins
from dashboard.parts.acts import attempt, show_refusal

WINDOW = 100  # rows of a message
HEIGHT = 548  # pixels, of a table at most
CHANGED = "/changed"  # where a browser asks whether anything has changed
_component = component("grid", "chips")
_OTHER = "The list is another one by now, so nothing was done. Look at it and choose again."


def nothing(*said: Any) -> None:
    """What becomes of a click that the screen does not ask about."""


@dataclass(frozen=True)
class Grid:
    """One editable list on one screen; its state lives under `key` in the person's tab.

    `owner` names the person, company and sign-in whose drafts the browser keeps. `words` are read-only columns of
    the program's own beside the first, `acts` what can be done with rows, `colours` a colour's name by field and
    value. `marks(row)` says what is overdue or the like: colour and words by field, or of all of the row by ''.
    `beside`: the record that stands open beside the list; the browser walks from it to the next. `view`: whose
    columns the list has; what is arranged then is not kept but in this tab, until somebody saves it there.
    Called from callbacks: `on_opened(id)` to open one so, `on_visited(id)` to go to its page,
    `on_acted(act, which)`, `on_cell(id, field)`, `on_sorted()` when a head of a column was clicked, and
    `on_lacking(save, fields by record)` for what a Save cannot do without.
    """

    my: Workspace
    records: Records
    members: Mapping[int, str]
    key: str
    owner: str
    label: str
    words: Sequence[Beside] = ()
    acts: Sequence[Act] = ()
    colours: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    marks: Callable[[Mapping[str, Any]], Mapping[str, data.Mark]] | None = None
    height: int = HEIGHT
    beside: int | None = None
    view: View | None = None
    on_opened: Callable[[int], object] = nothing
    on_visited: Callable[[int], object] = nothing
    on_acted: Callable[[str, list[int] | All], object] = nothing
    on_cell: Callable[[int, str], object] = nothing
    on_sorted: Callable[[], object] = nothing
    on_lacking: Callable[[Save, Mapping[int, Sequence[str]]], object] = nothing

    @property
    def layout(self) -> Layout:
        """How the list stands arranged in this tab."""
        return self._kept().layout

    def arrange_anew(self) -> None:
        """From a callback: the columns stand again as they are kept."""
        st.session_state.pop(f"{self.key}.kept", None)

    def draw(self, query: Query) -> int:
        """Draw the list; returns how many rows it has. What the browser asks for reruns this alone."""
        kept = self._kept()
        kept.whole, kept.total = False, None
        st.fragment(self._draw)(query)
        return kept.total or 0

    def ordered(self, query: Query) -> Query:
        """The list in the order of this person; an address that asks for one goes before."""
        usual = query.sorts == self.records.default_query().sorts
        return query.sorted_by(self._kept().layout.sort) if usual else query

    def answer(self, save: Save) -> dict[str, Any]:
        """From a callback: keep a Save that the browser did not send by itself, and tell it what became of it."""
        kept = self._kept()
        result = keep(self.my, self.records, save, self.members, say.zone(), kept.named)
        kept.likes = result.pop("likes", [])
        kept.result = result
        return result

    def _draw(self, query: Query) -> None:
        session.demand_here(self.my)  # Streamlit runs it again without the script around it
        kept = self._kept()
        if kept.whole:
            kept.whole = False
            st.rerun()
        show_refusal(self.key)
        twins.offer(kept.likes)
        query = self.ordered(query)
        told = attempt(self.key, lambda: self._told(query, kept))
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
            on_count_change=place.catch_up,
        )

    # what goes out

    def _told(self, query: Query, kept: Kept) -> dict[str, Any]:
        """What is told beside what `kept.told` says of the list, which is found anew where it may be another."""
        start, n = wire.want(_said(self.key, "want"), WINDOW)
        fresh: dict[str, Any] = {"fresh": [], "gone": []}
        told = kept.told
        if told is None or not self._holds(told, self._asked(query, kept, start, n)):
            told, fresh = self._tell(query, kept, start, n)
        kept.told, kept.total = told, told.count
        return fresh | {
            "result": kept.result,
            "answer": kept.answer,
            "found": kept.found,
            "open": self.beside,
            "last": told.last,
        }

    def _asked(self, query: Query, kept: Kept, start: int, n: int) -> tuple[Any, ...]:
        """All that what is told of a list depends on, but for the records."""
        here = say.zone()
        of = (query, start, n, kept.layout, tuple(kept.lists.opened))
        who = (self.my.scope, session.writes(), self.owner, dict(self.members))
        return (*who, str(here), say.today(), *of)

    def _holds(self, told: Told, asked: tuple[Any, ...]) -> bool:
        """Whether the same would be told again. Like every reading, this asks whether one is still signed in."""
        same = told.asked == asked and clock.now() - told.at < KNOWN_FOR
        return same and told.last == session.last_change(self.my)

    def _tell(self, query: Query, kept: Kept, start: int, n: int) -> tuple[Told, dict[str, Any]]:
        now = clock.now()
        listed = self._listed(query, kept, start, n)
        if kept.total not in (None, listed.count):  # it stands beside the title too
            kept.total = None
            st.rerun()
        rows = list(listed.rows.values())
        shown = {row["id"]: row["version"] for row in rows}
        before = {id_: version for id_, version in kept.seen.items() if id_ not in shown}
        fresh = self.records.fresh(query, before) if before else Fresh()
        known = {id_: version for id_, version in before.items() if id_ not in fresh.gone}
        known |= {row["id"]: row["version"] for row in fresh.rows} | shown
        kept.seen = dict(list(known.items())[-MOST_WATCHED:])
        names = data.order(self.records, kept.layout)
        both = [*rows, *fresh.rows]
        called = {
            name: {**listed.names.get(name, {}), **fresh.names.get(name, {})}
            for name in {**listed.names, **fresh.names}
        }
        here = say.zone()
        told = {
            "place": f"{self.owner}/{self.records.name}",
            "query": fingerprint(self.records, query) + ",".join(kept.layout.group),
            "label": self.label,
            "fields": data.beside_first(
                data.columns(self.records, kept.layout, self.colours, self.my.scope.currency),
                map(data.words_column, self.words),
            ),
            "rows": self._lines(listed, names, kept.layout.group),
            "start": listed.start,
            "total": listed.total,
            "count": listed.count,
            "fold": hashlib.sha256(repr(listed.lines).encode()).hexdigest()[:16] if listed.lines else "",
            "foot": self._foot(query, kept, listed.last),
            "marks": data.marked(both, self.marks),
            "names": data.named(self.records, called, both, self.members),
            "window": WINDOW,
            "height": self.height,
            "layout": data.layout_told(replace(kept.layout, sort=self._shown(query))),
            "sentences": list(data.LOCKS),
            "locale": {"zone": str(here), "today": say.today().isoformat(), "decimal": "."}
            | {"day": "D MMM YYYY", "currency": self.my.scope.currency},
            "may": {act: self.records.may(act) for act in ("add", "archive", "export")}
            | {"edit": not query.archived, "find": True},
            "acts": [asdict(act) for act in self.acts],
            "watch": CHANGED,
        }
        packed = {"fresh": data.packed_rows(self.records, names, fresh.rows, self.words), "gone": fresh.gone}
        asked = self._asked(query, kept, start, n)
        return Told(asked, listed.last, now, text(told), listed.count), packed

    def _listed(self, query: Query, kept: Kept, start: int, n: int) -> Shown:
        by, lists = kept.layout.group, kept.lists
        if not by:
            return lists.window(self.records, query, start, n)
        sums = [name for name, measure in kept.layout.foot.items() if measure in ("sum", "average")]
        seen = [
            n for n, f in self.records.fields.items() if f.kind is Kind.MONEY and n not in kept.layout.hidden
        ]
        try:
            return lists.grouped(self.records, query, by, sums or seen, start, n)
        except errors.Invalid as wrong:
            kept.layout = replace(kept.layout, group=())
            kept.result = {"token": new_act(), "ok": False, "words": str(wrong)}
            return lists.window(self.records, query, start, n)

    def _lines(self, listed: Shown, names: Sequence[str], by: Sequence[str]) -> list[Any]:
        """Rows and heads in their order; nothing where a row has gone meanwhile."""
        rows = iter(data.packed_rows(self.records, names, listed.rows.values(), self.words))
        packed = dict(zip(listed.rows, rows, strict=True))
        heads = {at: summing.head(line, self.records.fields, by) for at, line in listed.heads.items()}
        both = {**packed, **heads}
        return [both.get(at) for at in range(listed.start, max(both, default=listed.start - 1) + 1)]

    def _foot(self, query: Query, kept: Kept, last: int) -> dict[str, str]:
        """What stands under the columns, of all rows of the filter: found anew when something has changed."""
        asked = (query, kept.layout.foot, last)
        if kept.foot is None or kept.foot[0] != asked:
            found = self.records.footers(query, kept.layout.foot) if kept.layout.foot else {}
            kept.foot = (asked, summing.foot(kept.layout.foot, found))
        return kept.foot[1]

    # what comes in

    def _on(self, name: str, do: Callable[[Any], object]) -> Callable[[], None]:
        def heard() -> None:
            place.catch_up()  # what is said here may be quicker than a new address
            self._kept().told = None
            attempt(self.key, lambda: do(_said(self.key, name)) or True)

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

    def _shown(self, query: Query) -> tuple[tuple[str, bool], ...]:
        """What a person has sorted the list by; nothing where it stands as it is at first."""
        return () if query.sorts == self.records.default_query().sorts else query.sorts

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
            shown = [name for name in data.order(self.records, layout) if name not in layout.hidden]
            how = (query, shown, asked.text, asked.after, asked.back)
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
        if acted.ids is None and acted.query[:16] != fingerprint(self.records, query):
            raise CrmError(_OTHER)
        which = All(query.first(), acted.count) if acted.ids is None else list(acted.ids)
        self._kept().whole = True
        self.on_acted(acted.act, which)

    def _cell(self, said: Any) -> None:
        found = wire.cell(said, self.records.fields)
        if found is not None:
            self._kept().whole = True
            self.on_cell(*found)

    def _act_of(self, *what: Any, of: str = "") -> str:
        """The name of an act of this tab, or of this sign-in: what is asked once more is the same act."""
        return hashlib.sha256(f"{of or self._kept().turn} {what}".encode()).hexdigest()[:32]

    def _kept(self) -> Kept:
        name, of = f"{self.key}.kept", f"{self.view.id} {self.view.layout}" if self.view else ""
        if name not in st.session_state or st.session_state[name].view != of:
            arranged = self.view.layout if self.view else self.my.layouts.get(self.records)
            first = data.usual(self.records)
            st.session_state[name] = Kept(first if arranged == Layout() else arranged, view=of)
        found: Kept = st.session_state[name]
        return found


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


def fingerprint(records: Records, query: Query) -> str:
    """A list by what it is filtered and sorted by; of another list it is another."""
    said = repr((records.name, sorted(records.params(query.first()).items()), query.sorts, str(query.zone)))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _said(key: str, name: str) -> Any:
    return getattr(st.session_state.get(key), name, None)
