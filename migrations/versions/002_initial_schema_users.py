"""users: the people who sign in."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "002"
down_revision = "001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("first_name", sa.String(100), nullable=False),
        sa.Column("last_name", sa.String(100), nullable=False),
        sa.Column("phone", sa.String(20), nullable=True),
        sa.Column("avatar", sa.String(500), nullable=True),
        sa.Column("role", sa.String(50), nullable=False, server_default=sa.text("'user'")),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("is_verified", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("last_login", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_users_created_by_users", ondelete="SET NULL"
        ),
        sa.UniqueConstraint("email", name="uq_users_email"),
        on_sqlite(sa.CheckConstraint("length(avatar) <= 500", name=op.f("ck_users_avatar_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(avatar) IN ('text', 'null') AND instr(avatar, char(0)) = 0",
                name=op.f("ck_users_avatar_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_users_created_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(email) <= 255", name=op.f("ck_users_email_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(email) IN ('text', 'null') AND instr(email, char(0)) = 0",
                name=op.f("ck_users_email_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(first_name) <= 100", name=op.f("ck_users_first_name_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(first_name) IN ('text', 'null') AND instr(first_name, char(0)) = 0",
                name=op.f("ck_users_first_name_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("is_active IN (0, 1)", name=op.f("ck_users_is_active_yes_no"))),
        on_sqlite(sa.CheckConstraint("is_verified IN (0, 1)", name=op.f("ck_users_is_verified_yes_no"))),
        on_sqlite(
            sa.CheckConstraint(
                "last_login IS strftime('%Y-%m-%d %H:%M:%S', last_login, '+0 days')",
                name=op.f("ck_users_last_login_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(last_name) <= 100", name=op.f("ck_users_last_name_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(last_name) IN ('text', 'null') AND instr(last_name, char(0)) = 0",
                name=op.f("ck_users_last_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(password_hash) <= 255", name=op.f("ck_users_password_hash_length"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(password_hash) IN ('text', 'null') AND instr(password_hash, char(0)) = 0",
                name=op.f("ck_users_password_hash_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(phone) <= 20", name=op.f("ck_users_phone_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(phone) IN ('text', 'null') AND instr(phone, char(0)) = 0",
                name=op.f("ck_users_phone_text"),
            )
        ),
        sa.CheckConstraint(
            "role IN ('super_admin', 'admin', 'manager', 'sales_rep', 'user')",
            name=op.f("ck_users_role_choice"),
        ),
        on_sqlite(sa.CheckConstraint("length(role) <= 50", name=op.f("ck_users_role_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_users_updated_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("typeof(version) IN ('integer', 'null')", name=op.f("ck_users_version_number"))
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_users_created_by", "users", ["created_by"])
    op.create_index("ix_users_is_active", "users", ["is_active"])
    op.create_index("ix_users_role", "users", ["role"])
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_companies_created_by_users", "companies", "users", ["created_by"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    """Take it away."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_companies_created_by_users", "companies", type_="foreignkey")
    op.drop_table("users")
