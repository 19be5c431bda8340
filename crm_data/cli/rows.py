"""Records that a command names by their numbers."""

import argparse


def rows_argument(said: str) -> list[int]:
    """'12,15' as numbers. Raises ArgumentTypeError, which is wrong usage."""
    ids = [part.strip() for part in said.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 20 for part in ids):
        raise argparse.ArgumentTypeError(
            f"{said}: write numbers of records with commas between them, like 12,15"
        )
    return [int(part) for part in ids]
