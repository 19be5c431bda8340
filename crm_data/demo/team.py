"""The two made-up firms and the people who work in them."""

from dataclasses import dataclass
from datetime import datetime

from crm_data.demo.trades import COFFEE, INSTRUMENTS, Trade


@dataclass(frozen=True)
class DemoPerson:
    """One who can sign in: e-mail, full name, the company and the role in it, in words."""

    email: str
    name: str
    company: str
    role: str


@dataclass(frozen=True)
class Seat:
    """A place in a firm. `share`: of the selling; `skill`: of the deals won; `left`: days since they left."""

    first: str
    last: str
    role: str
    share: float = 0.0
    skill: float = 0.4
    operator: bool = False
    left: int | None = None


@dataclass(frozen=True)
class Firm:
    """One made-up company: its profile, its trade, how much it has of everything, and its people."""

    name: str
    domain: str
    code: str
    city: str
    state: str
    country: str
    phone: str
    industry: str
    size: str
    currency: str
    trade: Trade
    much: float
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Seller:
    """Somebody whom records belong to; `until` is when they left."""

    user_id: int
    share: float
    skill: float
    until: datetime | None = None


FIRMS = (
    Firm(
        name="Bramble Hill Coffee Roasters",
        domain="bramblehill.example",
        code="BH",
        city="Portland",
        state="OR",
        country="United States",
        phone="+1 503 555 0100",
        industry="Food and drink",
        size="Small",
        currency="USD",
        trade=COFFEE,
        much=1.0,
        seats=(
            Seat("Ruth", "Calloway", "admin", operator=True),
            Seat("Daniel", "Osei", "manager", 0.5, 0.46),
            Seat("Marta", "Lindqvist", "manager", 0.4, 0.44),
            Seat("Priya", "Raman", "sales_rep", 1.4, 0.55),
            Seat("Tom", "Hadley", "sales_rep", 1.1, 0.41),
            Seat("Elena", "Moss", "sales_rep", 1.0, 0.30),
            Seat("Jonas", "Wirth", "sales_rep", 1.0, 0.43),
            Seat("Grace", "Okoye", "user"),
            Seat("Peter", "Nolan", "sales_rep", 1.0, 0.36, left=95),
        ),
    ),
    Firm(
        name="Harbour Light Instruments",
        domain="harbourlight.example",
        code="HL",
        city="Bristol",
        state="England",
        country="United Kingdom",
        phone="+44 117 496 0000",
        industry="Instruments",
        size="Medium",
        currency="GBP",
        trade=INSTRUMENTS,
        much=0.6,
        seats=(
            Seat("Alan", "Fairbank", "admin"),
            Seat("Sophie", "Tran", "manager", 0.5, 0.48),
            Seat("Marta", "Lindqvist", "sales_rep", 0.6, 0.44),
            Seat("Callum", "Reid", "sales_rep", 1.2, 0.50),
            Seat("Hana", "Sato", "sales_rep", 1.1, 0.40),
            Seat("Isabel", "Cruz", "sales_rep", 0.9, 0.31),
            Seat("Owen", "Pryce", "user"),
        ),
    ),
)
