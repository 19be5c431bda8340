"""Foyer's data module: two front doors, the words they speak, and the refusals. Nothing else is public."""

from crm_data import errors
from crm_data.accounts.layouts import Layout
from crm_data.accounts.views import Chosen, View
from crm_data.alike.groups import Group
from crm_data.alike.likeness import Reason
from crm_data.alike.lookup import Lookalike
from crm_data.errors import CrmError
from crm_data.nouns.goals import Wanted
from crm_data.nouns.leads import Converted
from crm_data.nouns.steps import NextStep, Step
from crm_data.numbers.board import Card, Column, Standing, standing, untouched
from crm_data.numbers.dashboards import Board, Tile
from crm_data.numbers.figures import Bar, Chart, Figure, Formula, Question, Unit
from crm_data.numbers.overview import Overview
from crm_data.numbers.own import Own, Picture
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Pipeline
from crm_data.numbers.sums import Sum, Totals
from crm_data.rights import Act, Tie
from crm_data.store.at_once import All, Changed, Given, Refused, Way
from crm_data.store.changes import Change, new_act
from crm_data.store.query import Query
from crm_data.store.records import Edit, Page, Records
from crm_data.store.replacing import Replaceable, Replacing
from crm_data.tables.fields import Field, Kind, inside, words
from crm_data.tables.stage_rules import StageRules
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.plan import Plan
from crm_data.transfer.report import Report
from crm_data.workspace import Workspace

__all__ = [
    "Act",
    "All",
    "Bar",
    "Board",
    "Card",
    "Change",
    "Changed",
    "Chart",
    "Chosen",
    "Column",
    "Converted",
    "CrmError",
    "Edit",
    "Field",
    "Figure",
    "Formula",
    "Given",
    "Group",
    "Kind",
    "Layout",
    "Lookalike",
    "NextStep",
    "Overview",
    "Own",
    "Page",
    "Period",
    "Picture",
    "Pipeline",
    "Plan",
    "Query",
    "Question",
    "Reason",
    "Records",
    "Refused",
    "Replaceable",
    "Replacing",
    "Report",
    "Sheet",
    "StageRules",
    "Standing",
    "Step",
    "Sum",
    "Tie",
    "Tile",
    "Totals",
    "Unit",
    "View",
    "Wanted",
    "Way",
    "Workspace",
    "errors",
    "inside",
    "new_act",
    "standing",
    "untouched",
    "words",
]
