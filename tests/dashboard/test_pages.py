"""Every page as every role: it draws, it costs a bounded number of statements, it shows one company alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data.rights import ROLES
from dashboard import runtime, session
from dashboard.menu import SCREENS
from dashboard.parts import figures
from dashboard.parts.place import KINDS as TABLES
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.support.kinds import ONES, one_of_each
from tests.support.statements import counted
from tests.support.told import facts, told

OWN, FOREIGN = "kittiwake", "wolverine"

# page, query -> the most statements one drawing may send, the two that ask who is here included.
COSTS = {
    ("overview", ""): 18,
    ("customers", ""): 10,
    ("pipeline", "tab=board"): 16,
    ("pipeline", "as-of=2026-01-31&tab=board"): 16,
    ("pipeline", "tab=insights"): 32,
    ("pipeline", "tab=forecast"): 15,  # of these one for exchange rates, the period chosen last, and views
    ("pipeline", "shown=board&tab=forecast"): 12,
    ("pipeline", "tab=goals"): 10,
    ("pipeline", "tab=changes"): 12,
    ("pipeline", "tab=review"): 13,
    ("pipeline", "tab=deals"): 10,
    ("pipeline", "tab=leads"): 10,
    ("tasks", "preset=all"): 12,
    ("dashboards", ""): 20,  # of each chart the sums, its days where it goes through time, and names
    ("timeline", ""): 10,
    ("account", ""): 5,
    ("admin", ""): 8,
    ("admin", "tab=company"): 7,
    ("admin", "tab=data"): 7,
    ("admin", "tab=stages"): 7,
    ("admin", "tab=fields"): 7,
    ("admin", "tab=companies"): 8,
    ("admin", "tab=backups"): 8,
    ("record", "kind=task"): 14,
    ("record", "kind=activity"): 13,
}
# A screen or a record that is not named above costs no more than the other lists and records.
COSTS |= {(screen.name, ""): 10 for screen in SCREENS if screen.name not in {page for page, _ in COSTS}}
COSTS |= {("record", f"kind={one}"): 20 for one in ONES.values() if ("record", f"kind={one}") not in COSTS}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def home(request: pytest.FixtureRequest, new_database) -> Iterator[House]:  # type: ignore[no-untyped-def]
    with house(new_database(request.param).url) as made:
        for company, word in enumerate((OWN, FOREIGN)):
            ids[company] = one_of_each(made.office.at(company, "manager"), word)
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


ids: dict[int, dict[str, int]] = {}


def drawn(page: str, query: str) -> AppTest:
    at = AppTest.from_file(str(SCRIPT), default_timeout=60)
    at.run()
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        at.query_params[name] = value
    if page != SCREENS[0].name:
        at.switch_page(f"../pages/{page}.py")
    return at


def everything(at: AppTest) -> bytes:
    """All that the page sends to the browser, frames of grids and charts included."""
    found: list[bytes] = []

    def visit(node: Any) -> None:
        for child in getattr(node, "children", {}).values():
            visit(child)
        proto = getattr(node, "proto", None)
        if proto is not None:
            found.append(proto.SerializeToString())

    for child in at._tree.children.values():
        visit(child)
    return b"\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("page", "query"), COSTS)
def test_a_page_draws_for_every_role(
    home: House, monkeypatch: pytest.MonkeyPatch, page: str, query: str, role: str
) -> None:
    held = home.token(role)
    monkeypatch.setattr(session, "token", lambda: held)
    if query.startswith("kind="):
        query += f"&id={ids[0][query.removeprefix('kind=')]}"
    at = drawn(page, query)
    with counted(home.office.store) as statements:
        at.run()
    assert not at.exception, at.exception
    shown = everything(at)
    assert FOREIGN.encode() not in shown
    # Nobody here is there twice; tests/dashboard/test_duplicates.py looks at the groups.
    nothing_yet = page in ("duplicates", "exports") or (page == "history" and role in ("user", "sales_rep"))
    numbers_alone = page == "dashboards" or query in (
        "tab=insights",
        "tab=forecast",
        "tab=changes",
        "tab=goals",
        "as-of=2026-01-31&tab=board",  # a day before there was anything
    )  # which name no record
    if page not in ("account", "admin") and not numbers_alone and not nothing_yet:
        assert OWN.encode() in shown
    most = COSTS.get((page, query)) or COSTS[page, query.split("&")[0]]
    assert len(statements) <= most, "\n".join(statements)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("customers", ""),
        ("pipeline", "tab=deals"),
        ("pipeline", "tab=leads"),
        ("tasks", ""),
        ("timeline", ""),
    ],
)
def test_a_list_of_nothing_counts_no_rows_from_to(
    home: House, monkeypatch: pytest.MonkeyPatch, page: str, query: str
) -> None:
    held = home.token("manager")
    monkeypatch.setattr(session, "token", lambda: held)
    at = drawn(page, f"{query}&q=nosuchthing").run()
    assert not at.exception, at.exception
    assert any("matches" in element.value for element in at.markdown)
    assert not any(" of 0" in caption.value for caption in at.caption)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ONES.values())
def test_a_strangers_link_is_like_no_record_at_all(
    home: House, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    held = home.token("admin")
    monkeypatch.setattr(session, "token", lambda: held)

    def said(id_: object) -> str:
        at = drawn("record", f"kind={kind}&id={id_}").run()
        assert not at.exception
        return "\n".join(element.value for element in [*at.subheader, *at.markdown, *at.text])

    foreign = said(ids[1][kind])
    assert "no such record" in foreign
    assert foreign == said(987_654) == said("1;DROP TABLE") == said("-1")
    assert FOREIGN not in foreign


# What is noted stands on the timeline, which is read and not looked into; every other kind has a list.
LISTS = {one: figures.list_of(kind)[0] for kind, one in ONES.items() if kind != "activities"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", LISTS)
def test_a_record_beside_its_list_says_what_its_page_says(
    home: House, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    held = home.token("manager")
    monkeypatch.setattr(session, "token", lambda: held)
    table = TABLES[kind]

    def beside(id_: object) -> AppTest:
        at = drawn(LISTS[kind], f"tab={table}&preset=all" if kind != "customer" else "")
        at.session_state[f"{table}.beside"] = id_
        at.run()
        assert not at.exception, at.exception
        return at

    page = drawn("record", f"kind={kind}&id={ids[0][kind]}").run()
    with counted(home.office.store) as statements:
        at = beside(ids[0][kind])
    assert len(facts(page)) > 4
    assert told(at, "facts") == told(page, "facts")
    assert {text.value for text in page.text} <= {text.value for text in at.text}
    assert {button.label for button in page.button} <= {button.label for button in at.button}
    assert len(statements) <= 2 * (COSTS["customers", ""] + COSTS["record", f"kind={kind}"])
    for strange in (ids[1][kind], 987_654):
        at = beside(strange)
        assert "no such record" in "".join(text.value for text in at.text)
        assert FOREIGN.encode() not in everything(at)
