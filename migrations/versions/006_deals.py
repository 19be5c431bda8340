"""deals and the history of their stages."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import Money, UtcDateTime
from migrations.helpers import on_sqlite

revision = "006"
down_revision = "005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "deals",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("deal_name", sa.String(255), nullable=False),
        sa.Column("deal_value", Money(), nullable=False),
        sa.Column("currency", sa.String(10), nullable=False, server_default=sa.text("'USD'")),
        sa.Column("stage", sa.String(50), nullable=False, server_default=sa.text("'prospect'")),
        sa.Column("probability", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("expected_close_date", sa.Date(), nullable=True),
        sa.Column("actual_close_date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(50), nullable=False, server_default=sa.text("'open'")),
        sa.Column("loss_reason", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(100), nullable=True),
        sa.Column("stage_since", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
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
            ["archived_by"], ["users.id"], name="fk_deals_archived_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["users.id"], name="fk_deals_assigned_to_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name="fk_deals_company_id_companies", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_deals_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_deals_customer_id_customers", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name="fk_deals_lead_id_leads", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "assigned_to"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_deals_member_assigned_to",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "customer_id"],
            ["customers.company_id", "customers.id"],
            name="fk_deals_same_company_customer_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "lead_id"],
            ["leads.company_id", "leads.id"],
            name="fk_deals_same_company_lead_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.UniqueConstraint("company_id", "id", name="uq_deals_company_id_id"),
        sa.UniqueConstraint("company_id", "source", "external_id", name="uq_deals_external"),
        on_sqlite(
            sa.CheckConstraint(
                "actual_close_date IS strftime('%Y-%m-%d', actual_close_date, '+0 days')",
                name=op.f("ck_deals_actual_close_date_day"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "archived_at IS strftime('%Y-%m-%d %H:%M:%S', archived_at, '+0 days')",
                name=op.f("ck_deals_archived_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_deals_created_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(currency) <= 10", name=op.f("ck_deals_currency_length"))),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_deals_currency_letters")),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(currency) IN ('text', 'null') AND instr(currency, char(0)) = 0",
                name=op.f("ck_deals_currency_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(deal_name) <= 255", name=op.f("ck_deals_deal_name_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(deal_name) IN ('text', 'null') AND instr(deal_name, char(0)) = 0",
                name=op.f("ck_deals_deal_name_text"),
            )
        ),
        sa.CheckConstraint(
            "deal_value >= 0 AND deal_value <= 9999999999999.99", name=op.f("ck_deals_deal_value_bounds")
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(deal_value) IN ('integer', 'real', 'null')", name=op.f("ck_deals_deal_value_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "expected_close_date IS strftime('%Y-%m-%d', expected_close_date, '+0 days')",
                name=op.f("ck_deals_expected_close_date_day"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(external_id) <= 255", name=op.f("ck_deals_external_id_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(external_id) IN ('text', 'null') AND instr(external_id, char(0)) = 0",
                name=op.f("ck_deals_external_id_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "imported IS NULL OR json_valid(imported)", name=op.f("ck_deals_imported_json")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(loss_reason) IN ('text', 'null') AND instr(loss_reason, char(0)) = 0",
                name=op.f("ck_deals_loss_reason_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(notes) IN ('text', 'null') AND instr(notes, char(0)) = 0",
                name=op.f("ck_deals_notes_text"),
            )
        ),
        sa.CheckConstraint("probability BETWEEN 0 AND 100", name=op.f("ck_deals_probability_bounds")),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(probability) IN ('integer', 'null')", name=op.f("ck_deals_probability_number")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(source) <= 100", name=op.f("ck_deals_source_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(source) IN ('text', 'null') AND instr(source, char(0)) = 0",
                name=op.f("ck_deals_source_text"),
            )
        ),
        sa.CheckConstraint(
            "(stage = 'closed_won' AND status = 'won') OR (stage = 'closed_lost' AND status = 'lost')"
            " OR (stage NOT IN ('closed_won', 'closed_lost') AND status = 'open')",
            name=op.f("ck_deals_stage_and_status_agree"),
        ),
        sa.CheckConstraint(
            "stage IN ('prospect', 'qualified', 'proposal', 'negotiation', 'closed_won', 'closed_lost')",
            name=op.f("ck_deals_stage_choice"),
        ),
        on_sqlite(sa.CheckConstraint("length(stage) <= 50", name=op.f("ck_deals_stage_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "stage_since IS strftime('%Y-%m-%d %H:%M:%S', stage_since, '+0 days')",
                name=op.f("ck_deals_stage_since_moment"),
            )
        ),
        sa.CheckConstraint("status IN ('open', 'won', 'lost')", name=op.f("ck_deals_status_choice")),
        on_sqlite(sa.CheckConstraint("length(status) <= 50", name=op.f("ck_deals_status_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_deals_updated_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("typeof(version) IN ('integer', 'null')", name=op.f("ck_deals_version_number"))
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("idx_deals_company_stage", "deals", ["company_id", "stage"])
    op.create_index("ix_deals_archived_by", "deals", ["archived_by"])
    op.create_index("ix_deals_assigned_to", "deals", ["assigned_to"])
    op.create_index("ix_deals_by_created_at", "deals", ["company_id", "created_at", "id"])
    op.create_index("ix_deals_by_deal_name", "deals", ["company_id", sa.text("lower(deal_name)"), "id"])
    op.create_index("ix_deals_by_deal_value", "deals", ["company_id", "deal_value", "id"])
    op.create_index(
        "ix_deals_by_expected_close_date",
        "deals",
        ["company_id", sa.text("coalesce(expected_close_date, '9999-12-31')"), "id"],
    )
    op.create_index("ix_deals_by_updated_at", "deals", ["company_id", "updated_at", "id"])
    op.create_index("ix_deals_company_assigned", "deals", ["company_id", "assigned_to", "created_at", "id"])
    op.create_index("ix_deals_company_customer", "deals", ["company_id", "customer_id"])
    op.create_index("ix_deals_company_archived", "deals", ["company_id", "archived_at"])
    op.create_index("ix_deals_company_id", "deals", ["company_id"])
    op.create_index("ix_deals_company_lead", "deals", ["company_id", "lead_id"])
    op.create_index("ix_deals_company_status_close", "deals", ["company_id", "status", "actual_close_date"])
    op.create_index("ix_deals_created_by", "deals", ["created_by"])
    op.create_index("ix_deals_customer_id", "deals", ["customer_id"])
    op.create_index("ix_deals_expected_close_date", "deals", ["expected_close_date"])
    op.create_index("ix_deals_lead_id", "deals", ["lead_id"])
    op.create_index("ix_deals_status", "deals", ["status"])
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_leads_converted_deal_id_deals",
            "leads",
            "deals",
            ["converted_deal_id"],
            ["id"],
            ondelete="SET NULL",
        )
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_leads_same_company_converted_deal_id",
            "leads",
            "deals",
            ["company_id", "converted_deal_id"],
            ["company_id", "id"],
            deferrable=True,
            initially="DEFERRED",
        )
    op.create_table(
        "deal_stage_history",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("from_stage", sa.String(50), nullable=True),
        sa.Column("to_stage", sa.String(50), nullable=False),
        sa.Column("moved_by", sa.Integer(), nullable=True),
        sa.Column("moved_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("deal_value", Money(), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name="fk_deal_stage_history_company_id_companies",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deals.id"], name="fk_deal_stage_history_deal_id_deals", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["moved_by"], ["users.id"], name="fk_deal_stage_history_moved_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "deal_id"],
            ["deals.company_id", "deals.id"],
            name="fk_deal_stage_history_same_company_deal_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.CheckConstraint(
            "deal_value >= 0 AND deal_value <= 9999999999999.99",
            name=op.f("ck_deal_stage_history_deal_value_bounds"),
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(deal_value) IN ('integer', 'real', 'null')",
                name=op.f("ck_deal_stage_history_deal_value_number"),
            )
        ),
        sa.CheckConstraint(
            "from_stage IN ('prospect', 'qualified', 'proposal', 'negotiation', 'closed_won', 'closed_lost')",
            name=op.f("ck_deal_stage_history_from_stage_choice"),
        ),
        on_sqlite(
            sa.CheckConstraint(
                "length(from_stage) <= 50", name=op.f("ck_deal_stage_history_from_stage_length")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "moved_at IS strftime('%Y-%m-%d %H:%M:%S', moved_at, '+0 days')",
                name=op.f("ck_deal_stage_history_moved_at_moment"),
            )
        ),
        sa.CheckConstraint(
            "probability BETWEEN 0 AND 100", name=op.f("ck_deal_stage_history_probability_bounds")
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(probability) IN ('integer', 'null')",
                name=op.f("ck_deal_stage_history_probability_number"),
            )
        ),
        sa.CheckConstraint(
            "to_stage IN ('prospect', 'qualified', 'proposal', 'negotiation', 'closed_won', 'closed_lost')",
            name=op.f("ck_deal_stage_history_to_stage_choice"),
        ),
        on_sqlite(
            sa.CheckConstraint("length(to_stage) <= 50", name=op.f("ck_deal_stage_history_to_stage_length"))
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_deal_stage_history_company_deal",
        "deal_stage_history",
        ["company_id", "deal_id", "moved_at", "id"],
    )
    op.create_index("ix_deal_stage_history_company_id", "deal_stage_history", ["company_id"])
    op.create_index(
        "ix_deal_stage_history_company_moved", "deal_stage_history", ["company_id", "moved_at", "id"]
    )
    op.create_index("ix_deal_stage_history_deal_id", "deal_stage_history", ["deal_id"])
    op.create_index("ix_deal_stage_history_moved_by", "deal_stage_history", ["moved_by"])


def downgrade() -> None:
    """Take it away."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_leads_converted_deal_id_deals", "leads", type_="foreignkey")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_leads_same_company_converted_deal_id", "leads", type_="foreignkey")
    op.drop_table("deal_stage_history")
    op.drop_table("deals")
