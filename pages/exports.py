"""Exports: the large files that this person has had made, and what can be done with each."""

from dashboard.parts.exporting import exports_screen
from dashboard.session import workspace

exports_screen(workspace())
