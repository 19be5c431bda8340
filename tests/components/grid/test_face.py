"""The Python face of the grid: what it tells the browser, and what it does with what comes back."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import dashboard
from crm_data import Given, Layout, Query, Way, Workspace
from crm_data.errors import NotSignedIn
from dashboard.components import grid
from dashboard.components.grid import data, showing, wire
from tests.support.office import Office, office
from tests.support.statements import counted

KEY = "t.grid"


@pytest.fixture(scope="module")
def two(new_database: Any) -> Iterator[Office]:
    made = office(new_database("sqlite").url)
    for company in (0, 1):
        my = made.at(company, "admin")
        buyers = [my.customers.add({"name": f"Firm {company}-{at:03d}"}) for at in range(130)]
        my.deals.add({"deal_name": "D", "deal_value": "1234.50", "customer_id": buyers[0]})
        my.leads.add({"lead_name": "L"})
        my.tasks.add({"title": "T"})
        my.activities.log("note", "A")
    yield made
    made.store.close()


class Browser:
    """In place of the component: takes what it is told, and says what it was given to say."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}
        self.says: dict[str, Any] = {}
        self.asked: list[Workspace] = []

    def __call__(self, key: str, data: dict[str, Any], more: str = "{}", **on: Any) -> None:
        self.told = json.loads(more) | json.loads(json.dumps(data, allow_nan=False))
        says, self.says = self.says, {}
        if says:
            st.session_state[f"{key}.said"] = says
        for name in says:
            on[f"on_{name}_change"]()


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    made = Browser()
    monkeypatch.setattr(grid, "_component", made)
    monkeypatch.setattr(grid.session, "demand_here", made.asked.append)
    # What a component sent stands in the state under its key, which Streamlit alone may set.
    said = lambda key, name: st.session_state.get(f"{key}.said", {}).get(name)  # noqa: E731
    monkeypatch.setattr(showing, "last_said", said)
    return made


class Screen:
    """A page with nothing but a grid."""

    def __init__(self, browser: Browser, my: Workspace, kind: str, **more: Any) -> None:
        self.browser, self.done = browser, []
        own = {"on_acted": lambda act, ids: self.done.append((act, ids))}
        own |= {"on_opened": self.done.append, "on_visited": self.done.append}
        self.grid = grid.Grid(my, my.records(kind), my.members(), KEY, "owner", kind, **(own | more))
        self.query = my.records(kind).default_query()
        self.app = AppTest.from_function(_page, args=(self,), default_timeout=30)

    def run(self, **says: Any) -> dict[str, Any]:
        """Draw it; when the browser says something, draw it once more. What it is told at last."""
        self.browser.says = says
        self.app.run()
        if says:
            self.app.run()
        assert not self.app.exception
        return self.browser.told


def _page(screen):  # type: ignore[no-untyped-def]  # its text alone is run
    screen.grid._draw(screen.query)


@pytest.mark.parametrize("kind", Workspace.kinds)
def test_every_list_is_told_in_the_agreed_words(two: Office, browser: Browser, kind: str) -> None:
    my = two.at(0, "user")
    told = Screen(browser, my, kind).run()
    records = my.records(kind)
    names = [field["name"] for field in told["fields"]]
    assert names[0] == records.title
    assert set(names) == {n for n, f in records.fields.items() if wire.KINDS.get(f.kind)}
    assert {field["kind"] for field in told["fields"]} <= {*wire.KINDS.values()}
    assert all(len(row) == 3 + len(names) for row in told["rows"])
    assert told["total"] == records.count(records.default_query())
    locked = {row[0]: row[2] for row in told["rows"]}
    for row in records.page(records.default_query()).rows:
        assert bool(locked[row["id"]]) == (not records.may("change", row))
    assert told["sentences"] == list(data.LOCKS)
    hidden = set(told["layout"]["hidden"])
    assert hidden == {n for n in names if not records.fields[n].grid and n != records.title}
    assert "canarytwo" not in json.dumps(told)


def test_a_window_of_a_list_costs_the_same_wherever_it_is(two: Office, browser: Browser) -> None:
    screen = Screen(browser, two.at(0, "manager"), "customers")
    screen.run()
    with counted(two.store) as still:
        assert len(screen.run()["rows"]) == showing.WINDOW
    with counted(two.store) as moved:
        told = screen.run(want={"start": 60, "n": 70})
    assert (told["start"], len(told["rows"]), told["total"]) == (60, 70, 130)
    assert len(still) == 1, still  # whether anything has changed
    assert len(moved) <= 6, moved  # that; the last change, the rows, colleagues, what else is in sight


