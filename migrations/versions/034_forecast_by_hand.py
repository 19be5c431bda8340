"""deals: where one stands in the forecast that was set so by hand."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import add_constraints, drop_column, on_sqlite

revision = "034"
down_revision = "033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.add_column("deals", sa.Column("forecast_category", sa.String(length=20), nullable=True))
    add_constraints(
        "deals",
        sa.CheckConstraint(
            "forecast_category IN ('commit', 'best_case', 'pipeline', 'omitted')",
            name=op.f("ck_deals_forecast_category_choice"),
        ),
        on_sqlite(
            sa.CheckConstraint(
                "length(forecast_category) <= 20", name=op.f("ck_deals_forecast_category_length")
            )
        ),
    )


def downgrade() -> None:
    """Take it away."""
    drop_column("deals", "forecast_category")
