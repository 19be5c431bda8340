"""Signing in, sessions, links, members and companies, on both engines."""
