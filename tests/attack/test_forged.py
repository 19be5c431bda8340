"""Somebody of the weakest role writes messages instead of clicking. Every one is refused and changes nothing."""

import json
from collections.abc import Callable, Iterator
from itertools import pairwise, product

import httpx
import pytest
from streamlit.proto.Common_pb2 import StringTriggerValue
from streamlit.proto.WidgetStates_pb2 import WidgetState

from crm_data import Workspace
from dashboard.parts.task_row import DONE, UNDO
from tests.attack.tab import Tab, state
from tests.attack.town import Town, canaries, held, upload
from tests.support.serving import Served

pytestmark = pytest.mark.slow

BIG = 2**70
STRANGE = (None, True, -1, 0, BIG, 1.5, "1 OR 1=1", "٣", [1], {"id": 1}, "\u0000", "x" * 10_000)


@pytest.fixture
def unchanged(there: Town) -> Iterator[None]:
    """The database is the same afterwards."""
    before = there.dump()
    yield
    assert there.dump() == before


@pytest.fixture
def refused(unchanged: None, served: Served) -> Iterator[None]:
    """The same, and our own code foresaw it: a refusal, no error that has to be looked up in the log."""
    said = len(served.said())
    yield
    assert "Traceback" not in served.said()[said:]


def calm(heard: bytes) -> bytes:
    """What was heard holds no trace, no name of a file of ours, and nothing of the other company."""
    for word in (b"Traceback", b".py", b"sqlalchemy", b"KeyError", b"Error:"):
        assert word not in heard.replace(b"dashboard/app.py", b""), word
    assert canaries(heard, 1) == []
    return heard


def tab(served: Served, there: Town, page: str, query: str = "", role: str = "user") -> Tab:
    return Tab(served.url, page, query, held(served, there.token(role)))


# --- the grid


def forged_edits(there: Town) -> dict[str, object]:
    """What a grid's state may be made to say."""
    foreign = there.house.user("manager", 1)
    return {
        "a record of somebody else": {"edited_rows": {"0": {"name": "forged"}}},
        "its id": {"edited_rows": {"0": {"id": there.ids[1]["customer"]}}},
        "its company": {"edited_rows": {"0": {"company_id": there.house.office.companies[1]}}},
        "its version": {"edited_rows": {"0": {"version": 99}}},
        "who made it": {"edited_rows": {"0": {"created_by": foreign, "created_at": "2020-01-01"}}},
        "when it was archived": {"edited_rows": {"0": {"archived_at": "2020-01-01"}}},
        "a column that there is not": {"edited_rows": {"0": {"password_hash": "x", "": 1, "__class__": 1}}},
        "an owner of another company": {"edited_rows": {"0": {"assigned_to": foreign}}},
        "a row that is not on the page": {"edited_rows": {"999": {"name": "forged"}}},
        "the last row from behind": {"edited_rows": {"-1": {"name": "forged"}}},
        "a new row": {"added_rows": [{"name": "forged", "company_id": 2}], "edited_rows": {}},
        "a row less": {"deleted_rows": [0], "edited_rows": {}},
        "all of it": {
            "edited_rows": {"0": {"name": "forged"}, "-1": {"name": "f"}},
            "added_rows": [{"id": 1}],
            "deleted_rows": [0],
        },
    }


EDITS = (
    "a record of somebody else",
    "its id",
    "its company",
    "its version",
    "who made it",
    "when it was archived",
    "a column that there is not",
    "an owner of another company",
    "a row that is not on the page",
    "the last row from behind",
    "a new row",
    "a row less",
    "all of it",
)


@pytest.mark.parametrize(
    ("role", "what"), [("user", what) for what in EDITS] + [("manager", what) for what in EDITS[1:]]
)
@pytest.mark.usefixtures("unchanged")
def test_a_grid_saves_what_its_columns_and_rows_allow_alone(
    served: Served, there: Town, what: str, role: str
) -> None:
    with tab(served, there, "customers", role=role) as mine:
        mine.run()
        (grid,) = mine.all("dataframe")
        mine.keep(grid.id, string_value=json.dumps(forged_edits(there)[what]))
        calm(mine.run())
        for button in [found for found in mine.all("button") if found.label.startswith("Save ")]:
            calm(mine.run(state(button.id, trigger_value=True)))
        calm(mine.run())


# Of every kind of column there is, what its cells do not send.
ODD = (
    *STRANGE,
    "\ud800",
    "9999-12-31",
    "0001-01-01T00:00:00Z",
    "2026-13-45",
    float("nan"),
    ["\ud800"],
    [[1]],
    {},
)


