"""Customers: the list of everybody the company sells to."""

from dashboard.parts.listing import Listing
from dashboard.session import workspace

my = workspace()

Listing(my, my.customers, "customer", "group").draw()
