"""The systems whose files are known by their headings: tables of data, and `known`, which finds a file's."""
