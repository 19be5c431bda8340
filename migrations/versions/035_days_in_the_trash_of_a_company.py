"""days in the trash of a company."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import add_constraints, drop_column, on_sqlite

revision = "035"
down_revision = "034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.add_column("companies", sa.Column("trash_days", sa.Integer(), nullable=True))
    op.add_column("companies", sa.Column("trash_from", sa.Date(), nullable=True))
    add_constraints(
        "companies",
        sa.CheckConstraint("trash_days BETWEEN 30 AND 3650", name=op.f("ck_companies_trash_days_bounds")),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(trash_days) IN ('integer', 'null')", name=op.f("ck_companies_trash_days_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "trash_from IS strftime('%Y-%m-%d', trash_from, '+0 days')",
                name=op.f("ck_companies_trash_from_day"),
            )
        ),
    )


def downgrade() -> None:
    """Take it away."""
    drop_column("companies", "trash_from")
    drop_column("companies", "trash_days")
