"""The front door to what has no company: signing in, links, companies, the state of the database."""

from dataclasses import dataclass
from datetime import timedelta

from crm_data.accounts import sign_in
from crm_data.accounts.companies import Companies
from crm_data.accounts.links import Links
from crm_data.accounts.sessions import Sessions
from crm_data.errors import CrmError
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
