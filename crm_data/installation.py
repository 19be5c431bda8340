"""The front door to what has no company: signing in, links, companies, the state of the database."""

from dataclasses import dataclass
from datetime import timedelta

from crm_data.accounts import sign_in
from crm_data.accounts.companies import Companies
from crm_data.accounts.links import Links
from crm_data.accounts.sessions import Sessions
from crm_data.errors import CrmError, NotReady
from crm_data.settings import Settings
from crm_data.store import migrating
from crm_data.store.store import Store


@dataclass(frozen=True)
class State:
    """Whether the installation can serve: its database answers and is at the revision this version knows."""

    database: bool
    revision: str | None
    expected: str

    @property
    def ready(self) -> bool:
        """All is well."""
        return self.database and self.revision == self.expected


class Installation:
    """One Foyer: its people, sessions, links and companies. Made once a process; threads share it."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self.settings = settings
        self.sessions = Sessions(
            store, timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
        )
        self.links = Links(store)
        self.companies = Companies(store)

    def sign_in(self, email: str, password: str, address: str) -> str:
        """A ticket for `sessions.open`. Raises Throttled or NotSignedIn, in the same words each time."""
        return sign_in.sign_in(self._store, email, password, address)

    def state(self) -> State:
        """The state of the database, without a secret; never raises."""
        try:
            with self._store.system("the state is asked for", write=False) as session:
                revision = migrating.current(session.connection())
        except CrmError:
            return State(False, None, migrating.head())
        return State(True, revision, migrating.head())

    def demand_ready(self) -> None:
        """Raise NotReady, with what to do, unless the database is there, up to date, and ours to use."""
        state = self.state()
        if not state.database:
            raise NotReady("The database does not answer. Check DATABASE_URL and that it is running.")
        if not state.ready:
            raise NotReady(
                f"The database is at revision {state.revision or 'none'}, and this version needs "
                f"{state.expected}. Run `python -m crm_data migrate` with DATABASE_ADMIN_URL set."
            )
        with self._store.system("the role is checked", write=False) as session:
            connection = session.connection()
            if connection.dialect.name == "postgresql" and connection.exec_driver_sql(_TOO_STRONG).scalar():
                raise NotReady(
                    "DATABASE_URL names a PostgreSQL role that is a superuser, owns tables or passes row "
                    "security. Serve with a role that only reads and writes rows, and give the owner's "
                    "address in DATABASE_ADMIN_URL."
                )

    def housekeeping(self) -> None:
        """What is done at the start and every hour while the server runs."""
        self.sessions.tidy()
        self.links.tidy()


_TOO_STRONG = """SELECT EXISTS (
    SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)
) OR EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'companies' AND tableowner = current_user)"""
