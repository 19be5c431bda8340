"""Two companies, a canary word in every row of each, people who can sign in, and how the database is compared."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import sqlalchemy as sa

from crm_data.accounts import onetime
from crm_data.finding.listing import list_words
from crm_data.tables import Base, Company, User
from crm_data.tables.security import LinkKind
from tests.dashboard.house import House, house
from tests.support.kinds import one_of_each
from tests.support.serving import Served

WORDS = ("kittiwake", "wolverine")
# Whatever tells one company from the other: the word of its rows, and what the house calls it and its people.
CANARIES = (("kittiwake", "alpha.example"), ("wolverine", "omega.example"))
# What signing in and being there may change; a refusal leaves everything else as it was.
_RESTLESS = {"sessions", "sign_in_attempts", "one_time_links", "security_log"}


@dataclass
class Town:
    """A house whose every row carries its company's word; `ids[company][kind]` is a record of that kind."""

    house: House
    ids: list[dict[str, int]] = field(default_factory=list)

    def token(self, role: str = "manager", company: int = 0) -> str:
        """A new session of somebody, without a password: what signing in costs is measured elsewhere."""
        with self.house.office.store.system("a test") as session:
            ticket = onetime.make(
                session,
                LinkKind.TICKET,
                user_id=self.house.user(role, company),
                company_id=self.house.office.companies[company],
            )
        return self.house.installation.sessions.open(ticket, "192.0.2.9", "a test")

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table, but those that signing in touches.

        Words that are due are listed first: the served product does so by itself, at some moment of its own.
        """
        list_words(self.house.office.store)
        with self.house.office.store.system("a test", write=False) as session:
            return {
                name: [tuple(row) for row in session.execute(sa.select(table).order_by(table.c.id))]
                for name, table in Base.metadata.tables.items()
                if name not in _RESTLESS
            }


@contextmanager
def town(database_url: str) -> Iterator[Town]:
    """A house, renamed and filled."""
    with house(database_url) as made:
        found = Town(made)
        for company, word in enumerate(WORDS):
            made.change(
                Company, Company.id == made.office.companies[company], name=f"{word} works", address=word
            )
            made.change(User, User.email.endswith(CANARIES[company][1]), first_name=word)
            found.ids.append(_fill(found, company, word))
        yield found


def _fill(made: Town, company: int, word: str) -> dict[str, int]:
    """A record of every kind, one more closed, one archived."""
    my = made.house.office.at(company, "manager")
    ids = one_of_each(my, word)
    lost = {"deal_name": f"{word} lost", "deal_value": "70", "customer_id": ids["customer"]}
    my.deals.move(my.deals.add(lost), "closed_lost", "prospect", reason=f"Other: {word}")
    my.customers.archive([my.customers.add({"name": f"{word} archived"})])
    return ids


def held(served: Served, token: str) -> str:
    """The Cookie header of a browser that holds a session."""
    return f"foyer_{urlsplit(served.url).port}={token}" if token else ""


def upload(
    served: Served, tab: str, cookie: str, file: str = "a-file", method: str = "PUT"
) -> httpx.Response:
    """Send a file to an uploader of a tab, or take it away, with Streamlit's token as its page would send it."""
    token = httpx.get(f"{served.url}/_stcore/health").cookies["_streamlit_xsrf"]
    return httpx.request(
        method,
        f"{served.url}/_stcore/upload_file/{tab}/{file}",
        files={"file": ("a.csv", b"Name\nx\n", "text/csv")},
        headers={
            "Cookie": f"{cookie}; _streamlit_xsrf={token}",
            "X-Xsrftoken": token,
            "Origin": served.url,
        },
    )


def canaries(heard: bytes, company: int) -> list[str]:
    """The words of a company that stand in what was heard."""
    return [word for word in CANARIES[company] if word.encode() in heard]
