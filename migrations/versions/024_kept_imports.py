"""kept imports."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "024"
down_revision = "023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "kept_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=50), nullable=False),
        sa.Column("headings", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("plan", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(file_name) IN ('text', 'null') AND instr(file_name, char(0)) = 0",
                name=op.f("ck_kept_imports_file_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(headings) IN ('text', 'null') AND instr(headings, char(0)) = 0",
                name=op.f("ck_kept_imports_headings_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(list_name) IN ('text', 'null') AND instr(list_name, char(0)) = 0",
                name=op.f("ck_kept_imports_list_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(made_by) IN ('text', 'null') AND instr(made_by, char(0)) = 0",
                name=op.f("ck_kept_imports_made_by_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_kept_imports_updated_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(file_name) <= 255", name=op.f("ck_kept_imports_file_name_length"))
        ),
        on_sqlite(sa.CheckConstraint("length(headings) <= 64", name=op.f("ck_kept_imports_headings_length"))),
        on_sqlite(
            sa.CheckConstraint("length(list_name) <= 50", name=op.f("ck_kept_imports_list_name_length"))
        ),
        on_sqlite(sa.CheckConstraint("length(made_by) <= 100", name=op.f("ck_kept_imports_made_by_length"))),
        on_sqlite(
            sa.CheckConstraint("plan IS NULL OR json_valid(plan)", name=op.f("ck_kept_imports_plan_json"))
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_kept_imports_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_imports")),
        sa.UniqueConstraint("company_id", "list_name", "headings", name="uq_kept_imports_list_headings"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_kept_imports_company_id"), "kept_imports", ["company_id"], unique=False)
    op.create_index(
        "ix_kept_imports_company_made_by",
        "kept_imports",
        ["company_id", "list_name", "made_by"],
        unique=False,
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("kept_imports")
