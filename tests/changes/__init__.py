"""Change sets: undo, redo, and what was done, looked up."""
