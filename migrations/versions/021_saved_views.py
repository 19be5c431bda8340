"""views: filters, orders and columns under a name."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "021"
down_revision = "020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=50), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("asks", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("layout", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(list_name) IN ('text', 'null') AND instr(list_name, char(0)) = 0",
                name=op.f("ck_views_list_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(name) IN ('text', 'null') AND instr(name, char(0)) = 0",
                name=op.f("ck_views_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("typeof(version) IN ('integer', 'null')", name=op.f("ck_views_version_number"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_views_updated_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("asks IS NULL OR json_valid(asks)", name=op.f("ck_views_asks_json"))),
        on_sqlite(
            sa.CheckConstraint("layout IS NULL OR json_valid(layout)", name=op.f("ck_views_layout_json"))
        ),
        on_sqlite(sa.CheckConstraint("length(list_name) <= 50", name=op.f("ck_views_list_name_length"))),
        on_sqlite(sa.CheckConstraint("length(name) <= 60", name=op.f("ck_views_name_length"))),
        on_sqlite(sa.CheckConstraint("shared IN (0, 1)", name=op.f("ck_views_shared_yes_no"))),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_views_member_user_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_views_company_id_companies"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_views_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
        sa.UniqueConstraint("company_id", "user_id", "list_name", "name", name="uq_views_person_list_name"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_views_company_id"), "views", ["company_id"], unique=False)
    op.create_index("ix_views_company_list", "views", ["company_id", "list_name"], unique=False)
    op.create_index(op.f("ix_views_user_id"), "views", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("views")
