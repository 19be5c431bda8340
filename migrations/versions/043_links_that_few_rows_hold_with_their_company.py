"""links that few rows hold: their company in the index too, so that taking many rows away reads no others."""

import sqlalchemy as sa
from alembic import op

revision = "043"
down_revision = "042"
branch_labels = None
depends_on = None

_LINKS = (("customers", "merged_into"), ("leads", "converted_deal_id"), ("leads", "merged_into"))


def upgrade() -> None:
    """Make it."""
    _made(["company_id"])


def downgrade() -> None:
    """Take it away."""
    _made([])


def _made(more: list[str]) -> None:
    for table, column in _LINKS:
        there = sa.text(f"{column} IS NOT NULL")
        op.drop_index(f"ix_{table}_{column}", table_name=table)
        op.create_index(
            f"ix_{table}_{column}", table, [column, *more], sqlite_where=there, postgresql_where=there
        )
