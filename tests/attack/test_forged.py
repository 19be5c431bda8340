"""Somebody of the weakest role writes messages instead of clicking. Every one is refused and changes nothing."""

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from urllib.parse import urlencode

import httpx
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from crm_data import Workspace
from dashboard.menu import SCREENS
from dashboard.parts.figures import list_of
from tests.attack.tab import Tab, state
from tests.attack.town import Town, canaries, held, upload
from tests.support.kinds import KINDS, ONES
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


def say(name: str, event: str, said: object) -> WidgetState:
    """What the script of a component would send."""
    return state(
        f"$$STREAMLIT_INTERNAL_KEY_{name}__events",
        json_trigger_value=json.dumps([{"event": event, "value": said}]),
    )


def the(component: str, mine: Tab) -> str:
    """A component's name on the wire."""
    (found,) = [one.id for one in mine.all("bidi_component") if one.component_name == f"foyer_{component}"]
    return str(found)


def save(mine: Tab, edits: object) -> WidgetState:
    """A Save of the grid, as id -> field -> (seen, wanted)."""
    return say(the("grid", mine), "save", {"token": "a token", "edits": edits})


def forged_edits(there: Town) -> dict[str, object]:
    """What a Save may be made to say, of a record that belongs to a manager."""
    own, foreign = there.ids[0]["customer"], there.ids[1]["customer"]
    person = there.house.user("manager", 1)
    return {
        "a record of somebody else": {own: {"name": ["Canary One", "forged"], "phone": ["", "1"]}},
        "a record of another company": {foreign: {"name": ["", "forged"], "phone": [None, "1"]}},
        "its id": {own: {"id": [own, foreign]}},
        "its company": {own: {"company_id": [None, there.house.office.companies[1]]}},
        "its version": {own: {"version": [1, 99]}},
        "who made it": {own: {"created_by": [None, person], "created_at": [None, "2020-01-01"]}},
        "when it was archived": {own: {"archived_at": [None, "2020-01-01"]}},
        "a column that there is not": {own: {"password_hash": [None, "x"], "": [0, 1], "__class__": [0, 1]}},
        "an owner of another company": {own: {"assigned_to": [None, person]}},
        "a record that there is not": {987_654: {"name": ["", "forged"]}, -1: {"name": ["", "forged"]}},
        "no pair": {own: {"name": "forged", "phone": ["forged"], "city": {"wanted": "forged"}}},
    }


EDITS = (
    "a record of somebody else",
    "a record of another company",
    "its id",
    "its company",
    "its version",
    "who made it",
    "when it was archived",
    "a column that there is not",
    "an owner of another company",
    "a record that there is not",
    "no pair",
)


@pytest.mark.parametrize("role", ["user", "manager"])
@pytest.mark.usefixtures("refused")
def test_a_grid_saves_what_its_columns_and_rows_allow_alone(served: Served, there: Town, role: str) -> None:
    edits = forged_edits(there)
    assert set(edits) == set(EDITS)
    with tab(served, there, "customers", role=role) as mine:
        mine.run()
        for what in EDITS[role == "manager" :]:
            calm(mine.run(save(mine, edits[what])))
        calm(mine.run())


# Of every kind of column there is, what its cells do not send.
ODD = (
    *STRANGE,
    "\ud800",
    "9999-12-31",
    "0001-01-01T00:00:00Z",
    "2026-13-45",
    ["\ud800"],
    [[1]],
    {},
)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "activities"])  # those have no grid
@pytest.mark.usefixtures("unchanged")
def test_whatever_is_said_to_have_been_typed_is_refused_in_its_cell(
    served: Served, there: Town, kind: str
) -> None:
    """What was seen is said wrongly too, so that what could be kept is a conflict."""
    name, params = list_of(kind)
    query = "preset=all" if kind == "tasks" else urlencode(params)
    fields = there.house.office.at(role="manager").records(kind).fields
    with tab(served, there, name, query, "manager") as mine:
        mine.run()
        for odd in ODD:
            cells = {field: ["9.87", odd] for field in fields}
            calm(mine.run(save(mine, {there.ids[0][ONES[kind]]: cells})))


@pytest.mark.usefixtures("unchanged")
def test_a_message_of_a_grid_that_is_none_is_no_disaster(served: Served, there: Town) -> None:
    events = ("save", "sort", "layout", "ask", "make", "opened", "visited", "acted", "cell", "add", "find")
    with tab(served, there, "customers") as mine:
        mine.run()
        grid = the("grid", mine)
        for said in (*STRANGE, {"edits": [1]}, {"token": "x", "edits": {"x": {"name": "y"}}}):
            calm(mine.run(*(say(grid, event, said) for event in events)))
            calm(mine.run(state(grid, json_value=json.dumps({"want": said, "count": said}))))
        for said in ("", "x", "null", "[]", "5", "[" * 5000):
            calm(mine.run(state(grid, json_value=said)))
    with tab(served, there, "customers") as anew:
        assert canaries(calm(anew.run()), 0)


@pytest.mark.usefixtures("unchanged")
def test_what_a_grid_opens_beside_itself_is_the_companys_own(served: Served, there: Town) -> None:
    with tab(served, there, "customers") as mine:
        mine.run()
        grid = the("grid", mine)
        heard = calm(mine.run(say(grid, "opened", there.ids[1]["customer"])))
        assert b"no such record" in heard


