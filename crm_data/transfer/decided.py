"""What was decided about security since a backup was made: it stays when the backup is restored.

A restore puts records back, and gives nobody what was taken from them meanwhile; docs/decisions/0052 says why.
People are the same by their e-mail, as in a company's file; companies by their id and the moment they were made.
"""

from collections import Counter
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm_data.errors import NotReady
from crm_data.rights import ROLES
from crm_data.store.changes import Doing
from crm_data.store.log import close
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.store.writer import amend
from crm_data.tables import Base, Company, Membership, User
from crm_data.tables.change_set import Actor
from crm_data.tables.company import CompanyStatus
from crm_data.tables.membership import Role
from crm_data.tables.user import UserRole
from crm_data.transfer.company_file import NO_PASSWORD
from crm_data.transfer.remembered import Away, Key, key_of, remember, remembered, same_password

UNREAD = (
    "What was decided about security since could not be read, and does not stay. Look through the people."
)
NO_OPERATOR = (
    "Nobody would be left to run this installation: whom the backup has as an operator is none any more, and who "
    "is one now is not in it. Make somebody whom it knows an operator, then restore again."
)
# What may have been decided, and what it is called: one of it, and many.
DECISIONS: Mapping[str, tuple[str, str]] = {
    "shut_out": ("person shut out", "people shut out"),
    "closed": ("account closed", "accounts closed"),
    "operators": ("operator's right taken away", "operators' rights taken away"),
    "passwords": ("password changed", "passwords changed"),
    "ended": ("membership ended", "memberships ended"),
    "lowered": ("role lowered", "roles lowered"),
    "limited": ("membership limited", "memberships limited"),
    "suspended": ("company closed", "companies closed"),
}
_TITLE = "Kept what was decided before a backup was restored"
_PEOPLE = ("id", "created_at", "email", "password_hash", "role", "is_active", "is_verified", "shut_out")
_COMPANIES = ("id", "created_at", "status")
_MEMBERS = ("id", "created_at", "user_id", "company_id", "role", "ended_at", "permissions")
_LATER = {"shut_out"}  # what the first versions had not
_OPERATOR = UserRole.SUPER_ADMIN.value
_WHERE = Membership.ended_at.is_(None), Membership.permissions.is_(sa.null())
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Decided:
    """How it stands: `people` by e-mail, `companies` by id, `members` by e-mail and company.

    `away`: how it stood with whom the backups have not that were restored since; see `remembered`.
    """

    people: Mapping[str, Row]
    companies: Mapping[int, Row]
    members: Mapping[tuple[str, int], Row]
    away: Away = field(default_factory=dict)

    def person(self, user: User) -> list[Row]:
        """How somebody whom a backup has stands here, and how the very account stood last."""
        here = self.people.get(user.email)
        last = None if _same(user, here) else self.away["users"].get(_key(user))
        return [row for row in (here, last) if row]

    def company(self, company: Company) -> Row | None:
        """How a company that a backup has stands here, or stood last."""
        found = self.companies.get(company.id)
        return found if _same(company, found) else self.away["companies"].get(_key(company))

    def member(self, email: str, company: Company, found: Membership) -> list[Row]:
        """How a membership that a backup has stands here, and how the very row stood last."""
        ours = _same(company, self.companies.get(company.id))
        here = self.members.get((email, company.id)) if ours else None
        last = None if _same(found, here) else self.away["user_companies"].get(_key(found))
        return [row for row in (here, last) if row]


@dataclass(frozen=True)
class Swapped:
    """What a restore did: the name of what is kept of what stood before, and in words what `kept` its force."""

    safety: str
    kept: str = ""


def decided(connection: Connection) -> Decided:
    """What stands in a database of any version, in the caller's transaction; nothing in an empty one."""
    people = {row["id"]: row for row in _rows(connection, "users", _PEOPLE)}
    return Decided(
        {row["email"]: row for row in people.values()},
        {row["id"]: row for row in _rows(connection, "companies", _COMPANIES)},
        {
            (people[row["user_id"]]["email"], row["company_id"]): row
            for row in _rows(connection, "user_companies", _MEMBERS)
            if row["user_id"] in people  # else the file is damaged, which is why a backup is restored
        },
        remembered(connection),
    )


def standing(store: Store) -> Decided:
    """What stands in a store, in a transaction of its own. Raises a CrmError for a damaged database."""
    with store.system("what was decided about security stays", write=False) as session:
        return decided(session.connection())


def keep_in(copy: Store, stood: Decided | None, name: str, by: int | None) -> str:
    """`keep` in a copy that is to take the place of all; of None, which could not be read, it says that."""
    with copy.system("a backup is made ready") as session:
        return unread(session, name, by) if stood is None else keep(session, stood, name, by)


