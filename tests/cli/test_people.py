"""new-company, invite, reset-password and demo."""

import re

import pytest

from crm_data.installation import Installation
from crm_data.store.store import Store
from tests.cli.conftest import Run
from tests.transfer.office import Office

_LINK = re.compile(r"http://127\.0\.0\.1:8501/\?link=(\S+)")
PASSWORD = "correct horse battery"


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


def test_a_password_is_reset_by_link(run: Run, office: Office) -> None:
    (token,) = _LINK.findall(run("reset-password", "ANN@acme.com").out)
    installation = Installation(office.store, office.settings)
    installation.links.redeem_reset(token, PASSWORD)
    assert installation.sign_in("ann@acme.com", PASSWORD, "127.0.0.1")
    assert "Nobody" in run("reset-password", "eve@acme.com").err
    assert run("reset-password", "ann@acme.com", "--as", "ann@acme.com").code == 1


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


def test_demo_makes_up_a_password_and_a_year_at_scale(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "")
    said = run("demo", "--scale", "0.01")
    assert said.code == 0
    assert len(said.out.rpartition(" ")[2].strip()) >= 12
    assert "People" in run("check").out
