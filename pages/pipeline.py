"""Pipeline: the board of open deals with its charts, the deals as rows, and the leads they come from."""

from dashboard.parts.convert import convert_dialog
from dashboard.parts.listing import Listing
from dashboard.parts.move import closing_dialog
from dashboard.parts.pipeline import board_screen
from dashboard.parts.views import choose_view
from dashboard.session import workspace

my = workspace()

VIEWS = {"board": "Board", "deals": "Deals", "leads": "Leads"}
DEALS = {
    "": "All",
    "open": "Open",
    "mine": "Mine",
    "without_step": "No next step",
    "overdue_step": "Overdue step",
}
LEADS = {"": "All", "open": "Open", "mine": "Mine", "converted": "Converted"}

view = choose_view("tab", VIEWS)

if view == "deals":
    Listing(my, my.deals, "deal", "handshake", keep=("tab",), presets=DEALS).draw()
elif view == "leads":
    Listing(my, my.leads, "lead", "contact_phone", keep=("tab",), presets=LEADS).draw()
    convert_dialog(my, "leads")
else:
    board_screen(my)
closing_dialog(my, "board")
