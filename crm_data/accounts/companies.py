"""Companies: made and stopped by the operator; their profile is looked after by their own admins."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.accounts import onetime
from crm_data.accounts.people import Actor, parsed
from crm_data.errors import Invalid, NotFound, Problem
from crm_data.rights import Act, Person, demand
from crm_data.store import turns
from crm_data.store.again import again
from crm_data.store.changes import Doing
from crm_data.store.currencies import code_of
from crm_data.store.one_row import Pairs, demand_seen
from crm_data.store.scope import CompanyScope
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.store.writer import amend, join
from crm_data.tables import Company, Membership, User
from crm_data.tables.company import CompanyStatus
from crm_data.tables.fields import Field, fields_of

OPERATOR_FIELDS = ("status", "subscription_plan", "subscription_start", "subscription_end")


@dataclass(frozen=True)
class CompanyLine:
    """One company as the operator's list shows it."""

    id: int
    name: str
    email: str
    status: str
    plan: str
    plan_starts: date | None
    plan_ends: date | None
    members: int


@dataclass(frozen=True)
class Made:
    """A new company, and the token of the invitation for its first admin if there is one."""

    id: int
    invitation: str | None


class Companies:
    """All companies of the installation, for its operator and the command line."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._exist = False

    def make(
        self, actor: Actor, values: Mapping[str, Any], admin: str | None = None, operator: bool = False
    ) -> Made:
        """Add a company without members, and invite whoever has the e-mail `admin` as its first admin.

        Both or neither. `operator`: who uses the invitation runs this installation as well. Raises Invalid,
        NotAllowed.
        """
        _demand(actor, Act.COMPANIES)
        address = None if admin is None else _address(admin)
        with self._store.system("the operator makes a company") as session:
            company = make_company(session, values, actor.user_id)
            note(session, "company_made", actor.user_id, company.id)
            if address is None:
                return Made(company.id, None)
            token = onetime.invitation(session, address, "admin", company.id, actor.user_id, operator)
            return Made(company.id, token)

    def all(self, actor: Actor) -> list[CompanyLine]:
        """Every company with its number of active members, by name."""
        _demand(actor, Act.COMPANIES)
        members = (
            sa.select(Membership.company_id, sa.func.count().label("n"))
            .join(User, User.id == Membership.user_id)
            .where(Membership.ended_at.is_(None), User.is_active)
            .group_by(Membership.company_id)
            .subquery()
        )
        wanted = (
            sa.select(Company, sa.func.coalesce(members.c.n, 0))
            .outerjoin(members, members.c.company_id == Company.id)
            .order_by(Company.name, Company.id)
        )
        with self._store.system("the operator lists companies", write=False) as session:
            rows = session.execute(wanted).all()
        return [
            CompanyLine(
                c.id,
                c.name,
                c.email,
                c.status,
                c.subscription_plan or "",
                c.subscription_start,
                c.subscription_end,
                count,
            )
            for c, count in rows
        ]

    def change(self, actor: Actor, company_id: int, fields: Mapping[str, tuple[Any, Any]]) -> None:
        """Save {field: (seen, new)} of a company's status and subscription. Raises Invalid, Conflict, NotFound.

        A company that is not active cannot be signed in to.
        """
        _demand(actor, Act.COMPANIES)
        if not set(fields) <= set(OPERATOR_FIELDS):
            raise Invalid("Only status and subscription are the operator's; the rest is the company's own.")
        new = parsed(Company, {name: pair[1] for name, pair in fields.items()})
        if new.get("status", CompanyStatus.ACTIVE) != CompanyStatus.ACTIVE and _here(actor) == company_id:
            raise Invalid("You are working in this company now. Switch to another before you close it.")
        with self._store.system("the operator changes a company") as session:
            company = session.get(Company, company_id, with_for_update=True)
            if company is None:
                raise NotFound
            _demand_plan(company, new)
            _apply(session, company, fields, new, actor.user_id)
            note(session, "company_changed", actor.user_id, company_id, **_shown(new))

    def exist(self) -> bool:
        """Whether there is any company yet. Asked of the database until there is: companies never go."""
        if not self._exist:
            with self._store.system("is there any company", write=False) as session:
                self._exist = any_company(session)
        return self._exist


class Profile:
    """One company's own profile, bound to a person of it."""

    def __init__(self, store: Store, scope: CompanyScope) -> None:
        self._store = store
        self._scope = scope

    @property
    def fields(self) -> Mapping[str, Field]:
        """What the profile holds and an admin may change, by column name."""
        return {name: field for name, field in fields_of(Company).items() if field.form and field.edit}

    def get(self) -> dict[str, Any]:
        """Every value of the company's row that a person may see."""
        with self._store.read(self._scope) as session:
            company = session.scalars(sa.select(Company)).one()
            return {name: getattr(company, name) for name in fields_of(Company)}

    @again
    def change(self, fields: Mapping[str, tuple[Any, Any]]) -> None:
        """Save {field: (seen, new)}. Raises NotAllowed, Invalid, Conflict; nothing is saved then."""
        _demand(self._scope, Act.PROFILE)
        if not set(fields) <= set(self.fields):
            raise Invalid("This cannot be changed here.")
        new = parsed(Company, {name: pair[1] for name, pair in fields.items()})
        _check_currency(new)
        with self._store.write(self._scope) as session:
            company = session.scalars(sa.select(Company).with_for_update()).one()
            _apply(session, company, fields, new, self._scope.user_id)


