"""companies: what each says of its sales stages."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import add_constraints, drop_column, on_sqlite

revision = "023"
down_revision = "022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.add_column("companies", sa.Column("stages", sa.JSON(none_as_null=True), nullable=True))
    add_constraints(
        "companies",
        on_sqlite(
            sa.CheckConstraint("stages IS NULL OR json_valid(stages)", name=op.f("ck_companies_stages_json"))
        ),
    )


def downgrade() -> None:
    """Take it away."""
    drop_column("companies", "stages")
