"""What a rerun of each page costs by what a busy machine changes least: processor time, elements and bytes."""

import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import databases
from bench.databases import PASSWORD
from bench.pages import SCREENS, Screen, demand, said
from bench.rounds import interleave
from bench.section import Line, Section
from bench.served import Served, product, quiet
from bench.ws import Tab

RERUNS = 4
EMPTY, FRAME = "an empty page", "an empty page in the product's frame"


@dataclass(frozen=True)
class _Page:
    """A tab, and the server that runs its script."""

    tab: Tab
    server: Served

    def cost(self) -> float:
        """Seconds of processor of one rerun."""
        before = self.server.cpu()
        for _ in range(RERUNS):
            self.tab.run()
        return (self.server.cpu() - before) / RERUNS


def section(path: Path, folder: Path, rounds: int, screens: Sequence[Screen] = SCREENS) -> Section:
    """Every page by a manager of one of 100 companies, on a server that has run each of them before."""
    with ExitStack() as stack:
        pages = _opened(stack, path, folder, screens)
        times = interleave({name: page.cost for name, page in pages.items()}, rounds)
        lines = [
            Line(name, EMPTY, times.ratio(name, EMPTY), targets(screens).get(name))
            for name in pages
            if name != EMPTY
        ]
        sizes = {name: page.tab for name, page in pages.items()}
    counted = "; ".join(
        f"{name} {len(tab.kinds)}, {tab.received / 1000:.0f} kB" for name, tab in sizes.items()
    )
    own = statistics.median(times.seconds[EMPTY]) * 1000
    return Section(
        "What a rerun costs",
        "Seconds of processor of the server, all its threads together, for a rerun in which nothing of the "
        f"company has changed, against an empty page ({own:.1f} ms here), each on a server of its own of the same "
        "build. "
        f"Elements and bytes that are sent: {counted}.",
        lines,
    )


def targets(screens: Sequence[Screen]) -> Mapping[str, float]:
    """What a page may cost."""
    return {screen.name: screen.most for screen in screens if screen.most is not None}


def _opened(stack: ExitStack, path: Path, folder: Path, screens: Sequence[Screen]) -> dict[str, _Page]:
    me = databases.manager(databases.address(path))
    whole, bare, frame = (
        stack.enter_context(product(path, folder, me.email, PASSWORD, *command))
        for command in ((), ("bench.empty_server",), ("bench.empty_server", "frame"))
    )
    asked = said(path, me)
    pages = {
        screen.name: _Page(Tab(whole.url, screen.page, whole.cookie, screen.query.format(**asked)), whole)
        for screen in screens
    }
    pages |= {
        FRAME: _Page(Tab(frame.url, "", frame.cookie), frame),
        EMPTY: _Page(Tab(bare.url, "", bare.cookie), bare),
    }
    quiet([whole, bare, frame])
    for name, page in pages.items():
        stack.enter_context(page.tab)
        page.tab.run()
        demand(name, page.tab)
    return pages