def test_a_save_is_kept_and_answered_under_its_token(two: Office, browser: Browser) -> None:
    my = two.at(0, "manager")
    screen = Screen(browser, my, "customers")
    first, second = screen.run()["rows"][:2]
    at = 3 + [field["name"] for field in browser.told["fields"]].index("city")
    edits = {str(first[0]): {"city": [first[at], "Graz"]}, str(second[0]): {"email": [None, "no"]}}
    told = screen.run(save={"token": "abc", "edits": edits})
    assert told["result"]["token"] == "abc"
    assert told["result"]["saved"] == {str(first[0]): {"city": "Graz"}}
    assert list(told["result"]["problems"]) == [str(second[0])]
    assert my.customers.get(first[0])["city"] == "Graz"
    assert next(row for row in told["rows"] if row[0] == first[0])[at] == "Graz"


def test_a_colleagues_change_comes_with_the_next_window_and_what_left_is_gone(
    two: Office, browser: Browser
) -> None:
    colleague = two.at(0, "admin")
    screen = Screen(browser, two.at(0, "manager"), "customers")
    rows = screen.run()["rows"]
    screen.run(want={"start": 100, "n": 20})
    colleague.customers.change_many([rows[0][0]], Given(Way.SET, "city", "Linz"), rest=False)
    colleague.customers.archive([rows[1][0]])
    told = screen.run()
    assert [row[0] for row in told["fresh"]] == [rows[0][0]]
    assert told["gone"] == [rows[1][0]]
    assert screen.run()["fresh"] == []
    colleague.customers.restore([rows[1][0]])


def test_an_arrangement_is_found_on_another_machine(two: Office, browser: Browser) -> None:
    my = two.at(0, "sales_rep")
    said = {"order": ["city", "name", "company_id"], "hidden": ["email"], "widths": {"city": 90}, "pinned": 2}
    Screen(browser, my, "customers").run(layout={**said, "tall": "tall"}, sort=[["name", "asc"]])
    told = Screen(browser, two.at(0, "sales_rep"), "customers").run()
    assert [field["name"] for field in told["fields"]][:2] == ["city", "name"]
    assert (told["layout"]["hidden"], told["layout"]["pinned"], told["layout"]["tall"]) == (
        ["email"],
        2,
        "tall",
    )
    assert told["layout"]["sort"] == [["name", "asc"]]
    names = [row[3 + 1] for row in told["rows"]]
    assert names == sorted(names)
    assert two.at(0, "user").layouts.get(two.at(0, "user").customers) == Layout()


def test_a_picker_finds_and_makes_the_records_of_this_company_alone(two: Office, browser: Browser) -> None:
    screen = Screen(browser, two.at(0, "manager"), "deals")
    told = screen.run(ask={"n": 4, "field": "customer_id", "text": "firm 1-"})
    assert told["answer"] == {"n": 4, "field": "customer_id", "options": [], "make": True}
    told = screen.run(ask={"n": 5, "field": "customer_id", "text": "FIRM 0-00"})
    assert len(told["answer"]["options"]) == 10
    made = screen.run(make={"n": 6, "field": "customer_id", "text": " New firm "})["answer"]["options"]
    assert made[0][1] == "New firm"
    assert (
        screen.run(make={"n": 6, "field": "customer_id", "text": " New firm "})["answer"]["options"] == made
    )
    assert two.at().customers.get(made[0][0])["name"] == "New firm"
    assert Screen(browser, two.at(0, "user"), "deals").run(
        ask={"n": 1, "field": "customer_id", "text": ""}
    )["answer"]["make"] is False  # fmt: skip


def test_find_and_lines_below_the_end_are_answered(two: Office, browser: Browser) -> None:
    screen = Screen(browser, two.at(0, "manager"), "customers")
    screen.query = Query(sort="name", descending=False)
    assert screen.run()["may"]["find"] is True
    found = screen.run(find={"n": 7, "text": "firm 0-12", "after": 121, "back": False})["found"]
    assert (found["n"], found["count"], found["nth"]) == (7, 10, 3)
    told = screen.run(want={"start": found["at"], "n": 1})
    assert told["rows"][0][3] == "Firm 0-122"
    assert screen.run(find={"n": 8, "text": "firm 1-", "after": -1, "back": False})["found"]["count"] == 0
    added = {"token": "abc", "rows": [{"name": "Pasted one"}, {"name": "Pasted two", "city": "Graz"}]}
    for _ in range(2):  # the same message once more is the same act
        told = screen.run(add=added)
        assert (told["result"]["token"], told["result"]["ok"]) == ("abc", True)
    assert two.at().customers.count(Query(search="Pasted")) == 2


