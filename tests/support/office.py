"""Two companies with people of every role, and a Workspace for each of them: what tests of verbs stand on."""

from dataclasses import dataclass, field
from itertools import product

from crm_data import Workspace
from crm_data.rights import ROLES
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import Company, Membership, User


@dataclass
class Office:
    """An open store; `people[company][role]` is a user id, and `at(company, role)` that person's Workspace."""

    store: Store
    companies: list[int] = field(default_factory=list)
    people: list[dict[str, int]] = field(default_factory=list)

    def at(self, company: int = 0, role: str = "manager") -> Workspace:
        """The Workspace of the person with this role in the first (0) or second (1) company."""
        return Workspace(self.store, self.scope(company, role))

    def scope(self, company: int = 0, role: str = "manager") -> CompanyScope:
        """The scope of that person; 'system' is the system itself in that company."""
        user = self.people[company].get(role)
        return CompanyScope(self.companies[company], user, role, name=role, company_name=f"Company {company}")


def office(url: str) -> Office:
    """Two companies, Alpha and Omega, each with one person a role; nobody works in both."""
    made = Office(Store(url))
    with made.store.system("a test's office") as session:
        names = ("Alpha", "Omega")
        companies = [Company(name=name, email=f"info@{name.lower()}.example") for name in names]
        session.add_all(companies)
        session.flush()
        people = [
            User(
                email=f"{role}@{name.lower()}.example",
                password_hash="unset",
                first_name=name,
                last_name=role.capitalize(),
            )
            for name, role in product(names, ROLES)
        ]
        session.add_all(people)
        session.flush()
        for (company, role), person in zip(product(companies, ROLES), people, strict=True):
            session.add(Membership(company_id=company.id, user_id=person.id, role=role, is_primary=True))
        made.companies += [company.id for company in companies]
        for at in (0, len(ROLES)):
            made.people.append({role: people[at + n].id for n, role in enumerate(ROLES)})
    return made
