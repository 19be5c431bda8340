"""Ten ways for a session to end or change, four ways to go on using it: each is over within one interaction."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product

import httpx
import pytest
import sqlalchemy as sa

from crm_data import clock
from crm_data.accounts.people import SYSTEM
from crm_data.accounts.tokens import digest
from crm_data.settings import ROOT
from crm_data.tables import Membership, SignInSession, User
from tests.attack.tab import Tab, state
from tests.attack.town import WORDS, Town, canaries, held, upload
from tests.dashboard.house import PASSWORD
from tests.support.serving import Served

pytestmark = pytest.mark.slow

WHO = "manager"  # of the first company, and a plain user of the second


@dataclass
class Case:
    """One session that is to end. `now`: what the browser's cookie holds afterwards."""

    there: Town
    token: str
    now: str = ""
    undo: list[Callable[[], object]] = field(default_factory=list)

    @property
    def user(self) -> int:
        return self.there.house.user(WHO)

    def set(
        self, table: type, where: sa.ColumnElement[bool], back: dict[str, object], **values: object
    ) -> None:
        """Change a row now, and back at the end."""
        self.there.house.change(table, where, **values)
        self.undo.append(lambda: self.there.house.change(table, where, **back))


def signed_out(case: Case) -> None:
    case.there.house.installation.sessions.end(case.token)


def password_changed(case: Case) -> None:
    """In another browser; there the person stays."""
    installation, where = case.there.house.installation, User.id == case.user
    with case.there.house.office.store.system("a test", write=False) as session:
        kept = session.get_one(User, case.user).password_hash
    elsewhere = case.there.token(WHO)
    signed = installation.sessions.resolve(elsewhere)
    assert signed is not None
    installation.change_password(signed, PASSWORD, "another dozen words", "192.0.2.77")
    assert installation.sessions.resolve(elsewhere) is not None
    case.undo.append(lambda: case.there.house.change(User, where, password_hash=kept))


def reset_by_link(case: Case) -> None:
    links, where = case.there.house.installation.links, User.id == case.user
    with case.there.house.office.store.system("a test", write=False) as session:
        kept = session.get_one(User, case.user).password_hash
    links.redeem_reset(links.reset(SYSTEM, case.there.house.email(WHO)), "another dozen words")
    case.undo.append(lambda: case.there.house.change(User, where, password_hash=kept))


def deactivated(case: Case) -> None:
    set_active, email = case.there.house.installation.people.set_active, case.there.house.email(WHO)
    set_active(SYSTEM, email, False)
    case.undo.append(lambda: set_active(SYSTEM, email, True))


def membership_ended(case: Case) -> None:
    people = case.there.house.office.at(0, "admin").people
    people.end(case.user, case.there.house.user("admin"), close=True)
    case.undo.append(lambda: people.bring_back(case.user))


def role_changed(case: Case) -> None:
    people = case.there.house.office.at(0, "admin").people
    people.change_role(case.user, "user")
    case.undo.append(lambda: people.change_role(case.user, WHO))


def company_switched(case: Case) -> None:
    """As the header does it: a ticket for the other company takes the place of this session."""
    sessions = case.there.house.installation.sessions
    signed = sessions.resolve(case.token)
    assert signed is not None
    case.now = sessions.open(
        sessions.switch(signed, case.there.house.office.companies[1]), replacing=case.token
    )


def company_suspended(case: Case) -> None:
    companies, company = case.there.house.installation.companies, case.there.house.office.companies[0]
    companies.change(SYSTEM, company, {"status": ("active", "suspended")})
    case.undo.append(lambda: companies.change(SYSTEM, company, {"status": ("suspended", "active")}))


def idle_too_long(case: Case) -> None:
    idle = timedelta(minutes=case.there.house.settings.session_idle_minutes)
    _session_set(case, last_seen_at=clock.now() - idle)


def too_old(case: Case) -> None:
    _session_set(case, expires_at=clock.now())


def _session_set(case: Case, **values: object) -> None:
    case.there.house.change(SignInSession, SignInSession.token_hash == digest(case.token), **values)


ENDINGS = (
    signed_out,
    password_changed,
    reset_by_link,
    deactivated,
    membership_ended,
    role_changed,
    company_switched,
    company_suspended,
    idle_too_long,
    too_old,
)


# --- the ways to go on; each opens what it needs, waits for the ending, and goes on as if nothing were


def same_tab(served: Served, case: Case, end: Callable[[], None]) -> bytes:
    """A dialog is open. Streamlit runs it by itself, without the script that asks who is here."""
    query = f"kind=customer&id={case.there.ids[0]['customer']}"
    with Tab(served.url, "record", query, held(served, case.token)) as tab:
        assert canaries(tab.run(), 0)
        others = set(tab.fragments)
        assert WORDS[0].encode() in tab.click("Edit")
        (dialog,) = set(tab.fragments) - others
        name, save = tab.one("text_input", "Name *"), tab.one("button", "Save changes")
        end()
        heard = tab.run(fragment=dialog)
        heard += tab.run(
            state(name.id, string_value="too late"), state(save.id, trigger_value=True), fragment=dialog
        )
        return heard + tab.run()


def another_tab(served: Served, case: Case, end: Callable[[], None]) -> bytes:
    """A form is filled in, in a second tab of the same browser."""
    cookie = held(served, case.token)
    with (
        Tab(served.url, "customers", cookie=cookie) as first,
        Tab(served.url, "timeline", cookie=cookie) as tab,
    ):
        assert canaries(first.run(), 0)
        assert canaries(tab.run(), 0)
        tab.unfold("timeline.log.box")
        title, send = tab.one("text_input", "Title"), tab.one("button", "Log it")
        end()
        return tab.run(state(title.id, string_value="too late"), state(send.id, trigger_value=True))


