"""The dialog of find and replace: what would change is shown and counted, then that is done, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from crm_data import All, CrmError, Field, Records, Replaceable, Replacing, Workspace, new_act
from crm_data.store.at_once import CHUNK
from crm_data.store.replacing import LONGEST, Respelled, texts
from crm_data.tables import noun
from dashboard.components import grid
from dashboard.known import known
from dashboard.parts import say
from dashboard.parts.acts import announce, attempt, forget_refusal, refuse, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.many import Which, stayed
from dashboard.parts.undo import did

_ALL = ""  # columns
_EXACT, _WHOLE = "Same case and accents", "Whole value"
_AROUND, _ROOM = 30, 120  # letters before what differs, and in all
_OTHER = (
    "What you ask for is another by now, so nothing was changed. Look at what would change and press again."
)


@dataclass(frozen=True)
class _Asked:
    """A dialog that is open: its act, the rows it is about, and what became of it."""

    act: str
    which: tuple[int, ...] | All
    done: Replaceable | None = None


def begin(place: str, which: Which, text: str = "") -> None:
    """From a callback: open the dialog for these rows. `text`: what was looked for just before."""
    asked = _Asked(new_act(), which if isinstance(which, All) else tuple(which))
    st.session_state[_name(place)] = asked
    st.session_state[f"{_name(place)}.{asked.act}.find"] = text
    forget_refusal(_name(place))


def dialog_of(my: Workspace, records: Records) -> None:
    """Draw the dialog that was begun."""
    state = _name(records.name)
    asked: _Asked | None = st.session_state.get(state)
    if asked is None:
        return

    def forget() -> None:
        st.session_state.pop(state, None)

    @dialog(my, "Find and replace", forget, width="large", asks=False)
    def show() -> None:
        now: _Asked | None = st.session_state.get(state)
        if now is None or now.act != asked.act:
            st.rerun()
        if now.done is not None:
            stayed(records, now.done.refused)
            st.button("Done", key=f"{state}.done", type="primary", on_click=forget)
            return
        _draw(my, records, now)

    show()


def _draw(my: Workspace, records: Records, asked: _Asked) -> None:
    state = _name(records.name)
    fields = texts(records.fields)
    wanted = _ask(f"{state}.{asked.act}", fields)
    shown, of = st.session_state.pop(f"{state}.shown", (None, None))
    if shown is not None and of != wanted:  # it was typed, and not yet looked at when the button was pressed
        shown = None
        refuse(state, _OTHER)
    st.caption(_of_which(records, asked))
    show_refusal(state)
    found = _look(my, records, asked, wanted) if wanted.find else None
    if found is not None:
        _show(state, records, fields, found)
    count = found.count if found else 0
    st.button(
        f"Replace in {say.count(count, noun(records.name))}" if count else "Replace",
        key=f"{state}.do",
        type="primary",
        disabled=not count,
        on_click=lambda: st.session_state.update({f"{state}.shown": (found, wanted)}),
    )
    if shown is not None:
        do(my, records, asked, shown)
        st.rerun()


def _ask(place: str, fields: Mapping[str, Field]) -> Replacing:
    """Draw what is asked."""
    one, other = st.columns(2)
    find = one.text_input("Find", key=f"{place}.find", max_chars=LONGEST)
    by = other.text_input("Replace with", key=f"{place}.by", max_chars=LONGEST)
    one, other = st.columns(2)
    name = one.selectbox(
        "In",
        [_ALL, *fields],
        key=f"{place}.in",
        format_func=lambda name: fields[name].label if name else "All columns of text",
    )
    how = other.pills("Only", [_EXACT, _WHOLE], selection_mode="multi", key=f"{place}.how")
    return Replacing(find, by, (name,) if name else (), _EXACT in how, _WHOLE in how)


def _of_which(records: Records, asked: _Asked) -> str:
    """Whose texts these are."""
    if isinstance(asked.which, All):
        return f"In all {noun(records.name, 2)} that match the list as it is searched and filtered."
    return f"In {say.count(len(asked.which), noun(records.name))} that {_are(len(asked.which))} ticked."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _look(my: Workspace, records: Records, asked: _Asked, wanted: Replacing) -> Replaceable | None:
    """What would change, or the sentence that says why it cannot be asked for."""
    try:
        with st.spinner("Looking…"):
            return known(
                my,
                _name(records.name),
                (asked.act, asked.which, wanted),
                lambda: records.replaceable(asked.which, wanted, say.zone()),
            )
    except CrmError as refused:
        st.error(say.plain(str(refused)), icon=":material/error:")
        return None


def _show(state: str, records: Records, fields: Mapping[str, Field], found: Replaceable) -> None:
    """How many values change, the first of them, and which records stay as they are."""
    for line in counted(records.name, found):
        st.text(line)
    if found.first:
        grid.table(f"{state}.first", "What changes", [line_of(one, fields) for one in found.first])
    if found.values > len(found.first):
        st.caption(f"The first {len(found.first):,}.")
    stayed(records, found.refused)


def counted(table: str, found: Replaceable) -> list[str]:
    """What replacing would do, in sentences."""
    said = []
    if found.count:
        change = "changes" if found.values == 1 else "change"
        said.append(f"{say.count(found.values, 'value')} in {say.count(found.count, noun(table))} {change}.")
    if found.same:
        had = "has" if found.same == 1 else "have"
        said.append(f"{say.count(found.same, noun(table))} {had} it so already.")
    if not found.count and not found.same and not found.refused:
        said.append(f"No {noun(table)} holds this text.")
    elif not found.count:
        said.append("So nothing would change.")
    return said


def line_of(one: Respelled, fields: Mapping[str, Field]) -> dict[str, str]:
    """One value of the preview; of a long one what stands around the first difference."""
    before, after = around(one.before, one.after or "")
    return {"Record": one.name, "Column": fields[one.field].label, "Now": before, "Then": after or "–"}


def around(before: str, after: str) -> tuple[str, str]:
    """Two texts in one line each, cut alike where they are long: from a little before what differs."""
    before, after = (text.replace("\n", " ").replace("\t", " ") for text in (before, after))
    pairs = zip(before, after, strict=False)
    same = next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(before), len(after)))
    start = max(0, same - _AROUND) if max(len(before), len(after)) > _ROOM else 0
    before, after = (_cut(text, start) for text in (before, after))
    return before, after


def _cut(text: str, start: int) -> str:
    end = start + _ROOM
    return f"{'…' * bool(start)}{text[start:end]}{'…' * (len(text) > end)}"


def do(my: Workspace, records: Records, asked: _Asked, shown: Replaceable) -> None:
    """Replace as it was shown, with a bar while it takes long; the dialog stays for what was refused."""
    state = _name(records.name)
    now: _Asked | None = st.session_state.get(state)
    if now is None or now.act != asked.act or now.done:
        return  # the second click of two
    bar = (
        st.progress(0.0, "Changing. If you close this, nothing is changed.") if shown.count > CHUNK else None
    )

    def told(done: int) -> None:
        if bar is not None:
            bar.progress(min(done / max(shown.count, 1), 1.0))

    made = attempt(state, lambda: records.replace_many(shown, asked.act, say.zone(), told))
    if made is None:
        return
    if made.refused:
        st.session_state[state] = replace(asked, done=replace(shown, refused=made.refused))
    else:
        st.session_state.pop(state, None)
    if not made.count:
        announce("Nothing was changed.", "info")
        return
    what = f"Text in {say.count(made.count, noun(records.name))}"
    did(my, f"{what} replaced.", asked.act, what, f"{what} is as before.", "find_replace")


def _name(place: str) -> str:
    return f"{place}.replace"
