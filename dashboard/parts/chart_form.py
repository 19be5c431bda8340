"""The form of one chart: each choice stands in the URL at once, and the chart is drawn below as it will be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import streamlit as st

from crm_data import Board, CrmError, Kind, Own, Picture, Records, Workspace, new_act, words
from crm_data.numbers.own import ALL, Width, dates_of, groups_of, measures_of
from crm_data.numbers.period import NAMED
from dashboard.parts import place, say
from dashboard.parts.acts import attempt, show_refusal
from dashboard.parts.chart_link import MAKE, NEW, USUAL
from dashboard.parts.converted import all_in_one
from dashboard.parts.currencies import currency_choice
from dashboard.parts.heading import heading
from dashboard.parts.own_chart import draw_own, narrowed
from dashboard.parts.undo import did

BOARD, PLACE = "board", "chart.form"
_DRAWN: Mapping[str, str] = {
    Picture.BAR: "Bars",
    Picture.LINE: "Line through time",
    Picture.TABLE: "Table",
    Picture.NUMBER: "One number",
}

_WIDTHS: Mapping[str, str] = {
    Width.THIRD.value: "A third of the line",
    Width.HALF.value: "Half of the line",
    Width.FULL.value: "All of the line",
}


def chart_form(my: Workspace, boards: Sequence[Board]) -> None:
    """Records, group, measure, picture, period; then the chart; then where it goes."""
    own, made = _read(my), place.params()[MAKE]
    records = my.records(own.kind)
    with heading("New chart" if made == NEW else "Change the chart"):
        st.button("Cancel", key="chart.cancel", on_click=_leave)
        st.button(
            "Save the chart",
            key="chart.save",
            type="primary",
            icon=":material/check:",
            on_click=_save,
            args=(my, boards),
        )
    show_refusal(PLACE)
    with st.grid(min_column_width=220, gap="small"):
        _choices(my, own, records)
        _name(own)
        if made == NEW:
            _where(boards)
    st.caption(
        say.plain(
            f"Of {records.name} where {said}." if (said := narrowed(my, own)) else f"Of all {records.name}."
        )
    )
    draw_own(my, own, "chart.preview")
    place.follow()


def _read(my: Workspace) -> Own:
    """The chart that the address says; one that cannot be read is said."""
    try:
        own = Own.read(place.params())
        my.numbers.own(own, zone=say.zone())
    except CrmError as refused:
        st.warning(say.plain(str(refused)), icon=":material/link_off:")
        return Own()
    return own


def _choices(my: Workspace, own: Own, records: Records) -> None:
    kinds = {name: words(name) for name in USUAL}
    _pick(
        "Records",
        "kind",
        kinds,
        own.kind,
        lambda kind: Own(kind, USUAL[kind], name=own.name, width=own.width),
    )
    _pick("Drawn as", "picture", _DRAWN, own.picture, lambda picture: _drawn(own, records, picture))
    if own.picture != Picture.NUMBER:
        groups = groups_of(records)
        if own.picture == Picture.LINE:
            groups = {by: label for by, label in groups.items() if ":" in by}
        _pick("Grouped by", "by", groups, own.by, lambda by: replace(own, by=by))
    measures = measures_of(records)
    _pick("Measure", "measure", measures, own.measure, lambda measure: replace(own, measure=measure))
    dates = {"": "No period", **dates_of(records)}
    _pick("Period of", "dated", dates, own.dated, lambda dated: replace(own, dated=dated))
    if own.dated:
        periods = {**NAMED, **({} if own.period in NAMED else {own.period: own.period.replace("..", " to ")})}
        _pick("Period", "period", periods, own.period, lambda period: replace(own, period=period))
    _pick("Width", "width", _WIDTHS, own.width, lambda width: replace(own, width=width))
    of = records.fields.get(own.of)
    if of is not None and of.kind is Kind.MONEY and "currency" in records.fields:
        st.session_state["chart.currency"] = "" if own.currency == ALL else own.currency
        currency_choice(
            "Currency",
            "chart.currency",
            nothing="Your company's",
            first=my.scope.currency,
            on_change=lambda: _go(replace(own, currency=st.session_state["chart.currency"] or "")),
        )
        if own.kind == my.deals.name:
            all_in_one(my, "chart.all", own.currency, lambda said: _go(replace(own, currency=said)))


def _drawn(own: Own, records: Records, picture: str) -> Own:
    """Drawn in another way: a line needs days to go through, and what is no number a group."""
    days = [by for by in groups_of(records) if ":" in by]
    by = own.by or USUAL[own.kind]
    if picture == Picture.LINE and by not in days:
        by = next((each for each in days if each.endswith(":month")), by)
    return replace(own, picture=picture, by=by)


def _pick(label: str, name: str, options: Mapping[str, str], here: str, wanted: Callable[[str], Own]) -> None:
    key = f"chart.{name}"
    st.session_state[key] = here if here in options else next(iter(options))
    st.selectbox(
        label,
        list(options),
        key=key,
        format_func=options.__getitem__,
        on_change=lambda: _go(wanted(st.session_state[key])),
    )


def _name(own: Own) -> None:
    st.text_input(
        "Name",
        value=own.name,
        max_chars=80,
        key="chart.name",
        placeholder="What it shows, if left empty",
        on_change=lambda: _go(replace(own, name=st.session_state["chart.name"].strip())),
    )


def _where(boards: Sequence[Board]) -> None:
    """On which dashboard it goes: the one it was asked for on, or another that one may change, or a new one."""
    labels = {str(board.id): board.name for board in boards if board.may_change}
    labels |= {"": "A new dashboard"}
    asked = place.params().get(BOARD, next(iter(labels)))
    st.session_state["chart.board"] = asked if asked in labels else ""
    st.selectbox(
        "On the dashboard",
        list(labels),
        key="chart.board",
        format_func=labels.__getitem__,
        on_change=lambda: place.go({**place.params(), BOARD: st.session_state["chart.board"]}),
    )


def _go(own: Own) -> None:
    """To the form of another chart, which goes to the same place."""
    place.catch_up()
    kept = {name: said for name, said in place.params().items() if name in (MAKE, BOARD)}
    place.go({**kept, **own.params()})


def _leave() -> None:
    board = place.params().get(BOARD, "")
    place.go({BOARD: board} if board else {})


def _save(my: Workspace, boards: Sequence[Board]) -> None:
    """Keep the chart as the form says it now: what was typed last may have come with this click."""
    act, made = new_act(), place.params()[MAKE]
    board = place.params().get(BOARD) or ""
    own = replace(Own.read(place.params()), name=(st.session_state.get("chart.name") or "").strip())

    def do() -> str:
        if made != NEW:
            tile = next((tile for tile in my.dashboards.get(board).tiles if str(tile.id) == made), None)
            my.dashboards.change_chart(made, own, tile.version if tile else None, act_id=act)
            return board
        to = str(st.session_state.get("chart.board", board))
        if to:
            my.dashboards.add_chart(to, own, act_id=act)
            return to
        return str(my.dashboards.add(free_name(boards, "My dashboard"), [own], act_id=act))

    to = attempt(PLACE, do)
    if to is not None:
        place.go({BOARD: to})
        did(my, "Chart saved.", act, undone="The chart is as it was before.")


def free_name(boards: Sequence[Board], name: str) -> str:
    """A name that none of one's dashboards has, with a number behind it where there is one."""
    taken = {board.name for board in boards if board.mine}
    tries = (name if n == 1 else f"{name} {n}" for n in range(1, len(taken) + 2))
    return next(each for each in tries if each not in taken)
