"""grid_layouts: how a person has arranged a list."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "016"
down_revision = "013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "grid_layouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=50), nullable=False),
        sa.Column("layout", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(list_name) IN ('text', 'null') AND instr(list_name, char(0)) = 0",
                name=op.f("ck_grid_layouts_list_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_grid_layouts_updated_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "layout IS NULL OR json_valid(layout)", name=op.f("ck_grid_layouts_layout_json")
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(list_name) <= 50", name=op.f("ck_grid_layouts_list_name_length"))
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_grid_layouts_member_user_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_grid_layouts_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_grid_layouts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_layouts")),
        sa.UniqueConstraint("company_id", "user_id", "list_name", name="uq_grid_layouts_person_list"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_grid_layouts_company_id"), "grid_layouts", ["company_id"], unique=False)
    op.create_index(op.f("ix_grid_layouts_user_id"), "grid_layouts", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("grid_layouts")