@pytest.mark.usefixtures("unchanged")
def test_a_grid_acts_upon_nothing_of_others(served: Served, there: Town) -> None:
    """To archive is for managers, and each for their company; what is offered to nobody is not done."""
    own, foreign = there.ids[0]["customer"], there.ids[1]["customer"]
    for role, ids in (("user", [own]), ("manager", [foreign])):
        with tab(served, there, "customers", role=role) as mine:
            mine.run()
            grid = the("grid", mine)
            for said in (
                {"act": "archive", "ids": ids},
                {"act": "archive", "all": True, "query": "another list"},
                {"act": "restore", "ids": ids},
                {"act": "erase", "ids": ids},
            ):
                calm(mine.run(say(grid, "acted", said)))


# --- the board


def move(board: str, said: object, event: str = "moved") -> WidgetState:
    """What the board's script would send."""
    return say(board, event, said)


def the_board(mine: Tab) -> str:
    """The board's name on the wire."""
    return the("board", mine)


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


MONTHS = ("pipeline", "tab=forecast&shown=board")


@pytest.mark.usefixtures("refused")
def test_the_board_of_months_moves_no_deal_of_others(served: Served, there: Town) -> None:
    own, foreign = there.ids[0]["deal"], there.ids[1]["deal"]
    with tab(served, there, *MONTHS) as mine:
        mine.run()
        board = the("board", mine)
        for id_ in (own, foreign, 987_654, *STRANGE):
            calm(mine.run(move(board, {"id": id_, "from": "undated", "to": "2099-01-01"})))
        for said in STRANGE:
            calm(mine.run(move(board, said), move(board, said, "opened")))
            calm(mine.run(move(board, {"id": own, "from": said, "to": "2099-01-01"})))
            calm(mine.run(move(board, {"id": own, "from": "undated", "to": said})))
    with tab(served, there, *MONTHS, "manager") as mine:
        mine.run()
        calm(mine.run(move(the("board", mine), {"id": foreign, "from": "undated", "to": "2099-01-01"})))
        for to in ("Slipped", "undated", "", "2099-13-01", "9999-12-31"):
            calm(mine.run(move(the("board", mine), {"id": own, "from": "2020-01-01", "to": to})))


# --- buttons in rows

TASK_ACTS = ("complete", "reopen", "today", "tomorrow", "next_week", "another_day", "never", "")


@pytest.mark.usefixtures("refused")
def test_a_tasks_buttons_do_what_they_offer_to_those_who_may(served: Served, there: Town) -> None:
    with tab(served, there, "tasks", "preset=all") as mine:
        mine.run()
        for act in TASK_ACTS:
            for id_ in (there.ids[0]["task"], there.ids[1]["task"], 987_654):
                calm(mine.run(say(the("grid", mine), "acted", {"act": act, "ids": [id_]})))


def test_the_same_messages_work_for_somebody_who_may(served: Served, there: Town) -> None:
    """The control: what is refused above is refused for who says it, not for how it is said."""
    deal, a, b = there.ids[0]["deal"], "prospect", "qualified"
    dumps = [there.dump()]
    with tab(served, there, "tasks", "preset=all", "manager") as mine:
        mine.run()
        for act in TASK_ACTS[:2]:
            calm(mine.run(say(the("grid", mine), "acted", {"act": act, "ids": [there.ids[0]["task"]]})))
            dumps.append(there.dump())
    with tab(served, there, "pipeline", role="manager") as mine:
        mine.run()
        for seen, to in ((a, b), (b, a)):
            calm(mine.run(move(the_board(mine), {"id": deal, "from": seen, "to": to})))
            dumps.append(there.dump())
    with tab(served, there, *MONTHS, "manager") as mine:
        mine.run()
        seen = there.house.office.at(role="manager").deals.get(deal)["expected_close_date"]
        said = {"id": deal, "from": str(seen or "undated"), "to": "2099-01-01"}
        calm(mine.run(move(the("board", mine), said)))
        dumps.append(there.dump())
    with tab(served, there, "customers", role="manager") as mine:
        mine.run()
        customer = there.house.office.at(role="manager").customers.get(there.ids[0]["customer"])
        calm(mine.run(save(mine, {customer["id"]: {"phone": [customer["phone"], "456"]}})))
        dumps.append(there.dump())
    assert all(before != after for before, after in pairwise(dumps))


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
        others = set(strong.fragments)
        strong.click("Edit")
        name, save = strong.one("text_input", "Name *").id, strong.one("button", "Save changes").id
        (dialog,) = set(strong.fragments) - others
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
    answer = httpx.get(f"{served.url}/export/made?key=x", headers=cookie)
    assert answer.status_code == (404 if role == "manager" else 403)


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


@pytest.mark.parametrize("page", [screen.name for screen in SCREENS if screen.name != "record"])
@pytest.mark.usefixtures("refused")
def test_a_lists_parameters_show_ones_own_or_nothing(served: Served, there: Town, page: str) -> None:
    with tab(served, there, page) as mine:
        for mine.query in LISTS:
            calm(mine.run())
