"""Tests of what a company keeps: tables, types, checks, keys."""
