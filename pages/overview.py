"""Overview: what needs me now, the pipeline at a glance, this month against last, what happened lately."""

from dashboard.parts.overview import overview_screen
from dashboard.session import workspace

overview_screen(workspace())
