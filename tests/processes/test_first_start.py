"""The first start on an empty PostgreSQL, and what the server refuses to serve with."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg import sql

from crm_data.store.migrating import downgrade, upgrade
from crm_data.store.store import Store
from crm_data.tables import Company, User
from tests.dashboard.house import PASSWORD
from tests.migrations.trial import older
from tests.support import postgres, run
from tests.support.databases import Database, fresh
from tests.support.screen import SLOW, arrived, until
from tests.support.serving import Served, refused, serving

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

PERSON = {
    "Company name": "Acme", "Company e-mail": "office@acme.example", "First name": "Ada", "Last name": "Byron",
    "Your e-mail": "ada@acme.example", "New password": PASSWORD, "The same again": PASSWORD,
}  # fmt: skip
LOCKS = (
    "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
    " WHERE datname = %s AND locktype = 'advisory'"
)


@pytest.fixture
def empty() -> Iterator[Database]:
    made = fresh("postgresql", migrated=False)
    yield made
    made.drop()


def at_once(database: Database, stack: ExitStack) -> list[Served]:
    """Two servers that are started in the same moment, each with both addresses."""
    started = [stack.enter_context(ExitStack()) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        return list(
            pool.map(
                lambda own: own.enter_context(
                    serving(database.url, {"DATABASE_ADMIN_URL": database.admin_url})
                ),
                started,
            )
        )


def links(served: Served) -> set[str]:
    """The tokens of the setup links that it has printed and logged, once it has."""
    until = time.monotonic() + SLOW / 1000
    while True:
        found = re.findall(r"\?link=(\S+)", served.said())
        if len(found) >= 2 or time.monotonic() > until:
            return set(found)
        time.sleep(0.1)


@pytest.mark.browser
def test_two_that_start_at_once_on_an_empty_database_make_one_installation(
    empty: Database, browser: Browser
) -> None:
    with ExitStack() as stack:
        servers = at_once(empty, stack)
        tokens = set.union(*(links(served) for served in servers))
        assert len(tokens) == 2, "each has told its own link"
        pages = [stack.enter_context(browser.new_context()).new_page() for _ in range(2)]
        (token,) = [token for token in tokens if opens(pages[0], servers[0], token)]
        for turn, (page, served) in enumerate(zip(pages, servers, strict=True)):
            assert opens(page, served, token)
            for label, value in PERSON.items():
                page.get_by_role("textbox", name=label, exact=True).fill(
                    value.replace("office", f"office{turn}")
                )
        for page in pages:
            page.get_by_role("button", name="Set up").click(no_wait_after=True)
        inside, spent = (".st-key-who", "text=/used, replaced|set up already/")
        for page in pages:
            expect(page.locator(inside).or_(page.locator(spent)).first).to_be_visible(timeout=SLOW)
        (winner,) = [page for page in pages if page.locator(inside).count()]
        store = Store(empty.url)
        with store.system("a test", write=False) as session:
            assert (session.query(Company).count(), session.query(User).count()) == (1, 1)
        store.close()
        # The one that the person is at dies; the other knows them, and nothing is locked.
        at, left = servers if winner is pages[0] else servers[::-1]
        (held,) = [c for c in winner.context.cookies() if c["name"] == f"foyer_{urlsplit(at.url).port}"]
        at.process.send_signal(signal.SIGKILL)
        at.process.wait()
        winner.context.add_cookies([{
            "name": f"foyer_{urlsplit(left.url).port}", "value": held["value"], "url": left.url,
        }])  # fmt: skip
        winner.goto(f"{left.url}/customers")
        arrived(winner)
        name = urlsplit(empty.url).path.removeprefix("/")
        with psycopg.connect(postgres.server()["admin"], autocommit=True) as admin:

            def free() -> bool:  # the one that lives has turns of its own, for a moment each
                return admin.execute(LOCKS, [name]).fetchone() == (0,)

            until(winner, free, "nothing is locked")
        for served in servers:
            assert "Traceback" not in served.said()


def opens(page: Page, served: Served, token: str) -> bool:
    """Whether a link shows the screen of the first company, not that it was replaced."""
    page.goto(f"{served.url}/?link={token}")
    title, spent = page.get_by_text("Set up Foyer"), page.get_by_text("replaced by a newer one")
    expect(title.or_(spent)).to_be_visible(timeout=SLOW)
    return title.count() == 1


def test_with_one_address_it_serves_what_is_up_to_date_and_nothing_else(
    new_database: Callable[[str], Database], empty: Database
) -> None:
    behind = new_database("postgresql")
    downgrade(behind.admin_url, older())
    for url, at in ((empty.url, "none"), (behind.url, older())):
        said = refused(DATABASE_URL=url, DATABASE_ADMIN_URL="")
        assert said.startswith(f"The database is at revision {at}, and this version needs")
        assert said.endswith("Run `python -m crm_data migrate` with DATABASE_ADMIN_URL set.")
        assert len(said.splitlines()) == 1
    with serving(behind.url, {"DATABASE_ADMIN_URL": behind.admin_url}):
        pass


def test_the_application_cannot_migrate_nor_serve_what_it_may_not_read(empty: Database) -> None:
    said = refused(DATABASE_URL=empty.url, DATABASE_ADMIN_URL=empty.url)
    assert said.startswith("Tables are made and changed by the role that owns them.")
    upgrade(empty.admin_url)
    with role(empty, "NOINHERIT") as url:
        said = refused(DATABASE_URL=url, DATABASE_ADMIN_URL="")
    assert said.splitlines()[-1].startswith(
        "The database answers, but may not be read by the role in DATABASE"
    )


@contextmanager
def role(database: Database, words: str, *member_of: str) -> Iterator[str]:
    """The address of a database for a new role, made with these words and put into other roles."""
    name = f"foyer_test_{run.name(run.folder())}_strong"
    with psycopg.connect(postgres.server()["admin"], autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD 'a word'").format(sql.Identifier(name), sql.SQL(words))
        )
        try:
            for other in member_of:
                admin.execute(sql.SQL("GRANT {} TO {}").format(*map(sql.Identifier, (other, name))))
            at = urlsplit(database.url)
            yield urlunsplit(at._replace(netloc=f"{name}:a%20word@{at.hostname}:{at.port}"))
        finally:
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_it_does_not_serve_as_who_passes_the_walls(new_database: Callable[[str], Database]) -> None:
    database = new_database("postgresql")
    owner, app = (postgres.server()[which] for which in ("owner", "app"))
    roles = (("SUPERUSER",), ("BYPASSRLS", app), ("", app, owner), ("NOINHERIT", app, owner))
    for words, *member_of in roles:
        with role(database, words, *member_of) as url:
            too_strong(refused(DATABASE_URL=url, DATABASE_ADMIN_URL=""))
    too_strong(refused(DATABASE_URL=database.admin_url, DATABASE_ADMIN_URL=""))
    too_strong(refused(DATABASE_URL=database.admin_url, DATABASE_ADMIN_URL=database.admin_url))


def too_strong(said: str) -> None:
    assert said.startswith(
        "DATABASE_URL names a PostgreSQL role that is a superuser, owns tables or passes row"
    ), said
    assert "Serve with a role that only reads and writes rows" in said
    assert len(said.splitlines()) == 1
