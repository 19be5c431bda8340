"""Signing in and everything that leaves the server, under attack."""
