"""The app's script run without a browser: who sees what, and what ends with the session."""

import json
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from crm_data.accounts.members import Members
from crm_data.accounts.people import SYSTEM
from crm_data.errors import NotFound, NotSignedIn
from crm_data.rights import ROLES
from crm_data.tables import Customer, Membership
from dashboard import errors, runtime, session
from dashboard.menu import SCREENS
from dashboard.server import SCRIPT
from tests.dashboard.house import PASSWORD, House, house


@pytest.fixture
def engine_kind() -> str:
    """One engine is enough: what is under test here is the script."""
    return "sqlite"


@pytest.fixture
def home(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A served installation with nobody signed in; `be` puts a token in the browser's place."""
    with house(database_url) as made:
        runtime.use(made.office.store, made.settings)
        monkeypatch.setattr(session, "address", lambda: "192.0.2.1")
        monkeypatch.setattr(session, "token", lambda: None)
        yield made
        runtime.stop()


def be(monkeypatch: pytest.MonkeyPatch, token: str | None) -> None:
    monkeypatch.setattr(session, "token", lambda: token)


def app(page: str = "", **query: str) -> AppTest:
    opened = AppTest.from_file(str(SCRIPT), default_timeout=30)
    for name, value in query.items():
        opened.query_params[name] = value
    opened.run()
    if page:
        opened.switch_page(f"../pages/{page}.py").run()
    return opened


def said(at: AppTest) -> str:
    """All the words on the screen."""
    kinds = (
        at.title,
        at.subheader,
        at.caption,
        at.text,
        at.markdown,
        at.error,
        at.warning,
        at.info,
        at.success,
    )
    return "\n".join(element.value.replace("\\", "") for found in kinds for element in found)


def posted(at: AppTest) -> dict[str, object]:
    """What the browser is told to send to the server."""
    found: dict[str, object] = json.loads(at.get("bidi_component")[0].proto.json)
    return found


def test_nobody_sees_the_form_on_every_page(home: House) -> None:
    for page in ("", *(screen.name for screen in SCREENS)):
        at = app(page)
        assert [box.label for box in at.text_input] == ["E-mail", "Password"]
        assert not at.exception
        assert "Alpha" not in said(at)


def test_the_form_hands_a_ticket_to_the_browser(home: House) -> None:
    at = app("account")
    at.text_input[0].input(home.email("manager"))
    at.text_input[1].input(PASSWORD)
    at.button[0].click().run()
    told = posted(at)
    assert told["path"] == "/session"
    assert told["to"] is None
    ticket = told["body"]["ticket"]  # type: ignore[index]
    assert home.installation.sessions.resolve(home.installation.sessions.open(ticket)) is not None
    assert PASSWORD not in repr(at.session_state)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("email", "password"), [("manager@alpha.example", "wrong"), ("x@y.example", PASSWORD), ("\0", "\0")]
)
def test_the_form_refuses_in_one_sentence(home: House, email: str, password: str) -> None:
    at = app()
    at.text_input[0].input(email)
    at.text_input[1].input(password)
    at.button[0].click().run()
    assert "do not open anything here" in said(at)
    assert len(at.text_input) == 2


def test_an_empty_form_asks_for_both(home: House) -> None:
    at = app()
    at.button[0].click().run()
    assert "Fill in your e-mail and your password" in said(at)


