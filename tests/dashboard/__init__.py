"""The server, signing in, and the screens."""
