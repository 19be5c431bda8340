"""Who may do what: one table of roles and acts, asked inside every verb. Pure; knows no database."""

from dataclasses import dataclass
from enum import StrEnum

from crm_data.errors import NotAllowed


class Act(StrEnum):
    """The permissions: what can be done, alphabetically."""

    ADD = "add"
    ARCHIVE = "archive"
    AUDIT = "audit"
    BACKUP = "backup"
    BULK = "bulk"
    CHANGE = "change"
    COMPANIES = "companies"
    ERASE = "erase"
    EXPORT = "export"
    GO_BACK = "go_back"
    IMPORT = "import"
    MEMBERS = "members"
    PROFILE = "profile"
    PUBLISH = "publish"
    READ = "read"
    TAKE_AWAY = "take_away"


class Tie(StrEnum):
    """Ownership of a record: made by or assigned to the person, assigned to nobody, or to somebody else."""

    OWN = "own"
    UNASSIGNED = "unassigned"
    OTHER = "other"


ROLES = ("user", "sales_rep", "manager", "admin")
_RANK = {role: rank for rank, role in enumerate(ROLES)}
_ANYBODY_ADDS = frozenset({"tasks", "activities", "submissions"})
# What managers alone write, also of what is about oneself.
_MANAGERS_WRITE = frozenset({"goals"})
# What admins alone write: what the whole company is counted by.
_ADMINS_WRITE = frozenset({"exchange_rates"})

# Act -> the weakest role that may do it on any record of the company.
_FROM = {
    Act.READ: "user",
    Act.ADD: "sales_rep",
    Act.CHANGE: "manager",
    Act.BULK: "manager",
    Act.IMPORT: "manager",
    Act.EXPORT: "manager",
    Act.ARCHIVE: "manager",
    Act.AUDIT: "manager",
    Act.ERASE: "admin",
    Act.GO_BACK: "admin",
    Act.MEMBERS: "admin",
    Act.PROFILE: "admin",
    Act.PUBLISH: "admin",
    Act.TAKE_AWAY: "admin",
}
OPERATOR_ACTS = frozenset({Act.COMPANIES, Act.BACKUP})


@dataclass(frozen=True)
class Person:
    """The part of a scope that rights look at. `role` 'system' may do everything inside the company."""

    role: str
    operator: bool = False


def may(person: Person, act: Act, table: str = "", tie: Tie = Tie.OTHER) -> bool:
    """Whether the role carries the act, on a record that stands so to the person."""
    if act in OPERATOR_ACTS:
        return person.operator or person.role == "system"
    if person.role == "system":
        return True
    rank = _RANK.get(person.role)
    if rank is None:
        return False
    if table in _ADMINS_WRITE and act not in (Act.READ, Act.EXPORT):
        return rank >= _RANK["admin"]
    if table in _MANAGERS_WRITE and act in (Act.ADD, Act.CHANGE):
        return rank >= _RANK["manager"]
    if rank >= _RANK[_FROM[act]]:
        return True
    if act is Act.ADD:
        return table in _ANYBODY_ADDS
    if act is Act.PUBLISH:
        return tie is Tie.OWN and rank >= _RANK["manager"]
    if act is Act.CHANGE:
        return tie is Tie.OWN or (tie is Tie.UNASSIGNED and rank >= _RANK["sales_rep"])
    return False


def grantable(role: str) -> tuple[str, ...]:
    """The roles that a person may give to others: none above their own."""
    rank = _RANK.get(role, -1)
    return tuple(r for r in ROLES if _RANK[r] <= rank) if rank >= _RANK["admin"] else ()


def demand(person: Person, act: Act, table: str = "", tie: Tie = Tie.OTHER) -> None:
    """Require a permission: raise NotAllowed, with a sentence, unless the role carries the act."""
    if not may(person, act, table, tie):
        raise NotAllowed(_OF_TABLES.get(table) or _SENTENCES.get(act) or NotAllowed.sentence)


_SENTENCES = {
    Act.ADD: "Your role does not allow adding these records. Ask a manager of your company.",
    Act.CHANGE: "You may change only records that are yours. Ask their owner or a manager.",
    Act.BULK: "Changing many records at once is for managers.",
    Act.IMPORT: "Importing is for managers. Ask a manager of your company.",
    Act.EXPORT: "Exporting is for managers. Ask a manager of your company.",
    Act.ARCHIVE: "Archiving and restoring are for managers. Ask a manager of your company.",
    Act.AUDIT: "What colleagues did is shown to managers.",
    Act.MEMBERS: "Members and roles are for admins of the company.",
    Act.PROFILE: "The company's profile is for its admins.",
    Act.PUBLISH: "A view for the company is kept by the manager who made it, and by admins. Save one of your own.",
    Act.TAKE_AWAY: "All of a company's data is taken away by its admins.",
    Act.GO_BACK: "Going back to an earlier moment is for admins of the company.",
    Act.ERASE: "Erasing for good is for admins of the company.",
    Act.BACKUP: "Backups of the whole database are for the operator of this installation.",
    Act.COMPANIES: "Companies are looked after by the operator of this installation.",
}
_OF_TABLES = {
    "exchange_rates": "Exchange rates are set by admins. Ask an admin of your company.",
    "goals": "Goals are set by managers. Ask a manager of your company.",
    "submissions": "A number over somebody's own is given by managers. Give your own, or ask a manager.",
}
