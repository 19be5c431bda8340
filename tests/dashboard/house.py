"""People who can sign in, for tests of the server and of the screens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bcrypt
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from crm_data.installation import Installation
from crm_data.settings import Settings
from crm_data.tables import Membership, User
from tests.support.office import Office, office
from tests.support.own import own_settings

PASSWORD = "a dozen words or so"
# The lowest cost: what is tested here is not how long a check takes.
_KEPT = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()


@dataclass
class House:
    """An office whose people have a password. `change` reaches behind everybody's back."""

    office: Office
    settings: Settings
    installation: Installation

    def email(self, role: str, company: int = 0) -> str:
        return f"{role}@{('alpha', 'omega')[company]}.example"

    def user(self, role: str, company: int = 0) -> int:
        return self.office.people[company][role]

    def token(self, role: str = "manager", company: int = 0) -> str:
        """A session of somebody, as a browser's cookie would hold it."""
        ticket = self.installation.sign_in(self.email(role, company), PASSWORD, "192.0.2.9")
        return self.installation.sessions.open(ticket, "192.0.2.9", "a test")

    def change(self, table: type, where: sa.ColumnElement[bool], **values: object) -> None:
        with self.office.store.system("a test") as session:
            session.execute(sa.update(table).where(where).values(**values))

    def join(self, user_id: int, company: int, role: str = "user") -> None:
        with self.office.store.system("a test") as session:
            session.add(Membership(user_id=user_id, company_id=self.office.companies[company], role=role))


@contextmanager
def house(database_url: str, **environment: str) -> Iterator[House]:
    """Two companies, a person a role in each, one password for all."""
    made = office(database_url)
    wanted = own_settings(database_url, **environment)
    with made.store.system("a test") as session:
        session.execute(sa.update(User).values(password_hash=_KEPT))
    try:
        yield House(made, wanted, Installation(made.store, wanted))
    finally:
        made.store.close()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in the form that the page shows, and send it."""
    page.get_by_role("textbox", name="E-mail", exact=True).fill(email)
    page.get_by_role("textbox", name="Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def expect_form(page: Page) -> None:
    """Wait until the page asks to sign in."""
    expect(page.get_by_role("textbox", name="Password", exact=True)).to_be_visible(timeout=15_000)


def typed_secret(at: AppTest, key: str, words: str) -> AppTest:
    """What is typed into a field that shows none of it, taken by the button of its form."""
    at.text_input(key=key).set_value(words)
    return at.button(key=f"{key}.take").click().run()
