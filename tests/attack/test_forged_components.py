"""Every event of every component, found in the code, says what no script of ours would: nothing comes of it."""

import ast
import json
from collections.abc import Iterator

import pytest

from crm_data.settings import ROOT
from tests.attack.tab import state
from tests.attack.test_forged import STRANGE, calm, say, tab, the
from tests.attack.test_forged import refused as refused
from tests.attack.test_forged import unchanged as unchanged
from tests.attack.town import Town
from tests.support.serving import Served

pytestmark = pytest.mark.slow

# Component -> where it is drawn; {customer} is the id of a record of one's own company.
SHOWN = {
    "board": ("pipeline", ""),
    "feed": ("record", "kind=customer&id={customer}"),
    "filters": ("customers", ""),
    "goals": ("pipeline", "tab=goals"),
    "grid": ("customers", ""),
    "queue": ("overview", ""),
    "walk": ("customers", ""),
}
# How a person arranges a list is theirs to say, and kept as far as it can be read.
OWN = {"layout", "sort"}
# What components say names these; every part of it is forged.
PARTS = (
    "id", "ids", "act", "acts", "table", "token", "last", "rest", "rows", "each", "edits", "field", "text",
    "at", "seen", "from", "to", "pin", "pinned", "n", "start", "after", "back", "query", "all", "count",
    "filter", "without", "archived", "turn", "sort", "hidden", "order", "widths", "foot", "group",
)  # fmt: skip


def events(component: str) -> list[str]:
    """What a component can say, from the names of what it calls."""
    text = (ROOT / "dashboard" / "components" / component / "__init__.py").read_text()
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.keyword) and node.arg]
    words = (node.arg or "" for node in calls)
    return [
        word.removeprefix("on_").removesuffix("_change")
        for word in words
        if word.startswith("on_") and word.endswith("_change")
    ]


def speaking() -> Iterator[str]:
    for path in sorted((ROOT / "dashboard" / "components").glob("*/__init__.py")):
        if events(path.parent.name):
            yield path.parent.name


def test_every_component_that_speaks_is_forged() -> None:
    assert set(speaking()) == set(SHOWN)


@pytest.fixture(scope="module", autouse=True)
def waiting(there: Town) -> None:
    """Something that needs each of them now: without it the queue is not drawn."""
    for role in ("user", "manager"):
        due = {"title": "Due", "due_date": "2020-01-01", "assigned_to": there.house.user(role)}
        there.house.office.at(role=role).tasks.add(due)


@pytest.mark.parametrize(
    "component", [name for name in SHOWN if name != "walk"]
)  # that says only that it is shut
@pytest.mark.parametrize("role", ["user", "manager"])
@pytest.mark.usefixtures("refused")
def test_nothing_comes_of_what_is_said_wrongly(
    served: Served, there: Town, component: str, role: str
) -> None:
    page, query = SHOWN[component]
    foreign = [there.house.user("manager", 1), there.ids[1]["deal"] + 100_000]
    said = [*STRANGE, [dict.fromkeys(PARTS, odd) for odd in STRANGE[:3]], foreign, "\ud800"]
    said += [dict.fromkeys(PARTS, odd) for odd in (*STRANGE, "\ud800", foreign, foreign[0], {})]
    said += [
        {"id": odd, "pinned": True, "at": 0, "seen": "", "text": "9", "act": act, "table": table}
        for odd in (*foreign, 2**70, -1)
        for act, table in (("complete", "tasks"), ("seen", "customers"), ("__class__", "users"))
    ]
    with tab(served, there, page, query.format(**there.ids[0]), role) as mine:
        mine.run()
        name = the(component, mine)
        for event in set(events(component)) - OWN:
            for one in said:
                calm(mine.run(say(name, event, one)))
                if component == "goals":
                    calm(mine.run(say(name, event, [one])))
        for one in ("null", "[]", json.dumps(dict.fromkeys(PARTS, 2**70))):
            calm(mine.run(state(name, json_value=one)))
