"""Saved views above a list: those that are pinned as tabs, and a box to keep, change and choose them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import streamlit as st

from crm_data import Act, Chosen, CrmError, Layout, Query, Records, View, Workspace
from crm_data.accounts.views import BESIDE
from crm_data.store.query import OF_A_LIST
from dashboard.components.grid import Grid
from dashboard.known import forget, known
from dashboard.parts import place, say
from dashboard.parts.acts import announce, done
from dashboard.parts.chart_link import of_list

PARAM = "view"
EVERYTHING = {
    "filter": "[]"
}  # the address of a list that asks for nothing, where another would open by itself


@dataclass(frozen=True)
class Shelf:
    """The views of a list, what one has pinned, and the one that is open."""

    all: tuple[View, ...]
    chosen: Chosen
    open: View | None

    def base(self) -> Mapping[str, str] | None:
        """What the list asks where its address says nothing of itself."""
        return self.open.params if self.open else None

    def tabs(self) -> dict[str, str]:
        """The pinned ones, and the open one: what a tab says by what it stands for."""
        open_ = [self.open] if self.open else []
        some = [view for id_ in self.chosen.pinned for view in self.all if view.id == id_]
        return {tab(view.id): view.name for view in [*some, *open_]}


def tab(id_: int) -> str:
    """What a tab of a view is called among the presets, whose names are words."""
    return f"view:{id_}"


def shelf(my: Workspace, records: Records) -> Shelf:
    """What of views there is for a list, and which the address means. One that is not there is said."""
    found, chosen = known(my, f"{records.name}.shelf", (), lambda: my.views.all(records))
    params = place.params()
    asked = params.get(PARAM, "")
    if not asked and chosen.first and not says_a_list(records, params):
        asked = str(chosen.first)
    open_ = next((view for view in found if str(view.id) == asked), None)
    if asked and open_ is None:
        try:
            my.views.get(records, asked)
        except CrmError as refused:
            st.warning(say.plain(str(refused)), icon=":material/link_off:")
    return Shelf(tuple(found), chosen, open_)


def says_a_list(records: Records, params: Mapping[str, str]) -> bool:
    """Whether an address says anything of what is listed."""
    return any(name in OF_A_LIST or name in records.fields for name in params)


def go(my: Workspace, records: Records, view: View | None, keep: tuple[str, ...]) -> None:
    """Open a view, or the list without one."""
    first = view is None and known(my, f"{records.name}.shelf", (), lambda: my.views.all(records))[1].first
    place.go({PARAM: str(view.id)} if view else EVERYTHING if first else {}, keep)


@dataclass(frozen=True)
class Box:
    """The box of a list's views. `now`: the list as its address says it, `grid` how it stands there, if in one.

    `shown`: the list that is on the screen, where a selection is taken that the address does not name. `beside`:
    on a screen of numbers, the days that they are of; a view that is of no days is not changed by them.
    """

    my: Workspace
    records: Records
    shelf: Shelf
    now: Query
    grid: Grid | None
    keep: tuple[str, ...] = ()
    shown: Query | None = None
    beside: Mapping[str, str] | None = None

    @property
    def _place(self) -> str:
        return f"{self.records.name}.views"

    @property
    def changed(self) -> bool:
        """Whether the list is another one by now than the open view says."""
        view = self.shelf.open
        if view is None:
            return False
        held = self._held()
        if self.beside is not None:
            mine = {name: word for name, word in held.items() if name not in BESIDE or name in view.params}
            return mine != view.params
        return held != view.params or view.layout not in (self._layout(), Layout())

    @property
    def is_open(self) -> bool:
        """Whether it stands open in this tab."""
        return bool(st.session_state.get(f"{self._place}.box"))

    def draw(self) -> None:
        """Draw its button, and all that is in it while it is open."""
        view = self.shelf.open
        label = "Views" if view is None else f"{view.name}: unsaved changes" if self.changed else view.name
        box = st.popover(
            say.plain(label), icon=":material/bookmark:", key=f"{self._place}.box", on_change=place.catch_up
        )
        if box.open:
            with box:
                if view is not None:
                    self._opened(view)
                self._new()
                self._chart()
                self._all()

    def _held(self) -> dict[str, str]:
        """What a view keeps: what the list asks, and the days beside it; on a list those of the open view."""
        view = self.shelf.open
        kept = {name: view.params[name] for name in BESIDE if name in view.params} if view else {}
        return {**self._params(), **kept, **(self.beside or {})}

    def _params(self) -> dict[str, str]:
        """What it asks, without the order: that is said once, with the columns where there are any."""
        if self.grid is None:
            return self.records.params(self.now)
        usual = self.records.default_query().sorts
        return self.records.params(self.now.sorted_by(usual))

    def _layout(self) -> Layout:
        if self.grid is None:
            return Layout()
        if self.now.sorts == self.records.default_query().sorts:
            return self.grid.layout
        return replace(self.grid.layout, sort=self.now.sorts)

    def _do(self, act: Callable[[], object], said: str, after: Callable[[], object] = lambda: None) -> None:
        if done(self.records.name, act):
            forget(f"{self.records.name}.shelf")  # one's own leave no line in the log
            after()
            announce(said, "bookmark")

    def _opened(self, view: View) -> None:
        whose = "For the company" if view.shared else "Yours alone"
        st.caption(f"{whose}. {'Filter, order or columns differ from it.' if self.changed else ''}")
        if view.may_change:
            if self.changed:
                st.button(
                    "Save changes",
                    key=f"{self._place}.save",
                    type="primary",
                    on_click=self._save,
                    args=(view,),
                )
            st.text_input(
                "Name",
                value=view.name,
                max_chars=60,
                key=f"{self._place}.name.{view.id}.{view.version}",
                on_change=self._rename,
                args=(view,),
            )
            if self.my.may(Act.MEMBERS) or (view.mine and self._may_publish):
                self._share(view)
        if self.changed:
            st.button(
                "Back to the view",
                key=f"{self._place}.back",
                on_click=lambda: self._back(view),
            )
        pinned, chosen = view.id in self.shelf.chosen.pinned, self.shelf.chosen
        others = tuple(id_ for id_ in chosen.pinned if id_ != view.id)
        _habit(
            self,
            view,
            pinned,
            lambda on: replace(chosen, pinned=(*others, view.id) if on else others),
            label="Pinned as a tab",
        )
        first = chosen.first == view.id
        if self.beside is None:  # numbers are of all that there is until somebody says otherwise
            _habit(
                self,
                view,
                first,
                lambda on: replace(chosen, first=view.id if on else None),
                label="Opens first",
            )
        if view.may_change:
            self._remove(view)

    @property
    def _may_publish(self) -> bool:
        return self.my.views.may_publish

    def _save(self, view: View) -> None:
        def act() -> None:
            layout = None if self.beside is not None else self._layout()  # here the list has no columns
            self.my.views.change(
                self.records, view.id, params=self._held(), layout=layout, version=view.version
            )

        self._do(act, f"View {view.name} saved.", lambda: place.go(self._to(view.id), self.keep))

    def _to(self, id_: int) -> dict[str, str]:
        """The address of a view that was kept just now, which says the days that it is of."""
        return {PARAM: str(id_), **(self.beside or {})}

    def _back(self, view: View) -> None:
        if self.grid is not None:
            self.grid.arrange_anew()
        self._open(view)

    def _open(self, view: View) -> None:
        if self.beside is None:
            go(self.my, self.records, view, self.keep)
        else:
            days = {name: view.params[name] for name in self.beside if name in view.params}
            place.go({PARAM: str(view.id), **days}, self.keep)

    def _rename(self, view: View) -> None:
        name = st.session_state[f"{self._place}.name.{view.id}.{view.version}"]
        self._do(
            lambda: self.my.views.change(self.records, view.id, name=name, version=view.version),
            f"The view is called {name.strip()} now.",
        )

    def _share(self, view: View) -> None:
        key = f"{self._place}.shared.{view.id}.{view.version}"

        def act() -> None:
            on = st.session_state[key]
            self._do(
                lambda: self.my.views.change(self.records, view.id, shared=on, version=view.version),
                f"View {view.name} is {'for the company' if on else 'yours alone'} now.",
            )

        st.toggle("For the company", value=view.shared, key=key, on_change=act)

    def _remove(self, view: View) -> None:
        sure = f"{self._place}.sure.{view.id}"
        if not st.session_state.get(sure):
            st.button("Delete", key=f"{self._place}.delete", type="tertiary", on_click=_be, args=(sure, True))
            return
        who = "nobody in the company will have it any more" if view.shared else "its filter is gone"
        st.caption(say.plain(f"Delete {view.name}? No record is changed, but {who}."))
        with st.container(horizontal=True):
            st.button(
                "Delete the view",
                key=f"{self._place}.gone",
                type="primary",
                on_click=self._gone,
                args=(view,),
            )
            st.button("Keep it", key=f"{self._place}.stays", on_click=_be, args=(sure, False))

    def _gone(self, view: View) -> None:
        self._do(
            lambda: self.my.views.remove(self.records, view.id),
            f"View {view.name} deleted.",
            lambda: place.go({**self._params(), **(self.beside or {})} or EVERYTHING, self.keep),
        )

    def _new(self) -> None:
        key = f"{self._place}.new"

        def act() -> None:
            made: list[int] = []
            name = st.session_state.get(key) or ""
            self._do(
                lambda: made.append(self.my.views.add(self.records, name, self._held(), self._layout())),
                f"View {name.strip()} saved.",
                lambda: place.go(self._to(made[0]), self.keep),
            )
            st.session_state[key] = "" if made else name

        label = "Save as a new view" if self.shelf.open is None else "Save as another view"
        st.text_input(label, key=key, max_chars=60, placeholder="Its name", on_change=act)

    def _chart(self) -> None:
        asks = self.records.params((self.shown or self.now).first())
        said = of_list(self.records.name, asks)
        st.page_link(
            "../pages/dashboards.py", label="Chart this list", icon=":material/add_chart:", query_params=said
        )

    def _all(self) -> None:
        for words, some in (
            ("For the company", [view for view in self.shelf.all if view.shared]),
            ("Yours alone", [view for view in self.shelf.all if not view.shared]),
        ):
            if some:
                st.caption(words)
            for view in some:
                st.button(
                    say.plain(view.name),
                    key=f"{self._place}.open.{view.id}",
                    type="tertiary",
                    icon=":material/check:" if view == self.shelf.open else None,
                    on_click=self._open,
                    args=(view,),
                )


def _habit(box: Box, view: View, now: bool, said: Callable[[bool], Chosen], label: str) -> None:
    key = f"{box.records.name}.views.{label}.{view.id}"
    st.session_state[key] = now

    def act() -> None:
        wanted = said(st.session_state[key])
        box._do(lambda: box.my.views.choose(box.records, wanted), "Kept for you.")

    st.toggle(label, key=key, on_change=act)


def _be(name: str, value: bool) -> None:
    place.catch_up()
    st.session_state[name] = value
