"""One record, whatever its kind: /record?kind=customer&id=7."""

from dashboard.parts.record import record_screen
from dashboard.session import workspace

record_screen(workspace())
