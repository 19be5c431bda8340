"""The small installation that backups are tried on serves here too."""

from tests.transfer.conftest import office

__all__ = ["office"]
