"""What every test may ask for: a fresh migrated database on either engine, a stopped clock, a browser."""

import gc
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support import browser as chromium
from tests.support import chance, compiled, firefox, libraries, longest, postgres, run
from tests.support.databases import Database, fresh
from tests.support.screen import followed

# What is expected of a page may take as long as a busy machine does; milliseconds.
expect.set_options(timeout=15_000)


def pytest_configure(config: pytest.Config) -> None:
    """The run's folder is made before the workers start, and inherited by them."""
    run.begin()
    run.keep_what_is_read()
    chance.begin()
    compiled.keep()
    if "not postgres" in config.option.markexpr:
        os.environ[postgres.NONE] = "1"
    if run.is_mine():
        for folder in run.left_behind():
            postgres.stop(folder)
            run.remove(folder)
        with suppress(RuntimeError):  # without the wheel, those on the PATH
            os.environ.setdefault("CRM_PG_BIN", str(postgres.programs()))


def pytest_report_header() -> str:
    """What chance is drawn from."""
    return chance.told()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure says how to meet the same chances again."""
    report = yield
    if report.failed:
        report.sections.append(("Chance", chance.told()))
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """The run's own server and files go with it."""
    if run.is_mine():
        postgres.stop(run.folder())
        run.remove(run.folder())


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Python does not look for garbage in the tests and in what they import, which last as long as the process.

    It would do so again and again, while thousands are collected and while they run.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks for a browser is marked so; where several workers share the files, the longest begin."""
    libraries.once()
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    if hasattr(config, "workerinput"):
        longest.order(items, longest.known(config))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Every worker orders the files by the same seconds, whatever another run keeps meanwhile."""
    node.workerinput[longest.KEPT] = longest.known(node.config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Under the slowest tests, the slowest files."""
    longest.summary(terminalreporter)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_kind(request: pytest.FixtureRequest) -> str:
    """Every test that asks for it, or for a database, runs once an engine.

    `@pytest.mark.parametrize("engine_kind", ["sqlite"])` keeps a test to one.
    """
    return str(request.param)


@pytest.fixture
def database(engine_kind: str) -> Iterator[Database]:
    """A database of the test's own at the newest revision."""
    made = fresh(engine_kind)
    yield made
    made.drop()


@pytest.fixture
def database_url(database: Database) -> str:
    """The way in of the application to `database`: on PostgreSQL it may change rows, and no table."""
    return database.url


@pytest.fixture
def empty_database(engine_kind: str) -> Iterator[Database]:
    """A database of the test's own without any table, for the migrations."""
    made = fresh(engine_kind, migrated=False)
    yield made
    made.drop()


@pytest.fixture(scope="module")
def new_database() -> Iterator[Callable[[str], Database]]:
    """`new_database("sqlite")` makes a migrated database that lasts for the module."""
    made: list[Database] = []

    def make(kind: str) -> Database:
        made.append(fresh(kind))
        return made[-1]

    yield make
    for database in made:
        database.drop()


class FrozenClock:
    """A clock that shows `moment` until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> datetime:
        """Move on by so many days, hours, minutes or seconds, and show the new time."""
        self.moment += timedelta(**by)
        return self.moment


@pytest.fixture
def frozen_clock() -> Iterator[FrozenClock]:
    """Time stands still at a Monday morning in 2026, UTC, in this process."""
    from crm_data import clock

    stopped = FrozenClock(datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    clock.set_source(stopped)
    yield stopped
    clock.set_source(None)


@pytest.fixture
def cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key under a passphrase is kept as it is: to encrypt it costs seconds by design, and again to decrypt it.

    The content under that key is encrypted as ever. The two tests of test_second_place.py that have not asked for
    this show what a passphrase does, and that a wrong one does not.
    """
    import pyrage

    def decrypt(kept: bytes, words: str) -> bytes:
        if not kept.startswith(f"{words}|".encode()):
            raise pyrage.DecryptError("wrong")
        return kept.removeprefix(f"{words}|".encode())

    monkeypatch.setattr(pyrage.passphrase, "encrypt", lambda key, words: f"{words}|".encode() + key)
    monkeypatch.setattr(pyrage.passphrase, "decrypt", decrypt)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, or the Firefox that is asked for, for one module: asyncio.run refuses to work in its process."""
    with sync_playwright() as playwright:
        other = firefox.launch(playwright, tmp_path_factory.mktemp("firefox")) if firefox.ASKED else None
        opened = other or chromium.launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of a person of its own (cookies are not shared), 1280 x 800."""
    context = followed(browser.new_context(viewport={"width": 1280, "height": 800}))
    yield context.new_page()
    context.close()
