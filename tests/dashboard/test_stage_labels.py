"""What a company calls its stages stands on every screen and in every file, and the words of the code on none."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Own
from crm_data.numbers.standard_boards import STANDARD
from crm_data.tables.dashboard import Picture
from crm_data.tables.deal import Stage
from crm_data.tables.fields import words
from dashboard import runtime
from dashboard.menu import SCREENS
from dashboard.parts import move
from tests.dashboard.house import House, house
from tests.dashboard.test_figures_drawn import TABS, screen
from tests.dashboard.test_pages import everything

# A lead may be qualified as well, whose word is not the stage's.
OWN = {stage.value: f"Zz{number} *own* & {stage.value[:3]}" for number, stage in enumerate(Stage)}
CODED = [words(stage) for stage in Stage if stage is not Stage.QUALIFIED]
CODES = re.compile(rf"(?<![\w-])({'|'.join(CODED)})(?![\w-])".encode())
PLACES = [
    (one.name, f"tab={tab}" if tab else "")
    for one in SCREENS
    for tab in TABS.get(one.name, ("",))
    if one.name != "record" and tab != "stages"  # where the codes are given their words
]
# Those that say no stage; duplicates are customers and leads, told by name, e-mail and number. No chart of the
# dashboard that a manager begins with is by stage: those that are stand below.
WHERE_NONE = {
    "account", "admin", "customers", "dashboards", "duplicates", "exports", "tasks", "overview", "history",
    "timeline",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(new_database) -> Iterator[House]:  # type: ignore[no-untyped-def]
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        usual = made.office.at(0, "admin").stages.get()
        wishes = {(stage, "label"): (usual.label(stage), label) for stage, label in OWN.items()}
        made.office.at(0, "admin").stages.change(wishes)
        fill(made)
        yield made
        runtime.stop()


def fill(home: House) -> None:
    """A deal in each stage, each moved there, by somebody who sees the company's own words."""
    held = home.token("manager")
    signed = home.installation.sessions.resolve(held)
    assert signed is not None
    my = home.office.at()
    my = type(my)(home.office.store, signed.scope)
    customer = my.customers.add({"name": "Firm"})
    for stage in Stage:
        values = {"deal_name": f"D{stage.value[-3:]}", "deal_value": "7", "customer_id": customer}
        id_ = my.deals.add({**values, "stage": "proposal" if stage is Stage.PROSPECT else "prospect"})
        before = "proposal" if stage is Stage.PROSPECT else "prospect"
        my.deals.move(id_, stage.value, before, reason="Price" if stage is Stage.CLOSED_LOST else None)


def shown(at: AppTest) -> bytes:
    assert not at.exception, at.exception
    return everything(at).replace(b"\\u00a0", b" ")


@pytest.mark.slow
@pytest.mark.parametrize(("page", "query"), PLACES)
def test_no_screen_shows_the_words_of_the_code(
    home: House, monkeypatch: pytest.MonkeyPatch, page: str, query: str
) -> None:
    found = shown(screen(home, monkeypatch, page, f"{query}&period=all".strip("&")))
    # A customer may be a prospect as well.
    assert set(CODES.findall(found)) <= ({b"Prospect"} if page == "customers" else set())
    assert page in WHERE_NONE or "leads" in query or query in ("tab=changes", "tab=goals") or b"Zz" in found


@pytest.mark.slow
@pytest.mark.parametrize("role", STANDARD)
def test_no_dashboard_that_comes_with_the_product_shows_them(
    home: House, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    found = shown(screen(home, monkeypatch, "dashboards", f"board={role}"))
    assert set(CODES.findall(found)) <= ({b"Prospect"} if role == "admin" else set())  # customers by type
    assert STANDARD[role][0].encode() in found


@pytest.mark.slow
@pytest.mark.parametrize(
    "picture", [Picture.BAR, Picture.TABLE]
)  # a line goes by days, and a number by nothing
def test_no_chart_of_ones_own_shows_them(
    home: House, monkeypatch: pytest.MonkeyPatch, picture: Picture
) -> None:
    signed = home.installation.sessions.resolve(home.token("manager"))
    assert signed is not None
    my = type(home.office.at())(home.office.store, signed.scope)
    board = my.dashboards.add(f"By {picture.value}", [Own("deals", "stage", picture=picture, name="Deals")])
    found = shown(screen(home, monkeypatch, "dashboards", f"board={board}"))
    assert CODES.findall(found) == []
    assert [label for label in OWN.values() if label[:3].encode() not in found] == []


@pytest.mark.slow
def test_no_record_and_no_form_shows_them(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    my = home.office.at()
    for row in my.deals.page().rows:
        found = shown(screen(home, monkeypatch, "record", f"kind=deal&id={row['id']}"))
        assert CODES.findall(found) == []
        assert OWN[row["stage"]][:3].encode() in found
    customer = next(iter(my.customers.choices()))
    for view in ("", "&view=deals", "&tab=deals"):
        found = shown(screen(home, monkeypatch, "record", f"kind=customer&id={customer}{view}"))
        assert set(CODES.findall(found)) <= {b"Prospect"}
    for act in my.changes.page()[0]:
        assert CODES.findall(shown(screen(home, monkeypatch, "history", f"id={act.id}&act={act.id}"))) == []
    at = screen(home, monkeypatch, "pipeline", "tab=deals")
    at.button(key="deals.new").click().run()
    box = next(box for box in at.selectbox if box.label.startswith("Stage"))
    assert list(box.options) == list(OWN.values())


@pytest.mark.slow
def test_closing_and_files_follow(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    held = home.installation.sessions.resolve(home.token("manager"))
    assert held is not None
    my = type(home.office.at())(home.office.store, held.scope)
    assert move.stage_words(my) == OWN
    data = b"".join(my.export(my.deals)[1])
    assert CODES.findall(data) == []
    assert all(label.encode() in data for label in OWN.values())
    with zipfile.ZipFile(io.BytesIO(b"".join(my.export(my.deals, form="xlsx")[1]))) as book:
        sheets = b"".join(book.read(name) for name in book.namelist())
    assert CODES.findall(sheets) == []
    assert all(label[:3].encode() in sheets for label in OWN.values())
    for chart in ("stage", "funnel", "days"):
        assert CODES.findall(b"".join(my.export_chart(chart)[1])) == []
