"""tasks: what somebody has to do."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "007"
down_revision = "006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("task_type", sa.String(50), nullable=False, server_default=sa.text("'general'")),
        sa.Column("priority", sa.String(20), nullable=False, server_default=sa.text("'medium'")),
        sa.Column("status", sa.String(50), nullable=False, server_default=sa.text("'pending'")),
        sa.Column("due_date", UtcDateTime(), nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("assigned_to", sa.Integer(), nullable=False),
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
            ["archived_by"], ["users.id"], name="fk_tasks_archived_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["users.id"], name="fk_tasks_assigned_to_users", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name="fk_tasks_company_id_companies", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_tasks_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_tasks_customer_id_customers", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_tasks_deal_id_deals", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name="fk_tasks_lead_id_leads", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["company_id", "assigned_to"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_tasks_member_assigned_to",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "customer_id"],
            ["customers.company_id", "customers.id"],
            name="fk_tasks_same_company_customer_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "deal_id"],
            ["deals.company_id", "deals.id"],
            name="fk_tasks_same_company_deal_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "lead_id"],
            ["leads.company_id", "leads.id"],
            name="fk_tasks_same_company_lead_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.UniqueConstraint("company_id", "source", "external_id", name="uq_tasks_external"),
        sa.UniqueConstraint("company_id", "id", name="uq_tasks_company_id_id"),
        on_sqlite(
            sa.CheckConstraint(
                "archived_at IS strftime('%Y-%m-%d %H:%M:%S', archived_at, '+0 days')",
                name=op.f("ck_tasks_archived_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "completed_at IS strftime('%Y-%m-%d %H:%M:%S', completed_at, '+0 days')",
                name=op.f("ck_tasks_completed_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_tasks_created_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(description) IN ('text', 'null') AND instr(description, char(0)) = 0",
                name=op.f("ck_tasks_description_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "due_date IS strftime('%Y-%m-%d %H:%M:%S', due_date, '+0 days')",
                name=op.f("ck_tasks_due_date_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(external_id) <= 255", name=op.f("ck_tasks_external_id_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(external_id) IN ('text', 'null') AND instr(external_id, char(0)) = 0",
                name=op.f("ck_tasks_external_id_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "imported IS NULL OR json_valid(imported)", name=op.f("ck_tasks_imported_json")
            )
        ),
        sa.CheckConstraint(
            "priority IN ('low', 'medium', 'high', 'urgent')", name=op.f("ck_tasks_priority_choice")
        ),
        on_sqlite(sa.CheckConstraint("length(priority) <= 20", name=op.f("ck_tasks_priority_length"))),
        on_sqlite(sa.CheckConstraint("length(source) <= 100", name=op.f("ck_tasks_source_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(source) IN ('text', 'null') AND instr(source, char(0)) = 0",
                name=op.f("ck_tasks_source_text"),
            )
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'in_progress', 'completed', 'cancelled')",
            name=op.f("ck_tasks_status_choice"),
        ),
        on_sqlite(sa.CheckConstraint("length(status) <= 50", name=op.f("ck_tasks_status_length"))),
        sa.CheckConstraint(
            "task_type IN ('call', 'email', 'meeting', 'general')", name=op.f("ck_tasks_task_type_choice")
        ),
        on_sqlite(sa.CheckConstraint("length(task_type) <= 50", name=op.f("ck_tasks_task_type_length"))),
        on_sqlite(sa.CheckConstraint("length(title) <= 255", name=op.f("ck_tasks_title_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(title) IN ('text', 'null') AND instr(title, char(0)) = 0",
                name=op.f("ck_tasks_title_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_tasks_updated_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("typeof(version) IN ('integer', 'null')", name=op.f("ck_tasks_version_number"))
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("idx_tasks_assigned_status", "tasks", ["assigned_to", "status"])
    op.create_index("ix_tasks_archived_by", "tasks", ["archived_by"])
    op.create_index("ix_tasks_assigned_to", "tasks", ["assigned_to"])
    op.create_index("ix_tasks_by_created_at", "tasks", ["company_id", "created_at", "id"])
    # PostgreSQL would read the moment in the session's zone, and the index would serve sessions of that zone only.
    zone = "+00" if op.get_bind().dialect.name == "postgresql" else ""
    op.create_index(
        "ix_tasks_by_due_date",
        "tasks",
        ["company_id", sa.text(f"coalesce(due_date, '9999-12-31 00:00:00{zone}')"), "id"],
    )
    op.create_index("ix_tasks_by_updated_at", "tasks", ["company_id", "updated_at", "id"])
    op.create_index("ix_tasks_company_customer", "tasks", ["company_id", "customer_id"])
    op.create_index("ix_tasks_company_deal", "tasks", ["company_id", "deal_id"])
    op.create_index("ix_tasks_company_archived", "tasks", ["company_id", "archived_at"])
    op.create_index("ix_tasks_company_id", "tasks", ["company_id"])
    op.create_index("ix_tasks_company_lead", "tasks", ["company_id", "lead_id"])
    op.create_index(
        "ix_tasks_company_open_due",
        "tasks",
        ["company_id", "assigned_to", sa.text(f"coalesce(due_date, '9999-12-31 00:00:00{zone}')"), "id"],
        sqlite_where=sa.text("status IN ('pending', 'in_progress')"),
        postgresql_where=sa.text("status IN ('pending', 'in_progress')"),
    )
    op.create_index("ix_tasks_company_status_due", "tasks", ["company_id", "status", "due_date", "id"])
    op.create_index("ix_tasks_created_by", "tasks", ["created_by"])
    op.create_index("ix_tasks_customer_id", "tasks", ["customer_id"])
    op.create_index("ix_tasks_deal_id", "tasks", ["deal_id"])
    op.create_index("ix_tasks_due_date", "tasks", ["due_date"])
    op.create_index("ix_tasks_lead_id", "tasks", ["lead_id"])
    op.create_index("ix_tasks_status", "tasks", ["status"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("tasks")
