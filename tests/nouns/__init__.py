"""Tests of what only one kind of record can do: deals, leads, tasks, activities."""
