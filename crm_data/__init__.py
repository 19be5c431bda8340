"""Foyer's data module: two front doors, the words they speak, and the refusals. Nothing else is public."""

from crm_data import errors
from crm_data.errors import CrmError
from crm_data.rights import Act, Tie
from crm_data.store.changes import Change, new_act
from crm_data.store.query import Query
from crm_data.store.records import Edit, Page, Records
from crm_data.tables.fields import Field, Kind, words
from crm_data.workspace import Workspace

__all__ = [
    "Act",
    "Change",
    "CrmError",
    "Edit",
    "Field",
    "Kind",
    "Page",
    "Query",
    "Records",
    "Tie",
    "Workspace",
    "errors",
    "new_act",
    "words",
]
