"""python -m dashboard: bring the database up to date, then serve until stopped."""

import os
import sys

from crm_data.errors import CrmError, NotReady
from crm_data.settings import ROOT, Settings, settings
from dashboard import logs


def main() -> int:
    """Returns the exit code: 0 when stopped, 1 with one sentence when it could not start."""
    os.chdir(ROOT)  # Streamlit looks for its settings in the working folder
    logs.set_up()
    try:
        wanted = settings()
        bring_up_to_date(wanted)
        from dashboard.server import serve

        serve(wanted)
    except CrmError as refused:
        print(refused, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def bring_up_to_date(wanted: Settings) -> None:
    """Migrate, after a safety backup: SQLite always, PostgreSQL with the owner's address when it is given."""
    from crm_data.transfer import updating

    if not wanted.database_url.startswith("sqlite") and not wanted.database_admin_url:
        return
    try:
        updating.bring_up_to_date(wanted)
    except OSError as trouble:
        raise NotReady(
            f"The database cannot be made or opened at {trouble.filename} ({trouble.strerror}). "
            "Check DATABASE_URL and who may write there."
        ) from trouble


if __name__ == "__main__":
    sys.exit(main())
