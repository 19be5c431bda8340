"""The screens of people and companies, run without a browser: what an operator, an admin and oneself can do."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from crm_data.accounts.people import SYSTEM
from crm_data.installation import Installation
from crm_data.store.store import Store
from crm_data.tables import Company, User
from dashboard import runtime, session
from tests.dashboard.house import PASSWORD, House, house
from tests.dashboard.test_sign_in_app import app, be, posted
from tests.dashboard.test_sign_in_app import said as written
from tests.support.own import own_settings


@pytest.fixture
def engine_kind() -> str:
    """One engine is enough: what is under test here is the script."""
    return "sqlite"


@pytest.fixture
def home(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A served installation whose first admin is its operator, and signed in."""
    with house(database_url) as made:
        runtime.use(made.office.store, made.settings)
        monkeypatch.setattr(session, "address", lambda: "192.0.2.1")
        made.change(User, User.id == made.user("admin"), role="super_admin", is_verified=True)
        be(monkeypatch, made.token("admin"))
        yield made
        runtime.stop()


def said(at: AppTest) -> str:
    """The words on the screen, without the strokes that keep them from being Markdown."""
    return written(at).replace("\\", "")


def opened(tab: str = "") -> AppTest:
    at = app("admin")
    if tab:
        at.session_state["tab"] = tab
        at.query_params["tab"] = tab
        at.run()
    return at


def button(at: AppTest, label: str) -> None:
    found = next(one for one in at.button if one.label == label)
    found.click().run()
    assert not at.exception


def field(at: AppTest, label: str) -> object:
    kinds = (at.text_input, at.date_input, at.selectbox, at.checkbox)
    return next(box for found in kinds for box in found if box.label == label)


def line(home: House, company: int) -> object:
    lines = home.installation.companies.all(SYSTEM)
    return next(one for one in lines if one.id == home.office.companies[company])


@pytest.mark.slow
def test_the_operator_edits_state_and_plan_of_a_company(home: House) -> None:
    at = opened("companies")
    field(at, "Company").select(home.office.companies[1]).run()  # type: ignore[attr-defined]
    field(at, "Plan").input("Large").run()  # type: ignore[attr-defined]
    field(at, "Plan ends").set_value("2027-02-28").run()  # type: ignore[attr-defined]
    field(at, "State").select("suspended").run()  # type: ignore[attr-defined]
    button(at, "Save company")
    now = line(home, 1)
    assert (now.plan, str(now.plan_ends), now.status) == ("Large", "2027-02-28", "suspended")  # type: ignore[attr-defined]
    home.change(Company, Company.id == home.office.companies[1], subscription_plan="Small")
    field(at, "Plan").input("Huge").run()  # type: ignore[attr-defined]
    with home.office.store.system("a test") as store:
        store.execute(sa.update(Company).values(subscription_plan="Tiny"))
    button(at, "Save company")
    assert line(home, 1).plan == "Tiny"  # type: ignore[attr-defined]
    assert "changed by somebody else" in said(at)


def test_the_operator_invites_one_more_admin(home: House) -> None:
    at = opened("companies")
    field(at, "Company").select(home.office.companies[1]).run()  # type: ignore[attr-defined]
    field(at, "E-mail of one more admin").input("boss@omega.example").run()  # type: ignore[attr-defined]
    button(at, "Invite as admin")
    token = at.code[0].value.partition("link=")[2]
    shown = home.installation.links.look(token)
    assert (shown.company, shown.role, shown.email) == ("Omega", "admin", "boss@omega.example")


