"""Dashboards: charts of one's own in an order, for oneself or for the company; one for each role to begin with."""

from dashboard.parts.boards import dashboards_screen
from dashboard.session import workspace

dashboards_screen(workspace())
