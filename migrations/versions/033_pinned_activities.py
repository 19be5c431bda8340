"""activities: what stands on top of a feed."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import add_constraints, drop_column, on_sqlite

revision = "033"
down_revision = "032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.add_column("activities", sa.Column("pinned_at", UtcDateTime(), nullable=True))
    add_constraints(
        "activities",
        on_sqlite(
            sa.CheckConstraint(
                "pinned_at IS strftime('%Y-%m-%d %H:%M:%S', pinned_at, '+0 days')",
                name=op.f("ck_activities_pinned_at_moment"),
            )
        ),
    )


def downgrade() -> None:
    """Take it away."""
    drop_column("activities", "pinned_at")
