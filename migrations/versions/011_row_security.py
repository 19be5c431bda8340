"""Row security on PostgreSQL: env.py raises the walls after every migration."""

revision = "011"
down_revision = "010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing but to have been here: a database at 010 is brought to walls that it does not have yet."""


def downgrade() -> None:
    """The walls stay."""
