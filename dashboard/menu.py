"""The screens, in the order of the menu: one line each. What is not here cannot be opened."""

from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any

import streamlit as st

from crm_data import Act
from crm_data.rights import Person, may
from crm_data.settings import ROOT
from crm_data.store.scope import CompanyScope


@dataclass(frozen=True)
class Screen:
    """One page. `name` is its file in pages/ and its address; `needs`: the act a role must carry to open it."""

    name: str
    title: str
    icon: str
    in_menu: bool = True
    needs: Act | None = None

    @property
    def file(self) -> str:
        """The script."""
        return str(ROOT / "pages" / f"{self.name}.py")

    def open_to(self, scope: CompanyScope) -> bool:
        """Whether this person may open it; an operator may open every screen."""
        return self.needs is None or scope.operator or may(Person(scope.role, scope.operator), self.needs)


# The first is where one arrives. A page joins by its line, when its file is there.
SCREENS = (
    Screen("overview", "Overview", ":material/home:"),
    Screen("customers", "Customers", ":material/group:"),
    Screen("pipeline", "Pipeline", ":material/view_kanban:"),
    Screen("dashboards", "Dashboards", ":material/dashboard:"),
    Screen("tasks", "Tasks", ":material/task_alt:"),
    Screen("timeline", "Timeline", ":material/history:"),
    Screen("history", "History", ":material/manage_history:"),
    Screen("admin", "Admin", ":material/settings:", needs=Act.MEMBERS),
    Screen("duplicates", "Duplicates", ":material/merge:", in_menu=False, needs=Act.ARCHIVE),
    Screen("record", "Record", ":material/contact_page:", in_menu=False),
    Screen("account", "Account", ":material/person:", in_menu=False),
    Screen("exports", "Exports", ":material/download:", in_menu=False, needs=Act.EXPORT),
)


def page(screen: Screen, first: bool, shown: bool) -> Any:
    """A screen as Streamlit's page, for one run: it is marked there as the one that runs."""
    return copy(_page(screen, first, shown))


@cache
def _page(screen: Screen, first: bool, shown: bool) -> Any:
    """Made once: each time it would look for the file. No icon here: Streamlit would make the tab's icon of it,
    fetched from another site."""
    return st.Page(
        screen.file,
        title=screen.title,
        url_path=screen.name,
        default=first,
        visibility="visible" if shown else "hidden",
    )