@pytest.mark.slow
def test_the_operator_shuts_a_person_out_and_lets_them_in(home: House) -> None:
    home.office.at(0, "admin").customers.add({"name": "Mine", "assigned_to": home.user("manager")})
    held = home.token()
    at = opened("companies")
    field(at, "E-mail of the person").input("nobody@x.example").run()  # type: ignore[attr-defined]
    assert "Nobody with this e-mail" in said(at)
    field(at, "E-mail of the person").input(home.email("manager")).run()  # type: ignore[attr-defined]
    assert "can sign in. Works in: Alpha." in said(at)
    button(at, "Deactivate")
    assert home.installation.sessions.resolve(held) is None
    assert "open there: 1 customer" in said(at)
    assert "cannot sign in" in said(at)
    button(at, "Reactivate")
    assert home.token()
    button(at, "Make an operator")
    assert "stands by a company's invitation alone" in said(at)
    button(at, "Make a reset link")
    token = at.code[0].value.partition("link=")[2]
    home.installation.links.redeem_reset(token, "another dozen words")
    button(at, "Make an operator")
    assert "runs this installation" in said(at)
    button(at, "Take the operator's right away")
    field(at, "E-mail of the person").input(home.email("admin")).run()  # type: ignore[attr-defined]
    button(at, "Take the operator's right away")
    assert "last operator" in said(at)


def test_an_admin_who_runs_nothing_finds_no_accounts(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    be(monkeypatch, home.token("admin", 1))
    at = opened("companies")
    assert "E-mail of the person" not in {box.label for box in at.text_input}
    assert "Alpha" not in said(at)


@pytest.mark.slow
def test_ending_an_only_membership_asks_to_close_the_account(home: House) -> None:
    at = opened("members")
    field(at, "Member").select(home.user("manager")).run()  # type: ignore[attr-defined]
    closes = field(at, "If this is their only company here, their account closes too")
    closes.uncheck().run()  # type: ignore[attr-defined]
    ends = next(one for one in at.button if one.key == "people.end")
    ends.click().run()
    assert "works in no other company here" in said(at)
    field(at, "If this is their only company here, their account closes too").check().run()  # type: ignore[attr-defined]
    next(one for one in at.button if one.key == "people.end").click().run()
    former = {one.name for one in home.office.at(0, "admin").people.all() if one.ended_at}
    assert former == {"Alpha Manager"}


def test_a_person_changes_their_own_account(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    be(monkeypatch, home.token("user", 1))
    at = app("account")
    field(at, "First name *").input("Zoë")  # type: ignore[attr-defined]
    field(at, "Phone").input("who knows")  # type: ignore[attr-defined]
    button(at, "Save account")
    assert "Phone" in said(at)
    field(at, "Phone").input("+43 1 234")  # type: ignore[attr-defined]
    field(at, "Time zone").select("Asia/Kathmandu")  # type: ignore[attr-defined]
    button(at, "Save account")
    with home.office.store.system("a test", write=False) as store:
        user = store.get_one(User, home.user("user", 1))
        assert (user.first_name, user.phone) == ("Zoë", "+43 1 234")
        assert user.time_zone == "Asia/Kathmandu"


@pytest.mark.slow
def test_an_invitation_asks_who_has_an_account_to_prove_it(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    be(monkeypatch, None)
    token = home.office.at(0, "admin").people.invite(home.email("manager", 1), "user")
    at = app(link=token)
    assert {box.label for box in at.text_input} == {
        "First name",
        "Last name",
        "New password",
        "The same again",
    }
    at.radio[0].set_value(True).run()
    (old,) = at.text_input
    old.input(PASSWORD)
    at.button[0].click().run()
    assert "Another company of yours could know this password" in said(at)
    for box, text in zip(
        at.text_input, (PASSWORD, "another dozen words", "another dozen words"), strict=True
    ):
        box.input(text)
    at.button[0].click().run()
    assert posted(at)["to"] == "/"
    assert home.installation.sign_in(home.email("manager", 1), "another dozen words", "x")


@pytest.mark.parametrize("page", ["", "customers", "account", "record"])
def test_before_the_first_company_every_address_says_where_the_setup_link_is(
    database_url: str, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    store = Store(database_url)
    told = own_settings(database_url)
    runtime.use(store, told)
    be(monkeypatch, None)
    try:
        at = app(page)
        assert "the setup link" in said(at)
        assert not at.text_input
        token = Installation(store, told).links.setup()
        assert "Set up Foyer" in said(app(link=str(token)))
    finally:
        runtime.stop()