def keep(session: Session, stood: Decided, name: str, by: int | None) -> str:
    """Lay what stood over the content of a backup of this version, in the transaction of the restore.

    Of both the stricter holds, and a password is the one that stood; whom or what the backup does not know does
    not come, and how it stood with them is remembered for one that knows them. '' where nothing was decided
    since, or another installation stood here; else what stays, in words, as the security log has it. Raises
    NotReady when nobody would be left to run this installation.
    """
    return _Keeping(session, stood).done(name, by)


def unread(session: Session, name: str, by: int | None) -> str:
    """Say that nothing could be kept, because what stood is damaged."""
    note(session, "security_not_kept", by, name=name, kept=UNREAD)
    return UNREAD


class _Keeping:
    """One restore: what stood laid over what the backup has."""

    def __init__(self, session: Session, stood: Decided) -> None:
        self._session, self._stood = session, stood
        self._counts: Counter[str] = Counter()
        self._doing = Doing(None, kind="member", title=_TITLE, actor=Actor.SYSTEM)
        self._people = {user.email: user for user in session.scalars(sa.select(User).order_by(User.id))}
        here = session.scalars(sa.select(Company).order_by(Company.id))
        self._companies = {one.id: one for one in here if stood.company(one) is not None}

    def done(self, name: str, by: int | None) -> str:
        """All of it; what stays, in words."""
        self._remember()
        known = self._stood.away["users"]
        if not any(
            _same(user, self._stood.people.get(email)) or _key(user) in known
            for email, user in self._people.items()
        ):
            return ""
        admins = self._with_admin()
        self._keep_people()
        self._keep_companies()
        self._keep_members()
        self._session.flush()
        self._demand_operator()
        without = self._demand_admins(admins)
        self._session.flush()
        close(self._session)
        if not self._counts:
            return ""
        said = _words(self._counts, without)
        note(self._session, "security_kept", by, name=name, kept=said, counts=dict(self._counts))
        self._session.flush()
        return said

    def _remember(self) -> None:
        stood = self._stood
        rows: dict[str, Collection[Row]] = {
            "users": stood.people.values(),
            "companies": stood.companies.values(),
            "user_companies": stood.members.values(),
        }
        members = self._session.execute(sa.select(Membership.id, Membership.created_at))
        every = self._session.execute(sa.select(Company.id, Company.created_at))
        here = {
            "users": {_key(user) for user in self._people.values()},
            "companies": {key_of(*row) for row in every},
            "user_companies": {key_of(*row) for row in members},
        }
        remember(self._session, rows, stood.away, here)

    def _keep_people(self) -> None:
        each = [(user, stood) for user in self._people.values() for stood in self._stood.person(user)]
        came = self._came_back()
        for user, stood in each:
            self._keep_password(user, stood, came)
            if stood.get("shut_out") and not user.shut_out:
                user.shut_out, user.is_active = True, False
                self._counts["shut_out"] += 1
            elif user.is_active and not stood["is_active"]:
                self._shut(user)
            if user.role == _OPERATOR != stood["role"]:
                user.role = stood["role"]
                self._counts["operators"] += 1

    def _keep_password(self, user: User, stood: Row, came: Container[int]) -> None:
        """That of the very account alone: whom a backup does not know, anybody can have an account made for."""
        if "password_hash" not in stood:
            if same_password(stood, user.password_hash):
                return
            kept, verified = NO_PASSWORD, user.is_verified
        elif _same(user, stood):
            # Whose link it was chosen through belongs to the password.
            kept, verified = stood["password_hash"], stood["is_verified"]
            if not verified and user.id in came:
                kept = NO_PASSWORD
        else:
            return
        if user.password_hash not in (kept, stood.get("password_hash")):
            user.password_hash, user.is_verified = kept, verified
            self._counts["passwords"] += 1
            self._counts["to_reset"] += kept == NO_PASSWORD

    def _came_back(self) -> set[int]:
        """Who belonged to a company in which they do not stand: a link of another one was made without it."""
        people = {user.id: user for user in self._people.values()}
        found = self._session.scalars(sa.select(Membership))
        return {one.user_id for one in found if not self._stands(people[one.user_id], one.company_id)}

    def _stands(self, user: User, company_id: int) -> bool:
        company, here = self._companies.get(company_id), self._stood.companies.get(company_id)
        same = company is not None and _same(company, here)
        return same and (user.email, company_id) in self._stood.members

    def _shut(self, user: User) -> None:
        user.is_active = False
        self._counts["closed"] += 1

    def _keep_companies(self) -> None:
        open_ = CompanyStatus.ACTIVE.value
        for id_, company in self._companies.items():
            status = (self._stood.company(company) or {})["status"]
            if company.status == open_ != status:
                amend(self._session, self._doing, company, {"status": status}, [id_], company.name)
                self._counts["suspended"] += 1

    def _keep_members(self) -> None:
        ended = []
        for user, found, stood in self._members():
            stricter: dict[str, Any] = {}
            if found.ended_at is None and stood["ended_at"] is not None:
                stricter["ended_at"] = stood["ended_at"]
                self._counts["ended"] += 1
                ended.append(user)
            if _rank(stood["role"]) < _rank(found.role):
                stricter["role"] = stood["role"]
                self._counts["lowered"] += 1
            if found.permissions is None and stood.get("permissions") is not None:
                stricter["permissions"] = stood["permissions"]
                self._counts["limited"] += 1
            self._amend(found, user, **stricter)
        for user in ended:  # everybody who can sign in works somewhere
            works = sa.select(Membership.id).where(
                Membership.user_id == user.id, Membership.ended_at.is_(None)
            )
            if user.is_active and self._session.scalar(works.limit(1)) is None:
                self._shut(user)

    def _members(self) -> list[tuple[User, Membership, Row]]:
        """Every membership that the backup knows and that stands here too, or did last."""
        people = {user.id: user for user in self._people.values()}
        found = self._session.scalars(sa.select(Membership).order_by(Membership.id)).all()
        return [
            (people[one.user_id], one, stood)
            for one in found
            if (company := self._companies.get(one.company_id))
            for stood in self._stood.member(people[one.user_id].email, company, one)
        ]

    def _amend(self, found: Membership, user: User, **values: Any) -> None:
        amend(self._session, self._doing, found, values, [found.company_id], user.full_name)

    # the last of them

    def _demand_operator(self) -> None:
        """Somebody still runs this installation. Where else nobody would, who runs it now goes on."""
        now = [row for row in self._stood.people.values() if row["role"] == _OPERATOR and row["is_active"]]
        if not now or any(user.role == _OPERATOR and user.is_active for user in self._people.values()):
            return
        left = [user for row in now if (user := self._people.get(row["email"])) and user.is_active]
        if not left:
            raise NotReady(NO_OPERATOR)
        for user in left:
            user.role = _OPERATOR
            self._counts["operators_go_on"] += 1

    def _demand_admins(self, before: set[int]) -> int:
        """Where nobody would be an admin any more, who is one now goes on; how many companies have none."""
        bare = before - self._with_admin()
        for user, found, stood in self._members() if bare else ():
            able = found.ended_at is None and found.permissions is None and user.is_active
            if found.company_id in bare and able and stood["role"] == Role.ADMIN and not stood["ended_at"]:
                self._amend(found, user, role=Role.ADMIN.value)
                self._counts["admins_go_on"] += 1
        return len(before - self._with_admin()) if bare else 0

    def _with_admin(self) -> set[int]:
        """The companies in which somebody who can sign in is an admin."""
        wanted = (
            sa.select(Membership.company_id)
            .join(User, User.id == Membership.user_id)
            .where(Membership.role == Role.ADMIN.value, User.is_active, *_WHERE)
        )
        return set(self._session.scalars(wanted.distinct()))


