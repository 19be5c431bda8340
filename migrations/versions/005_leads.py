"""leads: somebody who may buy, before there is a deal."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import Money, UtcDateTime
from migrations.helpers import on_sqlite

revision = "005"
down_revision = "004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "leads",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("lead_name", sa.String(255), nullable=False),
        sa.Column("email", sa.String(255), nullable=True),
        sa.Column("phone", sa.String(20), nullable=True),
        sa.Column("source", sa.String(100), nullable=True),
        sa.Column("status", sa.String(50), nullable=False, server_default=sa.text("'new'")),
        sa.Column("priority", sa.String(20), nullable=False, server_default=sa.text("'medium'")),
        sa.Column("estimated_value", Money(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("converted_at", UtcDateTime(), nullable=True),
        sa.Column("converted_deal_id", sa.Integer(), nullable=True),
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
            ["archived_by"], ["users.id"], name="fk_leads_archived_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["users.id"], name="fk_leads_assigned_to_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name="fk_leads_company_id_companies", ondelete="CASCADE"
        ),
        on_sqlite(
            sa.ForeignKeyConstraint(
                ["converted_deal_id"],
                ["deals.id"],
                name="fk_leads_converted_deal_id_deals",
                ondelete="SET NULL",
            )
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_leads_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_leads_customer_id_customers", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "assigned_to"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_leads_member_assigned_to",
            deferrable=True,
            initially="DEFERRED",
        ),
        on_sqlite(
            sa.ForeignKeyConstraint(
                ["company_id", "converted_deal_id"],
                ["deals.company_id", "deals.id"],
                name="fk_leads_same_company_converted_deal_id",
                deferrable=True,
                initially="DEFERRED",
            )
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "customer_id"],
            ["customers.company_id", "customers.id"],
            name="fk_leads_same_company_customer_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.UniqueConstraint("company_id", "id", name="uq_leads_company_id_id"),
        sa.UniqueConstraint("company_id", "source", "external_id", name="uq_leads_external"),
        on_sqlite(
            sa.CheckConstraint(
                "archived_at IS strftime('%Y-%m-%d %H:%M:%S', archived_at, '+0 days')",
                name=op.f("ck_leads_archived_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "converted_at IS strftime('%Y-%m-%d %H:%M:%S', converted_at, '+0 days')",
                name=op.f("ck_leads_converted_at_moment"),
            )
        ),
        sa.CheckConstraint(
            "converted_at IS NULL OR status = 'qualified'", name=op.f("ck_leads_converted_is_qualified")
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_leads_created_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(email) <= 255", name=op.f("ck_leads_email_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(email) IN ('text', 'null') AND instr(email, char(0)) = 0",
                name=op.f("ck_leads_email_text"),
            )
        ),
        sa.CheckConstraint(
            "estimated_value >= 0 AND estimated_value <= 9999999999999.99",
            name=op.f("ck_leads_estimated_value_bounds"),
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(estimated_value) IN ('integer', 'real', 'null')",
                name=op.f("ck_leads_estimated_value_number"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(external_id) <= 255", name=op.f("ck_leads_external_id_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(external_id) IN ('text', 'null') AND instr(external_id, char(0)) = 0",
                name=op.f("ck_leads_external_id_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "imported IS NULL OR json_valid(imported)", name=op.f("ck_leads_imported_json")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(lead_name) <= 255", name=op.f("ck_leads_lead_name_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(lead_name) IN ('text', 'null') AND instr(lead_name, char(0)) = 0",
                name=op.f("ck_leads_lead_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(notes) IN ('text', 'null') AND instr(notes, char(0)) = 0",
                name=op.f("ck_leads_notes_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(phone) <= 20", name=op.f("ck_leads_phone_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(phone) IN ('text', 'null') AND instr(phone, char(0)) = 0",
                name=op.f("ck_leads_phone_text"),
            )
        ),
        sa.CheckConstraint("priority IN ('low', 'medium', 'high')", name=op.f("ck_leads_priority_choice")),
        on_sqlite(sa.CheckConstraint("length(priority) <= 20", name=op.f("ck_leads_priority_length"))),
        on_sqlite(sa.CheckConstraint("length(source) <= 100", name=op.f("ck_leads_source_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(source) IN ('text', 'null') AND instr(source, char(0)) = 0",
                name=op.f("ck_leads_source_text"),
            )
        ),
        sa.CheckConstraint(
            "status IN ('new', 'contacted', 'qualified', 'lost')", name=op.f("ck_leads_status_choice")
        ),
        on_sqlite(sa.CheckConstraint("length(status) <= 50", name=op.f("ck_leads_status_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_leads_updated_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("typeof(version) IN ('integer', 'null')", name=op.f("ck_leads_version_number"))
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_leads_archived_by", "leads", ["archived_by"])
    op.create_index("ix_leads_assigned_to", "leads", ["assigned_to"])
    op.create_index("ix_leads_by_created_at", "leads", ["company_id", "created_at", "id"])
    op.create_index(
        "ix_leads_by_estimated_value", "leads", ["company_id", sa.text("coalesce(estimated_value, 0)"), "id"]
    )
    op.create_index("ix_leads_by_lead_name", "leads", ["company_id", sa.text("lower(lead_name)"), "id"])
    op.create_index("ix_leads_by_updated_at", "leads", ["company_id", "updated_at", "id"])
    op.create_index("ix_leads_company_assigned", "leads", ["company_id", "assigned_to", "created_at", "id"])
    op.create_index("ix_leads_company_customer", "leads", ["company_id", "customer_id"])
    op.create_index("ix_leads_company_archived", "leads", ["company_id", "archived_at"])
    op.create_index("ix_leads_company_id", "leads", ["company_id"])
    op.create_index("ix_leads_company_status_created", "leads", ["company_id", "status", "created_at", "id"])
    op.create_index("ix_leads_converted_deal_id", "leads", ["converted_deal_id"])
    op.create_index("ix_leads_created_by", "leads", ["created_by"])
    op.create_index("ix_leads_customer_id", "leads", ["customer_id"])
    op.create_index("ix_leads_email", "leads", ["email"])
    op.create_index("ix_leads_status", "leads", ["status"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("leads")
