"""What an import holds in memory: so much a row that the longest file takes some hundred megabytes."""

import resource

import pytest

from crm_data.transfer.csv_read import MOST_ROWS
from tests.support.children import in_child
from tests.support.office import office
from tests.transfer.files import accounts

FEW, MANY = 2_000, 14_000
MOST_BYTES = 500 * 1024 * 1024  # of the longest file, all of its rows new


def _peaks(url: str) -> tuple[int, int]:
    """Bytes that the process held at most, after a short import and after a long one."""
    made, peaks = office(url), []
    my = made.at()
    for count in (FEW, MANY):
        sheet = my.read_file(accounts(count), "accounts.csv")
        plan = my.guess(sheet, my.customers)
        assert my.rehearse(my.customers, sheet, plan).created == count - (0 if count == FEW else FEW)
        my.commit_import(my.customers, sheet, plan)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    made.store.close()
    return peaks[0], peaks[1]


@pytest.fixture
def engine_kind() -> str:
    """One engine is enough: what is held is held before the database is asked."""
    return "sqlite"


@pytest.mark.slow
def test_the_longest_file_takes_no_more_than_it_may(database_url: str) -> None:
    short, long = in_child(_peaks, database_url)
    each = (long - short) / (MANY - FEW)
    assert each * MOST_ROWS < MOST_BYTES
