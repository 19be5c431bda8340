"""One test run's own folder: what its workers share, made once, and removed when the run ends."""

import fcntl
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

FOLDER = "FOYER_TEST_RUN"
SHARED_MEMORY = Path("/dev/shm")
ENOUGH = 4 * 2**30  # bytes; a run's databases take some hundred millions
PREFIX = "foyer-tests-"


def begin() -> None:
    """Make the run's folder and name it in the environment, so that every worker finds the same one.

    A process that was started within a run, as a worker is, finds it named already and belongs to that run.
    """
    if FOLDER in os.environ and folder().exists():
        return
    parent = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
    os.chmod(parent, 0o711)  # PostgreSQL, which never runs as root, must be able to walk through it
    os.environ[FOLDER] = parent
    _begin_in_memory(Path(parent))


def keep_what_is_read() -> None:
    """Python keeps what the run's processes read in its own files, whatever the machine says.

    Else each worker makes the assertions of every test anew, and every process that a test starts compiles the
    product.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _begin_in_memory(folder: Path) -> None:
    """Make a second folder of the run's, of which no write waits for a disk, where there is memory to spare."""
    if _spare() >= ENOUGH:
        made = SHARED_MEMORY / folder.name
        made.mkdir(mode=0o711)
        os.chmod(made, 0o711)


def _spare() -> int:
    """Bytes of memory that nobody needs, as far as the machine, or what confines us, says; 0 where it does not."""
    group = Path("/sys/fs/cgroup")
    try:
        told = Path("/proc/meminfo").read_text().partition("MemAvailable:")[2]
        spare = [shutil.disk_usage(SHARED_MEMORY).free, 1024 * int(told.split()[0])]
        most = (group / "memory.max").read_text().strip() if (group / "memory.max").exists() else "max"
        if most != "max":
            spare.append(int(most) - int((group / "memory.current").read_text()))
    except (OSError, ValueError, IndexError):
        return 0
    return min(spare)


def folder() -> Path:
    """The folder of this run."""
    return Path(os.environ[FOLDER])


def memory() -> Path:
    """Where this run's databases lie, none of which must survive a power cut: in memory, or in its folder."""
    made = SHARED_MEMORY / folder().name
    return made if made.is_dir() else folder()


def is_mine() -> bool:
    """Whether this process began the run, and so ends it."""
    return _pid(folder()) == str(os.getpid())


def within(word: str) -> Path:
    """A folder inside this run's for a run within it, with the same server and nothing else of what was made.

    Its name begins as this run's, so that what is made there for it on another server is dropped with the rest.
    """
    made = folder() / f"{folder().name}-{word}"
    made.mkdir(mode=0o711)
    os.chmod(made, 0o711)
    _begin_in_memory(made)
    if (folder() / "postgres.json").exists():
        shutil.copyfile(folder() / "postgres.json", made / "postgres.json")
    return made


def name(folder: Path) -> str:
    """The name of the run that a folder belongs to, fit for a database: letters and digits."""
    return "".join(letter for letter in folder.name.removeprefix(PREFIX).lower() if letter.isalnum())


def places(folder: Path) -> list[Path]:
    """A run's folder, and those in memory of it and of the runs within it."""
    return [folder, *SHARED_MEMORY.glob(f"{folder.name}*")]


def remove(folder: Path) -> None:
    """Remove a run's folders, and with them everything the run made."""
    for place in places(folder):
        shutil.rmtree(place, ignore_errors=True)


def left_behind() -> list[Path]:
    """Folders of runs that were killed before they could tidy up: their process is gone."""
    where = [Path(tempfile.gettempdir()), SHARED_MEMORY]
    found = [path for place in where for path in place.glob(f"{PREFIX}*")]
    dead = [path for path in found if not _alive(_pid(path))]
    return [path for path in dead if path.exists() and path.stat().st_uid == os.getuid()]


def once(what: str, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What `make` answers, called by the first worker that asks; the others wait and get the same answer.

    A failure is remembered too, so that a broken migration is tried once and not before every test.
    """
    answer = folder() / f"{what}.json"
    with open(folder() / f"{what}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answer.exists():
            try:
                found = make()
            except BaseException as error:
                _write(answer, {"error": f"{type(error).__name__}: {error}"})
                raise
            _write(answer, found)
    kept: dict[str, str] = json.loads(answer.read_text())
    if "error" in kept:
        raise RuntimeError(f"Making the {what} for the tests failed: {kept['error']}")
    return kept


def _write(path: Path, values: dict[str, str]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(values))


def _pid(folder: Path) -> str:
    return folder.name.removeprefix(PREFIX).partition("-")[0]


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
