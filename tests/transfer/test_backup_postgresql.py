"""PostgreSQL has backups of its own until the next release; every way in says so."""

from pathlib import Path

import pytest

from crm_data.errors import NotReady
from crm_data.settings import settings
from crm_data.store.store import Store
from crm_data.transfer.backups import Backups


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_postgresql_is_told_what_to_do(database_url: str, tmp_path: Path) -> None:
    store = Store(database_url)
    told = settings({"DATABASE_URL": database_url, "CRM_BACKUP_DIR": str(tmp_path / "backups")})
    backups = Backups(store, told)
    for act in (lambda: backups.make(None), lambda: backups.restore("x", None)):
        with pytest.raises(NotReady, match="pg_dump"):
            act()
    assert backups.daily() is None
    assert "pg_dump" in backups.status(None).sentence
    assert not (tmp_path / "backups").exists()
    store.close()