def export(served: Served, case: Case, end: Callable[[], None]) -> bytes:
    """A file is asked for, with the cookie that the browser has by then and with the old one."""
    address = f"{served.url}/export/customers.csv"
    mine = {"Cookie": held(served, case.token)}
    assert WORDS[0] in httpx.get(address, headers=mine).text
    end()
    answer = httpx.get(address, headers=mine)
    assert answer.status_code == (403 if case.now == case.token else 401)
    if case.now not in ("", case.token):
        # the plain user of the other company may not export at all
        now = httpx.get(address, headers={"Cookie": held(served, case.now)})
        assert now.status_code == 403
        return answer.content + now.content
    return answer.content


def media_and_upload(served: Served, case: Case, end: Callable[[], None]) -> bytes:
    """A file is sent to an uploader that is open, and one is fetched."""
    cookie = held(served, case.token)
    with Tab(served.url, "customers", cookie=cookie) as tab:
        tab.run()
        assert upload(served, tab.session, cookie).status_code == 204
        end()
        late = upload(served, tab.session, cookie)
        media = httpx.get(f"{served.url}/media/0123456789abcdef.csv", headers={"Cookie": cookie})
        if case.now == case.token:  # a plain user may still choose a file; nothing takes it from them
            assert (late.status_code, media.status_code) == (204, 404)
            tab.run()
            assert list(tab.buttons("Import")) == []
            return b""
        assert (late.status_code, media.status_code) == (401, 401)
        return late.content + media.content


WAYS = (same_tab, another_tab, export, media_and_upload)


@pytest.fixture
def case(there: Town) -> Iterator[Case]:
    made = Case(there, there.token(WHO))
    yield made
    for step in made.undo:
        step()


@pytest.fixture(scope="module", autouse=True)
def _works_in_two(there: Town) -> None:
    there.house.join(there.house.user(WHO), 1, "user")


@pytest.mark.parametrize(
    ("ending", "way"), list(product(ENDINGS, WAYS)), ids=lambda found: str(found.__name__)
)
def test_it_is_over_within_one_interaction(
    served: Served,
    case: Case,
    ending: Callable[[Case], None],
    way: Callable[[Served, Case, Callable[[], None]], bytes],
) -> None:
    seen: list[object] = []
    if ending is role_changed:
        case.now = case.token

    def end() -> None:
        ending(case)
        seen.append(case.there.dump())

    heard = way(served, case, end)
    assert case.there.dump() == seen[0]
    assert b"too late" not in heard
    assert canaries(heard.replace(b"wolverine works", b""), 1) == []  # the switch names the company
    if ending is not role_changed:
        assert canaries(heard, 0) == []
    elif way in (same_tab, another_tab):
        assert b"Your role was changed" in heard


@pytest.mark.parametrize("way", [same_tab, another_tab])
def test_without_an_ending_both_tabs_do_write(
    served: Served, case: Case, way: Callable[[Served, Case, Callable[[], None]], bytes]
) -> None:
    before = case.there.dump()
    assert canaries(way(served, case, lambda: None), 0)
    assert case.there.dump() != before


def test_after_a_change_of_role_the_next_drawing_has_the_new_rights(served: Served, case: Case) -> None:
    with Tab(served.url, "customers", cookie=held(served, case.token)) as tab:
        tab.run()
        assert [len(list(tab.buttons(label))) for label in ("Import", "New customer")] == [1, 1]
        role_changed(case)
        tab.run()
        assert [len(list(tab.buttons(label))) for label in ("Import", "New customer")] == [0, 0]


def test_after_a_switch_the_new_cookie_shows_the_other_company_alone(served: Served, case: Case) -> None:
    company_switched(case)
    with Tab(served.url, "customers", cookie=held(served, case.now)) as tab:
        heard = tab.run()
        assert WORDS[1].encode() in heard
        assert WORDS[0].encode() not in heard.replace(b"kittiwake Manager", b"").replace(
            b"kittiwake works", b""
        )


def test_roles_stay_as_they_were(there: Town) -> None:
    """The endings above were all taken back: the cases do not lean on each other."""
    with there.house.office.store.system("a test", write=False) as session:
        found = session.scalars(
            sa.select(Membership).where(Membership.user_id == there.house.user(WHO))
        ).all()
        assert [(one.role, one.ended_at) for one in found] == [(WHO, None), ("user", None)]


def test_what_runs_without_the_script_asks_first() -> None:
    """Streamlit's own dialogs and fragments go on by themselves after a session has ended."""
    files = [*(ROOT / "dashboard").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    own = {path: len(re.findall(r"st\.(?:dialog|fragment)\(", path.read_text("utf-8"))) for path in files}
    users = {path.relative_to(ROOT).as_posix(): path for path, times in own.items() if times}
    rooms = [
        "dashboard/components/grid/__init__.py",
        "dashboard/parts/boards.py",
        "dashboard/parts/breakdown.py",
        "dashboard/parts/cohorts.py",
        "dashboard/parts/dialog.py",
        "dashboard/parts/exporting.py",
        "dashboard/parts/feed.py",
        "dashboard/parts/insights.py",
        "dashboard/parts/record_feed.py",
    ]
    assert sorted(users) == rooms
    for path in users.values():
        firsts = [
            ast.unparse(inside.body[0])
            for inside in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(inside, ast.FunctionDef)
        ]
        assert sum(first.startswith("session.demand_here(") for first in firsts) == own[path]
