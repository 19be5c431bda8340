"""Pipeline: the board of open deals, the deals as rows, the leads they come from, and what managers read."""

from dashboard.parts.changes import changes_screen
from dashboard.parts.convert import convert_dialog
from dashboard.parts.forecast import forecast_screen
from dashboard.parts.goals import goals_screen
from dashboard.parts.insights import insights_screen
from dashboard.parts.landing import first_for_managers
from dashboard.parts.late import PUT_OFF
from dashboard.parts.listing import Listing
from dashboard.parts.move import closing_dialog
from dashboard.parts.pipeline import board_screen
from dashboard.parts.review import review_screen
from dashboard.parts.views import choose_view
from dashboard.session import workspace

my = workspace()

VIEWS = {
    "board": "Board",
    "deals": "Deals",
    "leads": "Leads",
    "review": "Review",
    "forecast": "Forecast",
    "changes": "Changes",
    "insights": "Insights",
    "goals": "Goals",
}
DEALS = {
    "": "All",
    "open": "Open",
    "mine": "Mine",
    "without_step": "No next step",
    "overdue_step": "Overdue step",
    "stalled": "Stalled",
    "slipped": "Slipped",
    PUT_OFF: "Put off often",
}
LEADS = {"": "All", "open": "Open", "mine": "Mine", "converted": "Converted"}

first_for_managers(my, "tab", "insights")
view = choose_view("tab", VIEWS, named=my.goals.all_seen)

if view == "deals":
    Listing(my, my.deals, "deal", "handshake", keep=("tab",), presets=DEALS).draw()
elif view == "leads":
    Listing(my, my.leads, "lead", "contact_phone", keep=("tab",), presets=LEADS).draw()
    convert_dialog(my, "leads")
elif view == "review":
    review_screen(my)
elif view == "forecast":
    forecast_screen(my)
elif view == "changes":
    changes_screen(my)
elif view == "insights":
    insights_screen(my)
elif view == "goals":
    goals_screen(my)
else:
    board_screen(my)
closing_dialog(my, "board")
