"""The kinds of records, as the workspace has them: what goes over all of them makes its records here."""

from typing import Any

from crm_data import Kind, Records, Workspace
from crm_data.tables import by_name, one_of, title_of
from crm_data.tables.fields import fields_of
from tests.support.makers import Filled

KINDS = Workspace.kinds
CLASSES: dict[str, type[Records]] = {kind: vars(Workspace)[kind].noun for kind in KINDS}
TITLES = {kind: title_of(kind) for kind in KINDS}
# What an address calls one record of a kind.
ONES = {kind: one_of(kind) for kind in KINDS}


def least(my: Workspace, kind: str) -> dict[str, Any]:
    """The least that a record of a kind is added with, by the verb; what it must hang on is made."""
    records, values = my.records(kind), {}
    given = records.new_values()
    for name, field in records.fields.items():
        if not field.required:
            continue
        if given.get(name) is not None:
            values[name] = given[name]
        elif field.kind is Kind.LINK and field.to:
            values[name] = my.records(field.to).add(least(my, field.to))
        elif field.kind is Kind.CHOICE:
            values[name] = next(iter(field.choice_labels()))
        else:
            values[name] = "0" if field.kind is Kind.MONEY else "Something"
    return values


def needed(my: Workspace, own: Filled, kind: str) -> dict[str, Any]:
    """The values of every field that a row must have, past what a verb would make of them: those of a filled
    company's own row.
    """
    row = my.records(kind).get(own.id_in(kind))
    return {name: row[name] for name, field in fields_of(by_name(kind)).items() if field.required}


def one_of_each(my: Workspace, word: str) -> dict[str, int]:
    """A record of every kind whose title has the word, by what an address calls one; they hang on each other."""
    customer = my.customers.add({"name": f"{word} customer", "notes": word, "tags": [word], "phone": "123"})
    lead = my.leads.add({"lead_name": f"{word} lead", "customer_id": customer})
    deal = my.deals.add({"deal_name": f"{word} deal", "deal_value": "50", "customer_id": customer})
    task = my.tasks.add({"title": f"{word} task", "deal_id": deal})
    activity = my.activities.log("call", f"{word} call", deal_id=deal, description=word)
    made = {"customer": customer, "lead": lead, "deal": deal, "task": task, "activity": activity}
    for kind, one in ONES.items():
        if one not in made:
            records = my.records(kind)
            links = {n: made[ONES[f.to]] for n, f in records.fields.items() if f.kind is Kind.LINK and f.to}
            title = {TITLES[kind]: f"{word} {one}"}
            made[one] = records.add({**least(my, kind), **links, **title})
    return made
