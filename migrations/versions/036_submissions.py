"""submissions."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import Money, UtcDateTime
from migrations.helpers import on_sqlite

revision = "036"
down_revision = "035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("by_manager", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("amount", Money(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("updated_at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("archived_by", sa.Integer(), nullable=True),
        on_sqlite(
            sa.CheckConstraint(
                "archived_at IS strftime('%Y-%m-%d %H:%M:%S', archived_at, '+0 days')",
                name=op.f("ck_submissions_archived_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_submissions_created_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "month IS strftime('%Y-%m-%d', month, '+0 days')", name=op.f("ck_submissions_month_day")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(amount) IN ('integer', 'real', 'null')", name=op.f("ck_submissions_amount_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(currency) IN ('text', 'null') AND instr(currency, char(0)) = 0",
                name=op.f("ck_submissions_currency_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(note) IN ('text', 'null') AND instr(note, char(0)) = 0",
                name=op.f("ck_submissions_note_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(version) IN ('integer', 'null')", name=op.f("ck_submissions_version_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_submissions_updated_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(currency) <= 3", name=op.f("ck_submissions_currency_length"))),
        on_sqlite(sa.CheckConstraint("length(note) <= 500", name=op.f("ck_submissions_note_length"))),
        on_sqlite(sa.CheckConstraint("by_manager IN (0, 1)", name=op.f("ck_submissions_by_manager_yes_no"))),
        sa.CheckConstraint(
            "amount >= 0 AND amount <= 9999999999999.99", name=op.f("ck_submissions_amount_bounds")
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_submissions_currency_letters")),
        sa.ForeignKeyConstraint(
            ["archived_by"], ["users.id"], name=op.f("fk_submissions_archived_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_submissions_member_user_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_submissions_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_submissions_created_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_submissions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_submissions_archived_by"), "submissions", ["archived_by"], unique=False)
    op.create_index(
        "ix_submissions_by_created_at", "submissions", ["company_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_submissions_by_updated_at", "submissions", ["company_id", "updated_at", "id"], unique=False
    )
    op.create_index(
        "ix_submissions_company_archived", "submissions", ["company_id", "archived_at"], unique=False
    )
    op.create_index(op.f("ix_submissions_company_id"), "submissions", ["company_id"], unique=False)
    op.create_index(
        "ix_submissions_company_month",
        "submissions",
        ["company_id", "month", "currency", "user_id"],
        unique=False,
    )
    op.create_index(op.f("ix_submissions_created_by"), "submissions", ["created_by"], unique=False)
    op.create_index(op.f("ix_submissions_user_id"), "submissions", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("submissions")
