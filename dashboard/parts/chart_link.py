"""The address of a new chart of a list, behind its page; the form takes it from there."""

from collections.abc import Mapping

from crm_data import Own

MAKE, NEW = "make", "new"
# What a chart of some records is grouped by at first.
USUAL: Mapping[str, str] = {
    "customers": "customer_type",
    "leads": "status",
    "deals": "stage",
    "tasks": "status",
    "activities": "activity_type",
}


def of_list(kind: str, asks: Mapping[str, str]) -> dict[str, str]:
    """What the address says of a chart of a list, whose own address says `asks`."""
    return {MAKE: NEW, **Own(kind, USUAL[kind], asks=asks).params()}
