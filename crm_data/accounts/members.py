"""The people of one company: invited, given a role, ended with a hand-over, brought back. Each act is logged."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from crm_data import clock
from crm_data.accounts import onetime
from crm_data.accounts.elsewhere import close_account, open_account, works_elsewhere
from crm_data.accounts.handover import OpenWork, hand_over, open_work
from crm_data.accounts.links import make_reset
from crm_data.accounts.people import find_user, parsed
from crm_data.accounts.sessions import drop
from crm_data.errors import Invalid, NotAllowed, NotFound
from crm_data.rights import ROLES, Act, Person, demand, grantable
from crm_data.store.again import again
from crm_data.store.changes import Doing
from crm_data.store.locks import lock_company
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.store.writer import amend
from crm_data.tables import Membership, OneTimeLink, SignInSession, User
from crm_data.tables.membership import Role
from crm_data.tables.security import LinkKind

ONLY_HERE = (
    "This person works in no other company here, so their account closes with the membership: "
    "they can sign in again once a company takes them back. Say that it may close."
)


@dataclass(frozen=True)
class Member:
    """One person of the company. `ended_at` None: they work here now."""

    user_id: int
    name: str
    email: str
    role: str
    active: bool
    joined_at: datetime
    ended_at: datetime | None
    last_login: datetime | None


@dataclass(frozen=True)
class Invitation:
    """An invitation that has not been used and still can be."""

    email: str
    role: str
    expires_at: datetime


class Members:
    """The members of one company, bound to who asks."""

    def __init__(self, store: Store, scope: CompanyScope) -> None:
        self._store = store
        self._scope = scope

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that this person may give."""
        return ROLES if self._scope.role == "system" else grantable(self._scope.role)

    def all(self) -> list[Member]:
        """Everybody who works or worked here, active ones first, by name."""
        self._demand(Act.READ)
        wanted = (
            sa.select(Membership, User)
            .join(User, User.id == Membership.user_id)
            .order_by(Membership.ended_at.is_not(None), User.first_name, User.last_name, User.id)
        )
        with self._store.read(self._scope) as session:
            rows = session.execute(wanted).all()
        return [
            Member(u.id, u.full_name, u.email, m.role, u.is_active, m.joined_at, m.ended_at, u.last_login)
            for m, u in rows
        ]

    @again
    def invite(self, email: str, role: str) -> str:
        """The token of an invitation, for a week; an older one for the same e-mail works no longer."""
        self._demand(Act.MEMBERS)
        self._demand_role(role)
        address = parsed(User, {"email": email})["email"]
        with self._store.write(self._scope) as session:
            user = find_user(session, address)
            found = self._membership(session, user.id) if user is not None else None
            if found is not None and found.ended_at is None:
                raise Invalid("This person works here already. Change their role instead.", "email")
            return onetime.invitation(session, address, role, session.company, self._scope.user_id)

    def invitations(self) -> list[Invitation]:
        """Open invitations, the newest first."""
        self._demand(Act.MEMBERS)
        wanted = (
            sa.select(OneTimeLink)
            .where(OneTimeLink.company_id == self._scope.company_id)
            .where(OneTimeLink.kind == LinkKind.INVITE.value, OneTimeLink.used_at.is_(None))
            .where(OneTimeLink.expires_at > clock.now())
            .order_by(OneTimeLink.id.desc())
        )
        with self._store.read(self._scope) as session:
            return [
                Invitation(link.email or "", link.role or "", link.expires_at)
                for link in session.scalars(wanted)
            ]

    @again
    def withdraw(self, email: str) -> None:
        """End an invitation."""
        self._demand(Act.MEMBERS)
        with self._store.write(self._scope) as session:
            onetime.void(session, LinkKind.INVITE, email, session.company)

    @again
    def change_role(self, user_id: int, role: str) -> None:
        """Give a member another role: never above one's own, and the last admin stays one."""
        self._demand(Act.MEMBERS)
        self._demand_role(role)
        with self._store.write(self._scope) as session:
            self._lock(session)
            found = self._current(session, user_id)
            if role != Role.ADMIN:
                self._demand_other_admin(session, found)
            self._set(session, Doing(self._scope.user_id), found, role=role)

    def open_work(self, user_id: int) -> OpenWork:
        """What a member has open, to be handed over before their membership ends."""
        self._demand(Act.MEMBERS)
        with self._store.read(self._scope) as session:
            return open_work(session, session.company, user_id)

    @again
    def end(self, user_id: int, hand_over_to: int | None = None, close: bool = False) -> None:
        """End a membership; what is open goes to a colleague, and without one Invalid is raised.

        Everybody who can sign in works somewhere: with their only membership the account closes too, which
        `close` allows; without it Invalid is raised.
        """
        self._demand(Act.MEMBERS)
        doing = Doing(self._scope.user_id, kind="member")
        with self._store.write(self._scope) as session:
            self._lock(session)
            found = self._current(session, user_id)
            user = session.get_one(User, user_id)
            doing = replace(doing, title=f"Ended the membership of {user.full_name}"[:255])
            self._demand_other_admin(session, found)
            if hand_over_to is not None:
                if hand_over_to == user_id:
                    raise Invalid("Choose somebody else to take over.", "hand_over_to")
                self._current(session, hand_over_to)
                if not session.get_one(User, hand_over_to).is_active:
                    raise Invalid("This colleague cannot sign in. Choose somebody else.", "hand_over_to")
                hand_over(session, doing, user_id, hand_over_to)
            elif open_work(session, session.company, user_id).total:
                raise Invalid(
                    "This person has open work. Choose a colleague who takes it over.", "hand_over_to"
                )
            last = user.is_active and not works_elsewhere(session, user_id)
            if last and not close:
                raise Invalid(ONLY_HERE, "close")
            self._set(session, doing, found, ended_at=doing.at)
            self._end_links(session, user)
            note(session, "membership_ended", self._scope.user_id, session.company, of=user_id, closed=last)
            session.flush()
            if last:
                close_account(session, user_id)

    @again
    def bring_back(self, user_id: int) -> None:
        """Make a former member a member again, with the role they had, lowered to what one may give."""
        self._demand(Act.MEMBERS)
        with self._store.write(self._scope) as session:
            self._lock(session)
            found = self._membership(session, user_id)
            if found is None or found.ended_at is None:
                raise Invalid("This person works here already, or never did. Invite them instead.")
            self._demand_role(found.role)
            open_account(session, user_id)
            self._set(session, Doing(self._scope.user_id), found, ended_at=None)
            onetime.void(session, LinkKind.INVITE, session.get_one(User, user_id).email, session.company)
            note(session, "membership_restored", self._scope.user_id, session.company, of=user_id)

    def reset_link(self, user_id: int) -> str:
        """The token of a reset link for a member whom no other company ever knew: it opens wherever they work."""
        self._demand(Act.MEMBERS)
        with self._store.read(self._scope) as session:
            self._demand_role(self._current(session, user_id).role)
        with self._store.system("an admin makes a reset link for a member") as session_:
            user = session_.get_one(User, user_id, with_for_update=True)
            as_operator = self._scope.operator or self._scope.role == "system"
            company = None if as_operator else self._scope.company_id
            return make_reset(session_, user, self._scope.user_id, company)

    # the parts

    def _demand(self, act: Act) -> None:
        demand(Person(self._scope.role, self._scope.operator), act)

    def _demand_role(self, role: str) -> None:
        if role not in ROLES:
            raise Invalid("There is no such role. Choose another.", "role")
        if role not in self.roles:
            raise NotAllowed("Nobody can give a role above their own. Ask an admin of your company.")

    def _end_links(self, session: CompanySession, user: User) -> None:
        """Every link of this company for this person or made by them, and the sessions in it."""
        theirs = (
            (OneTimeLink.user_id == user.id)
            | (OneTimeLink.email == user.email)
            | (OneTimeLink.created_by == user.id)
        )
        onetime.end(session, OneTimeLink.company_id == session.company, theirs)
        drop(session, SignInSession.user_id == user.id, SignInSession.company_id == session.company)

    def _lock(self, session: CompanySession) -> None:
        """Whoever changes members of a company waits for whoever does so already."""
        lock_company(session)

    def _membership(self, session: CompanySession, user_id: int) -> Membership | None:
        return session.scalar(sa.select(Membership).where(Membership.user_id == user_id))

    def _current(self, session: CompanySession, user_id: int) -> Membership:
        found = self._membership(session, user_id)
        if found is None or found.ended_at is not None:
            raise NotFound("This person does not work here. Choose somebody else.")
        return found

    def _demand_other_admin(self, session: CompanySession, found: Membership) -> None:
        """Raise Invalid when nobody but this member could look after the company."""
        if found.role != Role.ADMIN:
            return
        others = (
            sa.select(sa.func.count(Membership.id))
            .join(User, User.id == Membership.user_id)
            .where(Membership.role == Role.ADMIN.value, Membership.user_id != found.user_id)
            .where(Membership.ended_at.is_(None), Membership.permissions.is_(sa.null()), User.is_active)
        )
        if not session.scalar(others):
            raise Invalid("This is the company's last admin. Make somebody else an admin first.")

    def _set(self, session: CompanySession, doing: Doing, found: Membership, **values: object) -> None:
        name = session.get_one(User, found.user_id).full_name
        amend(session, doing, found, values, [session.company], name)
