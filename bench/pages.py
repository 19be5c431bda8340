"""Every page as a manager sees it: against an empty page, at two sizes of company, and beside plain Streamlit."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from bench import databases
from bench.databases import COMPANY, PASSWORD, Member
from bench.plain import asking
from bench.reading import workspace
from bench.rounds import Times, interleave
from bench.section import Line, Section
from bench.served import Served, product, quiet, streamlit_run
from bench.ws import RunFailed, Tab
from crm_data import Given, Query, Way, Workspace
from crm_data.settings import ROOT

RERUNS = 3
PEER = ROOT.parent / "shared" / "bench" / "peers" / "naive_streamlit.py"
# The record that is opened has about so many activities, in each database.
ALIKE = 10


@dataclass(frozen=True)
class Screen:
    """One page: what it is called, its address and parameters, and an element that only it shows.

    `peer`: the parameters of the page of the peer that shows the same. `most`: the target against an empty page;
    `peer_most`: against the peer.
    """

    name: str
    page: str
    query: str
    sign: str
    peer: str = ""
    most: float | None = None
    peer_most: float | None = None


SCREENS = (
    Screen("overview", "", "", "bidi_component", "", 3.0),
    Screen("customers", "customers", "", "text_input", "w=W1", 2.0),
    Screen("pipeline, board", "pipeline", "", "bidi_component", "", 6.0),
    Screen("pipeline, insights", "pipeline", "tab=insights", "bidi_component", "w=W3", 6.0, 0.5),
    Screen("pipeline, deals", "pipeline", "tab=deals", "text_input", "", 2.0),
    Screen("pipeline, leads", "pipeline", "tab=leads", "text_input", "", 2.0),
    Screen("tasks", "tasks", "", "text_input", "w=W4&who={me}", 2.0),
    Screen("timeline", "timeline", "", "bidi_component", "w=W5b", 3.0),
    Screen(
        "a customer's record",
        "record",
        "kind=customer&id={customer}",
        "button_group",
        "w=W5&who={customer}",
        3.0,
    ),
    Screen("a deal's record", "record", "kind=deal&id={deal}", "button_group", "", 3.0),
)


@dataclass(frozen=True)
class Size:
    """A database and the company in it, as a reader calls them. `against`: the size that it is held against.

    `beside`: whether the peer runs on it too, which takes minutes where there are many rows.
    """

    name: str
    path: Path
    against: str = ""
    beside: bool = True


def sections(sizes: Sequence[Size], folder: Path, rounds: int) -> list[Section]:
    """The first of `sizes` is held against an empty page, each other one against the one that it names."""
    with ExitStack() as stack:
        tabs: dict[str, Tab] = {}
        servers: list[Served] = []
        for size in sizes:
            path = size.path
            here = databases.manager(databases.address(path))
            server = stack.enter_context(product(path, folder, here.email, PASSWORD))
            peer = _peer(stack, path, folder) if size.beside else None
            servers += [server, *([peer] if peer else [])]
            asked = said(path, here)
            for screen in SCREENS:
                tabs[f"{size.name} {screen.name}"] = Tab(
                    server.url, screen.page, server.cookie, screen.query.format(**asked)
                )
                if peer and screen.peer:
                    tabs[f"{size.name} peer {screen.name}"] = Tab(peer.url, query=screen.peer.format(**asked))
        even = sizes[0].path
        bare = stack.enter_context(
            product(
                even, folder, databases.manager(databases.address(even)).email, PASSWORD, "bench.empty_server"
            )
        )
        tabs["empty"] = Tab(bare.url, "", bare.cookie)
        quiet([*servers, bare])
        for name, tab in tabs.items():
            stack.enter_context(tab)
            tab.run()
            demand(name, tab)
        works = {name: _some(tab) for name, tab in tabs.items()}
        first = sizes[0]
        store, my = workspace(databases.address(first.path))
        stack.callback(store.close)
        works |= {
            f"{screen.name}, after a change": _after(tabs[f"{first.name} {screen.name}"], my)
            for screen in SCREENS
        }
        times = interleave(works, rounds)
    return [_pages(times, sizes), _beside(times, sizes)]


def said(path: Path, me: Member) -> dict[str, int]:
    """Who looks and at what: a customer and a deal with about as many activities whatever the company's size."""
    with asking(databases.address(path), COMPANY) as ask:

        def alike(link: str) -> int:
            question = (
                f"SELECT {link} FROM activities WHERE company_id = ? AND {link} IS NOT NULL"
                f" GROUP BY {link} ORDER BY abs(count(*) - ?), {link} LIMIT 1"
            )
            return int(ask(question, COMPANY, ALIKE)[0][0])

        return {"me": me.id, "customer": alike("customer_id"), "deal": alike("deal_id")}


