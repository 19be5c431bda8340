"""Tests of the numbers: each total against its rows, and the traps that other systems fell into."""
