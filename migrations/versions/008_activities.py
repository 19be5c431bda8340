"""activities: what happened."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "008"
down_revision = "007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "activities",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("activity_type", sa.String(50), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("duration", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(100), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("activity_date", UtcDateTime(), nullable=False),
        sa.Column("source", sa.String(100), nullable=True),
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
            ["archived_by"], ["users.id"], name="fk_activities_archived_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name="fk_activities_company_id_companies", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_activities_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_activities_customer_id_customers", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deals.id"], name="fk_activities_deal_id_deals", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name="fk_activities_lead_id_leads", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "customer_id"],
            ["customers.company_id", "customers.id"],
            name="fk_activities_same_company_customer_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "deal_id"],
            ["deals.company_id", "deals.id"],
            name="fk_activities_same_company_deal_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "lead_id"],
            ["leads.company_id", "leads.id"],
            name="fk_activities_same_company_lead_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "task_id"],
            ["tasks.company_id", "tasks.id"],
            name="fk_activities_same_company_task_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name="fk_activities_task_id_tasks", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_activities_user_id_users", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("company_id", "id", name="uq_activities_company_id_id"),
        sa.UniqueConstraint("company_id", "source", "external_id", name="uq_activities_external"),
        on_sqlite(
            sa.CheckConstraint(
                "activity_date IS strftime('%Y-%m-%d %H:%M:%S', activity_date, '+0 days')",
                name=op.f("ck_activities_activity_date_moment"),
            )
        ),
        sa.CheckConstraint(
            "activity_type IN ('call', 'email', 'meeting', 'note', 'status_change')",
            name=op.f("ck_activities_activity_type_choice"),
        ),
        on_sqlite(
            sa.CheckConstraint("length(activity_type) <= 50", name=op.f("ck_activities_activity_type_length"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "archived_at IS strftime('%Y-%m-%d %H:%M:%S', archived_at, '+0 days')",
                name=op.f("ck_activities_archived_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_activities_created_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(description) IN ('text', 'null') AND instr(description, char(0)) = 0",
                name=op.f("ck_activities_description_text"),
            )
        ),
        sa.CheckConstraint("duration BETWEEN 0 AND 100000", name=op.f("ck_activities_duration_bounds")),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(duration) IN ('integer', 'null')", name=op.f("ck_activities_duration_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(external_id) <= 255", name=op.f("ck_activities_external_id_length"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(external_id) IN ('text', 'null') AND instr(external_id, char(0)) = 0",
                name=op.f("ck_activities_external_id_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "imported IS NULL OR json_valid(imported)", name=op.f("ck_activities_imported_json")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(outcome) <= 100", name=op.f("ck_activities_outcome_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(outcome) IN ('text', 'null') AND instr(outcome, char(0)) = 0",
                name=op.f("ck_activities_outcome_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(source) <= 100", name=op.f("ck_activities_source_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(source) IN ('text', 'null') AND instr(source, char(0)) = 0",
                name=op.f("ck_activities_source_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(title) <= 255", name=op.f("ck_activities_title_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(title) IN ('text', 'null') AND instr(title, char(0)) = 0",
                name=op.f("ck_activities_title_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_activities_updated_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(version) IN ('integer', 'null')", name=op.f("ck_activities_version_number")
            )
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_activities_activity_date", "activities", ["activity_date"])
    op.create_index("ix_activities_activity_type", "activities", ["activity_type"])
    op.create_index("ix_activities_archived_by", "activities", ["archived_by"])
    op.create_index("ix_activities_by_activity_date", "activities", ["company_id", "activity_date", "id"])
    op.create_index("ix_activities_by_created_at", "activities", ["company_id", "created_at", "id"])
    op.create_index("ix_activities_by_updated_at", "activities", ["company_id", "updated_at", "id"])
    op.create_index(
        "ix_activities_company_customer", "activities", ["company_id", "customer_id", "activity_date", "id"]
    )
    op.create_index(
        "ix_activities_company_deal", "activities", ["company_id", "deal_id", "activity_date", "id"]
    )
    op.create_index("ix_activities_company_archived", "activities", ["company_id", "archived_at"])
    op.create_index("ix_activities_company_id", "activities", ["company_id"])
    op.create_index(
        "ix_activities_company_lead", "activities", ["company_id", "lead_id", "activity_date", "id"]
    )
    op.create_index(
        "ix_activities_company_task", "activities", ["company_id", "task_id", "activity_date", "id"]
    )
    op.create_index(
        "ix_activities_company_user", "activities", ["company_id", "user_id", "activity_date", "id"]
    )
    op.create_index("ix_activities_created_by", "activities", ["created_by"])
    op.create_index("ix_activities_customer_id", "activities", ["customer_id"])
    op.create_index("ix_activities_deal_id", "activities", ["deal_id"])
    op.create_index("ix_activities_lead_id", "activities", ["lead_id"])
    op.create_index("ix_activities_task_id", "activities", ["task_id"])
    op.create_index("ix_activities_user_id", "activities", ["user_id"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("activities")
