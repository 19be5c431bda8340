"""Admin: the company's profile and members; for the operator also companies and backups."""

from collections.abc import Callable

import streamlit as st

from crm_data import Act
from dashboard.parts.backups_panel import backups_panel
from dashboard.parts.companies_panel import companies_panel
from dashboard.parts.data_panel import data_panel
from dashboard.parts.heading import heading
from dashboard.parts.people_panel import people_panel
from dashboard.parts.profile_panel import profile_panel
from dashboard.session import workspace

my = workspace()

with heading("Admin", my.scope.company_name):
    pass

panels: dict[str, Callable[[], None]] = {}
if my.may(Act.MEMBERS):
    panels["Members"] = lambda: people_panel(my)
    panels["Company"] = lambda: profile_panel(my)
    panels["Data"] = lambda: data_panel(my)
if my.may(Act.COMPANIES):
    panels["Companies"] = companies_panel
if my.may(Act.BACKUP):
    panels["Backups"] = backups_panel

for tab, panel in zip(st.tabs(list(panels)), panels.values(), strict=True):
    with tab:
        panel()