def test_what_stands_below_the_columns_is_of_all_rows_and_asked_once(two: Office, browser: Browser) -> None:
    my = two.at(0, "manager")
    screen = Screen(browser, my, "customers")
    screen.query = Query(search="Firm 0-0")
    told = screen.run(layout={"foot": {"name": "count", "city": "empty", "email": "sum"}})
    assert told["foot"] == {"name": "100 filled", "city": "100 empty"}
    assert told["layout"]["foot"] == {"name": "count", "city": "empty"}
    fields = {field["name"]: field["measures"] for field in told["fields"]}
    assert fields["name"] == ["count", "empty", "unique"]
    assert fields["credit_limit"] == ["count", "empty", "unique", "sum", "average"]
    with counted(two.store) as still:
        screen.run()
    assert len(still) <= 4, still
    screen.run(layout={"foot": {}})


def test_a_grouped_list_is_told_in_lines_and_a_group_unfolds(two: Office, browser: Browser) -> None:
    my = two.at(0, "admin")
    for at in range(4):
        my.leads.add({"lead_name": f"Grouped {at}", "status": "new" if at % 2 else "contacted"})
    screen = Screen(browser, my, "leads")
    screen.query = Query(search="Grouped")
    told = screen.run(layout={"group": ["status", "no such", "assigned_to"]})
    assert told["layout"]["group"] == ["status", "assigned_to"]
    assert all(set(line) == {"key", "label", "count", "sums", "depth", "open"} for line in told["rows"])
    assert [line["count"] for line in told["rows"]] == [2, 2]
    assert (told["total"], told["count"]) == (2, 4)
    first = told["rows"][0]["key"]
    told = screen.run(fold=first)
    assert [line["depth"] for line in told["rows"]] == [0, 1, 0]
    told = screen.run(fold=told["rows"][1]["key"])
    assert told["total"] == 5
    assert [isinstance(line, list) for line in told["rows"]] == [False, False, True, True, False]
    with counted(two.store) as still:
        screen.run()
    assert len(still) <= 6, still
    for forged in ("x" * 16, None, 3, [], {}, {"key": first}, "", "\ud800", "x" * 200):
        assert screen.run(fold=forged)["total"] == 5
    assert screen.run(want={"start": 3, "n": 50})["total"] == 5
    assert screen.run(fold=first)["total"] == 2
    told = screen.run(layout={"group": []})
    assert all(isinstance(line, list) for line in told["rows"])


