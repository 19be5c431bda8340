"""The front door to what has no company: signing in, links, companies, the state of the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from crm_data import room
from crm_data.accounts import own, portraits, sign_in
from crm_data.accounts.companies import Companies
from crm_data.accounts.links import Links
from crm_data.accounts.members import Members
from crm_data.accounts.operator import People
from crm_data.accounts.people import Actor, find_user, is_operator
from crm_data.accounts.sessions import Sessions, Signed
from crm_data.changes.emptying import Emptying
from crm_data.errors import CrmError, DiskFull, NotFound, NotReady, Unavailable
from crm_data.finding import listing
from crm_data.rights import Act, Person, demand
from crm_data.settings import Settings
from crm_data.store import migrating
from crm_data.store.guards import unguarded
from crm_data.store.half import demand_whole, is_half
from crm_data.store.scope import CompanyScope
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.tables import Company, Membership, own_fields, stage_rules
from crm_data.tables.company import Month
from crm_data.tables.fields import Field
from crm_data.transfer import company_back, company_look
from crm_data.transfer.backups import Backups
from crm_data.transfer.company_back import Brought, Progress
from crm_data.transfer.company_look import CompanyTold
from crm_data.transfer.company_opened import Source
from crm_data.transfer.held import clear_workplaces

_FULL = (
    "The disk here is full, and nobody can sign in until there is room. Tell whoever runs this installation."
)


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
        self.people = People(store)
        self.backups = Backups(store, settings)
        self._emptying = Emptying(store, self.scope)

    def sign_in(self, email: str, password: str, address: str) -> str:
        """A ticket for `sessions.open`. Raises Throttled or NotSignedIn, in the same words each time.

        A try is counted before any password is looked at, so that nobody gets in where nothing can be written.
        """
        try:
            return sign_in.sign_in(self._store, email, password, address)
        except DiskFull as full:
            raise DiskFull(_FULL) from full

    def is_signed_in(self, token: str | None) -> bool:
        """Whether a session token is good for anything now; never raises."""
        try:
            return self.sessions.resolve(token) is not None
        except CrmError:
            return False

    def change_password(self, signed: Signed, current: str, new: str, address: str) -> None:
        """Set one's own password; every other session ends. Raises Invalid, Throttled."""
        own.change_password(self._store, signed, current, new, address)

    @property
    def profile_fields(self) -> Mapping[str, Field]:
        """What a person may change of their own account, by column name."""
        return own.profile_fields()

    def profile(self, signed: Signed) -> dict[str, Any]:
        """One's own name, telephone and time zone: {field: value}."""
        return own.profile(self._store, signed)

    def change_profile(self, signed: Signed, changed: Mapping[str, tuple[Any, Any]]) -> None:
        """Save {field: (seen, new)} of one's own account. Raises Invalid, Conflict."""
        own.change_profile(self._store, signed, changed)

    def change_portrait(self, signed: Signed, raw: bytes | None) -> None:
        """Take a picture as one's own, or none; see `portraits.change_portrait`."""
        portraits.change_portrait(self._store, signed, raw)

    def portrait(self, signed: Signed, user_id: int) -> portraits.Shown | None:
        """A colleague's picture; see `portraits.portrait`."""
        return portraits.portrait(self._store, signed, user_id)

    def scope(self, company_id: int, email: str | None = None) -> CompanyScope:
        """The scope of one company for the command line: with a person's rights, or as the system itself.

        Raises NotFound for a company that is not there or a person who does not work in it.
        """
        with self._store.system("the command line enters a company", write=False) as session:
            company = session.get(Company, company_id)
            if company is None:
                raise NotFound(f"There is no company {company_id}.")
            if email is None:
                return _scope(company, None, "system", True, "The system")
            user = find_user(session, email)
            role = user and session.scalar(
                sa.select(Membership.role).where(
                    Membership.user_id == user.id,
                    Membership.company_id == company.id,
                    Membership.ended_at.is_(None),
                    Membership.permissions.is_(sa.null()),
                )
            )
            if user is None or not user.is_active or not role:
                raise NotFound(f"Nobody with this e-mail works in {company.name} now.")
            return _scope(company, user.id, role, is_operator(user), user.full_name)

    def members_of(self, actor: Actor, company_id: int) -> Members:
        """The members of any company, for the operator: to invite a new company's first admin."""
        demand(Person(actor.role, actor.operator), Act.COMPANIES)
        with self._store.system("the operator looks after a company's members") as session:
            company = session.get(Company, company_id)
            if company is None:
                raise NotFound(f"There is no company {company_id}.")
            note(session, "entered_company", actor.user_id, company_id)
        return Members(self._store, _scope(company, actor.user_id, "system", True, ""))

    def look_at_company(self, actor: Actor, source: Source, passphrase: str = "") -> CompanyTold:
        """What bringing a company's file back would bring, and who of it is known here; for the operator. Nothing
        is written. Raises NotAllowed, BadBackup.
        """
        return company_look.told(self._store, Person(actor.role, actor.operator), source, passphrase)

    def bring_back(
        self,
        actor: Actor,
        source: Source,
        email: str | None = None,
        passphrase: str = "",
        progress: Progress | None = None,
    ) -> Brought:
        """Make a new company of its file, for the operator; `email` in place of the company's own, `passphrase` of
        a file that is encrypted. `progress` is told the share that is done. Raises NotAllowed, BadBackup, Invalid.
        """
        person = Person(actor.role, actor.operator)
        return company_back.bring_back(
            self._store, person, actor.user_id, source, email, passphrase, progress
        )

    def shortages(self) -> list[str]:
        """What runs out on this machine, a sentence each: room on a disk, open files."""
        return room.shortages(self.settings)

    def state(self) -> State:
        """The state of the database, without a secret; never raises."""
        try:
            with self._store.system("the state is asked for", write=False) as session:
                connection = session.connection()
                revision = None if is_half(connection) else migrating.current(connection)
        except CrmError:
            return State(False, None, migrating.head())
        return State(True, revision, migrating.head())

    def demand_whole(self) -> None:
        """Raise NotReady for a database that is half a copy of another. Silent where none answers."""
        try:
            with self._store.system("whether it is half a copy", write=False) as session:
                demand_whole(session.connection())
        except Unavailable:
            return

    def demand_ready(self) -> None:
        """Raise NotReady, with what to do, unless the database is there, up to date, and ours to use."""
        try:
            with self._store.system("the role is checked", write=False) as session:
                connection = session.connection()
                demand_whole(connection)
                on_postgresql = connection.dialect.name == "postgresql"
                too_strong = on_postgresql and connection.exec_driver_sql(_TOO_STRONG).scalar()
        except Unavailable as silent:
            raise NotReady(
                "The database does not answer. Check DATABASE_URL and that it is running."
            ) from silent
        if too_strong:
            raise NotReady(
                "DATABASE_URL names a PostgreSQL role that is a superuser, owns tables or passes row "
                "security, or belongs to such a role. Serve with a role that only reads and writes rows, "
                "and give the owner's address in DATABASE_ADMIN_URL."
            )
        state = self.state()
        if not state.database:
            raise NotReady(
                "The database answers, but may not be read by the role in DATABASE_URL. "
                "Run `python -m crm_data migrate` with DATABASE_ADMIN_URL set."
            )
        if not state.ready:
            raise NotReady(
                f"The database is at revision {state.revision or 'none'}, and this version needs "
                f"{state.expected}. Run `python -m crm_data migrate` with DATABASE_ADMIN_URL set."
            )
        if not on_postgresql:
            return
        with self._store.system("row security is checked", write=False) as session:
            bare = unguarded(session.connection())
        if bare:
            raise NotReady(
                f"The table {bare[0]} is not behind row security. Run `python -m crm_data migrate` "
                "with DATABASE_ADMIN_URL set."
            )

    def chores(self) -> tuple[Callable[[], object], ...]:
        """What is done at the start and every few minutes while the server runs, each whatever the others do.

        Several processes may serve one database and call each at any moment.
        """
        # What is erased stands in the backup of that day, which comes before it.
        data = self.list_words, self.backups.daily, self.empty_trash
        return self.sessions.tidy, self.links.tidy, clear_workplaces, *data

    def empty_trash(self) -> int:
        """Erase for good what has been archived as long as its company has set; how many records that were."""
        return self._emptying.round()

    def list_words(self) -> int:
        """Have found by its words what was written lately; how many records. After a search, and now and then."""
        return listing.list_words(self._store)


# Whom the role may become counts as well: a member of the owner's role passes row security as the owner does.
_TOO_STRONG = """SELECT EXISTS (
    SELECT 1 FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND pg_has_role(session_user, oid, 'MEMBER')
) OR EXISTS (
    SELECT 1 FROM pg_class WHERE relkind IN ('r', 'p') AND pg_has_role(session_user, relowner, 'MEMBER')
    AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('companies'))
)"""


def _scope(company: Company, user_id: int | None, role: str, operator: bool, name: str) -> CompanyScope:
    fiscal = Month(company.fiscal_year_begins).number
    own, stages = (company.name, company.currency, fiscal), stage_rules.read(company.stages)
    return CompanyScope(
        company.id,
        user_id,
        role,
        operator,
        name,
        *own,
        stages=stages,
        own=own_fields.read(company.own_fields),
    )
