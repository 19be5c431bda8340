"""Tests of the search over every kind of record."""
