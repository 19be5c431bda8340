"""A company says in which month its fiscal year begins."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import add_constraints, drop_column, on_sqlite

revision = "018"
down_revision = "017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """January until a company says another."""
    op.add_column(
        "companies",
        sa.Column(
            "fiscal_year_begins", sa.String(length=20), server_default=sa.text("'january'"), nullable=False
        ),
    )
    add_constraints(
        "companies",
        sa.CheckConstraint(
            "fiscal_year_begins IN ('january', 'february', 'march', 'april', 'may', 'june', 'july', 'august',"
            " 'september', 'october', 'november', 'december')",
            name=op.f("ck_companies_fiscal_year_begins_choice"),
        ),
        on_sqlite(
            sa.CheckConstraint(
                "length(fiscal_year_begins) <= 20", name=op.f("ck_companies_fiscal_year_begins_length")
            )
        ),
    )


def downgrade() -> None:
    """Take it away."""
    drop_column("companies", "fiscal_year_begins")
