"""dashboards, charts: one period, comparison and currency for all charts; how wide each is."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import add_constraints, drop_column, on_sqlite

revision = "037"
down_revision = "036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.add_column(
        "charts", sa.Column("width", sa.String(length=20), server_default=sa.text("'third'"), nullable=False)
    )
    add_constraints(
        "charts",
        sa.CheckConstraint("width IN ('third', 'half', 'full')", name=op.f("ck_charts_width_choice")),
        on_sqlite(sa.CheckConstraint("length(width) <= 20", name=op.f("ck_charts_width_length"))),
    )
    op.add_column("dashboards", sa.Column("period", sa.String(length=40), nullable=True))
    op.add_column("dashboards", sa.Column("compare", sa.String(length=20), nullable=True))
    op.add_column("dashboards", sa.Column("currency", sa.String(length=3), nullable=True))
    add_constraints(
        "dashboards",
        sa.CheckConstraint("compare IN ('before', 'year')", name=op.f("ck_dashboards_compare_choice")),
        on_sqlite(sa.CheckConstraint("length(compare) <= 20", name=op.f("ck_dashboards_compare_length"))),
        on_sqlite(sa.CheckConstraint("length(currency) <= 3", name=op.f("ck_dashboards_currency_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(currency) IN ('text', 'null') AND instr(currency, char(0)) = 0",
                name=op.f("ck_dashboards_currency_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(period) <= 40", name=op.f("ck_dashboards_period_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(period) IN ('text', 'null') AND instr(period, char(0)) = 0",
                name=op.f("ck_dashboards_period_text"),
            )
        ),
    )


def downgrade() -> None:
    """Take it away."""
    drop_column("dashboards", "currency")
    drop_column("dashboards", "compare")
    drop_column("dashboards", "period")
    drop_column("charts", "width")
