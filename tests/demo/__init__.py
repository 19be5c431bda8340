"""The made-up data: its counts, its sense, and that the same seed makes the same."""
