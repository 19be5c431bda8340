"""How much room is left: descriptors of this process, and bytes on the disks that Foyer writes to."""

import os
import resource
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from crm_data.settings import Settings
from crm_data.store.connections import sqlite_path

MB, GB = 1 << 20, 1 << 30
_MOST_DESCRIPTORS = 65_536
# What the databases, files and exports of a full house take beside the browsers' connections.
_FOR_WORK = 256
CLOSE = 80  # percent of the descriptors


class Left(StrEnum):
    """How much is left of something, in the words of /healthz."""

    ENOUGH = "ok"
    LITTLE = "nearly full"
    NONE = "full"


@dataclass(frozen=True)
class Disk:
    """A disk that Foyer writes to: what it keeps there, and how much is left. `free` and `size` in bytes."""

    holds: tuple[str, ...]
    free: int
    size: int

    @property
    def left(self) -> Left:
        """Of a small disk a fifth is little, of a large one a twentieth when that is less than 10 GB."""
        if self.free < min(16 * MB, self.size // 50):
            return Left.NONE
        little = self.free < min(512 * MB, self.size // 5) or self.free < min(10 * GB, self.size // 20)
        return Left.LITTLE if little else Left.ENOUGH

    @property
    def sentence(self) -> str:
        """What to do about it; '' when there is enough."""
        what = f"The disk of the {_listed(self.holds)}"
        if self.left is Left.NONE:
            return f"{what} is full: {_said(self.free)} are free. {_UNTIL[DATA in self.holds]}"
        if self.left is Left.LITTLE:
            return (
                f"{what} is nearly full: {_said(self.free)} of {_said(self.size)} are free. "
                "Make room there; on a full disk nothing can be saved."
            )
        return ""


DATA, BACKUPS, TEMPORARY, SECOND = "data", "backups", "temporary files", "second place of backups"
_UNTIL = {
    True: "Nobody can sign in and nothing can be saved until there is room.",
    False: "Make room there; backups and large exports need it.",
}


@dataclass(frozen=True)
class Descriptors:
    """Files and connections this process has open, and how many it may have."""

    used: int
    most: int

    @property
    def percent(self) -> int:
        """How much of the limit is used."""
        return 100 * self.used // self.most

    @property
    def left(self) -> Left:
        """Near the limit is where a burst of browsers could meet it."""
        return Left.LITTLE if self.percent >= CLOSE else Left.ENOUGH

    @property
    def sentence(self) -> str:
        """What to do about it; '' when there is enough."""
        if self.left is Left.ENOUGH:
            return ""
        return (
            f"The server has {self.percent} of 100 files and connections open that it may have. "
            "Let it have more (LimitNOFILE, ulimit -n) and start it anew."
        )

    @property
    def for_browsers(self) -> int:
        """How many connections of browsers leave enough for the work that they ask for."""
        return self.most - min(_FOR_WORK, self.most // 2)


def descriptors() -> Descriptors:
    """How many there are now."""
    return Descriptors(len(os.listdir("/dev/fd")), resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def raise_limit() -> Descriptors:
    """Let this process open as many files as the system allows it; returns what it may now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return descriptors()


def shortages(settings: Settings) -> list[str]:
    """A sentence for each thing that runs out: for who looks after the installation."""
    return [said for said in (*(disk.sentence for disk in disks(settings)), descriptors().sentence) if said]


def disks(settings: Settings) -> list[Disk]:
    """The disks that Foyer writes to on this machine, each once whatever it keeps there."""
    places = {BACKUPS: settings.backup_dir, TEMPORARY: Path(tempfile.gettempdir())}
    if settings.database_url.startswith("sqlite"):
        places = {DATA: sqlite_path(settings.database_url).parent, **places}
    if settings.second_dir is not None and settings.second_dir.is_dir():
        places[SECOND] = settings.second_dir
    found: dict[int, tuple[Path, list[str]]] = {}
    for what, folder in places.items():
        there = _existing(folder)
        found.setdefault(there.stat().st_dev, (there, []))[1].append(what)
    usages = [(holds, shutil.disk_usage(there)) for there, holds in found.values()]
    return [Disk(tuple(holds), usage.free, usage.total) for holds, usage in usages]


def _existing(folder: Path) -> Path:
    return next(there for there in (folder, *folder.parents) if there.is_dir())


def _listed(words: tuple[str, ...]) -> str:
    return " and the ".join([", the ".join(words[:-1])] * (len(words) > 1) + [words[-1]])


def _said(size: int) -> str:
    return f"{size / GB:.1f} GB" if size >= GB else f"{size // MB} MB"
