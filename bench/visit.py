"""A first visit over a slow line: a fresh browser, from the address to the last script, bytes and seconds."""

import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.databases import EMAIL, PASSWORD
from bench.rounds import interleave
from bench.section import Line, Section
from bench.served import product, streamlit_run
from tests.support.browser import launch

BITS, DELAY = 10e6, 40  # a second; milliseconds there and back


def section(path: Path, folder: Path, rounds: int) -> Section:
    """The same empty page from the product's server and from `streamlit run`, by Chromium on a slow line."""
    got: dict[str, int] = {}
    with (
        product(path, folder, EMAIL, PASSWORD, "bench.empty_server") as ours,
        streamlit_run(folder) as theirs,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        works = {
            "ours": _visit(browser, ours.url, got, "ours"),
            "theirs": _visit(browser, theirs.url, got, "theirs"),
        }
        times = interleave(works, rounds)
        browser.close()
    note = "An empty page in a browser that has nothing yet, until its title is seen. "
    note += f"The line has {BITS / 1e6:g} Mbit/s and {DELAY} ms. "
    sizes = f"{got['ours'] / 1e6:.2f} MB come from the product's server and {got['theirs'] / 1e6:.2f} MB from"
    note += f"{sizes} the other."
    line = Line("first visit to the product's server", "streamlit run", times.ratio("ours", "theirs"), 0.35)
    sent = Line("bytes of it", "streamlit run", got["ours"] / got["theirs"])
    return Section("A first visit", note, [line, sent])


def _visit(browser: Browser, url: str, got: dict[str, int], name: str) -> Callable[[], float]:
    def run() -> float:
        page = browser.new_context().new_page()
        talk = page.context.new_cdp_session(page)
        sums = [0]
        talk.on("Network.loadingFinished", lambda said: sums.append(int(said["encodedDataLength"])))
        talk.send("Network.enable")
        talk.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": DELAY,
                "downloadThroughput": BITS / 8,
                "uploadThroughput": BITS / 8,
            },
        )
        begun = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.locator("h1").first.wait_for(timeout=90_000)
        took = time.perf_counter() - begun
        got[name] = sum(sums)
        page.context.close()
        return took

    return run
