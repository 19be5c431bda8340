"""new-company, invite, reset-password and demo."""

import re

import pytest

from crm_data.accounts.links import ChooseNew
from crm_data.accounts.passwords import hashed
from crm_data.installation import Installation
from crm_data.store.store import Store
from tests.cli.conftest import Run
from tests.transfer.office import Office

_LINK = re.compile(r"http://127\.0\.0\.1:8501/\?link=(\S+)")
PASSWORD = "correct horse battery"


@pytest.mark.slow
def test_a_company_is_made_and_its_admin_gets_in(run: Run, office: Office) -> None:
    said = run(
        "new-company", "--name", "Büro AG", "--email", "b@bueo.ch", "--currency", "CHF", "--admin", "x@y.ch"
    )
    assert said.code == 0
    installation = Installation(office.store, office.settings)
    (token,) = _LINK.findall(said.out)
    joined = installation.links.redeem_invite(token, PASSWORD, "127.0.0.1", "Xa", "Yl")
    assert joined.company_id == 2
    assert office.sql("SELECT name, currency FROM companies WHERE id = 2") == [("Büro AG", "CHF")]
    assert "python -m crm_data invite" in run("new-company", "--name", "C", "--email", "c@c.com").out
    for wrong in (("--email", "b@bueo.ch"), ("--email", "nonsense"), ("--email", "d@d.com", "--admin", "?")):
        assert run("new-company", "--name", "D", *wrong).code == 1
    assert office.sql("SELECT count(*) FROM companies") == [(3,)]
    assert run("new-company", "--name", "E", "--email", "e@e.com", "--as", "ann@acme.com").code == 1


def test_a_colleague_is_invited_with_a_role(run: Run, office: Office) -> None:
    said = run("invite", "Bob@Acme.com", "--company", 1, "--role", "manager", "--as", "ann@acme.com")
    (token,) = _LINK.findall(said.out)
    shown = Installation(office.store, office.settings).links.look(token)
    assert (shown.email, shown.role, shown.company) == ("bob@acme.com", "manager", "Acme")
    assert "no company 9" in run("invite", "bob@acme.com", "--company", 9).err
    assert "already" in run("invite", "ann@acme.com", "--company", 1).err
    assert run("invite", "not an e-mail", "--company", 1).code == 1
    office.sql("UPDATE user_companies SET role = 'sales_rep'")
    assert "admins" in run("invite", "eve@acme.com", "--company", 1, "--as", "ann@acme.com").err
    noted = office.sql("SELECT user_id, company_id, detail FROM security_log WHERE event = 'command_line'")
    assert noted[0] == (1, 1, '{"command": "invite"}')


@pytest.mark.slow
def test_a_password_is_reset_by_link(run: Run, office: Office) -> None:
    (token,) = _LINK.findall(run("reset-password", "ANN@acme.com").out)
    installation = Installation(office.store, office.settings)
    installation.links.redeem_reset(token, PASSWORD)
    assert installation.sign_in("ann@acme.com", PASSWORD, "127.0.0.1")
    assert "Nobody" in run("reset-password", "eve@acme.com").err
    assert run("reset-password", "ann@acme.com", "--as", "ann@acme.com").code == 1


@pytest.mark.slow
def test_demo_fills_a_new_database_and_no_other(
    run: Run, monkeypatch: pytest.MonkeyPatch, office: Office, tmp_path: object
) -> None:
    said = run("demo")
    assert "already holds a company" in said.err
    assert office.customers() == 10
    url = f"sqlite:///{tmp_path}/demo.db"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DEMO_PASSWORD", "short")
    assert run("demo").code == 1
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    said = run("demo", "--seed", 3)
    assert f"The password of each: {PASSWORD}" in said.out
    (email, *_) = re.findall(r"\S+@\S+", said.out)
    store = Store(url)
    assert Installation(store, office.settings).sign_in(email, PASSWORD, "127.0.0.1")
    store.close()
    assert run("demo").code == 1


