"""Edits that a save refused: each stays with its reason, is dropped alone, and is asked for what it lacks."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crm_data import Edit, Field, Records, Workspace, errors
from dashboard.parts import say, widgets
from dashboard.parts.dialog import dialog
from dashboard.parts.drafts import Drafts, Row

_SHOWN = 20  # so many are told one by one


@dataclass(frozen=True)
class _One:
    """What was refused of one record: what was wanted, and the problems with it."""

    wanted: Mapping[str, Any]
    problems: tuple[errors.Problem, ...]


@dataclass(frozen=True)
class Refused:
    """What was refused in the list at one place, by record, until it is edited anew, dropped or saved."""

    my: Workspace
    records: Records
    place: str

    @property
    def _all(self) -> dict[int, _One]:
        """Those whose edits still are what was refused."""
        kept: dict[int, _One] = st.session_state.get(f"{self.place}.refused", {})
        now = {edit.id: _wanted(edit) for edit in Drafts(self.place).edits()}
        return {id_: one for id_, one in kept.items() if now.get(id_) == one.wanted}

    def ids(self) -> set[int]:
        """The records."""
        return set(self._all)

    def cells(self) -> int:
        """How many changes they hold."""
        return sum(len(one.wanted) for one in self._all.values())

    def remember(self, edits: list[Edit], problems: list[errors.Problem]) -> bool:
        """Keep what is wrong with which record, and ask for what is lacking; False when no record is named."""
        wanted = {edit.id: _wanted(edit) for edit in edits}
        found: dict[int, list[errors.Problem]] = {}
        for problem in problems:
            if problem.row in wanted and problem not in found.get(problem.row, ()):
                found.setdefault(problem.row, []).append(problem)
        new = {id_: _One(wanted[id_], tuple(some)) for id_, some in found.items()}
        st.session_state[f"{self.place}.refused"] = self._all | new
        lacking = [id_ for id_ in new if self._lacks(id_)]
        if lacking:
            self._ask(lacking)
        return bool(new)

    def forget(self) -> None:
        """Keep none, and ask nothing."""
        for name in ("refused", "given"):
            st.session_state.pop(f"{self.place}.{name}", None)
        self._asked()

    def tell(self, rows: Mapping[int | None, Row], drop: Callable[[int], None]) -> None:
        """Each with its reason and what can be done about it; nothing when there is none."""
        refused = self._all
        if not refused:
            return
        with st.container(border=True, key=f"{self.place}.refusedbox"):
            one = self.cells() == 1
            st.error(
                f"{say.count(self.cells(), 'change')} refused, and nothing else was saved. "
                f"{'It waits' if one else 'They wait'} here, marked in the list; the others can be saved without.",
                icon=":material/error:",
            )
            for id_, what in list(refused.items())[:_SHOWN]:
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.text(f"{_name(self.records, rows, id_)}: {self._why(id_)}", width="content")
                    if self._lacks(id_):
                        st.button(
                            "Fill in", key=f"{self.place}.fill.{id_}", on_click=self._ask, args=([id_],)
                        )
                    many = say.count(len(what.wanted), "change")
                    st.button(f"Drop {many}", key=f"{self.place}.drop.{id_}", on_click=drop, args=(id_,))
            if len(refused) > _SHOWN:
                st.caption(f"And {len(refused) - _SHOWN:,} more.")

    def dialog(
        self,
        rows: Mapping[int | None, Row],
        members: Mapping[int, str],
        save: Callable[[Collection[int]], None],
    ) -> None:
        """Ask for what some of them lack, where that was begun."""
        if not self._now():
            return self._asked()

        @dialog(self.my, "What is still needed", self._asked)
        def show() -> None:
            now = self._now()
            if not now:
                st.rerun()
            with st.form(f"{self.place}.lacking.form", border=False, enter_to_submit=False):
                for id_ in now:
                    st.text(f"{_name(self.records, rows, id_)}: {self._change(id_)}")
                    st.caption(say.plain(self._why(id_)))
                    for field in self._lacks(id_):
                        widgets.widget(
                            self._key(id_),
                            field,
                            (rows.get(id_) or {}).get(field.name),
                            members,
                            suggested=self.records.suggestions.get(field.name, ()),
                        )
                count = sum(len(Drafts(self.place).fields(id_)) for id_ in now)
                st.form_submit_button(
                    f"Save {say.count(count, 'change')}", type="primary", on_click=given, args=(now,)
                )

        def given_of(id_: int) -> set[str]:
            every: dict[int, set[str]] = st.session_state.setdefault(f"{self.place}.given", {})
            return every.setdefault(id_, set())

        def given(ids: list[int]) -> None:
            for id_ in ids:
                for field in self._lacks(id_):
                    value = widgets.said(self._key(id_), field)
                    if not say.holds_nothing(value):
                        given_of(id_).add(field.name)
                        Drafts(self.place).put(id_, field.name, value)
            ready = [id_ for id_ in ids if id_ not in self._all]
            if ready:
                save(ready)

        return show()

    def _now(self) -> list[int]:
        """Those that are asked for and still lack something."""
        return [id_ for id_ in st.session_state.get(f"{self.place}.lacking") or () if self._lacks(id_)]

    def _lacks(self, id_: int) -> list[Field]:
        """The fields that the change of another made necessary: they can be given here and now."""
        one = self._all.get(id_)
        if one is None:
            return []
        kept: Mapping[int, set[str]] = st.session_state.get(f"{self.place}.given", {})
        names = dict.fromkeys(
            problem.field
            for problem in one.problems
            if problem.field not in one.wanted or problem.field in kept.get(id_, ())
        )
        return [field for name in names if (field := self.records.fields.get(name)) and field.edit]

    def _change(self, id_: int) -> str:
        one = self._all[id_]
        return ", ".join(
            f"{field.label} {say.value(field, raw)}"
            for name, raw in one.wanted.items()
            if (field := self.records.fields.get(name))
        )

    def _why(self, id_: int) -> str:
        return " ".join(dict.fromkeys(problem.sentence for problem in self._all[id_].problems))

    def _key(self, id_: int) -> str:
        return f"{self.place}.lacking.{id_}"

    def _ask(self, ids: list[int]) -> None:
        st.session_state[f"{self.place}.lacking"] = ids

    def _asked(self) -> None:
        st.session_state.pop(f"{self.place}.lacking", None)


def _wanted(edit: Edit) -> dict[str, Any]:
    return {name: pair[1] for name, pair in edit.fields.items()}


def _name(records: Records, rows: Mapping[int | None, Row], id_: int) -> str:
    return str(rows[id_][records.title]) if id_ in rows else f"#{id_}"
