"""What a company that has nothing yet is offered: its data, its colleagues, its first records, as a role may."""

from dataclasses import dataclass

import streamlit as st

from crm_data import Act, Workspace
from dashboard.parts import place
from dashboard.parts.csv_panel import open_import
from dashboard.parts.form import open_form


@dataclass(frozen=True)
class Step:
    """One step: what it is for, what its button says, and where the button leads, as an address of the house."""

    icon: str
    title: str
    why: str
    button: str
    to: str
    opens: str = ""  # the form that is open there


def steps(my: Workspace) -> list[Step]:
    """Those that this person's role allows, the most useful first; a task anybody may add."""
    found = []
    if my.customers.may("import"):
        found.append(
            Step(
                "upload",
                "Bring your data",
                "A CSV file or a workbook of customers, leads, deals or tasks, as another program writes it. "
                "It is checked before anything is kept.",
                "Import customers",
                "/customers",
                "customers.import",
            )
        )
    if my.may(Act.MEMBERS):
        found.append(
            Step(
                "group_add",
                "Invite your colleagues",
                "Each gets a link that works once, and a role that says what they may do.",
                "Invite a colleague",
                "/admin",
            )
        )
    if my.deals.may("add"):
        found.append(
            Step(
                "handshake",
                "Add your first deal",
                "With its customer, in one go. It then stands on the board under Pipeline.",
                "New deal",
                "/pipeline?tab=deals",
                "deals.form",
            )
        )
    if not found:
        found.append(
            Step(
                "task_alt",
                "Add your first task",
                "What you have to do, and by when. Customers and deals are here once a colleague has added them.",
                "New task",
                "/tasks",
                "tasks.form",
            )
        )
    return found


def nothing_yet(my: Workspace) -> bool:
    """Whether the company holds no record of any kind, archived ones aside."""
    return not any(my.records(kind).count() for kind in my.kinds)


def draw(my: Workspace) -> None:
    """The steps side by side, each with its one button."""
    st.markdown("Nothing is here yet. This is how it begins:")
    with st.grid(min_column_width=260, gap="small"):
        for at, step in enumerate(steps(my)):
            with st.container(border=True, key=f"first.{at}"):
                st.markdown(f":material/{step.icon}: **{step.title}**")
                st.markdown(step.why)
                st.button(
                    step.button,
                    key=f"first.{at}.go",
                    type="primary" if at == 0 else "secondary",
                    on_click=_begin,
                    args=(step,),
                )
    if to := st.session_state.pop("first.to", None):
        place.visit(to)


def _begin(step: Step) -> None:
    """From the button: open the form there, and go."""
    if step.opens.endswith(".form"):
        open_form(step.opens)
    elif step.opens:
        open_import(step.opens)
    st.session_state["first.to"] = step.to
