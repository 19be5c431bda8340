"""What a made-up firm sells, to whom, where and in which months."""

from dataclasses import dataclass

from crm_data.demo.words import AMERICA, BRITAIN


@dataclass(frozen=True)
class Trade:
    """A line of business.

    `kinds`: what its customers' names end in, and their industry. `products`: what its deals are about, with
    the least and the most they are worth. `season`: how busy each month is, January first. `firms`: share of
    customers that are firms. `pace`: how long deals take, 1.0 being about six weeks. `opens`: hour in UTC.
    """

    kinds: tuple[tuple[str, str], ...]
    products: tuple[tuple[str, int, int], ...]
    season: tuple[float, ...]
    firms: float
    pace: float
    places: tuple[tuple[str, str, str, str, str], ...]
    opens: int
    tags: tuple[str, ...]


COFFEE = Trade(
    kinds=(
        ("Café", "Cafés"),
        ("Coffee House", "Cafés"),
        ("Bakery", "Bakeries"),
        ("Hotel", "Hotels"),
        ("Restaurant", "Restaurants"),
        ("Deli", "Groceries"),
        ("Grocers", "Groceries"),
        ("Offices", "Offices"),
        ("College", "Education"),
    ),
    products=(
        ("house blend, yearly supply", 4_000, 26_000),
        ("single origin, monthly box", 1_200, 7_500),
        ("espresso machines on lease", 6_000, 38_000),
        ("barista training", 800, 4_200),
        ("seasonal blend", 900, 6_500),
        ("office coffee plan", 2_500, 18_000),
    ),
    season=(0.8, 0.9, 1.15, 1.1, 0.95, 0.85, 0.7, 0.75, 1.2, 1.35, 1.3, 0.9),
    firms=0.8,
    pace=0.85,
    places=AMERICA,
    opens=16,
    tags=("wholesale", "organic", "weekly delivery", "key account", "seasonal"),
)
INSTRUMENTS = Trade(
    kinds=(
        ("Marine Survey", "Marine"),
        ("Laboratories", "Research"),
        ("Water Services", "Utilities"),
        ("Engineering", "Engineering"),
        ("Boatyard", "Marine"),
        ("Environmental", "Environment"),
        ("Fisheries", "Marine"),
        ("Institute", "Research"),
    ),
    products=(
        ("depth sounders", 6_000, 48_000),
        ("water quality sensors", 9_000, 90_000),
        ("calibration contract", 2_400, 16_000),
        ("weather station", 3_500, 22_000),
        ("data loggers", 4_000, 36_000),
        ("spare parts agreement", 1_500, 9_000),
    ),
    season=(1.1, 1.15, 1.25, 1.1, 1.0, 0.9, 0.75, 0.6, 1.05, 1.1, 1.1, 0.7),
    firms=0.94,
    pace=1.35,
    places=BRITAIN,
    opens=9,
    tags=("public tender", "key account", "service contract", "research"),
)
SERVICES = Trade(
    kinds=(
        ("Studio", "Media"),
        ("Logistics", "Logistics"),
        ("Clinic", "Health"),
        ("Foods", "Retail"),
        ("Print Works", "Manufacturing"),
        ("School", "Education"),
    ),
    products=(
        ("yearly contract", 3_000, 24_000),
        ("first order", 800, 6_000),
        ("extension", 1_500, 12_000),
        ("training days", 900, 5_000),
    ),
    season=(1.0,) * 12,
    firms=0.8,
    pace=1.0,
    places=AMERICA,
    opens=9,
    tags=("key account", "new"),
)
