"""A person chooses the time zone in which they are shown moments."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import add_constraints, drop_column, on_sqlite

revision = "041"
down_revision = "040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.add_column("users", sa.Column("time_zone", sa.String(length=64), nullable=True))
    add_constraints(
        "users",
        on_sqlite(sa.CheckConstraint("length(time_zone) <= 64", name=op.f("ck_users_time_zone_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(time_zone) IN ('text', 'null') AND instr(time_zone, char(0)) = 0",
                name=op.f("ck_users_time_zone_text"),
            )
        ),
    )


def downgrade() -> None:
    """Take it away."""
    drop_column("users", "time_zone")