@pytest.mark.parametrize("page", ["customers", "deals", "leads", "tasks"])
@pytest.mark.usefixtures("unchanged")
def test_what_was_typed_is_laid_over_other_rows_whatever_it_is(
    served: Served, there: Town, page: str
) -> None:
    where = {
        "deals": ("pipeline", "tab=deals"),
        "leads": ("pipeline", "tab=leads"),
        "tasks": ("tasks", "preset=all"),
    }
    name, query = where.get(page, (page, ""))
    fields = getattr(there.house.office.at(role="manager"), page).fields
    for odd in ODD:
        with tab(served, there, name, query, "manager") as mine:
            mine.run()
            (grid,) = mine.all("dataframe")
            mine.keep(grid.id, string_value=json.dumps({"edited_rows": {"0": dict.fromkeys(fields, odd)}}))
            calm(mine.run())
            mine.states.clear()
            mine.query = f"{query}&q=nothing is called so"
            calm(mine.run())
            assert not list(mine.all("dataframe"))
            mine.query = query
            calm(mine.run())
            assert list(mine.all("dataframe")), odd
            assert any(button.label.startswith("Save ") for button in mine.all("button"))


@pytest.mark.parametrize(
    "said",
    ["", "x", "null", "[]", "5", '{"edited_rows": []}', '{"edited_rows": {"x": {"name": "y"}}}', "[" * 5000],
)
@pytest.mark.usefixtures("unchanged")
def test_a_grids_state_that_is_none_is_no_disaster(served: Served, there: Town, said: str) -> None:
    with tab(served, there, "customers") as mine:
        mine.run()
        (grid,) = mine.all("dataframe")
        calm(mine.run(state(grid.id, string_value=said)))
    with tab(served, there, "customers") as anew:
        assert canaries(calm(anew.run()), 0)


# --- the board


def move(board: str, said: object, event: str = "moved") -> WidgetState:
    """What the board's script would send."""
    return state(
        f"$$STREAMLIT_INTERNAL_KEY_{board}__events",
        json_trigger_value=json.dumps([{"event": event, "value": said}]),
    )


def the_board(mine: Tab) -> str:
    """The board's name on the wire."""
    (board,) = [found.id for found in mine.all("bidi_component") if found.component_name == "foyer_board"]
    return str(board)


@pytest.mark.usefixtures("refused")
def test_the_board_moves_no_deal_of_others(served: Served, there: Town) -> None:
    own, foreign = there.ids[0]["deal"], there.ids[1]["deal"]
    with tab(served, there, "pipeline") as mine:
        mine.run()
        board = the_board(mine)
        for id_ in (own, foreign, 987_654, *STRANGE):
            calm(mine.run(move(board, {"id": id_, "from": "prospect", "to": "qualified"})))
        for id_ in (own, foreign):
            for to in ("closed_won", "closed_lost"):
                calm(mine.run(move(board, {"id": id_, "from": "prospect", "to": to})))
                for button in [found for found in mine.all("button") if found.label.startswith("Close as")]:
                    calm(mine.run(state(button.id, trigger_value=True)))
    with tab(served, there, "pipeline") as mine:
        mine.run()
        for said in STRANGE:
            calm(mine.run(move(board, said), move(board, said, "opened")))
        for said in STRANGE[::2]:
            calm(mine.run(move(board, {"id": own, "from": said, "to": "qualified"})))
        for said in STRANGE[1::2]:
            calm(mine.run(move(board, {"id": own, "from": "prospect", "to": said})))


@pytest.mark.usefixtures("refused")
def test_even_a_manager_moves_no_deal_of_another_company(served: Served, there: Town) -> None:
    with tab(served, there, "pipeline", role="manager") as mine:
        mine.run()
        board = the_board(mine)
        for to in ("qualified", "closed_won"):
            calm(mine.run(move(board, {"id": there.ids[1]["deal"], "from": "prospect", "to": to})))


# --- buttons in rows


@pytest.mark.usefixtures("refused")
def test_a_tasks_buttons_do_what_they_offer_to_those_who_may(served: Served, there: Town) -> None:
    with tab(served, there, "tasks", "preset=all") as mine:
        mine.run()
        for row, label in product((0, 999, BIG), (DONE, "Today", "Never", "")):
            for name in ("_done", "_later"):
                calm(mine.run(click(mine, name, {"row": row, "label": label})))


