"""reading order: any text can be sorted by, in the order of the alphabet.

The function that says it to PostgreSQL is among the walls, which stand anew after each migration; the tables stay.
"""

revision = "028"
down_revision = "027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing in the tables."""


def downgrade() -> None:
    """Nothing in the tables."""
