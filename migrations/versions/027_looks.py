"""looks: what a person has seen."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "027"
down_revision = "026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=50), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        on_sqlite(
            sa.CheckConstraint(
                "at IS strftime('%Y-%m-%d %H:%M:%S', at, '+0 days')", name=op.f("ck_looks_at_moment")
            )
        ),
        on_sqlite(
            sa.CheckConstraint("typeof(row_id) IN ('integer', 'null')", name=op.f("ck_looks_row_id_number"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(table_name) IN ('text', 'null') AND instr(table_name, char(0)) = 0",
                name=op.f("ck_looks_table_name_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(table_name) <= 50", name=op.f("ck_looks_table_name_length"))),
        sa.CheckConstraint("row_id BETWEEN 1 AND 2147483647", name=op.f("ck_looks_row_id_bounds")),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_looks_member_user_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_looks_company_id_companies"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_looks_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
        sa.UniqueConstraint("company_id", "user_id", "table_name", "row_id", name="uq_looks_person_row"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_looks_company_id"), "looks", ["company_id"], unique=False)
    op.create_index(op.f("ix_looks_user_id"), "looks", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("looks")
