"""customers: the people and firms that a company sells to."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import Money, UtcDateTime
from migrations.helpers import on_sqlite

revision = "003"
down_revision = "002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("customer_code", sa.String(50), nullable=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("email", sa.String(255), nullable=True),
        sa.Column("phone", sa.String(20), nullable=True),
        sa.Column("secondary_phone", sa.String(20), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("city", sa.String(100), nullable=True),
        sa.Column("state", sa.String(100), nullable=True),
        sa.Column("country", sa.String(100), nullable=True),
        sa.Column("zip_code", sa.String(20), nullable=True),
        sa.Column("customer_type", sa.String(50), nullable=False, server_default=sa.text("'individual'")),
        sa.Column("industry", sa.String(100), nullable=True),
        sa.Column("company_name", sa.String(255), nullable=True),
        sa.Column("website", sa.String(255), nullable=True),
        sa.Column("status", sa.String(20), nullable=False, server_default=sa.text("'active'")),
        sa.Column("source", sa.String(100), nullable=True),
        sa.Column("priority", sa.String(20), nullable=False, server_default=sa.text("'medium'")),
        sa.Column("credit_limit", Money(), nullable=False, server_default=sa.text("0")),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("archived_by", sa.Integer(), nullable=True),
        sa.Column("external_id", sa.String(255), nullable=True),
        sa.Column("imported", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["archived_by"], ["users.id"], name="fk_customers_archived_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["users.id"], name="fk_customers_assigned_to_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name="fk_customers_company_id_companies", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_customers_created_by_users", ondelete="SET NULL"
        ),
        on_sqlite(
            sa.ForeignKeyConstraint(
                ["company_id", "assigned_to"],
                ["user_companies.company_id", "user_companies.user_id"],
                name="fk_customers_member_assigned_to",
                deferrable=True,
                initially="DEFERRED",
            )
        ),
        sa.UniqueConstraint("company_id", "id", name="uq_customers_company_id_id"),
        sa.UniqueConstraint("company_id", "source", "external_id", name="uq_customers_external"),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(address) IN ('text', 'null') AND instr(address, char(0)) = 0",
                name=op.f("ck_customers_address_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "archived_at IS strftime('%Y-%m-%d %H:%M:%S', archived_at, '+0 days')",
                name=op.f("ck_customers_archived_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(city) <= 100", name=op.f("ck_customers_city_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(city) IN ('text', 'null') AND instr(city, char(0)) = 0",
                name=op.f("ck_customers_city_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(company_name) <= 255", name=op.f("ck_customers_company_name_length"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(company_name) IN ('text', 'null') AND instr(company_name, char(0)) = 0",
                name=op.f("ck_customers_company_name_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(country) <= 100", name=op.f("ck_customers_country_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(country) IN ('text', 'null') AND instr(country, char(0)) = 0",
                name=op.f("ck_customers_country_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_customers_created_at_moment"),
            )
        ),
        sa.CheckConstraint(
            "credit_limit >= 0 AND credit_limit <= 9999999999999.99",
            name=op.f("ck_customers_credit_limit_bounds"),
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(credit_limit) IN ('integer', 'real', 'null')",
                name=op.f("ck_customers_credit_limit_number"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(customer_code) <= 50", name=op.f("ck_customers_customer_code_length"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(customer_code) IN ('text', 'null') AND instr(customer_code, char(0)) = 0",
                name=op.f("ck_customers_customer_code_text"),
            )
        ),
        sa.CheckConstraint(
            "customer_type IN ('individual', 'business')", name=op.f("ck_customers_customer_type_choice")
        ),
        on_sqlite(
            sa.CheckConstraint("length(customer_type) <= 50", name=op.f("ck_customers_customer_type_length"))
        ),
        on_sqlite(sa.CheckConstraint("length(email) <= 255", name=op.f("ck_customers_email_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(email) IN ('text', 'null') AND instr(email, char(0)) = 0",
                name=op.f("ck_customers_email_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(external_id) <= 255", name=op.f("ck_customers_external_id_length"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(external_id) IN ('text', 'null') AND instr(external_id, char(0)) = 0",
                name=op.f("ck_customers_external_id_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "imported IS NULL OR json_valid(imported)", name=op.f("ck_customers_imported_json")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(industry) <= 100", name=op.f("ck_customers_industry_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(industry) IN ('text', 'null') AND instr(industry, char(0)) = 0",
                name=op.f("ck_customers_industry_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(name) <= 255", name=op.f("ck_customers_name_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(name) IN ('text', 'null') AND instr(name, char(0)) = 0",
                name=op.f("ck_customers_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(notes) IN ('text', 'null') AND instr(notes, char(0)) = 0",
                name=op.f("ck_customers_notes_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(phone) <= 20", name=op.f("ck_customers_phone_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(phone) IN ('text', 'null') AND instr(phone, char(0)) = 0",
                name=op.f("ck_customers_phone_text"),
            )
        ),
        sa.CheckConstraint(
            "priority IN ('low', 'medium', 'high')", name=op.f("ck_customers_priority_choice")
        ),
        on_sqlite(sa.CheckConstraint("length(priority) <= 20", name=op.f("ck_customers_priority_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "length(secondary_phone) <= 20", name=op.f("ck_customers_secondary_phone_length")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(secondary_phone) IN ('text', 'null') AND instr(secondary_phone, char(0)) = 0",
                name=op.f("ck_customers_secondary_phone_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(source) <= 100", name=op.f("ck_customers_source_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(source) IN ('text', 'null') AND instr(source, char(0)) = 0",
                name=op.f("ck_customers_source_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(state) <= 100", name=op.f("ck_customers_state_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(state) IN ('text', 'null') AND instr(state, char(0)) = 0",
                name=op.f("ck_customers_state_text"),
            )
        ),
        sa.CheckConstraint(
            "status IN ('active', 'inactive', 'prospect', 'lost')", name=op.f("ck_customers_status_choice")
        ),
        on_sqlite(sa.CheckConstraint("length(status) <= 20", name=op.f("ck_customers_status_length"))),
        on_sqlite(
            sa.CheckConstraint("tags IS NULL OR json_valid(tags)", name=op.f("ck_customers_tags_json"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_customers_updated_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(version) IN ('integer', 'null')", name=op.f("ck_customers_version_number")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(website) <= 255", name=op.f("ck_customers_website_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(website) IN ('text', 'null') AND instr(website, char(0)) = 0",
                name=op.f("ck_customers_website_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(zip_code) <= 20", name=op.f("ck_customers_zip_code_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(zip_code) IN ('text', 'null') AND instr(zip_code, char(0)) = 0",
                name=op.f("ck_customers_zip_code_text"),
            )
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("idx_customer_company_status", "customers", ["company_id", "status"])
    op.create_index("ix_customers_archived_by", "customers", ["archived_by"])
    op.create_index("ix_customers_assigned_to", "customers", ["assigned_to"])
    op.create_index("ix_customers_by_created_at", "customers", ["company_id", "created_at", "id"])
    op.create_index("ix_customers_by_name", "customers", ["company_id", sa.text("lower(name)"), "id"])
    op.create_index("ix_customers_by_updated_at", "customers", ["company_id", "updated_at", "id"])
    op.create_index(
        "ix_customers_company_assigned", "customers", ["company_id", "assigned_to", "created_at", "id"]
    )
    op.create_index("ix_customers_company_code", "customers", ["company_id", "customer_code"])
    op.create_index("ix_customers_company_email", "customers", ["company_id", "email"])
    op.create_index("ix_customers_company_archived", "customers", ["company_id", "archived_at"])
    op.create_index("ix_customers_company_id", "customers", ["company_id"])
    op.create_index(
        "ix_customers_company_status_created", "customers", ["company_id", "status", "created_at", "id"]
    )
    op.create_index("ix_customers_created_by", "customers", ["created_by"])
    op.create_index("ix_customers_customer_code", "customers", ["customer_code"])
    op.create_index("ix_customers_customer_type", "customers", ["customer_type"])
    op.create_index("ix_customers_email", "customers", ["email"])
    op.create_index("ix_customers_status", "customers", ["status"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("customers")
