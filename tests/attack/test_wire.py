"""Everything that leaves the server for somebody signed in, as raw bytes: their own company, and no other."""

import io
import itertools
import zipfile
from collections.abc import Iterator
from itertools import product

import httpx
import pytest

from crm_data import Workspace
from crm_data.rights import ROLES
from crm_data.transfer.csv_out import Form
from dashboard.menu import SCREENS
from tests.attack.tab import Tab, state
from tests.attack.town import WORDS, Town, canaries, held
from tests.support.kinds import ONES
from tests.support.serving import Served
from tests.support.soak import size

pytestmark = pytest.mark.slow

QUERIES = {
    "pipeline": ("", "tab=deals", "tab=leads"),
    "tasks": ("preset=all",),
    "customers": ("", "archived=1"),
    "admin": ("", "tab=company", "tab=data"),
}
# What is clicked on a screen, where it is shown: each opens something that loads more.
OPENS = (
    "Edit",
    "Convert",
    "Import",
    *(f"New {one}" for one in ONES.values()),
    "Add task",
)

# Whose screens are also clicked through.
CLICKED = list(product(ROLES, (0, 1)))[:: size(7, 1)]


def places(there: Town, company: int) -> Iterator[tuple[str, str]]:
    """Every screen, in each of its views, and the record of every kind."""
    for screen in SCREENS:
        if screen.name != "record":
            for query in QUERIES.get(screen.name, ("",)):
                yield screen.name, query
    for kind in ONES.values():
        yield "record", f"kind={kind}&id={there.ids[company][kind]}"


def everything(tab: Tab) -> Iterator[bytes]:
    """What comes for each of a place's views, for what can be opened there, and for a search."""
    # the views of the pipeline and of the admin page are places of their own
    for views in list(tab.all("button_group")) if tab.page not in ("pipeline", "admin") else []:
        for option in views.options:
            yield tab.run(state(views.id, string_array_value=[option.content]))
    for label in OPENS:
        for button in list(tab.buttons(label))[:1]:
            yield tab.run(state(button.id, trigger_value=True))
            for fragment in list(tab.fragments):
                yield tab.run(fragment=fragment)
    for search in [found for found in tab.all("text_input") if found.label == "Search"]:
        yield tab.run(state(search.id, string_value="customer"))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("company", [0, 1])
def test_no_screen_sends_a_word_of_another_company(
    served: Served, there: Town, role: str, company: int
) -> None:
    token = there.token(role, company)
    for page, query in places(there, company):
        with Tab(served.url, page, query, held(served, token)) as tab:
            heard = tab.run()
            if (role, company) in CLICKED:
                heard += b"".join(everything(tab))
        assert WORDS[company].encode() in heard, (page, query)  # the control: one's own is found this way
        assert canaries(heard, 1 - company) == [], (page, query)
        assert b"Traceback" not in heard


@pytest.mark.parametrize("kind", ONES.values())
def test_a_foreign_record_is_as_unknown_as_none(served: Served, there: Town, kind: str) -> None:
    def words(id_: object) -> list[str]:
        with Tab(served.url, "record", f"kind={kind}&id={id_}", held(served, there.token("admin"))) as tab:
            assert canaries(tab.run(), 1) == []
            return [found.body for found in [*tab.all("text"), *tab.all("heading")]]

    assert any("no such record" in said for said in words(there.ids[1][kind]))
    assert words(there.ids[1][kind]) == words(987_654)


def unpacked(data: bytes) -> bytes:
    """All that a ZIP file says."""
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        return b"".join(name.encode() + files.read(name) for name in files.namelist())


@pytest.mark.parametrize("company", [0, 1])
@pytest.mark.parametrize("role", ["manager", "admin"])
def test_no_file_holds_a_word_of_another_company(
    served: Served, there: Town, role: str, company: int
) -> None:
    mine = {"Cookie": held(served, there.token(role, company))}
    other = 1 - company
    foreign = (
        f"assigned_to={there.house.user('manager', other)}&company_id={there.house.office.companies[other]}"
    )
    for kind, form in itertools.product(Workspace.kinds, Form):
        for query in ("", "?archived=1", f"?{foreign}"):
            answer = httpx.get(f"{served.url}/export/{kind}.{form}{query}", headers=mine)
            assert answer.status_code in ((200,) if not query.startswith("?assigned") else (200, 400))
            said = answer.content
            if form is Form.XLSX and answer.status_code == 200:
                said = unpacked(said)
            assert canaries(said, other) == []
            assert query or WORDS[company].encode() in said
    if role == "admin":
        held_ = unpacked(httpx.get(f"{served.url}/export/company.zip", headers=mine).content)
        assert canaries(held_, company) == [WORDS[company], ("alpha.example", "omega.example")[company]]
        assert canaries(held_, other) == []


def test_what_a_refusal_says_names_nothing_of_others(served: Served, there: Town) -> None:
    mine = {"Cookie": held(served, there.token("user"))}
    for path in (
        "/export/customers.csv",
        "/export/company.zip",
        "/export/users.csv",
        "/export/refused.csv?key=1",
        "/export/customers.csv?sort=password_hash",
        f"/media/{there.ids[1]['deal']}",
    ):
        answer = httpx.get(served.url + path, headers=mine)
        assert answer.status_code in (400, 403, 404), path
        assert canaries(answer.content, 1) + canaries(answer.content, 0) == []
        assert b"Traceback" not in answer.content
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_words_are_looked_for_where_they_can_be_found() -> None:
    assert canaries(b"... Kittiwake", 0) == []
    assert canaries(b"\x00kittiwake\xff manager@omega.example", 0) == ["kittiwake"]
    assert canaries(b"\x00kittiwake\xff manager@omega.example", 1) == ["omega.example"]
