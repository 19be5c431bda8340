"""Dashboards: which one is open stands in the URL; its charts, each a fragment, under the viewer's own rights."""

from collections.abc import Callable

import streamlit as st

from crm_data import Board, CrmError, Own, Tile, Workspace, new_act
from crm_data.numbers.over import Over
from crm_data.numbers.standard_boards import STANDARD
from dashboard import session
from dashboard.known import known
from dashboard.parts import place, say
from dashboard.parts.acts import attempt, show_refusal
from dashboard.parts.board_over import over_line
from dashboard.parts.chart_form import BOARD, chart_form, free_name
from dashboard.parts.chart_link import MAKE, NEW
from dashboard.parts.heading import empty, heading
from dashboard.parts.own_chart import draw_own
from dashboard.parts.printing import printed
from dashboard.parts.undo import did

PLACE = "dashboards"
_AGAIN = "boards.again"


def dashboards_screen(my: Workspace) -> None:
    """The choice of the dashboard, what can be done with it, and its charts; or the form of one chart."""
    params = place.params()
    boards = known(my, "boards", (), my.dashboards.all)
    if MAKE in params:
        chart_form(my, boards)
        return
    board = _opened(my, params.get(BOARD, my.scope.role))
    with heading("Dashboards"):
        _board_actions(my, board)
    show_refusal(PLACE)
    over = _which_board(my, boards, board)
    printed(my, board.name)
    if not board.tiles:
        empty("bar_chart", "No chart on this dashboard yet.")
        st.caption("A chart is made here, or of any list: open its Views, then Chart this list.")
        if board.may_change:
            _new_chart(board, "first")
    with st.grid(columns=6, gap="small", key="boards.tiles"):
        for at, tile in enumerate(board.tiles):
            with st.container(key=f"width-{tile.own.width}.{at}"):
                _tile_drawn(my, board, tile, at, over)
    place.follow()


def _opened(my: Workspace, asked: str) -> Board:
    """The dashboard that the address means; where there is none, that is said, and one's role's own is shown."""
    if asked in STANDARD:
        return _standard(asked)
    try:
        return known(my, "board", (asked,), lambda: my.dashboards.get(asked))
    except CrmError as refused:
        st.warning(say.plain(str(refused)), icon=":material/link_off:")
        return _standard(my.scope.role)


def _standard(role: str) -> Board:
    name, own = STANDARD.get(role, STANDARD["user"])
    tiles = tuple(Tile(each) for each in own)
    return Board(0, name, shared=True, mine=False, may_change=False, version=0, tiles=tiles)


def _address(board: Board) -> str:
    role = next((role for role, (name, _) in STANDARD.items() if name == board.name), "user")
    return str(board.id) if board.id else role


def _which_board(my: Workspace, every: list[Board], board: Board) -> Over:
    """Every dashboard one may open: one's own, those for the company, those that come with Foyer.

    What the open one says in place of its charts.
    """
    labels = {str(b.id): b.name if b.mine else f"{b.name} (company)" for b in every}
    labels |= {role: f"{name} (comes with Foyer)" for role, (name, _) in STANDARD.items()}
    key, here = "boards.choice", _address(board)
    st.session_state[key] = here if here in labels else next(iter(labels))
    with st.container(horizontal=True, vertical_alignment="center", key="boards.line"):
        st.selectbox(
            "Dashboard",
            list(labels),
            key=key,
            format_func=labels.__getitem__,
            label_visibility="collapsed",
            width=320,
            on_change=lambda: place.go({BOARD: st.session_state[key]}),
        )
        if board.id:
            st.caption("For the company" if board.shared else "Yours alone", width="content")
        return over_line(my, board, PLACE)


def _board_actions(my: Workspace, board: Board) -> None:
    if board.may_change:
        _change_board(my, board)
    st.button(
        "Copy", key="boards.copy", icon=":material/content_copy:", on_click=_copy_board, args=(my, board)
    )
    if board.may_change:
        _new_chart(board, "new")
    else:
        st.button(
            "New dashboard",
            key="boards.add",
            type="primary",
            icon=":material/add:",
            on_click=_new_board,
            args=(my,),
        )


def _new_chart(board: Board, key: str) -> None:
    st.button(
        "New chart",
        key=f"boards.{key}",
        type="primary",
        icon=":material/add_chart:",
        on_click=lambda: place.go({MAKE: NEW, BOARD: str(board.id)}),
    )


