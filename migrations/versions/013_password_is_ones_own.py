"""A password is its person's own: who is shut out, which link makes an operator, who vouches for whom."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import rebuild

revision = "013"
down_revision = "015"
branch_labels = None
depends_on = None

NEW = (("users", "shut_out"), ("one_time_links", "makes_operator"))


def upgrade() -> None:
    """Who cannot sign in now was shut out by the operator. What companies' links verified is verified no longer.

    Reset links that wait say not yet who vouches for them, so they end; they last an hour.
    """
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, column in NEW:
        made: sa.Column[bool] = sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false())
        with rebuild(table) as batch:
            batch.add_column(made)
            if on_sqlite:
                batch.create_check_constraint(op.f(f"ck_{table}_{column}_yes_no"), f"{column} IN (0, 1)")
    users = sa.table(
        "users", sa.column("role"), sa.column("is_active"), sa.column("shut_out"), sa.column("is_verified")
    )
    op.execute(users.update().where(users.c.is_active.is_(sa.false())).values(shut_out=sa.true()))
    by_a_company = users.update().where(users.c.role != "super_admin", users.c.is_verified.is_(sa.true()))
    op.execute(by_a_company.values(is_verified=sa.false()))
    op.execute(
        "UPDATE one_time_links SET used_at = CURRENT_TIMESTAMP WHERE kind = 'reset' AND used_at IS NULL"
    )


def downgrade() -> None:
    """Take it away."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, column in NEW:
        with rebuild(table) as batch:
            if on_sqlite:
                batch.drop_constraint(op.f(f"ck_{table}_{column}_yes_no"), type_="check")
            batch.drop_column(column)
