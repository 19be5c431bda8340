"""The trash on the screen: what is archived, brought back alone or with what went with it, or erased for good."""

from collections.abc import Mapping, Sequence

import streamlit as st

from crm_data import Act, CrmError, Workspace, new_act, words
from crm_data.changes.dues import Rule
from crm_data.changes.erasing import Erasure
from crm_data.changes.trash import Away
from crm_data.tables import noun
from dashboard import session
from dashboard.components import grid
from dashboard.parts import place, say
from dashboard.parts.acts import announce, attempt, done, forget_refusal, show_refusal
from dashboard.parts.audit import views
from dashboard.parts.dialog import dialog
from dashboard.parts.heading import empty, heading
from dashboard.parts.proof import proof
from dashboard.parts.trash_rule import trash_rule
from dashboard.parts.undo import did

PLACE = "trash"
_CHOSEN, _ASKED = f"{PLACE}.chosen", f"{PLACE}.asked"
_GOES = (
    "Nobody can undo this. What was erased leaves the history and the search as well;"
    " backups that were made before, and files that were taken away, still hold it."
)


def trash_screen(my: Workspace) -> None:
    """Draw it."""
    counts = my.trash.counts()
    here = place.params()
    asked = here.get("kind", "")
    table = asked if asked in counts else next((kind for kind, n in counts.items() if n), next(iter(counts)))
    with heading("Trash", "What is archived: kept, in no list, and brought back from here"):
        pass
    views(my)
    _kinds(counts, table)
    rule = trash_rule(my)
    show_refusal(PLACE)
    before = here.get("before", "")
    found, older = my.trash.page(table, int(before) if before.isascii() and before.isdigit() else None)
    if not found:
        empty("delete", f"No {noun(table)} is archived.")
        return
    grid.table(
        f"{PLACE}.{table}.{before}", f"Archived {noun(table, 2)}", [_line(away, rule) for away in found]
    )
    if older:
        said = {"tab": "trash", "kind": table, "before": str(older)}
        st.page_link("../pages/history.py", label="Older", icon=":material/arrow_forward:", query_params=said)
    chosen = _choice(found)
    _acts(my, table, chosen)
    _dialog(my, table)


def _kinds(counts: Mapping[str, int], table: str) -> None:
    key = f"{PLACE}.kind"
    st.session_state[key] = table
    st.segmented_control(
        "Kind",
        list(counts),
        key=key,
        format_func=lambda kind: f"{words(kind)} {counts[kind]:,}",
        label_visibility="collapsed",
        on_change=lambda: place.go({"tab": "trash", "kind": st.session_state[key] or table}),
        required=True,
    )


def _line(away: Away, rule: Rule) -> dict[str, str]:
    others = away.together - 1
    return {
        "Name": f"{away.name} (no. {away.id})",
        "Archived by": away.who,
        "When": say.moment(away.at),
        **({"Erased on": _goes(away)} if rule.days else {}),
        "Together with": f"{say.count(others, 'other record')}" if others else "",
    }


def _goes(away: Away) -> str:
    return "Stays: something in use needs it" if away.stays else say.day(away.goes)


def _choice(found: Sequence[Away]) -> list[Away]:
    by_id = {away.id: away for away in found}
    st.session_state[_CHOSEN] = [id_ for id_ in st.session_state.get(_CHOSEN, []) if id_ in by_id]
    ids = st.multiselect(
        "Chosen",
        list(by_id),
        key=_CHOSEN,
        format_func=lambda id_: f"{by_id[id_].name} (no. {id_})",
        placeholder="Choose what to bring back or to erase",
    )
    return [by_id[id_] for id_ in ids]


def _acts(my: Workspace, table: str, chosen: Sequence[Away]) -> None:
    ids = [away.id for away in chosen]
    acts = {away.act for away in chosen}
    together = next(iter(acts)) if len(acts) == 1 and chosen and chosen[0].together > 1 else None

    def restore() -> None:
        name = new_act()
        count = attempt(PLACE, lambda: my.records(table).restore(ids, name))
        if count is not None:
            what = say.count(count, noun(table))
            did(my, f"{what} restored.", name, undone=f"{what} archived.", icon="unarchive")

    def all_of_it() -> None:
        name = new_act()
        if done(PLACE, lambda: my.changes.undo(together, True, name, say.zone())):
            did(my, "Restored, with what went with it.", name, icon="unarchive")

    def ask() -> None:
        forget_refusal(f"{PLACE}.erase")
        st.session_state[_ASKED] = (table, tuple(ids))

    with st.container(horizontal=True):
        st.button(
            "Restore",
            key=f"{PLACE}.restore",
            type="primary",
            icon=":material/unarchive:",
            disabled=not ids,
            on_click=restore,
        )
        if together is not None:
            st.button(
                "Restore all that went together",
                key=f"{PLACE}.together",
                icon=":material/undo:",
                on_click=all_of_it,
            )
        if my.may(Act.ERASE):
            st.button(
                "Erase for good…",
                key=f"{PLACE}.erase",
                icon=":material/delete_forever:",
                disabled=not ids,
                on_click=ask,
            )


def _dialog(my: Workspace, table: str) -> None:
    asked = st.session_state.get(_ASKED)
    if asked is None or asked[0] != table:
        return

    def forget() -> None:
        st.session_state.pop(_ASKED, None)

    @dialog(my, f"Erase {say.count(len(asked[1]), noun(table))} for good", forget)
    def show() -> None:
        if st.session_state.get(_ASKED) != asked:
            st.rerun()
        ids = list(asked[1])
        keep = table == "customers" and st.checkbox(
            "Keep their leads, without the customer", key=f"{PLACE}.keep"
        )
        try:
            looked = my.trash.look(table, ids, keep)
        except CrmError as refused:
            st.error(say.plain(str(refused)), icon=":material/error:")
            return
        _preview(looked)

        def erase(password: str) -> None:
            def do() -> Erasure:
                return my.trash.erase(table, ids, looked.mark, password, keep, session.address())

            gone = attempt(f"{PLACE}.erase", do)
            if gone is not None:
                announce(f"Erased for good: {gone.sentence}.", "delete_forever")
                forget()

        rows = say.count(sum(looked.goes.values()), "row")
        proof(f"{PLACE}.erase", f"Erase {rows} for good", ":material/delete_forever:", erase)

    show()


def _preview(looked: Erasure) -> None:
    """What goes, by kind and by name, and what stays without it."""
    st.warning(_GOES, icon=":material/warning:")
    goes = [
        {"Goes": f"{count:,} {noun(table, count)}", "Among them": ", ".join(looked.names.get(table, ()))}
        for table, count in looked.goes.items()
    ]
    grid.table(f"{PLACE}.goes.{looked.mark[:8]}", "What goes", goes)
    if looked.stays:
        stays = [
            {"Stays": f"{one.count:,} {noun(one.table, one.count)}", "Without": one.label}
            for one in looked.stays
        ]
        grid.table(f"{PLACE}.stays.{looked.mark[:8]}", "What stays", stays)