@pytest.mark.parametrize("said", [{"row": -1, "label": "Today"}, {}, [], None, {"row": True, "label": 1}])
@pytest.mark.usefixtures("unchanged")
def test_a_click_that_is_none_is_no_disaster(served: Served, there: Town, said: object) -> None:
    with tab(served, there, "tasks", "preset=all") as mine:
        mine.run()
        calm(mine.run(click(mine, "_done", said)))
        assert canaries(calm(mine.run()), 0)


def test_the_same_messages_work_for_somebody_who_may(served: Served, there: Town) -> None:
    """The control: what is refused above is refused for who says it, not for how it is said."""
    deal, a, b = there.ids[0]["deal"], "prospect", "qualified"
    dumps = [there.dump()]
    with tab(served, there, "tasks", "preset=all", "manager") as mine:
        mine.run()
        for label in (DONE, UNDO):
            calm(mine.run(click(mine, "_done", {"row": 0, "label": label})))
            dumps.append(there.dump())
    with tab(served, there, "pipeline", role="manager") as mine:
        mine.run()
        for seen, to in ((a, b), (b, a)):
            calm(mine.run(move(the_board(mine), {"id": deal, "from": seen, "to": to})))
            dumps.append(there.dump())
    with tab(served, there, "customers", role="manager") as mine:
        mine.run()
        (grid,) = mine.all("dataframe")
        mine.keep(grid.id, string_value=json.dumps({"edited_rows": {"0": {"phone": "456"}}}))
        mine.run()
        calm(mine.click("Save 1 change"))
        dumps.append(there.dump())
    assert all(before != after for before, after in pairwise(dumps))


@pytest.mark.parametrize("first", ["the edit", "the click"])
def test_an_edit_that_comes_with_the_click_on_save_is_saved(served: Served, there: Town, first: str) -> None:
    """A cell is left and the button clicked faster than the server answers."""
    customers, phone = there.house.office.at(role="manager").customers, {"the edit": "111"}.get(first, "222")
    with tab(served, there, "customers", role="manager") as mine:
        mine.run()
        (grid,) = mine.all("dataframe")
        cells = {"phone": phone}
        mine.keep(grid.id, string_value=json.dumps({"edited_rows": {"0": cells}}))
        mine.run()
        save = state(mine.one("button", "Save 1 change").id, trigger_value=True)
        edit = state(
            grid.id, string_value=json.dumps({"edited_rows": {"0": {**cells, "city": f"Oslo, {first}"}}})
        )
        mine.states.clear()
        calm(mine.run(*((edit, save) if first == "the edit" else (save, edit))))
    found = customers.page(customers.query({"city": f"Oslo, {first}"}))
    assert [row["phone"] for row in found.rows] == [phone]


def click(mine: Tab, name: str, said: object) -> WidgetState:
    """What the grid's button would send."""
    (grid,) = mine.all("dataframe")
    return state(
        grid.button_click_widgets[name], string_trigger_value=StringTriggerValue(data=json.dumps(said))
    )


# --- what is not on the screen of a weak role


def borrowed(served: Served, there: Town, page: str, query: str, role: str) -> list[str]:
    """The widgets that somebody stronger is shown there: their names are the same in every tab."""
    with tab(served, there, page, query, role) as strong:
        strong.run()
        return [found.id for found in strong.all("button")]


@pytest.mark.parametrize(
    ("page", "query", "strong"),
    [
        ("customers", "", "manager"),
        ("pipeline", "tab=leads", "manager"),
        ("record", "kind=customer", "manager"),
        ("record", "kind=lead", "manager"),
        ("record", "kind=deal", "manager"),
        ("record", "kind=task", "manager"),
        ("admin", "", "admin"),
    ],
)
@pytest.mark.usefixtures("refused")
def test_a_button_that_is_not_shown_does_nothing(
    served: Served, there: Town, page: str, query: str, strong: str
) -> None:
    if query.startswith("kind="):
        query += f"&id={there.ids[0][query.removeprefix('kind=')]}"
    with tab(served, there, page, query) as mine:
        mine.run()
        shown = {found.id for found in mine.all("button")}
        for id_ in borrowed(served, there, page, query, strong):
            if id_ not in shown:
                calm(mine.run(state(id_, trigger_value=True)))
                for button in [one for one in mine.all("button") if one.id not in shown]:
                    calm(mine.run(state(button.id, trigger_value=True)))


