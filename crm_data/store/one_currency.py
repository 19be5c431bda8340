"""An amount with a currency's sign agrees with its record's currency, gives it one, or is refused. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crm_data.errors import Invalid
from crm_data.store.amounts import Amount
from crm_data.tables.fields import Field

FIELD = "currency"


def in_one_currency(
    values: dict[str, Any], before: Mapping[str, Any] | None, fields: Mapping[str, Field], own: str
) -> dict[str, Any]:
    """The values with plain amounts, and the currency that a sign beside one names where nothing else says it.

    `before` is the record as it is, None for a new one; `own` the currency of the company. Raises Invalid.
    """
    for name, amount in [(n, v) for n, v in values.items() if isinstance(v, Amount)]:
        values = {**values, name: Decimal(amount)}
        known = str(values.get(FIELD) or (before or {}).get(FIELD) or own).upper()
        if known in amount.currencies:
            continue
        meant = sorted(amount.currencies)
        if FIELD in fields and not values.get(FIELD) and len(meant) == 1:
            values[FIELD] = meant[0]
            continue
        said = " or ".join(meant if len(meant) < 4 else [*meant[:3], "another"])
        choose = (
            "Say which in the currency." if FIELD in fields else "Leave the sign out, or convert the amount."
        )
        raise Invalid(f"{fields[name].label}: this amount is in {said}, and not in {known}. {choose}", name)
    return values
