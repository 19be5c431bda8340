"""The screens, in the order of the menu: one line each. What is not here cannot be opened."""

from dataclasses import dataclass

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
    Screen("tasks", "Tasks", ":material/task_alt:"),
    Screen("timeline", "Timeline", ":material/history:"),
    Screen("admin", "Admin", ":material/settings:", needs=Act.MEMBERS),
    Screen("record", "Record", ":material/contact_page:", in_menu=False),
    Screen("account", "Account", ":material/person:", in_menu=False),
)
