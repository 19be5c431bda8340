"""Settings of a test's own: what they do not say lies in the run's folder, never in the checkout's."""

import os
import tempfile
from pathlib import Path
from uuid import uuid4

from crm_data.settings import Settings, settings
from tests.support import run


def own_settings(database_url: str, **environment: str) -> Settings:
    """The settings of an installation on this database, with a folder of backups that nobody else has.

    A script that a test starts may belong to no run.
    """
    above = run.folder() if run.FOLDER in os.environ else Path(tempfile.gettempdir())
    folder = above / f"backups-{uuid4().hex}"
    return settings({"DATABASE_URL": database_url, "CRM_BACKUP_DIR": str(folder), **environment})
