"""Signs and codes of currencies, as they stand beside amounts. Pure."""

from functools import cache

from babel.core import get_global

from crm_data.errors import Invalid

# A sign -> the currencies that it may stand for. Codes stand for themselves.
_SIGNS = {
    "$": "USD AUD CAD NZD SGD HKD TWD MXN ARS CLP COP UYU",
    "us$": "USD",
    "ca$": "CAD",
    "c$": "CAD",
    "a$": "AUD",
    "au$": "AUD",
    "nz$": "NZD",
    "s$": "SGD",
    "hk$": "HKD",
    "nt$": "TWD",
    "mx$": "MXN",
    "r$": "BRL",
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP EGP LBP SYP",
    "¥": "JPY CNY",
    "円": "JPY",
    "元": "CNY",
    "cn¥": "CNY",
    "jp¥": "JPY",
    "₹": "INR",
    "rs": "INR PKR LKR NPR",
    "fr": "CHF",
    "sfr": "CHF",
    "kr": "SEK NOK DKK ISK",
    "zł": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "lei": "RON MDL",
    "лв": "BGN",
    "₽": "RUB",
    "руб": "RUB",
    "₴": "UAH",
    "₺": "TRY",
    "₩": "KRW",
    "₪": "ILS",
    "₫": "VND",
    "₱": "PHP",
    "฿": "THB",
    "₦": "NGN",
    "₸": "KZT",
    "₡": "CRC",
    "₵": "GHS",
}


@cache
def codes() -> frozenset[str]:
    """The codes of ISO 4217, those of former currencies among them."""
    return frozenset(get_global("all_currencies"))


def code_of(said: object) -> str:
    """The code of a currency that there is, in capitals. Raises Invalid, for the field 'currency'."""
    code = str(said).strip().upper()
    if code not in codes():
        raise Invalid(
            f"Currency: there is none with the code {code[:10]!r}. Three letters are needed, as USD, EUR or CHF.",
            "currency",
        )
    return code


def currencies(sign: str) -> frozenset[str]:
    """The currencies that a sign or a code may stand for; none when it is no such sign."""
    said = sign.strip().strip(".").strip()
    if said.casefold() in _SIGNS:
        return frozenset(_SIGNS[said.casefold()].split())
    return frozenset([said.upper()]) & codes()
