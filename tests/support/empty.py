"""On import: this process, and all that are forked from it, copy the run's empty database instead of migrating.

Each child that writes a company's file, or looks at a backup, would otherwise make all the tables anew first.
"""

from pathlib import Path

from crm_data.store import blueprint
from crm_data.store.migrating import head
from tests.support import databases

_plain, _newest = blueprint._migrated, Path(databases.template()).read_bytes()


def _migrated(revision: str) -> bytes:
    return _newest if revision == head() else _plain(revision)


blueprint._migrated = _migrated  # type: ignore[assignment]
