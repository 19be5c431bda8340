"""The forecast that people give: a month by person, the dialog that takes a number, and all that were given."""

from datetime import date
from typing import Any

import streamlit as st

from crm_data import CrmError, Query, Workspace, new_act
from crm_data.nouns.converted import UNRATED, is_converted, named
from crm_data.nouns.goals import months_from
from crm_data.nouns.submissions import Told
from crm_data.numbers.submitted import HEADS
from dashboard.components import grid
from dashboard.known import known
from dashboard.parts import amount, figures, place, say
from dashboard.parts.acts import attempt, forget_refusal, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.heading import heading
from dashboard.parts.of_months import behind
from dashboard.parts.undo import did

PLACE = "submitted"
GIVEN = "given"  # in the address: the numbers that were given, in place of the forecast
AHEAD = 6  # months for which a number can be chosen here, this one among them
OWN = "Your own"
OLD = 7  # days: a number that was not given anew for so long is named


def by_person(my: Workspace, query: Query) -> None:
    """A month by person, and the button to give a number for it."""
    months = months_from(say.today().replace(day=1), AHEAD)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PLACE}.line"):
        month = st.selectbox(
            "Month",
            months,
            key=f"{PLACE}.month",
            format_func=lambda month: f"{month:%B %Y}",
            label_visibility="collapsed",
            width=180,
        )
        one = is_converted(query)
        if not one:
            st.button(
                "Give a forecast", key=f"{PLACE}.give", icon=":material/edit:", on_click=_begin, args=(month,)
            )
        st.button("All that were given", key=f"{PLACE}.all", type="tertiary", on_click=_to_given)
    asked = (query, say.today(), month)
    found = known(my, PLACE, asked, lambda: my.numbers.submitted(query, month))
    if found.people:
        heads = (f"{month:%b %Y} ({named(found.currency)})", *HEADS)
        figures.matrix(my, heads, [(line.name, line.figures) for line in found.people], f"{PLACE}.people")
    old = [
        (line.name, (say.today() - line.given.astimezone(say.zone()).date()).days)
        for line in found.people
        if line.given
    ]
    late = [f"{name} ({days} days)" for name, days in old if days >= OLD]
    if late:
        st.caption(f"Not updated for {OLD} days or more: {say.plain(', '.join(late))}.")
    st.caption(
        "A forecast is the manager's number, else the person's own, else what is won and in commit. "
        "All numbers are kept, with who gave them and when."
        + (" They are given in one currency each: choose that one to give one." if one else "")
    )
    if not one:
        _number_dialog(my, found.currency)


def _begin(month: date) -> None:
    st.session_state[f"{PLACE}.giving"] = (month, new_act())
    forget_refusal(f"{PLACE}.dialog")


def _to_given() -> None:
    place.go({"tab": "forecast", GIVEN: "all"})


def _number_dialog(my: Workspace, currency: str) -> None:
    """Draw the dialog that was begun; dismissing it leaves all as it was."""
    giving = st.session_state.get(f"{PLACE}.giving")
    if giving is None:
        return
    month, act = giving

    def forget() -> None:
        st.session_state.pop(f"{PLACE}.giving", None)
        forget_refusal(f"{PLACE}.dialog")

    @dialog(my, f"Forecast for {month:%B %Y}", forget)
    def show() -> None:
        if st.session_state.get(f"{PLACE}.giving") is None:
            st.rerun()
        told, people = my.submissions.of_month(month, currency)
        over = None
        if my.submissions.all_seen:
            whose = st.selectbox(
                "Whose",
                [0, *people],
                key=f"{PLACE}.{act}.whose",
                format_func=lambda id_: f"Over that of {people.get(id_, '')}" if id_ else OWN,
            )
            over = whose or None
        person = over or my.scope.user_id
        theirs = [one for one in told if one.user_id == person]
        last = next((one for one in theirs if one.over == (over is not None)), None)
        key = f"{PLACE}.{act}.{over or 'own'}"
        with st.form(key, border=False):
            if last:
                st.session_state.setdefault(f"{key}.amount", amount.shown(last.amount))
            amount.amount_input(
                f"Number ({say.plain(currency)})",
                f"{key}.amount",
                "Leave it empty to take back what you gave.",
            )
            st.text_input("Note", key=f"{key}.note", max_chars=500)
            show_refusal(f"{PLACE}.dialog")
            st.form_submit_button(
                "Give it",
                type="primary",
                on_click=_give,
                args=(my, giving, key, over, last.id if last else None, currency),
            )
        for one in theirs:
            st.text(_line(one, currency))

    show()


def _line(one: Told, currency: str) -> str:
    """One number that was given, in words."""
    said = "taken back" if one.amount is None else say.money(one.amount, currency)
    whose = f", over that of {one.person}" if one.over else ""
    return f"{say.moment(one.at)}, {one.by}{whose}: {said}{f' ({one.note})' if one.note else ''}"


def _give(my: Workspace, giving: Any, key: str, over: int | None, seen: int | None, currency: str) -> None:
    if st.session_state.get(f"{PLACE}.giving") != giving:
        return  # the second click of two
    month, act = giving
    said, note = (st.session_state.get(f"{key}.{name}") for name in ("amount", "note"))
    made = attempt(
        f"{PLACE}.dialog",
        lambda: my.submissions.give(month, said, note, over, seen, currency, act, say.zone()),
        {"Number": f"Number ({currency})"},
    )
    if made is not None:
        did(my, f"Forecast for {month:%b %Y} given.", act, icon="flag")
        st.session_state.pop(f"{PLACE}.giving", None)


def given_screen(my: Workspace) -> None:
    """The numbers that an address means, the newest first; all of them when it cannot be read."""
    with heading("Given numbers"):
        st.button("Forecast", key=f"{PLACE}.back", icon=":material/arrow_back:", on_click=_back)
    try:
        query = my.submissions.query(place.params(), say.zone())
    except CrmError as error:
        st.warning(say.plain(str(error)), icon=":material/link_off:")
        query = Query(zone=say.zone())
    if is_converted(query) or UNRATED in query.preset:
        behind(my, my.submissions, query, "number")
    page = known(my, f"{PLACE}.given", (query,), lambda: my.submissions.page(query))
    if page.rows:
        grid.table(f"{PLACE}.list", "Given numbers", [_row(row, page.names) for row in page.rows])
    less = f", the newest {len(page.rows)} of them here" if page.total > len(page.rows) else ""
    st.caption(
        f"{say.count(page.total, 'number')}{less}. Of each person, month and sort the newest counts; "
        "a manager's stands over the own."
    )


def _back() -> None:
    place.go({"tab": "forecast"})


def _row(row: dict[str, Any], names: Any) -> dict[str, Any]:
    return {
        "Given": say.moment(row["created_at"]),
        "By": names["created_by"].get(row["created_by"], "A former colleague"),
        "Person": names["user_id"].get(row["user_id"], "A former colleague"),
        "Month": f"{row['month']:%b %Y}",
        "Number": "taken back" if row["amount"] is None else say.money(row["amount"], row["currency"]),
        "Whose": "Manager's" if row["by_manager"] else "Own",
        "Note": row["note"] or "",
    }