def test_who_is_signed_in_sees_their_name_and_company(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    be(monkeypatch, home.token())
    at = app()
    assert "Alpha" in said(at)
    assert not at.exception
    assert not at.text_input


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_a_page_above_ones_role_is_shut_on_the_server(
    home: House, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    be(monkeypatch, home.token(role))
    at = app("admin")
    assert ("not open to your role" in said(at)) == (role != "admin")


def test_every_interaction_asks_again(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    token = home.token()
    be(monkeypatch, token)
    at = app("account")
    assert "Where you are signed in" in said(at)
    home.installation.sessions.end(token)
    assert "You are signed out" not in said(at)
    at.run()
    assert [box.label for box in at.text_input] == ["E-mail", "Password"]
    assert "You are signed out" in said(at)
    assert "You are signed out" not in said(app())  # in a tab that never showed anybody's work


def test_drafts_belong_to_one_sign_in_and_their_name_tells_nothing_of_it(home: House) -> None:
    home.join(home.user("manager"), 1)
    first, again, other = home.token(), home.token(), home.token("admin")
    here = home.installation.sessions.resolve(first)
    assert here is not None
    there = home.installation.sessions.open(
        home.installation.sessions.switch(here, home.office.companies[1]), replacing=None
    )
    names = {}
    for token in (first, again, other, there):
        signed = home.installation.sessions.resolve(token)
        assert signed is not None
        assert session.owner_of(signed, token) == session.owner_of(signed, token)
        names[token] = session.owner_of(signed, token)
    assert len(set(names.values())) == 4
    assert not any(token in name for token in names for name in names.values())


def test_undefined_permissions_are_told_in_a_sentence(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    be(monkeypatch, home.token())
    home.change(Membership, Membership.user_id == home.user("manager"), permissions={"x": 1})
    assert "special permissions" in said(app())


@pytest.mark.slow
def test_what_a_tab_kept_for_one_company_is_forgotten_in_another(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.join(home.user("manager"), 1)
    be(monkeypatch, home.token())
    at = app()
    at.session_state["draft"] = "of Alpha"
    at.run()
    assert at.session_state["draft"] == "of Alpha"
    signed = home.installation.sessions.resolve(session.token())
    assert signed is not None
    there = home.installation.sessions.switch(signed, home.office.companies[1])
    be(monkeypatch, home.installation.sessions.open(there))
    at.run()
    assert "draft" not in at.session_state
    assert "Omega" in said(at)
    assert "This tab was loaded anew" in at.toast[0].value


def test_a_save_for_another_company_is_refused(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    home.join(home.user("manager"), 1, "manager")
    token = home.token()
    be(monkeypatch, token)
    signed = home.installation.sessions.resolve(token)
    assert signed is not None
    drawn = {"rendered for": (signed.scope.company_id, signed.account.id)}
    monkeypatch.setattr(session.st, "session_state", drawn)
    mine = session.workspace()
    assert mine.customers.add({"name": "Of Alpha"})
    ticket = home.installation.sessions.switch(signed, home.office.companies[1])
    be(monkeypatch, home.installation.sessions.open(ticket, replacing=token))
    with pytest.raises(session.CompanySwitched, match="nothing was saved"):
        session.workspace()
    with pytest.raises(NotSignedIn):  # what the old screen still holds is bound to the old session
        mine.customers.add({"name": "Of nobody"})
    with home.office.store.system("a test", write=False) as stored:
        assert stored.query(Customer).count() == 1


def test_a_save_under_a_role_that_has_changed_is_refused(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    be(monkeypatch, home.token())
    monkeypatch.setattr(session.st, "session_state", {})
    mine = session.workspace()
    home.change(Membership, Membership.user_id == home.user("manager"), role="user")
    with pytest.raises(session.NotAllowed, match="role was changed"):
        mine.customers.add({"name": "Too late"})


def test_the_setup_link(home: House, database_url: str) -> None:
    at = app(link="x" * 43)
    assert "used, replaced by a newer one, or is too old" in said(at)
    assert "link" not in at.query_params
    at.button[0].click().run()
    assert [box.label for box in at.text_input] == ["E-mail", "Password"]


@pytest.mark.slow
def test_an_invitation_is_taken_up(home: House) -> None:
    token = Members(home.office.store, home.office.scope(0, "admin")).invite("new@alpha.example", "user")
    at = app(link=token)
    assert "Alpha invites new@alpha.example" in said(at)
    fields = {box.label: box for box in at.text_input}
    fields["First name"].input("New")
    fields["Last name"].input("One")
    fields["New password"].input("a dozen words of my own")
    fields["The same again"].input("a dozen words of another")
    at.button[0].click().run()
    assert "The two passwords differ" in said(at)
    {box.label: box for box in at.text_input}["The same again"].input("a dozen words of my own")
    at.button[0].click().run()
    told = posted(at)
    assert told["to"] == "/"
    assert home.installation.sign_in("new@alpha.example", "a dozen words of my own", "x")


@pytest.mark.slow
def test_a_reset_leads_back_to_the_form(home: House) -> None:
    token = home.installation.links.reset(SYSTEM, home.email("manager"))
    at = app(link=token)
    at.text_input[0].input("another dozen words")
    at.text_input[1].input("another dozen words")
    at.button[0].click().run()
    assert "Your new password is saved" in said(at)
    assert [box.label for box in at.text_input] == ["E-mail", "Password"]


@pytest.mark.slow
def test_a_password_is_changed_on_the_account_page(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = home.token(), home.token()
    be(monkeypatch, here)
    at = app("account")
    boxes = {box.label: box for box in at.text_input}
    boxes["Old password"].input(PASSWORD)
    for label in ("New password", "The same again"):
        boxes[label].input("another dozen words")
    next(button for button in at.button if button.label == "Change password").click().run()
    assert "Your password is changed" in said(at)
    assert home.installation.sessions.resolve(here) is not None
    assert home.installation.sessions.resolve(there) is None


def test_a_fault_shows_a_code_and_nothing_of_the_cause(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(errors.st, "error", lambda sentence, **kw: shown.append(sentence))
    monkeypatch.setattr(errors.st, "warning", shown.append)
    assert errors.on_script_error(RuntimeError("secret of the house"))
    assert "secret" not in shown[0]
    assert shown[0].split()[-1].rstrip(".") in caplog.text
    assert errors.on_script_error(NotFound("There is no such record here."))
    assert shown[1] == "There is no such record here."
