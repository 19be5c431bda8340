"""Tests of the store: verbs, walls, connections."""
