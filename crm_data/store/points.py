"""Failpoints: named points on the way of what must survive a kill, at which a test kills the process."""

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """Each point, in words: what has just been done."""

    ROWS_WRITTEN = "the rows of a save are written, and not committed"
    COMMITTED = "a save is committed, and not acknowledged"
    BACKUP_BEGUN = "the unfinished file of a backup is there, and empty"
    BACKUP_WRITTEN = "the unfinished file of a backup is whole"
    BACKUP_DESCRIBED = "the manifest of a backup is there, and the backup has no name yet"
    BACKUP_NAMED = "the backup has its name"
    COPY_VERIFIED = "a backup is copied and verified, to be restored"
    WRITERS_STOPPED = "nobody writes, and the safety backup is not begun"
    SAFETY_KEPT = "the safety backup is made, and nothing is replaced"
    SWAP_BEGUN = "the first pages or rows are replaced, and nothing is committed"
    SWAPPED = "everything is replaced, and the restore is not acknowledged"
    MOVE_MARKED = "a database is marked as half a copy, and holds no row"
    MOVE_ROWS = "some rows of a copy are committed"
    MOVE_WHOLE = "all rows of a copy are there, and not compared once more"
    MOVE_CHECKED = "a copy is compared and its mark taken away, and nothing is committed"
    MOVED = "a copy is whole, and not acknowledged"
    MIGRATED = "all steps of a migration are done, and nothing is committed"


stop: Callable[[Point], None] | None = None


def passing(point: Point) -> None:
    """This process is at a point."""
    if stop is not None:
        stop(point)
