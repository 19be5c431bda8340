"""The companies of a year and who works in them: an admin each, everybody in one company or several."""

from collections.abc import Iterator
from datetime import timedelta

from crm_data.demo.crowd import Crowd
from crm_data.demo.ledger import Row, ids
from crm_data.demo.words import AMERICA, FIRST_NAMES, LAST_NAMES, PLACE_WORDS

ENDINGS = ("Trading", "Supplies", "Partners", "Works", "Services", "Group")
INDUSTRIES = ("Retail", "Health", "Finance", "Software", "Logistics", "Energy", "Education", "Media")
ROLES = ("manager", "sales_rep", "sales_rep", "sales_rep", "user")


def email_of(number: int) -> str:
    """A person's sign-in e-mail; number 1 is the operator and the first company's admin."""
    return f"user{number}@scale.example"


def companies(crowd: Crowd) -> Iterator[Row]:
    """All but a few are active, the first always."""
    random, founded = crowd.random, crowd.since - timedelta(days=30)
    for number, id_ in zip(
        range(1, crowd.counts["companies"] + 1), ids(crowd.connection, "companies"), strict=False
    ):
        crowd.companies.append(id_)
        city, state, country, code, dial = random.choice(AMERICA)
        yield {
            "id": id_,
            "name": f"{random.choice(PLACE_WORDS)} {random.choice(ENDINGS)} {number}",
            "email": f"office@company{number}.example",
            "phone": f"{dial}{number % 100:02d}",
            "city": city,
            "state": state,
            "country": country,
            "zip_code": f"{code}{number % 100:02d}",
            "website": f"https://company{number}.example",
            "industry": random.choice(INDUSTRIES),
            "company_size": random.choice(("Small", "Medium", "Large")),
            "status": "active" if number == 1 or random.random() < 0.95 else "inactive",
            "subscription_plan": random.choice(("Free", "Team", "Business")),
            "created_at": founded,
            "updated_at": founded,
        }


def users(crowd: Crowd, secret: str) -> Iterator[Row]:
    """Everybody signs in with the same password."""
    random, joined = crowd.random, crowd.since - timedelta(days=20)
    for number, id_ in zip(range(1, crowd.counts["users"] + 1), ids(crowd.connection, "users"), strict=False):
        crowd.users.append(id_)
        yield {
            "id": id_,
            "email": email_of(number),
            "password_hash": secret,
            "first_name": random.choice(FIRST_NAMES),
            "last_name": random.choice(LAST_NAMES),
            "role": "super_admin" if number == 1 else "user",
            "is_active": True,
            "is_verified": number == 1,
            "created_at": joined,
            "updated_at": joined,
        }


def memberships(crowd: Crowd) -> Iterator[Row]:
    """Everybody once, a company's first person as its admin; then more of them until there are enough."""
    joined = crowd.since - timedelta(days=10)
    seen: dict[tuple[int, int], bool] = {}
    for id_ in ids(crowd.connection, "user_companies"):
        number = len(seen)
        if number == crowd.counts["user_companies"]:
            return
        user, company = _pair(crowd, number)
        while (user, company) in seen:
            user, company = crowd.random.choice(crowd.users), crowd.company()
        seen[user, company] = True
        crowd.members.setdefault(company, []).append(user)
        yield {
            "id": id_,
            "company_id": company,
            "user_id": user,
            "role": "admin" if number < len(crowd.companies) else crowd.random.choice(ROLES),
            "is_primary": number < len(crowd.users),
            "joined_at": joined,
            "created_at": joined,
            "updated_at": joined,
        }


def _pair(crowd: Crowd, number: int) -> tuple[int, int]:
    user = crowd.users[number] if number < len(crowd.users) else crowd.random.choice(crowd.users)
    return user, crowd.companies[number] if number < len(crowd.companies) else crowd.company()
