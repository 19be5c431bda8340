"""The components of our own."""