def _change_board(my: Workspace, board: Board) -> None:
    box = st.popover("Change", icon=":material/edit:", key="boards.box", on_change=place.catch_up)
    if not box.open:
        return
    with box:
        key = f"boards.name.{board.id}.{board.version}"
        st.text_input(
            "Name",
            value=board.name,
            max_chars=60,
            key=key,
            on_change=lambda: _rename(my, board, st.session_state[key]),
        )
        if my.dashboards.may_publish:
            on = f"boards.shared.{board.id}.{board.version}"
            st.toggle(
                "For the company",
                value=board.shared,
                key=on,
                on_change=lambda: _share(my, board, st.session_state[on]),
            )
        st.button("New dashboard", key="boards.add", icon=":material/add:", on_click=_new_board, args=(my,))
        st.button(
            "Delete this dashboard",
            key="boards.remove",
            icon=":material/delete:",
            on_click=_remove_board,
            args=(my, board),
        )


def _rename(my: Workspace, board: Board, name: str) -> None:
    act = new_act()

    def do() -> bool:
        my.dashboards.change(board.id, name=name, version=board.version, act_id=act)
        return True

    if attempt(PLACE, do):
        did(my, f"The dashboard is called {name.strip()} now.", act, "its new name")


def _share(my: Workspace, board: Board, on: bool) -> None:
    act = new_act()

    def do() -> bool:
        my.dashboards.change(board.id, shared=on, version=board.version, act_id=act)
        return True

    if attempt(PLACE, do):
        did(my, f"{board.name} is {'for the company' if on else 'yours alone'} now.", act)


def _remove_board(my: Workspace, board: Board) -> None:
    act = new_act()

    def do() -> bool:
        my.dashboards.remove(board.id, act_id=act)
        return True

    if attempt(PLACE, do):
        place.go({})
        did(my, f"Dashboard {board.name} deleted.", act, undone=f"{board.name} is back.")


def _new_board(my: Workspace) -> None:
    _made(my, free_name(my.dashboards.all(), "My dashboard"), (), Over())


def _copy_board(my: Workspace, board: Board) -> None:
    _made(
        my,
        free_name(my.dashboards.all(), f"{board.name[:50]}, copy"),
        tuple(tile.own for tile in board.tiles),
        board.over,
    )


def _made(my: Workspace, name: str, own: tuple[Own, ...], over: Over) -> None:
    act = new_act()
    made = attempt(PLACE, lambda: my.dashboards.add(name, own, act_id=act, over=over))
    if made is not None:
        place.go({BOARD: str(made)})
        did(my, f"Dashboard {name} made.", act, undone=f"{name} taken away again.")


# one chart


def _tile_drawn(my: Workspace, board: Board, tile: Tile, at: int, over: Over) -> None:
    """One chart in a fragment of its own."""
    key = f"boards.{_address(board)}.{tile.id or at}"

    def body() -> None:
        session.demand_here(my)  # Streamlit runs it again without the script around it
        if st.session_state.pop(_AGAIN, False):
            st.rerun()
        draw_own(my, over.of(tile.own), key, over.compare)
        if tile.id is not None and board.may_change:
            _tools(my, board, tile, at, key)
        place.follow()

    st.fragment(body)()


def _tools(my: Workspace, board: Board, tile: Tile, at: int, key: str) -> None:
    with st.container(horizontal=True, key=f"icon.{key}"):
        if at:
            _tool(key, "Earlier", "arrow_back", lambda: _move(my, tile, -1))
        if at < len(board.tiles) - 1:
            _tool(key, "Later", "arrow_forward", lambda: _move(my, tile, 1))
        _tool(key, "Change", "edit", lambda: _edit(board, tile))
        _tool(key, "Take away", "delete", lambda: _take(my, tile))


def _tool(key: str, label: str, icon: str, do: Callable[[], None]) -> None:
    def act() -> None:
        do()
        st.session_state[_AGAIN] = True

    st.button(label, key=f"{key}.{icon}", type="tertiary", icon=f":material/{icon}:", on_click=act)


def _edit(board: Board, tile: Tile) -> None:
    place.go({MAKE: str(tile.id), BOARD: str(board.id), **tile.own.params()})


def _move(my: Workspace, tile: Tile, by: int) -> None:
    act = new_act()

    def do() -> bool:
        my.dashboards.move_chart(tile.id, by, act_id=act)
        return True

    if attempt(PLACE, do):
        did(my, f"{tile.own.name} moved.", act)


def _take(my: Workspace, tile: Tile) -> None:
    act = new_act()

    def do() -> bool:
        my.dashboards.remove_chart(tile.id, act_id=act)
        return True

    if attempt(PLACE, do):
        did(my, f"Chart {tile.own.name} taken away.", act, undone=f"{tile.own.name} is back.")
