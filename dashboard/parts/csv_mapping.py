"""The middle of an import: where each column goes, how its cells are read, what new records get, what is a key."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from crm_data import CrmError, Field, Kind, Records, Workspace, inside
from crm_data.store.amounts import POINT
from crm_data.store.days import ANY
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.formats import DATES, DECIMALS, EMPTY_WORDS, NUMBERS
from crm_data.transfer.lookup import MADE
from crm_data.transfer.mapping import importable, needed, shaped, targets
from crm_data.transfer.plan import (
    ID,
    LEAVE,
    MARK,
    Blanks,
    By,
    Column,
    Mode,
    Plan,
    Unmatched,
)
from dashboard.parts import say
from dashboard.parts.csv_alike import with_choices
from dashboard.parts.csv_words import known_words, unknown_words

ROW = "The whole row"


@dataclass(frozen=True)
class MappingStep:
    """Draws the choices of a plan; what a widget says is laid over what was guessed."""

    my: Workspace
    records: Records
    sheet: Sheet
    place: str

    def draw(self, guessed: Plan) -> Plan:
        """The plan as the person has it now."""
        fields = importable(self.records)
        st.markdown("**Columns**")
        with st.container(height=400 if len(guessed.columns) > 8 else "content", border=False):
            columns = tuple(self._column(column, fields) for column in guessed.columns)
        plan = replace(guessed, columns=columns)
        plan = self._strangers(plan, fields)
        plan = self._fill(plan, fields)
        return self._rules(plan, guessed, fields)

    def _strangers(self, plan: Plan, fields: Mapping[str, Field]) -> Plan:
        """What the file names and nobody here knows: asked in the open, with counts, before anything is tried."""
        try:
            unknown = self.my.strangers(self.records, self.sheet, plan)
        except CrmError:
            return plan  # said where the plan is tried
        if not unknown:
            return plan
        st.markdown("**Not known here**")
        for heading, words in unknown.items():
            column = plan.column(heading)
            field = fields[column.to]
            if field.kind is not Kind.CHOICE:
                column = self._unmatched(column, field, words)
                plan = plan.with_column(heading, unmatched=column.unmatched)
        unknown_words(self.my, self.records, plan, unknown, self.place)
        return plan

    def _unmatched(self, column: Column, field: Field, words: Mapping[str, int]) -> Column:
        """What becomes of the colleagues or records that a column names and nobody here knows."""
        count, rows = len(words), sum(words.values())
        noun = "colleague" if field.kind is Kind.MEMBER else inside(field.label)
        options: dict[str, str] = {
            Unmatched.EMPTY: "Keep the word beside the record",
            Unmatched.REFUSE: f"Refuse {say.count(rows, 'row')}",
        }
        if field.kind is Kind.MEMBER:
            options[Unmatched.FORMER] = f"Add {say.count(count, 'former colleague')}"
        if field.to == MADE and column.by == By.NAME:
            options[Unmatched.MAKE] = f"Make {say.count(count, 'customer')}"
        few = ", ".join(say.plain(word) for word in list(words)[:3]) + (", …" if count > 3 else "")
        strange = f"{say.count(count, 'word')} of no {noun} here, in {say.count(rows, 'row')}"
        label = f"{say.plain(column.heading)}: {strange} ({few})"
        key = self._key("as", column.heading, column.to, "unmatched")
        return replace(column, unmatched=self._way_of(label, options, column.unmatched, key))

    def _key(self, *parts: str) -> str:
        return ".".join((self.place, *parts))

    def _column(self, column: Column, fields: Mapping[str, Field]) -> Column:
        """One column of the file: its heading, what it holds, where it goes, and what that asks."""
        offered = targets(self.records)
        if column.to not in (ID, MARK):  # only a file with the mark of an export has ids of ours
            offered = {name: label for name, label in offered.items() if name not in (ID, MARK)}
        left, right = st.columns([6, 5], vertical_alignment="center")
        with left:
            st.markdown(f"{say.plain(column.heading)}  :small[:gray[{self._sample(column.heading)}]]")
        with right:
            to = st.selectbox(
                f"{say.plain(column.heading)} goes to",
                list(offered),
                index=list(offered).index(column.to),
                format_func=offered.__getitem__,
                key=self._key("to", column.heading),
                label_visibility="collapsed",
            )
        if to != column.to:
            column = replace(column, to=to)
            if to in fields:
                said = {cell.strip() for cell in self.sheet.column(column.heading)} - {""}
                words = {cell for cell in said if cell.casefold() not in EMPTY_WORDS}
                column = shaped(column, fields[to], words, self.records.name)
        return self._reading(column, fields.get(to), self._key("as", column.heading, to))

    def _sample(self, heading: str) -> str:
        """A few of a column's cells, on one line."""
        at = self.sheet.headings.index(heading)
        seen = dict.fromkeys(" ".join(line.cells[at].split()) for line in self.sheet.lines[:50])
        said = ", ".join([cell for cell in seen if cell][:3])
        return say.plain(said if len(said) <= 60 else f"{said[:60]}…") or "empty"

    def _reading(self, column: Column, field: Field | None, key: str) -> Column:
        """How the cells of one column are read: only what there is a choice about."""
        shown = say.plain(column.heading)
        if column.maybe_empty and column.to not in (LEAVE, ID):
            words = ", ".join(f'"{say.plain(word)}"' for word in column.maybe_empty)
            before = set(column.maybe_empty) <= set(column.empties)
            said = set(column.empties) - set(column.maybe_empty)
            if st.checkbox(f"In {shown}, {words} means empty", before, key=f"{key}.empty"):
                said |= set(column.maybe_empty)
            column = replace(column, empties=tuple(sorted(said)))
        if field is None:
            return column
        if field.kind in (Kind.DAY, Kind.MOMENT) and (column.unsure or column.dates != ANY):
            orders = {order: said.capitalize() for order, said in DATES.items()}
            dates = self._way_of(f"Dates in {shown}", orders, column.dates, f"{key}.dates")
            column = replace(column, dates=dates)
            if column.unsure:
                st.warning(
                    f"{say.plain(column.unsure)} Choose above which.", icon=":material/calendar_month:"
                )
        if field.kind in DECIMALS and (column.unsure or column.numbers != POINT):
            ways = {way: f"With {said}: {way}" for way, said in NUMBERS.items()}
            numbers = self._way_of(f"Numbers in {shown}", ways, column.numbers, f"{key}.numbers")
            column = replace(column, numbers=numbers)
        if field.kind is Kind.WHOLE and column.values:
            parts = [
                f"{say.plain(word)} as {say.plain(column.values[word])}" for word in list(column.values)[:6]
            ]
            st.caption(f"{shown} is read as parts of one: {', '.join(parts)}.")
        if field.kind in (Kind.MEMBER, Kind.LINK):
            column = self._names(column, key)
        values = {
            word: said
            for word, said in (st.session_state.get(f"{self.place}.words.{column.heading}") or {}).items()
            if said is not None
        }
        column = replace(column, values={**column.values, **values})
        if field.kind in (Kind.CHOICE, Kind.MEMBER):
            known_words(self.my, field, column, self.sheet.column(column.heading), self.place)
        return column

    def _names(self, column: Column, key: str) -> Column:
        kinds: dict[str, str] = {
            By.NAME: "Names",
            By.ID: "Ids of ours",
            By.EXTERNAL: "Ids of the other system",
        }
        by = self._way_of(f"{say.plain(column.heading)} holds", kinds, column.by, f"{key}.by")
        return replace(column, by=by)

    def _way_of(self, label: str, options: Mapping[str, str], chosen: str, key: str) -> str:
        known = list(options)
        picked: str = st.selectbox(
            label, known, index=known.index(chosen), format_func=options.__getitem__, key=key
        )
        return picked

    def _fill(self, plan: Plan, fields: Mapping[str, Field]) -> Plan:
        """What new records get where the file has nothing: asked once for all of them."""
        asked = {field.name: field for field in needed(self.sheet, plan, self.records)}
        asked |= {name: fields[name] for name in plan.fill if name in fields}
        if not asked:
            return plan
        st.markdown("**New records, where the file has nothing**")
        fill = {}
        for at, (name, field) in enumerate(asked.items()):
            if at % 2 == 0:
                pair = st.columns(2)
            with pair[at % 2]:
                said = self._value(field, plan.fill.get(name, ""), self._key("fill", name))
            if said:
                fill[name] = said
        return replace(plan, fill=fill)

    def _value(self, field: Field, start: str, key: str) -> str:
        label = f"{say.plain(field.label)} *" if field.required else say.plain(field.label)
        if field.kind is Kind.CHOICE:
            labels = field.choice_labels()
        elif field.kind is Kind.MEMBER:
            labels = {str(id_): name for id_, name in self.my.members().items()}
        elif field.kind is Kind.LINK and field.to:
            found = self.my.records(field.to).choices(limit=500)
            labels = {start: f"As the row says in {start}"} if "{" in start else {}
            labels |= {str(id_): name for id_, name in found.items()}
        else:
            help_ = (
                "A heading in braces takes the row's own text, as {product}."
                if field.kind is Kind.TEXT
                else None
            )
            return st.text_input(label, start, key=key, help=help_).strip()
        options = list(labels)
        chosen: str | None = st.selectbox(
            label,
            options,
            index=options.index(start) if start in options else None,
            format_func=labels.__getitem__,
            placeholder="None: refuse such rows" if field.required else "None",
            key=key,
        )
        return chosen or ""

    def _rules(self, plan: Plan, guessed: Plan, fields: Mapping[str, Field]) -> Plan:
        """Which record a row means, and what may happen to it."""
        st.markdown("**Rows that are here already**")
        names = [c.to for c in plan.columns if self._may_be_key(c.to, fields)]
        names += [name for name, said in plan.fill.items() if "{" in said and name not in names]
        labels = {name: "Id" if name == ID else fields[name].label for name in names}
        left, middle, right = st.columns(3)
        with left:
            start = [name for name in guessed.key if name in labels]
            key = st.multiselect(
                "Found by",
                names,
                default=start,
                format_func=labels.__getitem__,
                placeholder=ROW,
                key=self._key("key", *names),
            )
        with middle:
            mode = self._way_of(
                "New and existing", {m: m.value.capitalize() for m in Mode}, plan.mode, self._key("mode")
            )
        with right:
            blanks = self._way_of(
                "Empty cells", {b: b.value.capitalize() for b in Blanks}, plan.blanks, self._key("blanks")
            )
        plan = with_choices(replace(plan, key=tuple(key), mode=mode, blanks=blanks), self.place)
        if "external_id" in key or not key:
            plan = self._system(plan)
        return plan

    def _system(self, plan: Plan) -> Plan:
        """The system that the ids come from: a name guessed from the file's is not yet said by a person."""
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        with left:
            said = st.text_input("The ids come from", plan.source, key=self._key("source"), max_chars=100)
        with right:
            sure = st.checkbox("That is the system's name", key=self._key("named"))
        return replace(plan, source=said.strip(), named=sure or said.strip() != plan.source)

    def _may_be_key(self, name: str, fields: Mapping[str, Field]) -> bool:
        return name == ID or (
            name in fields and fields[name].kind in (Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.LINK)
        )
