"""Admin: the company's profile and members; for the operator also companies and backups."""

from collections.abc import Callable

from crm_data import Act, words
from dashboard.parts.backups_panel import backups_panel
from dashboard.parts.companies_panel import companies_panel
from dashboard.parts.data_panel import data_panel
from dashboard.parts.fields_panel import fields_panel
from dashboard.parts.heading import heading
from dashboard.parts.people_panel import people_panel
from dashboard.parts.profile_panel import profile_panel
from dashboard.parts.rates_panel import rates_panel
from dashboard.parts.shortages import shortages
from dashboard.parts.stages_panel import stages_panel
from dashboard.parts.views import choose_view
from dashboard.session import workspace

my = workspace()

with heading("Admin", my.scope.company_name):
    pass
shortages()


def company() -> None:
    """What the company is, and what it counts by."""
    profile_panel(my)
    rates_panel(my)


panels: dict[str, Callable[[], None]] = {}
if my.may(Act.MEMBERS):
    panels["members"] = lambda: people_panel(my)
    panels["company"] = company
    panels["stages"] = lambda: stages_panel(my)
    panels["fields"] = lambda: fields_panel(my)
    panels["data"] = lambda: data_panel(my)
if my.may(Act.COMPANIES):
    panels["companies"] = companies_panel
if my.may(Act.BACKUP):
    panels["backups"] = backups_panel

panels[choose_view("tab", {name: words(name) for name in panels})]()