def _peer(stack: ExitStack, path: Path, folder: Path) -> Served | None:
    if not PEER.exists():
        return None
    variables = {"CRM_DB": str(path), "CRM_COMPANY": str(COMPANY)}
    return stack.enter_context(streamlit_run(folder, PEER, variables))


def _pages(times: Times, sizes: Sequence[Size]) -> Section:
    first = sizes[0].name
    lines = [
        Line(
            screen.name,
            "an empty page, same server",
            times.ratio(f"{first} {screen.name}", "empty"),
            screen.most,
        )
        for screen in SCREENS
    ]
    lines += [
        Line(
            f"{screen.name}, when something of the company has just changed",
            "an empty page, same server",
            times.ratio(f"{screen.name}, after a change", "empty"),
        )
        for screen in SCREENS
    ]
    lines += [
        Line(
            f"{screen.name}, {size.name}",
            size.against,
            times.ratio(f"{size.name} {screen.name}", f"{size.against} {screen.name}"),
            1.3,
        )
        for size in sizes[1:]
        for screen in SCREENS
    ]
    return Section(
        "Every page",
        "A manager's reruns over the websocket, in which nothing of the company has changed since the one before "
        "unless it is said. One of 100 companies has some 15 colleagues, 100 customers and "
        "500 tasks; the company that owns half of all rows has 50 times as many. There a board fills its columns "
        "and every colleague is a choice in a cell, where the small company has less to draw. In a database "
        "so many times as large, one of so many more companies is of the same size; the half is larger, and its "
        "colleagues are more.",
        lines,
    )


def _beside(times: Times, sizes: Sequence[Size]) -> Section:
    title = "Beside Streamlit as found in the wild"
    if not any(" peer " in name for name in times.seconds):
        return Section(title, "Left out: `../shared/bench` with the page to compare with is not there.")
    lines = [
        Line(
            f"{screen.name}, {size.name}" if size.against else screen.name,
            "its whole table in pandas",
            times.ratio(f"{size.name} {screen.name}", f"{size.name} peer {screen.name}"),
            None if size.against else screen.peer_most,
        )
        for size in sizes
        for screen in SCREENS
        if screen.peer and size.beside
    ]
    return Section(
        title,
        "`../shared/bench/peers/naive_streamlit.py` under `streamlit run`, on the same database file: it reads "
        "the company's whole table into pandas and filters there, without signing in, walls, links or saving. "
        "It needs only Streamlit and pandas, which are installed here. Same rounds as above.",
        lines,
    )


def _some(tab: Tab) -> Callable[[], float]:
    return lambda: sum(tab.run() for _ in range(RERUNS)) / RERUNS


def _after(tab: Tab, my: Workspace) -> Callable[[], float]:
    """The same, each after a customer of the company has moved to another city."""
    (one,), cities = my.customers.page(Query(size=1)).rows, cycle(("Graz", "Linz"))

    def run() -> float:
        took = 0.0
        for _ in range(RERUNS):
            my.customers.change_many([one["id"]], Given(Way.SET, "city", next(cities)), rest=False)
            took += tab.run()
        return took / RERUNS

    return run


def demand(name: str, tab: Tab) -> None:
    """The page that is measured must be the page that was meant."""
    signs = {screen.name: screen.sign for screen in SCREENS}
    asked = next((sign for screen, sign in signs.items() if f" {name}".endswith(f" {screen}")), "heading")
    if " peer " not in name and asked not in tab.kinds:
        raise RunFailed(f"{name}: another page was shown than was meant, with {tab.kinds}")
