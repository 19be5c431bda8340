"""links that few rows hold: their indexes are of those rows alone, so that erasing reads no others."""

import sqlalchemy as sa
from alembic import op

revision = "031"
down_revision = "030"
branch_labels = None
depends_on = None

_LINKS = (("customers", "merged_into"), ("leads", "converted_deal_id"), ("leads", "merged_into"))


def upgrade() -> None:
    """Make it."""
    for table, column in _LINKS:
        there = sa.text(f"{column} IS NOT NULL")
        op.drop_index(f"ix_{table}_{column}", table_name=table)
        op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    """Take it away."""
    for table, column in _LINKS:
        op.drop_index(f"ix_{table}_{column}", table_name=table)
        op.create_index(f"ix_{table}_{column}", table, [column])
