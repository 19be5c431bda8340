"""A field for an amount of money, which takes it as amounts are printed here: 8450.50 or 8,450.50."""

from decimal import Decimal

import streamlit as st


def amount_input(label: str, key: str, help: str | None = None, disabled: bool = False) -> None:
    """The field; what it begins with stands in the session's state under its key, as `shown` writes it."""
    st.text_input(label, key=key, placeholder="0.00", help=help, disabled=disabled)


def shown(amount: Decimal | None) -> str | None:
    """What the field begins with."""
    return None if amount is None else f"{amount:.2f}"
