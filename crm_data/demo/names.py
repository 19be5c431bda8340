"""Names, addresses and telephone numbers for made-up customers and their contacts, none of them twice."""

from random import Random
from typing import Any

from crm_data.demo.trades import Trade
from crm_data.demo.words import FIRST_NAMES, LAST_NAMES, PLACE_WORDS, STREETS


class Names:
    """Draws names of one trade; `random` decides."""

    def __init__(self, random: Random, trade: Trade) -> None:
        self._random = random
        self._trade = trade
        self._used: dict[str, bool] = {}

    def person(self) -> str:
        """A first and a last name."""
        return self._once(lambda: f"{self._random.choice(FIRST_NAMES)} {self._random.choice(LAST_NAMES)}")

    def firm(self) -> tuple[str, str]:
        """A firm's name and its industry."""
        ending, industry = self._random.choice(self._trade.kinds)
        return self._once(lambda: f"{self._random.choice(PLACE_WORDS)} {ending}"), industry

    def place(self) -> dict[str, Any]:
        """Address, city, state, country, postal code and a telephone number that fit each other."""
        random = self._random
        city, state, country, code, dial = random.choice(self._trade.places)
        end = (
            f"{random.randrange(100):02d}"
            if code.isdigit()
            else f"{random.randint(1, 9)} {random.randint(1, 9)}AB"
        )
        return {
            "address": f"{random.randint(1, 240)} {random.choice(STREETS)}",
            "city": city,
            "state": state,
            "country": country,
            "zip_code": f"{code}{end}",
            "phone": self.phone(dial),
        }

    def phone(self, dial: str = "") -> str:
        """A number of those that are kept for stories; again one that is given only when a town has no more."""
        dial = dial or self._random.choice(self._trade.places)[4]
        drawn = self._random.randrange(100)
        number = next(
            (n for k in range(100) if (n := f"{dial}{(drawn + k) % 100:02d}") not in self._used), ""
        )
        self._used[number or dial] = True
        return number or f"{dial}{drawn:02d}"

    def _once(self, draw: Any) -> str:
        for _ in range(50):
            name: str = draw()
            if name not in self._used:
                self._used[name] = True
                return name
        # Every pair has been drawn: a number tells the next ones apart.
        name = f"{draw()} {len(self._used)}"
        self._used[name] = True
        return name


def address_of(name: str, domain: str) -> str:
    """An e-mail address from a name: letters and dots, without accents or apostrophes."""
    plain = name.lower().replace("ë", "e").replace("é", "e")
    words = ["".join(c for c in word if c.isascii() and c.isalnum()) for word in plain.split()]
    return f"{'.'.join(word for word in words if word)}@{domain}"


def domain_of(firm: str) -> str:
    """A domain in .example, which nobody can own."""
    return address_of(firm.replace(" ", ""), "example").replace("@", ".")
