"""Every page as a manager sees it: against an empty page, at two sizes of company, and beside plain Streamlit."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from bench import databases
from bench.databases import COMPANY, PASSWORD, Member
from bench.rounds import Times, interleave
from bench.section import Line, Section
from bench.served import Served, product, quiet, streamlit_run
from bench.ws import RunFailed, Tab
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
    Screen("overview", "", "", "dataframe"),
    Screen("customers", "customers", "", "dataframe", "w=W1", 1.8),
    Screen("pipeline, board and charts", "pipeline", "", "bidi_component", "w=W3", None, 0.5),
    Screen("pipeline, deals", "pipeline", "tab=deals", "dataframe"),
    Screen("pipeline, leads", "pipeline", "tab=leads", "dataframe"),
    Screen("tasks", "tasks", "", "dataframe", "w=W4&who={me}"),
    Screen("timeline", "timeline", "", "markdown", "w=W5b"),
    Screen(
        "a customer's record", "record", "kind=customer&id={customer}", "button_group", "w=W5&who={customer}"
    ),
    Screen("a deal's record", "record", "kind=deal&id={deal}", "button_group"),
)


def sections(databases_by_size: Mapping[str, Path], folder: Path, rounds: int) -> list[Section]:
    """`databases_by_size`: 'even', and companies with half of all rows by what a reader calls them."""
    with ExitStack() as stack:
        tabs: dict[str, Tab] = {}
        servers: list[Served] = []
        for size, path in databases_by_size.items():
            here = databases.manager(path)
            server = stack.enter_context(product(path, folder, here.email, PASSWORD))
            peer = _peer(stack, path, folder)
            servers += [server, *([peer] if peer else [])]
            said = _said(path, here)
            for screen in SCREENS:
                tabs[f"{size} {screen.name}"] = Tab(
                    server.url, screen.page, server.cookie, screen.query.format(**said)
                )
                if peer and screen.peer:
                    tabs[f"{size} peer {screen.name}"] = Tab(peer.url, query=screen.peer.format(**said))
        even = databases_by_size["even"]
        bare = stack.enter_context(
            product(even, folder, databases.manager(even).email, PASSWORD, "bench.empty_server")
        )
        tabs["empty"] = Tab(bare.url, "", bare.cookie)
        quiet([*servers, bare])
        for name, tab in tabs.items():
            stack.enter_context(tab)
            tab.run()
            _demand(name, tab)
        times = interleave({name: _some(tab) for name, tab in tabs.items()}, rounds)
    return [_pages(times, databases_by_size), _beside(times, databases_by_size)]


def _said(path: Path, me: Member) -> dict[str, int]:
    """Who looks and at what: a customer and a deal with about as many activities whatever the company's size."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:

        def alike(link: str) -> int:
            question = (
                f"SELECT {link} FROM activities WHERE company_id = ? AND {link} IS NOT NULL"
                f" GROUP BY {link} ORDER BY abs(count(*) - ?), {link} LIMIT 1"
            )
            return int(connection.execute(question, (COMPANY, ALIKE)).fetchone()[0])

        return {"me": me.id, "customer": alike("customer_id"), "deal": alike("deal_id")}


def _peer(stack: ExitStack, path: Path, folder: Path) -> Served | None:
    if not PEER.exists():
        return None
    variables = {"CRM_DB": str(path), "CRM_COMPANY": str(COMPANY)}
    return stack.enter_context(streamlit_run(folder, PEER, variables))


def _pages(times: Times, sizes: Mapping[str, Path]) -> Section:
    lines = [
        Line(
            screen.name,
            "an empty page, same server",
            times.ratio(f"even {screen.name}", "empty"),
            screen.most,
        )
        for screen in SCREENS
    ]
    lines += [
        Line(
            f"{screen.name}, {size}",
            "one of 100 companies",
            times.ratio(f"{size} {screen.name}", f"even {screen.name}"),
            1.3,
        )
        for size in sizes
        if size != "even"
        for screen in SCREENS
    ]
    return Section(
        "Every page",
        "A manager's reruns over the websocket. One of 100 companies has some 15 colleagues, 100 customers and "
        "500 tasks; the company that owns half of all rows has 50 times as many. There a board fills its columns "
        "and every colleague is a choice in a cell, where the small company has less to draw.",
        lines,
    )


def _beside(times: Times, sizes: Mapping[str, Path]) -> Section:
    title = "Beside Streamlit as found in the wild"
    if not any(" peer " in name for name in times.seconds):
        return Section(title, "Left out: `../shared/bench` with the page to compare with is not there.")
    lines = [
        Line(
            screen.name if size == "even" else f"{screen.name}, {size}",
            "its whole table in pandas",
            times.ratio(f"{size} {screen.name}", f"{size} peer {screen.name}"),
            screen.peer_most if size == "even" else None,
        )
        for size in sizes
        for screen in SCREENS
        if screen.peer
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


def _demand(name: str, tab: Tab) -> None:
    """The page that is measured must be the page that was meant."""
    signs = {screen.name: screen.sign for screen in SCREENS}
    asked = next((sign for screen, sign in signs.items() if name.endswith(f" {screen}")), "heading")
    if " peer " not in name and asked not in tab.kinds:
        raise RunFailed(f"{name}: another page was shown than was meant, with {tab.kinds}")
