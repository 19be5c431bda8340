"""change_log: the append-only audit of a company."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "009"
down_revision = "008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "change_log",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("act_id", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("table_name", sa.String(50), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name="fk_change_log_company_id_companies", ondelete="CASCADE"
        ),
        on_sqlite(sa.CheckConstraint("length(act_id) <= 32", name=op.f("ck_change_log_act_id_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(act_id) IN ('text', 'null') AND instr(act_id, char(0)) = 0",
                name=op.f("ck_change_log_act_id_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(action) <= 20", name=op.f("ck_change_log_action_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(action) IN ('text', 'null') AND instr(action, char(0)) = 0",
                name=op.f("ck_change_log_action_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("after IS NULL OR json_valid(after)", name=op.f("ck_change_log_after_json"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "at IS strftime('%Y-%m-%d %H:%M:%S', at, '+0 days')", name=op.f("ck_change_log_at_moment")
            )
        ),
        on_sqlite(
            sa.CheckConstraint("before IS NULL OR json_valid(before)", name=op.f("ck_change_log_before_json"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(row_id) IN ('integer', 'null')", name=op.f("ck_change_log_row_id_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(table_name) <= 50", name=op.f("ck_change_log_table_name_length"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(table_name) IN ('text', 'null') AND instr(table_name, char(0)) = 0",
                name=op.f("ck_change_log_table_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(user_id) IN ('integer', 'null')", name=op.f("ck_change_log_user_id_number")
            )
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_log_company_act", "change_log", ["company_id", "act_id"])
    op.create_index("ix_change_log_company_at", "change_log", ["company_id", "at", "id"])
    op.create_index("ix_change_log_company_id", "change_log", ["company_id"])
    op.create_index("ix_change_log_company_row", "change_log", ["company_id", "table_name", "row_id", "id"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("change_log")
