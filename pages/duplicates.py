"""Duplicates: customers and leads that are likely the same, merged or kept apart."""

from dashboard.parts.duplicates import duplicates_screen
from dashboard.parts.views import choose_view
from dashboard.session import workspace

my = workspace()

duplicates_screen(my, my.records(choose_view("tab", {"customers": "Customers", "leads": "Leads"})))