@pytest.mark.slow
def test_demo_makes_up_a_password_and_a_year_at_scale(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "")
    said = run("demo", "--scale", "0.01")
    assert said.code == 0
    (password,) = re.findall(r"The password of each: (\S+)", said.out)
    assert len(password) >= 12
    assert "People" in run("check").out


@pytest.mark.slow
def test_an_operator_is_made_and_unmade_and_the_last_one_stays(run: Run, office: Office) -> None:
    office.sql("UPDATE users SET role = 'super_admin'")
    installation = Installation(office.store, office.settings)
    (token,) = _LINK.findall(run("invite", "bob@acme.com", "--company", 1, "--as", "ann@acme.com").out)
    installation.links.redeem_invite(token, PASSWORD, "127.0.0.1", "Bob", "Bell")
    assert "last operator" in run("operator", "ann@acme.com", "--take-away").err
    assert "last operator" in run("deactivate", "ann@acme.com").err
    assert "reset-password EMAIL" in run("operator", "bob@acme.com").err
    (token,) = _LINK.findall(run("reset-password", "bob@acme.com").out)
    installation.links.redeem_reset(token, PASSWORD + " staple")
    assert run("operator", "bob@acme.com", "--as", "bob@acme.com").code == 1
    assert "is an operator" in run("operator", "bob@acme.com").out
    assert (
        "no operator any more" in run("operator", "ann@acme.com", "--take-away", "--as", "bob@acme.com").out
    )
    assert office.sql("SELECT email FROM users WHERE role = 'super_admin'") == [("bob@acme.com",)]
    assert "Nobody" in run("operator", "eve@acme.com").err
    events = office.sql("SELECT event FROM security_log WHERE event LIKE 'operator%' ORDER BY id")
    assert events == [("operator_given",), ("operator_taken_away",)]


@pytest.mark.slow
def test_a_person_is_shut_out_and_let_in(run: Run, office: Office) -> None:
    (token,) = _LINK.findall(run("invite", "bob@acme.com", "--company", 1, "--role", "admin").out)
    installation = Installation(office.store, office.settings)
    joined = installation.links.redeem_invite(token, PASSWORD, "127.0.0.1", "Bob", "Bell")
    held = installation.sessions.open(joined.ticket)
    office.sql(f"UPDATE customers SET assigned_to = {joined.user_id} WHERE id <= 2")
    said = run("deactivate", "Bob@Acme.com")
    assert "open there: 2 customers. An admin there hands it over" in said.out
    assert "no admin" not in said.out
    assert installation.sessions.resolve(held) is None
    assert run("reset-password", "bob@acme.com").code == 1
    assert run("deactivate", "ann@acme.com", "--as", "ann@acme.com").code == 1
    assert "may sign in again" in run("reactivate", "bob@acme.com").out
    assert installation.sign_in("bob@acme.com", PASSWORD, "127.0.0.1")
    office.sql("UPDATE user_companies SET role = 'user' WHERE user_id = 1")
    assert "now has no admin: invite one" in run("deactivate", "bob@acme.com").out


@pytest.mark.slow
def test_an_installation_without_an_operator_says_so(run: Run, office: Office) -> None:
    office.sql("UPDATE users SET role = 'user'")
    assert "WRONG Operator: Nobody runs this installation." in run("check").out
    new = ("new-company", "--name", "B", "--email", "b@b.com")
    assert "python -m crm_data operator x@y.ch" in run(*new, "--admin", "x@y.ch").out
    assert run(*new, "--operator").code == 1
    said = run("new-company", "--name", "C", "--email", "c@c.com", "--admin", "ann@acme.com", "--operator")
    assert "Nobody runs" not in said.out
    (token,) = _LINK.findall(said.out)
    office.sql("UPDATE users SET is_verified = FALSE, password_hash = ?", hashed(PASSWORD))
    links = Installation(office.store, office.settings).links
    with pytest.raises(ChooseNew):
        links.redeem_invite(token, "", "127.0.0.1", old=PASSWORD)
    links.redeem_invite(token, PASSWORD + " staple", "127.0.0.1", old=PASSWORD)
    assert "WRONG Operator" not in run("check").out
