"""Names of tables and columns as SQL takes them, on either engine."""


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
