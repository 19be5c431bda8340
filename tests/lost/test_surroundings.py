"""A wrong clock, any umask, another zone, another language: everything is saved, listed and backed up as ever."""

import locale
import os
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crm_data.store import migrating
from tests.conftest import FrozenClock
from tests.lost.small_disk import Place
from tests.nouns.makers import a_deal
from tests.support import office as offices
from tests.support.children import in_child
from tests.support.databases import Database
from tests.support.office import Office

SQLITE = pytest.mark.parametrize("engine_kind", ["sqlite"])


@pytest.mark.slow
@pytest.mark.parametrize("by", [{"hours": -2}, {"days": 365}, {"days": -365}], ids=str)
def test_a_clock_that_jumps(database: Database, frozen_clock: FrozenClock, by: dict[str, float]) -> None:
    two = offices.office(database.url)
    my = two.at(role="admin")
    deal = a_deal(my)
    my.deals.move(deal, "qualified", "prospect")
    frozen_clock.move(**by)
    my.deals.move(deal, "proposal", "qualified")
    my.deals.move(a_deal(my), "closed_won", "prospect")
    frozen_clock.move(**{unit: -number for unit, number in by.items()})
    my.deals.move(deal, "closed_lost", "proposal", reason="Price")
    way = my.deals.moves(deal)
    assert sorted(move.stage for move in way) == ["closed_lost", "proposal", "prospect", "qualified"]
    assert all(move.days >= 0 for move in way)
    assert my.deals.get(deal)["stage"] == "closed_lost"
    assert my.deals.page().total == 2
    my.numbers.overview()
    two.store.close()


@pytest.mark.slow
@SQLITE
@pytest.mark.parametrize("by", [{"hours": -2}, {"days": 365}], ids=str)
def test_backups_while_the_clock_jumps(
    database: Database, frozen_clock: FrozenClock, by: dict[str, float], tmp_path: Path
) -> None:
    two = offices.office(database.url)
    two.store.close()
    (tmp_path / "backups").mkdir()
    place = Place(database.url, tmp_path / "backups", two.scope(role="admin"), tmp_path)
    place.save()
    frozen_clock.move(**by)
    later = place.backups.make(None).name
    place.backups.prune()
    place.save()
    frozen_clock.move(**{unit: -number for unit, number in by.items()})
    place.backups.daily()
    place.backups.restore(later, None)
    assert place.my.customers.page().total == 1
    assert {info.name for info in place.backups.list(None) if not info.problem} >= {later, place.made}
    place.store.close()


def abroad(
    url: str, folder: Path, scope: Any, scripts: Path, language: str
) -> tuple[list[int], datetime, int]:
    """A day's work in Samoa on a machine whose umask hides nothing: modes of files, a stamp, a count."""
    os.umask(0)
    os.environ["TZ"] = "Pacific/Apia"
    time.tzset()
    os.environ["LC_ALL"] = os.environ["LANG"] = language
    os.environ["LOCPATH"] = str(scripts) if (scripts / language).exists() else ""
    locale.setlocale(locale.LC_ALL, language)
    migrating.upgrade(url)
    place = Place(url, folder, scope, scripts)
    place.save()
    place.bring()
    place.back_up()
    place.backups.daily()
    found = place.my.customers.page().rows[0]["created_at"]
    place.put_back()
    place.store.close()
    place.save()
    files = [path for parent in (place.path.parent, folder) for path in parent.iterdir()]
    return [path.stat().st_mode & 0o777 for path in files], found, place.my.customers.page().total


@pytest.mark.slow
@SQLITE
@pytest.mark.parametrize("language", ["C.UTF-8", "tr_TR.UTF-8"])
def test_abroad(database: Database, tmp_path: Path, language: str) -> None:
    if language != "C.UTF-8":
        maker = shutil.which("localedef")
        made = maker and subprocess.run(
            [maker, "-i", language[:5], "-f", "UTF-8", str(tmp_path / language)], capture_output=True
        )
        if not made or made.returncode:
            pytest.skip(f"localedef cannot make {language} here (on Debian: install locales)")
    two: Office = offices.office(database.url)
    my = two.at(role="admin")
    my.customers.add({"name": "Firm"})
    two.store.close()
    (tmp_path / "backups").mkdir()
    before = datetime.now(UTC)
    modes, stamp, count = in_child(abroad, database.url, tmp_path / "backups", my.scope, tmp_path, language)
    assert set(modes) == {0o600}
    assert abs((stamp - before).total_seconds()) < 3600, "an hour of Samoa's is not ours"
    assert count == 2
