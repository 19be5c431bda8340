"""user_companies: who works in which company."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "004"
down_revision = "003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "user_companies",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(50), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("permissions", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("joined_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name="fk_user_companies_company_id_companies",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_user_companies_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_user_companies_user_id_users", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("company_id", "user_id", name="uq_user_companies_company_id_user_id"),
        sa.UniqueConstraint("user_id", "company_id", name="uq_user_companies_user_id_company_id"),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_user_companies_created_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "ended_at IS strftime('%Y-%m-%d %H:%M:%S', ended_at, '+0 days')",
                name=op.f("ck_user_companies_ended_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("is_primary IN (0, 1)", name=op.f("ck_user_companies_is_primary_yes_no"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "joined_at IS strftime('%Y-%m-%d %H:%M:%S', joined_at, '+0 days')",
                name=op.f("ck_user_companies_joined_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "permissions IS NULL OR json_valid(permissions)",
                name=op.f("ck_user_companies_permissions_json"),
            )
        ),
        sa.CheckConstraint(
            "role IN ('admin', 'manager', 'sales_rep', 'user')", name=op.f("ck_user_companies_role_choice")
        ),
        on_sqlite(sa.CheckConstraint("length(role) <= 50", name=op.f("ck_user_companies_role_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_user_companies_updated_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(version) IN ('integer', 'null')", name=op.f("ck_user_companies_version_number")
            )
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_user_companies_by_created_at", "user_companies", ["company_id", "created_at", "id"])
    op.create_index("ix_user_companies_by_updated_at", "user_companies", ["company_id", "updated_at", "id"])
    op.create_index("ix_user_companies_company_id", "user_companies", ["company_id"])
    op.create_index("ix_user_companies_created_by", "user_companies", ["created_by"])
    op.create_index("ix_user_companies_user_id", "user_companies", ["user_id"])
    op.create_index(
        "uq_user_companies_one_primary",
        "user_companies",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("is_primary = 1"),
        postgresql_where=sa.text("is_primary"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_customers_member_assigned_to",
            "customers",
            "user_companies",
            ["company_id", "assigned_to"],
            ["company_id", "user_id"],
            deferrable=True,
            initially="DEFERRED",
        )


def downgrade() -> None:
    """Take it away."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_customers_member_assigned_to", "customers", type_="foreignkey")
        op.execute("DROP POLICY IF EXISTS wall_company ON users")  # it leads to memberships
    op.drop_table("user_companies")
