"""The security log and the moves of deals only grow, as the change log does: env.py raises the walls."""

revision = "012"
down_revision = "011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing but to have been here: a database at 011 is brought to triggers that it does not have yet."""


def downgrade() -> None:
    """The walls stay."""