def _rows(connection: Connection, table: str, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of a table, of those columns that its version has."""
    inspector = sa.inspect(connection)
    if not inspector.has_table(table):
        return []
    there = {column["name"] for column in inspector.get_columns(table)}
    if not there.issuperset(set(names) - _LATER):
        return []  # of something else
    columns = [Base.metadata.tables[table].c[name] for name in names if name in there]
    return [dict(row._mapping) for row in connection.execute(sa.select(*columns))]


def _key(row: User | Company | Membership) -> Key:
    return key_of(row.id, row.created_at)


def _same(row: User | Company | Membership, stood: Row | None) -> bool:
    """Whether it is the same row, and not one that got its number in another installation or after a restore."""
    return stood is not None and (row.id, row.created_at) == (stood["id"], stood["created_at"])


def _rank(role: str) -> int:
    return ROLES.index(role) if role in ROLES else -1


def _words(counts: Counter[str], without: int) -> str:
    told = [
        f"{counts[kind]:,} {words[counts[kind] != 1]}" for kind, words in DECISIONS.items() if counts[kind]
    ]
    said = f"What was decided about security since stays: {', '.join(told)}."
    if went := counts["to_reset"]:
        said += f" Of the passwords {went:,} {'is' if went == 1 else 'are'} not known any more: make a reset link."
    if went := counts["operators_go_on"]:
        said += f" Who runs this installation now goes on ({went:,}), as nobody else would be left to."
    if went := counts["admins_go_on"]:
        said += f" Who is an admin now goes on ({went:,}) where nobody else would be left as one."
    if without:
        companies = "1 company has" if without == 1 else f"{without:,} companies have"
        said += f" {companies} no admin now: invite one."
    return said
