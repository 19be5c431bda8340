"""A process that migrates, for tests that kill it: `python -m tests.migrations.child URL SCRIPTS [TABLES]`.

It waits until the file SCRIPTS/go is there, if SCRIPTS/wait is; with TABLES it kills itself with -9 once it has
made that many tables.
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crm_data.store import migrating
from tests.migrations.trial import config


def main(url: str, scripts: Path, tables: int = 0) -> None:
    """Migrate `url` to the newest revision of `scripts`."""
    made = 0

    def count(*args: Any, **kw: Any) -> None:
        nonlocal made
        made += 1
        if made == tables:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Table, "after_create", count)
    migrating._config = lambda: config(scripts)
    (scripts / f"ready{os.getpid()}").touch()
    while (scripts / "wait").exists() and not (scripts / "go").exists():
        time.sleep(0.01)
    print(migrating.upgrade(url))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))
