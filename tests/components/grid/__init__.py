"""The grid in the browser: its readings and its memory, and the drawn grid with no server behind it."""
