"""exchange_rates: what other currencies are worth in a company's own, from a day on."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import Rate, UtcDateTime
from migrations.helpers import on_sqlite

revision = "038"
down_revision = "037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "exchange_rates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("to_currency", sa.String(length=3), nullable=False),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("rate", Rate(), nullable=True),
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
                name=op.f("ck_exchange_rates_archived_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_exchange_rates_created_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "holds_from IS strftime('%Y-%m-%d', holds_from, '+0 days')",
                name=op.f("ck_exchange_rates_holds_from_day"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(currency) IN ('text', 'null') AND instr(currency, char(0)) = 0",
                name=op.f("ck_exchange_rates_currency_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(rate) IN ('integer', 'null')", name=op.f("ck_exchange_rates_rate_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(to_currency) IN ('text', 'null') AND instr(to_currency, char(0)) = 0",
                name=op.f("ck_exchange_rates_to_currency_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(version) IN ('integer', 'null')", name=op.f("ck_exchange_rates_version_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_exchange_rates_updated_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(currency) <= 3", name=op.f("ck_exchange_rates_currency_length"))
        ),
        on_sqlite(
            sa.CheckConstraint("length(to_currency) <= 3", name=op.f("ck_exchange_rates_to_currency_length"))
        ),
        sa.CheckConstraint(
            "length(currency) = 3 AND length(to_currency) = 3",
            name=op.f("ck_exchange_rates_currency_letters"),
        ),
        sa.CheckConstraint(
            "rate BETWEEN 1 AND 99999999999999999", name=op.f("ck_exchange_rates_rate_bounds")
        ),
        sa.ForeignKeyConstraint(
            ["archived_by"],
            ["users.id"],
            name=op.f("fk_exchange_rates_archived_by_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_exchange_rates_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_exchange_rates_created_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rates")),
        sa.UniqueConstraint(
            "company_id", "currency", "to_currency", "holds_from", name="uq_exchange_rates_day"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_exchange_rates_archived_by"), "exchange_rates", ["archived_by"], unique=False)
    op.create_index(
        "ix_exchange_rates_by_created_at", "exchange_rates", ["company_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_exchange_rates_by_updated_at", "exchange_rates", ["company_id", "updated_at", "id"], unique=False
    )
    op.create_index(
        "ix_exchange_rates_company_archived", "exchange_rates", ["company_id", "archived_at"], unique=False
    )
    op.create_index(op.f("ix_exchange_rates_company_id"), "exchange_rates", ["company_id"], unique=False)
    op.create_index(op.f("ix_exchange_rates_created_by"), "exchange_rates", ["created_by"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("exchange_rates")
