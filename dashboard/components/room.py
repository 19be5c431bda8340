"""The room of a component that has not come yet, kept by the page's style, so that nothing below it moves.

A component's key says what comes and how many: only that is known to the page before its script has come.
"""

MOST = 12  # of so many the room is kept; of more the same
# Pixels: a tile and what is between two of them, a row of figures, a line of them; a row of a grid of words, and
# how high such a grid is at most; a row of facts.
TILE, BETWEEN, ROW, LINE, WORDS, MOST_WORDS, FACTS = 94, 10, 37, 22, 34, 412, 50
CARD = 84  # a line of such a grid on a phone, or a row of a wide table there at least


def key(kind: str, count: int, rest: str) -> str:
    """The key of a component of this kind, with so many tiles, rows or numbers."""
    return f"room.{kind}{min(count, MOST)}.{rest}"


def style() -> str:
    """What goes into the page's style."""
    counts = range(1, MOST + 1)
    wide = [
        _tall("line", "", LINE),
        _tall("tiles", "", TILE),
        *(_tall("table", count, ROW * (count + 1)) for count in counts),
        *(_tall("wide", count, ROW * (count + 1)) for count in counts),
        *(_tall("words", count, min(WORDS * (count + 1), MOST_WORDS)) for count in counts),
        *(_tall("facts", count, FACTS * count) for count in counts),
        # What stands there until then is as high as a button.
        '[class*="st-key-room-"] [data-testid="stSkeleton"] { display: none; }',
    ]
    rows = [(count, -(-count // 2)) for count in counts]
    narrow = [_tall("tiles", count, TILE * two + BETWEEN * (two - 1)) for count, two in rows]
    narrow += [_tall("words", count, min(CARD * count, MOST_WORDS)) for count in counts]
    narrow += [_tall("wide", count, CARD * count) for count in counts]
    narrow += [_tall("facts", count, 2 * FACTS * count) for count in counts]  # two abreast, not four
    return "\n".join([*wide, f"@media (max-width: 640px) {{ {' '.join(narrow)} }}"])


def _tall(kind: str, count: int | str, pixels: int) -> str:
    ends = "-" if count else ""
    return f'[class*="st-key-room-{kind}{count}{ends}"] {{ min-height: {pixels}px; }}'
