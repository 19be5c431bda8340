"""change_log: of each field that is asked of a moment the lines that changed it; none of the company alone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "040"
down_revision = "039"
branch_labels = None
depends_on = None

_FIELDS = (
    "deal_value", "expected_close_date", "assigned_to", "stage", "probability", "forecast_category",
)  # fmt: skip
_AT = ["row_id", "at", "id"]
_DEALS = "table_name = 'deals' AND "


def upgrade() -> None:
    """Make it."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    says = """json_extract("{side}", '$.{name}')""" if sqlite else "({side} ->> '{name}')"
    for name in _FIELDS:
        before, after = (says.format(side=side, name=name) for side in ("before", "after"))
        some = f"action = 'change' AND ({before} IS NOT NULL OR {after} IS NOT NULL)"
        of, first = ("", ["table_name"]) if name == "assigned_to" else (_DEALS, [])  # any record has an owner
        _create(f"ix_change_log_said_{name}", [*first, *_AT, sa.text(before)], of + some)
    _create("ix_change_log_deals_added", _AT, f"{_DEALS}action = 'add'")
    op.drop_index("ix_change_log_company_id", "change_log")


def _create(name: str, of: Sequence[str | sa.TextClause], some: str) -> None:
    where = sa.text(some)
    op.create_index(name, "change_log", ["company_id", *of], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take it away."""
    op.create_index("ix_change_log_company_id", "change_log", ["company_id"])
    for name in ("deals_added", *(f"said_{name}" for name in _FIELDS)):
        op.drop_index(f"ix_change_log_{name}", "change_log")
