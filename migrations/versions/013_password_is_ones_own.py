"""A password is its person's own: who is shut out, which link makes an operator, who vouches for whom."""

import sqlalchemy as sa
from alembic import op

revision = "013"
down_revision = "015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who cannot sign in now was shut out by the operator. What companies' links verified is verified no longer.

    Reset links that wait say not yet who vouches for them, so they end; they last an hour.
    """
    for table, column in (("users", "shut_out"), ("one_time_links", "makes_operator")):
        checks = []
        if op.get_bind().dialect.name == "sqlite":
            name = op.f(f"ck_{table}_{column}_yes_no")
            checks.append(sa.CheckConstraint(f"{column} IN (0, 1)", name=name))
        op.add_column(
            table, sa.Column(column, sa.Boolean(), *checks, nullable=False, server_default=sa.false())
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
    op.drop_column("one_time_links", "makes_operator")
    op.drop_column("users", "shut_out")
