"""Cells that a spreadsheet would run as formulas: made harmless going out, made whole coming in.

The rule is reversible: `disarmed` adds one apostrophe wherever one is needed, also before one that was
there already, and `rearmed` takes exactly one away where the rest would have needed it.
"""

import re

# What opens a formula, or what a program may skip before it: blanks, controls and letters without a shape.
_UNSEEN = (
    r"\s\x00-\x1f\x7f-\xa0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_LIVE = re.compile(rf"[{_UNSEEN}]*[=+\-@\t\r\n\x00＝＋－＠|%']")
_TOLD = re.compile(r'="((?:[^"]|"")*)"')

is_live = _LIVE.match


def disarmed(cell: str) -> str:
    """The cell as it is written into a file."""
    return f"'{cell}" if _LIVE.match(cell) else cell


def rearmed(cell: str) -> str:
    """The cell as it was before `disarmed`."""
    return cell[1:] if cell[:1] == "'" and _LIVE.match(cell, 1) else cell


def meant(cell: str) -> str:
    """The cell of a file: as it was before `disarmed`, or the text that another program kept as one, as ="007"."""
    told = _TOLD.fullmatch(cell)
    return told[1].replace('""', '"') if told else rearmed(cell)
