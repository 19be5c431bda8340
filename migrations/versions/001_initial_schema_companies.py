"""companies: the tenants."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "companies",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("logo", sa.String(500), nullable=True),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("phone", sa.String(20), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("city", sa.String(100), nullable=True),
        sa.Column("state", sa.String(100), nullable=True),
        sa.Column("country", sa.String(100), nullable=True),
        sa.Column("zip_code", sa.String(20), nullable=True),
        sa.Column("website", sa.String(255), nullable=True),
        sa.Column("industry", sa.String(100), nullable=True),
        sa.Column("company_size", sa.String(50), nullable=True),
        sa.Column("currency", sa.String(10), nullable=False, server_default=sa.text("'USD'")),
        sa.Column("status", sa.String(20), nullable=False, server_default=sa.text("'active'")),
        sa.Column("subscription_plan", sa.String(50), nullable=True),
        sa.Column("subscription_start", sa.Date(), nullable=True),
        sa.Column("subscription_end", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("created_by", sa.Integer(), nullable=True),
        on_sqlite(
            sa.ForeignKeyConstraint(
                ["created_by"], ["users.id"], name="fk_companies_created_by_users", ondelete="SET NULL"
            )
        ),
        sa.UniqueConstraint("email", name="uq_companies_email"),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(address) IN ('text', 'null') AND instr(address, char(0)) = 0",
                name=op.f("ck_companies_address_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(city) <= 100", name=op.f("ck_companies_city_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(city) IN ('text', 'null') AND instr(city, char(0)) = 0",
                name=op.f("ck_companies_city_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(company_size) <= 50", name=op.f("ck_companies_company_size_length"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(company_size) IN ('text', 'null') AND instr(company_size, char(0)) = 0",
                name=op.f("ck_companies_company_size_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(country) <= 100", name=op.f("ck_companies_country_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(country) IN ('text', 'null') AND instr(country, char(0)) = 0",
                name=op.f("ck_companies_country_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_companies_created_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(currency) <= 10", name=op.f("ck_companies_currency_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(currency) IN ('text', 'null') AND instr(currency, char(0)) = 0",
                name=op.f("ck_companies_currency_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(email) <= 255", name=op.f("ck_companies_email_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(email) IN ('text', 'null') AND instr(email, char(0)) = 0",
                name=op.f("ck_companies_email_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(industry) <= 100", name=op.f("ck_companies_industry_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(industry) IN ('text', 'null') AND instr(industry, char(0)) = 0",
                name=op.f("ck_companies_industry_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(logo) <= 500", name=op.f("ck_companies_logo_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(logo) IN ('text', 'null') AND instr(logo, char(0)) = 0",
                name=op.f("ck_companies_logo_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(name) <= 255", name=op.f("ck_companies_name_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(name) IN ('text', 'null') AND instr(name, char(0)) = 0",
                name=op.f("ck_companies_name_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(phone) <= 20", name=op.f("ck_companies_phone_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(phone) IN ('text', 'null') AND instr(phone, char(0)) = 0",
                name=op.f("ck_companies_phone_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(state) <= 100", name=op.f("ck_companies_state_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(state) IN ('text', 'null') AND instr(state, char(0)) = 0",
                name=op.f("ck_companies_state_text"),
            )
        ),
        sa.CheckConstraint(
            "status IN ('active', 'inactive', 'suspended')", name=op.f("ck_companies_status_choice")
        ),
        on_sqlite(sa.CheckConstraint("length(status) <= 20", name=op.f("ck_companies_status_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "subscription_end IS strftime('%Y-%m-%d', subscription_end, '+0 days')",
                name=op.f("ck_companies_subscription_end_day"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "length(subscription_plan) <= 50", name=op.f("ck_companies_subscription_plan_length")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(subscription_plan) IN ('text', 'null') AND instr(subscription_plan, char(0)) = 0",
                name=op.f("ck_companies_subscription_plan_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "subscription_start IS strftime('%Y-%m-%d', subscription_start, '+0 days')",
                name=op.f("ck_companies_subscription_start_day"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_companies_updated_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(version) IN ('integer', 'null')", name=op.f("ck_companies_version_number")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(website) <= 255", name=op.f("ck_companies_website_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(website) IN ('text', 'null') AND instr(website, char(0)) = 0",
                name=op.f("ck_companies_website_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(zip_code) <= 20", name=op.f("ck_companies_zip_code_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(zip_code) IN ('text', 'null') AND instr(zip_code, char(0)) = 0",
                name=op.f("ck_companies_zip_code_text"),
            )
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_companies_created_by", "companies", ["created_by"])
    op.create_index("ix_companies_status", "companies", ["status"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("companies")
