"""Five hundred damaged backup files, with their own and with a forged manifest: each is refused with a sentence or
restores exactly what it holds, and the live data stays whole.
"""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_data.errors import CrmError
from tests.support import chance
from tests.support.soak import size
from tests.transfer.office import Office, content
from tests.transfer.test_backup_verifying import forge

pytestmark = pytest.mark.slow

PAGE = 4096


def page_of(data: bytearray, at: int) -> slice:
    """The page that a byte lies in."""
    return slice(at - at % PAGE, at - at % PAGE + PAGE)


def a_bit(data: bytearray, at: int, dice: random.Random) -> None:
    data[at] ^= 1 << dice.randrange(8)


def a_byte(data: bytearray, at: int, dice: random.Random) -> None:
    data[at] = dice.randrange(256)


def cut(data: bytearray, at: int, dice: random.Random) -> None:
    del data[at:]


def cut_at_a_page(data: bytearray, at: int, dice: random.Random) -> None:
    del data[page_of(data, at).start :]


def zeros(data: bytearray, at: int, dice: random.Random) -> None:
    data[at : at + PAGE] = bytes(len(data[at : at + PAGE]))


def grown(data: bytearray, at: int, dice: random.Random) -> None:
    data += data[:at]


def turned(data: bytearray, at: int, dice: random.Random) -> None:
    data[:] = data[at:] + data[:at]


def noise(data: bytearray, at: int, dice: random.Random) -> None:
    data[at : at + 100] = dice.randbytes(len(data[at : at + 100]))


def a_page_twice(data: bytearray, at: int, dice: random.Random) -> None:
    data[page_of(data, at)] = data[page_of(data, dice.randrange(len(data)))]


def header(data: bytearray, at: int, dice: random.Random) -> None:
    data[dice.randrange(16, min(100, len(data)))] = dice.randrange(256)


KINDS: tuple[Callable[[bytearray, int, random.Random], None], ...] = (
    a_bit,
    a_byte,
    cut,
    cut_at_a_page,
    zeros,
    grown,
    turned,
    noise,
    a_page_twice,
    header,
)


def damaged(backup: Path, dice: random.Random) -> str:
    """Damage a backup, or its manifest, somewhere; returns how."""
    path = backup if dice.random() < 0.75 else backup.with_suffix(".json")
    data = bytearray(path.read_bytes())
    at, kind = dice.randrange(len(data)), dice.choice(KINDS)
    kind(data, at, dice)
    path.write_bytes(data)
    return f"{kind.__name__} at {at} of {path.suffix}"


@pytest.mark.parametrize("manifest", ["its own", "forged"])
def test_damaged_backups(office: Office, tmp_path: Path, manifest: str) -> None:
    original = office.folder / office.backups.make(None).name
    good, restored, refused = content(original), 0, list[str]()
    office.add_customers(1)
    live = content(office.path)
    for seed in range(size(430, 8_000) if manifest == "its own" else size(70, 2_000)):
        backup = Path(shutil.copy(original, tmp_path / original.name))
        shutil.copy(original.with_suffix(".json"), backup.with_suffix(".json"))
        what = damaged(backup, chance.dice(f"{manifest} {seed}"))
        if manifest == "forged":
            try:
                forge(backup)
            except ValueError:
                continue  # the manifest itself was hit, beyond repair
        try:
            safety = office.folder / office.backups.restore_file(backup, None).safety
        except CrmError as error:
            refused.append(str(error))
        else:
            live = good if manifest == "its own" else content(backup)
            restored += 1
            for path in (safety, safety.with_suffix(".json")):
                path.unlink()
        assert content(office.path) == live, what
    assert len(refused) > 20
    assert restored > 0
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in refused)
    assert office.customers() in (10, 11)
    office.backups.verify(office.backups.make(None).name, None)
