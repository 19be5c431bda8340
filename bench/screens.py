"""Reruns and new sessions over the websocket: the customers page, an empty page, and `streamlit run`."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from bench.databases import EMAIL, PASSWORD
from bench.rounds import Times, interleave
from bench.section import Line, Section
from bench.served import Served, product, quiet, streamlit_run
from bench.ws import RunFailed, Tab

RERUNS = 8


def sections(even: Path, big: Path, folder: Path, rounds: int) -> list[Section]:
    """Start every server, let them rest, then measure reruns, processor time and new sessions in turn."""
    with ExitStack() as stack:
        servers = {
            "customers": stack.enter_context(product(even, folder, EMAIL, PASSWORD)),
            "big": stack.enter_context(product(big, folder, EMAIL, PASSWORD)),
            "frame": stack.enter_context(
                product(even, folder, EMAIL, PASSWORD, "bench.empty_server", "frame")
            ),
            "empty": stack.enter_context(product(even, folder, EMAIL, PASSWORD, "bench.empty_server")),
            "watched": stack.enter_context(
                product(even, folder, EMAIL, PASSWORD, "bench.empty_server", "watched")
            ),
            "streamlit": stack.enter_context(streamlit_run(folder)),
        }
        quiet(list(servers.values()))
        without = {name: server for name, server in servers.items() if name != "watched"}
        return [_reruns(without, rounds), _sessions(servers, rounds)]


def tab(name: str, server: Served) -> Tab:
    """A tab on a server, on the page that is measured there."""
    page = "customers" if name in ("customers", "big") else ""
    return Tab(server.url, page, server.cookie)


def _reruns(servers: Mapping[str, Served], rounds: int) -> Section:
    with ExitStack() as stack:
        tabs = {name: stack.enter_context(tab(name, server)) for name, server in servers.items()}
        for name, opened in tabs.items():
            opened.run()
            _demand(name, opened)
        spent = dict.fromkeys(servers, 0.0)
        works = {name: _some(name, opened, servers[name], spent) for name, opened in tabs.items()}
        times = interleave(works, rounds)
    return Section(
        "Reruns",
        "From asking for a run over the websocket until its last message has arrived. The empty page has a title "
        "and a caption; on the product's server it runs alone, in its frame with session, menu and header.",
        [
            Line("customers page", "an empty page, same server", times.ratio("customers", "empty"), 1.8),
            Line("customers page", "an empty page in the product's frame", times.ratio("customers", "frame")),
            Line("customers page", "an empty page, streamlit run", times.ratio("customers", "streamlit")),
            Line(
                "customers page, a company with half of all rows",
                "customers page, one of 100 companies",
                times.ratio("big", "customers"),
                1.3,
            ),
            Line("empty page, product's server", "streamlit run", times.ratio("empty", "streamlit"), 0.25),
            *_processor(spent),
        ],
    )


def _processor(spent: Mapping[str, float]) -> list[Line]:
    """Processor time of the servers, where the system tells it."""
    if not spent["streamlit"]:
        return []
    return [
        Line(
            "processor time, empty page, product's server",
            "streamlit run",
            spent["empty"] / spent["streamlit"],
            0.15,
        ),
        Line(
            "processor time, customers page",
            "an empty page, streamlit run",
            spent["customers"] / spent["streamlit"],
        ),
    ]


def _sessions(servers: Mapping[str, Served], rounds: int) -> Section:
    times: Times = interleave({name: _session(name, server) for name, server in servers.items()}, rounds)
    return Section(
        "New sessions",
        "Connecting and the first run, as when an address is opened (without the browser's own part). Streamlit's "
        "file watcher looks at every loaded module in each new session, so it is off.",
        [
            Line("empty page, product's server", "streamlit run", times.ratio("empty", "streamlit"), 1.2),
            Line(
                "empty page in the product's frame",
                "an empty page, streamlit run",
                times.ratio("frame", "streamlit"),
            ),
            Line(
                "customers page", "an empty page, streamlit run", times.ratio("customers", "streamlit"), 1.2
            ),
            Line("customers page", "an empty page, same server", times.ratio("customers", "empty")),
            Line("empty page, with the file watcher on", "with it off", times.ratio("watched", "empty")),
        ],
    )


def _some(name: str, opened: Tab, server: Served, spent: dict[str, float]) -> Callable[[], float]:
    """Some reruns in a row, and what they cost the server: the clock of processor time is coarse."""

    def run() -> float:
        before = server.cpu()
        took = sum(opened.run() for _ in range(RERUNS)) / RERUNS
        spent[name] += server.cpu() - before
        return took

    return run


def _session(name: str, server: Served) -> Callable[[], float]:
    def run() -> float:
        begun = time.perf_counter()
        with tab(name, server) as opened:
            opened.run()
            return time.perf_counter() - begun

    return run


def _demand(name: str, opened: Tab) -> None:
    """The page that is measured must be the page that was meant: a list, which can be searched, or none."""
    listed = "text_input" in opened.kinds
    if listed != (name in ("customers", "big")):
        raise RunFailed(f"The {name} server showed another page than it should: {opened.kinds}")
