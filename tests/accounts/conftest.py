"""A house with people who can sign in: two companies, a person a role, one password for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bcrypt
import pytest
import sqlalchemy as sa

from crm_data.accounts import passwords
from crm_data.accounts.sessions import Signed
from crm_data.installation import Installation
from crm_data.settings import Settings, settings
from crm_data.store.store import Store
from crm_data.tables import Membership, SecurityLog, User
from tests.support.office import Office, office

PASSWORD = "a dozen words or so"
HERE = "192.0.2.7"


@dataclass
class House:
    """An office, its installation, and short ways to what tests ask again and again."""

    office: Office
    installation: Installation
    settings: Settings

    @property
    def store(self) -> Store:
        return self.office.store

    def user(self, role: str, company: int = 0) -> int:
        return self.office.people[company][role]

    def email(self, role: str, company: int = 0) -> str:
        return f"{role}@{('alpha', 'omega')[company]}.example"

    def sign_in(self, role: str = "manager", company: int = 0) -> str:
        """The session token of a person who signed in."""
        ticket = self.installation.sign_in(self.email(role, company), PASSWORD, HERE)
        return self.installation.sessions.open(ticket, HERE, "a browser")

    def signed(self, token: str) -> Signed:
        found = self.installation.sessions.resolve(token)
        assert found is not None
        return found

    def join(self, user_id: int, company: int, role: str = "user") -> None:
        """Make somebody a member of the other company as well."""
        with self.store.system("a test") as session:
            session.add(Membership(user_id=user_id, company_id=self.office.companies[company], role=role))

    def change(self, table: type, where: sa.ColumnElement[bool], **values: object) -> None:
        """Change rows behind everybody's back."""
        with self.store.system("a test") as session:
            session.execute(sa.update(table).where(where).values(**values))

    def make_operator(self, role: str = "admin", company: int = 0) -> None:
        self.change(User, User.id == self.user(role, company), role="super_admin")

    def events(self) -> list[str]:
        """What the security log has seen, in order."""
        with self.store.system("a test", write=False) as session:
            return list(session.scalars(sa.select(SecurityLog.event).order_by(SecurityLog.id)))


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of the lowest cost; the tests of passwords themselves put the real cost back."""
    monkeypatch.setattr(passwords, "COST", 4)
    monkeypatch.setattr(passwords, "_NOBODY", bcrypt.hashpw(b"nobody", bcrypt.gensalt(4)))


@pytest.fixture
def house(database_url: str, tmp_path: Path, _quick_hashes: None) -> Iterator[House]:
    made = office(database_url)
    wanted = settings({"DATABASE_URL": database_url, "CRM_BACKUP_DIR": str(tmp_path)})
    with made.store.system("a test") as session:
        session.execute(sa.update(User).values(password_hash=passwords.hashed(PASSWORD)))
    yield House(made, Installation(made.store, wanted), wanted)
    made.store.close()
