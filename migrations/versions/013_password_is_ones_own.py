"""A password is its person's own: who the operator shut out, and that no company's link vouches for an account."""

import sqlalchemy as sa
from alembic import op

revision = "013"
down_revision = "012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who cannot sign in now was shut out by the operator. What companies' links verified is verified no longer.

    Reset links that wait say not yet who vouches for them, so they end; they last an hour.
    """
    checks = []
    if op.get_bind().dialect.name == "sqlite":
        checks.append(sa.CheckConstraint("shut_out IN (0, 1)", name=op.f("ck_users_shut_out_yes_no")))
    op.add_column(
        "users", sa.Column("shut_out", sa.Boolean(), *checks, nullable=False, server_default=sa.false())
    )
    users = sa.table(
        "users", sa.column("role"), sa.column("is_active"), sa.column("shut_out"), sa.column("is_verified")
    )
    op.execute(users.update().where(users.c.is_active.is_(sa.false())).values(shut_out=sa.true()))
    op.execute(users.update().where(users.c.role != "super_admin").values(is_verified=sa.false()))
    op.execute(
        "UPDATE one_time_links SET used_at = CURRENT_TIMESTAMP WHERE kind = 'reset' AND used_at IS NULL"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_column("users", "shut_out")