@pytest.mark.usefixtures("refused")
def test_a_form_opened_by_somebody_stronger_is_refused(served: Served, there: Town) -> None:
    query = f"kind=customer&id={there.ids[0]['customer']}"
    with tab(served, there, "record", query, "manager") as strong:
        strong.run()
        edit = strong.one("button", "Edit").id
        strong.click("Edit")
        name, save = strong.one("text_input", "Name *").id, strong.one("button", "Save changes").id
        (dialog,) = strong.fragments
    with tab(served, there, "record", query) as mine:
        mine.run()
        calm(mine.run(state(edit, trigger_value=True)))
        send = (state(name, string_value="forged"), state(save, trigger_value=True))
        calm(mine.run(*send))
        calm(mine.say(mine.asking(*send, fragment=dialog), 0.5))


# --- files


@pytest.mark.usefixtures("refused")
def test_nothing_is_put_into_or_taken_from_anothers_uploader(served: Served, there: Town) -> None:
    theirs = held(served, there.token("manager"))
    mine = held(served, there.token("user"))
    with Tab(served.url, "customers", cookie=theirs) as victim:
        victim.run()
        assert upload(served, victim.session, theirs).status_code == 204
        for cookie in (mine, held(served, there.token("manager", 1)), held(served, there.token("manager"))):
            assert upload(served, victim.session, cookie).status_code == 403
            assert upload(served, victim.session, cookie, method="DELETE").status_code == 403
        assert upload(served, victim.session, theirs, method="DELETE").status_code == 204
        assert upload(served, "no-such-tab", mine).status_code == 400


@pytest.mark.parametrize(
    ("role", "files"),
    [
        ("user", [f"{kind}.csv" for kind in Workspace.kinds] + ["company.zip"]),
        ("sales_rep", [f"{kind}.csv" for kind in Workspace.kinds] + ["company.zip"]),
        ("manager", ["company.zip"]),
    ],
)
@pytest.mark.usefixtures("refused")
def test_no_file_above_ones_role(served: Served, there: Town, role: str, files: list[str]) -> None:
    cookie = {"Cookie": held(served, there.token(role))}
    for file in files:
        for query in ("", "?role=admin&company_id=2", "?columns=password_hash"):
            answer = httpx.get(f"{served.url}/export/{file}{query}", headers=cookie)
            assert answer.status_code == 403
            assert canaries(calm(answer.content), 0) == []
    answer = httpx.get(f"{served.url}/export/refused.csv?key=x", headers=cookie)
    assert answer.status_code == 404


LOOK: dict[str, Callable[[Town], str]] = {
    "a foreign record": lambda there: f"kind=customer&id={there.ids[1]['customer']}",
    "two ids": lambda there: f"kind=customer&id={there.ids[0]['customer']}&id={there.ids[1]['customer']}",
    "a negative id": lambda there: "kind=customer&id=-1",
    "SQL": lambda there: "kind=customer&id=1%3BDROP%20TABLE%20users",
    "an id in other digits": lambda there: "kind=customer&id=%D9%A3",
    "an id as a float": lambda there: "kind=customer&id=1e0",
    "a kind that is a method": lambda there: "kind=__class__&id=1",
    "a table of people": lambda there: "kind=users&id=1",
    "a thousand parameters": lambda there: "&".join(f"p{at}=x" for at in range(1000)),
    "a megabyte": lambda there: "q=" + "x" * 1_000_000,
    "broken escapes": lambda there: "q=%ff%fe%zz&id=%00",
}
LISTS = (
    "company_id=2",
    "sort=password_hash",
    "sort=company_id%3B--",
    "filter=%7B%22%24where%22%3A1%7D",
    "assigned_to=1&assigned_to=7&assigned_to=99999999999999999999999",
    "page=../../",
    "next=https://evil.example",
    "after=eyJpZCI6MX0&before=x&at=%00",
    "q=%25&q=_&q=%27%20OR%201%3D1",
    "preset=__init__",
    "tab=__class__",
    "size=-1&size=1000000000",
)


@pytest.mark.parametrize("what", LOOK)
@pytest.mark.usefixtures("refused")
def test_an_address_shows_ones_own_or_nothing(served: Served, there: Town, what: str) -> None:
    with tab(served, there, "record", LOOK[what](there)) as mine:
        calm(mine.run())


@pytest.mark.parametrize("page", ["customers", "pipeline", "tasks", "timeline", "admin", "overview"])
@pytest.mark.usefixtures("refused")
def test_a_lists_parameters_show_ones_own_or_nothing(served: Served, there: Town, page: str) -> None:
    with tab(served, there, page) as mine:
        for mine.query in LISTS:
            calm(mine.run())
