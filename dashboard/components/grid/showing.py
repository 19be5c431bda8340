"""What a grid tells the browser: a window of its rows and all that stands around them, found anew where it may be
another."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import streamlit as st

from crm_data import Kind, Layout, Query, Records, View, Workspace, clock, errors, new_act
from crm_data.store.lists import KNOWN_FOR, MOST_WATCHED, Fresh
from dashboard import session
from dashboard.components.assets import text
from dashboard.components.grid import data, summing, wire
from dashboard.components.grid.data import Act, Beside
from dashboard.components.grid.listed import Shown
from dashboard.components.grid.tab import Kept, Told
from dashboard.parts import say

WINDOW = 100  # rows of a message
HEIGHT = 548  # pixels, of a table at most
CHANGED = "/changed"  # where a browser asks whether anything has changed


@dataclass(frozen=True)
class Showing:
    """A list on one screen, and what its browser is told of it. Its fields are those of `Grid`."""

    my: Workspace
    records: Records
    members: Mapping[int, str]
    key: str
    owner: str
    label: str
    words: Sequence[Beside] = ()
    acts: Sequence[Act] = ()
    colours: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    marks: Callable[[Sequence[Mapping[str, Any]]], Sequence[Mapping[str, data.Mark]]] | None = None
    height: int = HEIGHT
    beside: int | None = None
    view: View | None = None

    @property
    def layout(self) -> Layout:
        """How the list stands arranged in this tab."""
        return self._kept().layout

    @property
    def shown(self) -> list[str]:
        """The columns that stand in it, from left to right."""
        return data.shown(self.records, self._kept().layout)

    def ordered(self, query: Query) -> Query:
        """The list in the order of this person; an address that asks for one goes before."""
        usual = query.sorts == self.records.default_query().sorts
        return query.sorted_by(self._kept().layout.sort) if usual else query

    # what goes out

    def _told(self, query: Query, kept: Kept) -> dict[str, Any]:
        """What is told beside what `kept.told` says of the list, which is found anew where it may be another."""
        start, n = wire.want(last_said(self.key, "want"), WINDOW)
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
            "acted": kept.acted,
            "alike": bool(kept.likes),
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

    def _shown(self, query: Query) -> tuple[tuple[str, bool], ...]:
        """What a person has sorted the list by; nothing where it stands as it is at first."""
        return () if query.sorts == self.records.default_query().sorts else query.sorts

    def _kept(self) -> Kept:
        name, of = f"{self.key}.kept", f"{self.view.id} {self.view.layout}" if self.view else ""
        if name not in st.session_state or st.session_state[name].view != of:
            arranged = self.view.layout if self.view else self.my.layouts.get(self.records)
            first = data.usual(self.records)
            st.session_state[name] = Kept(first if arranged == Layout() else arranged, view=of)
        found: Kept = st.session_state[name]
        return found


def fingerprint(records: Records, query: Query) -> str:
    """A list by what it is filtered and sorted by; of another list it is another."""
    said = repr((records.name, sorted(records.params(query.first()).items()), query.sorts, str(query.zone)))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def last_said(key: str, name: str) -> Any:
    """What the browser of this grid said last under a name."""
    return getattr(st.session_state.get(key), name, None)