def _demand_plan(company: Company, new: Mapping[str, Any]) -> None:
    start, end = (
        new.get(f"subscription_{at}", getattr(company, f"subscription_{at}")) for at in ("start", "end")
    )
    if start is not None and end is not None and end < start:
        raise Invalid("The plan ends before it starts. Change one of the two days.", "subscription_end")


def _address(admin: str) -> str:
    try:
        return str(parsed(User, {"email": admin})["email"])
    except Invalid as wrong:  # the company has an e-mail as well
        raise Invalid(f"The first admin: {wrong}", "admin") from None


def make_company(session: Session, values: Mapping[str, Any], created_by: int | None) -> Company:
    """Add a company's row within a transaction. Raises Invalid."""
    allowed = {name for name, field in fields_of(Company).items() if field.form and field.edit}
    if not set(values) <= allowed:
        raise Invalid("A new company takes only its profile.")
    judged = judged_company(values)
    turns.wait_for(session.connection(), turns.Turn.FIRST_COMPANY)
    if session.scalar(sa.select(Company.id).where(Company.email == judged["email"])) is not None:
        raise Invalid("Another company here uses this e-mail. Give this one its own.", "email")
    company = Company(**judged, created_by=created_by)
    join(session, Doing(created_by), company, judged, name=company.name)
    return company


def judged_company(values: Mapping[str, Any]) -> dict[str, Any]:
    """A new company's values, judged. Raises Invalid with everything that is wrong."""
    try:
        judged = parsed(Company, {"name": None, "email": None, **values})
    except Invalid as wrong:
        raise Invalid([_of_the_company(problem) for problem in wrong.problems]) from None
    _check_currency(judged)
    return judged


def _of_the_company(problem: Problem) -> Problem:
    """Who makes a company names a person with it: whose name and e-mail is meant."""
    if problem.field not in ("name", "email"):
        return problem
    return replace(problem, sentence=f"Company {problem.sentence[0].lower()}{problem.sentence[1:]}")


def any_company(session: Session) -> bool:
    """Whether there is any company yet, within a transaction."""
    return session.scalar(sa.select(Company.id).limit(1)) is not None


def _check_currency(values: dict[str, Any]) -> None:
    if values.get("currency") is not None:
        values["currency"] = code_of(values["currency"])


def _apply(
    session: Session, company: Company, seen: Pairs, new: Mapping[str, Any], user_id: int | None
) -> None:
    demand_seen(company, seen, new)
    amend(session, Doing(user_id, kind="profile"), company, new, [company.id], company.name)


def _demand(actor: Actor, act: Act) -> None:
    demand(Person(actor.role, actor.operator), act)


def _here(actor: Actor) -> int | None:
    return actor.company_id if isinstance(actor, CompanyScope) else None


def _shown(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
