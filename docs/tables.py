"""The tables of the documentation that follow from code; `python -m docs.tables` writes them."""

import re
from pathlib import Path

from crm_data.cli.main import parser
from crm_data.rights import ROLES, Act, Person, Tie, may
from crm_data.settings import ROOT, SETTINGS
from docs.formulas import formulas

BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"

# What a person asks -> the act, the table and how the record stands to them.
QUESTIONS: tuple[tuple[str, Act, str, Tie], ...] = (
    ("See every record of the company", Act.READ, "customers", Tie.OTHER),
    ("Add tasks and activities", Act.ADD, "tasks", Tie.OTHER),
    ("Add customers, leads and deals", Act.ADD, "customers", Tie.OTHER),
    ("Change a record made by or assigned to them", Act.CHANGE, "customers", Tie.OWN),
    ("Change a record that is assigned to nobody", Act.CHANGE, "customers", Tie.UNASSIGNED),
    ("Change anybody's record", Act.CHANGE, "customers", Tie.OTHER),
    ("Change many records at once", Act.BULK, "customers", Tie.OTHER),
    ("Import", Act.IMPORT, "customers", Tie.OTHER),
    ("Export", Act.EXPORT, "customers", Tie.OTHER),
    ("Archive and restore", Act.ARCHIVE, "customers", Tie.OTHER),
    ("See and undo what they did themselves", Act.READ, "customers", Tie.OWN),
    ("See and undo what anybody did", Act.AUDIT, "", Tie.OTHER),
    ("Keep a view for the whole company", Act.PUBLISH, "", Tie.OWN),
    ("Change a view for the company that another made", Act.PUBLISH, "", Tie.OTHER),
    ("Members, roles, invitations", Act.MEMBERS, "", Tie.OTHER),
    ("The company's profile", Act.PROFILE, "", Tie.OTHER),
    ("Put the company's records back as they were at a moment", Act.GO_BACK, "", Tie.OTHER),
    ("All of the company's data as a ZIP", Act.TAKE_AWAY, "", Tie.OTHER),
)


def roles() -> str:
    """Who may do what, asked from the same function as the product asks."""
    lines = [
        "| | " + " | ".join(role.replace("_", " ") for role in ROLES) + " |",
        "| --- |" + " --- |" * len(ROLES),
    ]
    for words, act, table, tie in QUESTIONS:
        marks = ("yes" if may(Person(role), act, table, tie) else "" for role in ROLES)
        lines.append(f"| {words} | {' | '.join(marks)} |")
    return "\n".join(lines)


def settings() -> str:
    """Every setting with its default."""
    lines = ["| variable | default | what it is for |", "| --- | --- | --- |"]
    lines += [f"| `{s.name}` | {f'`{s.default}`' if s.default else 'empty'} | {s.help} |" for s in SETTINGS]
    return "\n".join(lines)


def commands() -> str:
    """Every command of `python -m crm_data` with its sentence."""
    lines = ["| command | what it does |", "| --- | --- |"]
    for action in parser()._subparsers._group_actions:  # type: ignore[union-attr]
        lines += [f"| `{choice.dest}` | {choice.help} |" for choice in action._choices_actions]
    return "\n".join(lines)


BLOCKS = {"roles": roles, "settings": settings, "commands": commands, "formulas": formulas}


def filled(text: str) -> str:
    """A page with each marked block made anew."""
    for name, make in BLOCKS.items():
        begin, end = BEGIN.format(name), END.format(name)
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        text = pattern.sub(lambda _, b=begin, e=end, m=make: f"{b}\n{m()}\n{e}", text)
    return text


def pages() -> list[Path]:
    """Every page that could hold a block."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


if __name__ == "__main__":
    for page in pages():
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
