"""portraits: the pictures of people."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import on_sqlite

revision = "042"
down_revision = "041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "portraits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("tag", sa.String(length=16), nullable=False),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(image) IN ('text', 'null') AND instr(image, char(0)) = 0",
                name=op.f("ck_portraits_image_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(tag) IN ('text', 'null') AND instr(tag, char(0)) = 0",
                name=op.f("ck_portraits_tag_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(tag) <= 16", name=op.f("ck_portraits_tag_length"))),
        sa.CheckConstraint("length(image) <= 64000", name=op.f("ck_portraits_image_size")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_portraits_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portraits")),
        sa.UniqueConstraint("user_id", name=op.f("uq_portraits_user_id")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("portraits")