def test_more_groups_than_can_be_shown_are_refused_in_words(
    two: Office, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen(browser, two.at(0, "manager"), "tasks")
    for status in ("pending", "in_progress"):
        two.at(0, "manager").tasks.add({"title": "T", "status": status})
    screen.run()
    monkeypatch.setattr("crm_data.store.summary.MOST_GROUPS", 1)
    told = screen.run(layout={"group": ["status"]})
    assert "more groups" in told["result"]["words"]
    assert told["layout"]["group"] == []
    assert told["total"] >= 3


def test_find_looks_through_folded_groups_and_unfolds_what_it_finds(two: Office, browser: Browser) -> None:
    my = two.at(0, "admin")
    for status in ("contacted", "new", "lost"):
        for at in range(3):
            my.leads.add({"lead_name": f"Sought {status} {at}", "status": status})
    screen = Screen(browser, my, "leads")
    screen.query = Query(search="Sought", sort="lead_name", descending=False)
    screen.run(layout={"group": ["status"]})
    after, seen = -1, []

    def go(text: str, back: bool = False) -> tuple[int, int, str]:
        nonlocal after
        seen.append(after)
        told = screen.run(find={"n": len(seen), "text": text, "after": after, "back": back})
        after = told["found"]["at"]
        return told["found"]["nth"], told["found"]["count"], told["rows"][after][3]

    found = [go("Sought") for _ in range(9)]
    assert [(nth, count) for nth, count, _ in found] == [(at, 9) for at in range(1, 10)]
    assert len({name for *_, name in found}) == 9
    assert go("Sought")[0] == 1
    assert go("Sought", back=True)[0] == 9
    assert [go("Sought", back=True)[2] for _ in range(8)] == [name for *_, name in found[-2::-1]]
    screen.run(layout={"group": ["status", "priority"]})
    after = -1
    assert go("lost 1")[2] == "Sought lost 1"
    assert screen.run(find={"n": 99, "text": "nowhere", "after": -1, "back": False})["found"]["count"] == 0
    screen.run(layout={"group": []})


def test_a_rule_colours_rows_and_cells(two: Office, browser: Browser) -> None:
    def of(row: Any) -> dict[str, data.Mark]:
        return (
            {"": ("red", "Seven")}
            if row["name"].endswith("7")
            else {"city": ("green", "Eight")}
            if row["name"].endswith("8")
            else {}
        )

    def rule(rows: Any) -> list[dict[str, data.Mark]]:
        return [of(row) for row in rows]

    told = Screen(browser, two.at(0, "manager"), "customers", marks=rule).run()
    at = {str(row[0]): row[3] for row in told["rows"]}
    assert {id_ for id_, mark in told["marks"].items() if mark == {"": ["red", "Seven"]}} == {
        id_ for id_, name in at.items() if name.endswith("7")
    }
    assert told["marks"].keys() == at.keys()
    assert Screen(browser, two.at(0, "manager"), "customers").run()["marks"] == {}


def test_an_act_upon_all_that_match_takes_them_from_the_filter(two: Office, browser: Browser) -> None:
    my = two.at(0, "manager")
    screen = Screen(browser, my, "customers", acts=[data.Act("archive", "Archive")])
    screen.query = Query(search="Firm 0-01")
    told = screen.run()
    screen.run(acted={"act": "archive", "all": True, "query": told["query"], "count": told["count"]})
    screen.run(acted={"act": "archive", "all": True, "query": "another list"})
    screen.run(acted={"act": "erase", "ids": [1]})
    screen.run(acted={"act": "archive", "ids": [3, 3, 1]})
    assert [act for act, _ in screen.done] == ["archive", "archive"]
    assert screen.run()["acted"] == 2, "what was heard is told, so that the same can be asked once more"
    every, some = (which for _, which in screen.done)
    assert some == [3, 1]
    assert my.customers.matching(every.query)
    assert (every.count, my.customers.count(every.query)) == (10, 10)


def test_what_is_forged_is_not_heard(two: Office, browser: Browser) -> None:
    screen = Screen(browser, two.at(0, "manager"), "customers", acts=[data.Act("archive", "Archive")])
    told = screen.run()
    for name in (
        "save",
        "want",
        "layout",
        "sort",
        "ask",
        "make",
        "opened",
        "visited",
        "acted",
        "cell",
        "count",
        "find",
        "add",
    ):
        for said in (None, "x", -1, [], {}, [[]], {"edits": [1]}, {"n": {}}, {"ids": {}}, 2**70):
            screen.run(**{name: said})
    assert screen.done == []
    assert screen.run()["rows"] == told["rows"]


def test_a_table_of_words_is_drawn_by_the_same_grid(browser: Browser) -> None:
    def page() -> None:
        from dashboard.components import grid

        grid.table("t.table", "Backups", [{"File": "a.db", "Rows": 1}, {"File": "b.db", "Rows": 22}])

    AppTest.from_function(page).run()
    told = browser.told
    assert [(field["label"], field["align"]) for field in told["fields"]] == [("File", None), ("Rows", "end")]
    assert [row[3:] for row in told["rows"]] == [["a.db", "1"], ["b.db", "22"]]
    assert not any(field["edit"] or field["sort"] for field in told["fields"])
    assert told["total"] == 2


def test_no_screen_draws_a_table_of_another_kind() -> None:
    for folder in ("dashboard", "pages"):
        for path in (Path(dashboard.__file__).parents[1] / folder).rglob("*.py"):
            assert not re.search(r"\bst\.(dataframe|table)\(", path.read_text("utf-8")), path


def test_whose_list_it_is_is_asked_before_each_draw(two: Office, browser: Browser, monkeypatch: Any) -> None:
    my = two.at(0, "admin")
    screen = Screen(browser, my, "customers")
    screen.run()
    assert browser.asked == [my]
    browser.told = {}

    def gone(my: Workspace) -> None:
        raise NotSignedIn

    monkeypatch.setattr(grid.session, "demand_here", gone)
    screen.app.run()
    assert len(screen.app.exception) == 1
    assert browser.told == {}
