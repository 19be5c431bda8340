"""Pipedrive: people, organizations, deals, leads and activities; its headings begin with the kind of record."""

from crm_data.transfer.systems.export import Export

_COUNTS = "Open deals | Closed deals | Won deals | Lost deals | Total activities | Done activities"
_TIMES = "Next activity date | Last activity date | Visible to"
_ACTIVITY = {
    "external_id": "Activity - ID | Activity - System ID | Activity - Pipedrive System ID",
    "description": "Activity - Note | Activity - Public description",
    "customer_id": "Activity - Organization | Organization | Activity - Contact person"
    " | Activity - Person | Contact person",
    "lead_id": "Activity - Lead | Lead",
    "deal_id": "Activity - Deal | Deal",
    "created_at": "Activity - Add time | Activity - Creation date",
}
_OF_ACTIVITIES = "Activity - Due time | Activity - Busy flag | Activity - Location | Activity - Creator"
_ACTIVITY_SIGNS = (("Activity - Subject", "Activity - Type | Activity - Due date | Activity - Done"),)


def _all(kind: str, said: str) -> str:
    """Headings with the kind of record before each."""
    return " | ".join(f"{kind} - {heading}" for heading in said.split(" | "))


EXPORTS = (
    Export(
        "Pipedrive",
        "people",
        "customers",
        "Pipedrive people",
        (("Person - Name | Person - Last name | Person - First name",),),
        "{Person - Name} | {Person - First name} {Person - Last name} | {Person - Organization}",
        {
            "external_id": "Person - ID | Person - Pipedrive System ID",
            "email": "Person - Email - Work | Person - Email | Person - Email - Home"
            " | Person - Email - Other",
            "phone": "Person - Phone - Work | Person - Phone | Person - Phone - Home"
            " | Person - Phone - Other",
            "secondary_phone": "Person - Phone - Mobile | Person - Phone - Home | Person - Phone - Other",
            "company_name": "Person - Organization | Organization - Name | Organization",
            "tags": "Person - Labels | Person - Label",
            "notes": "Person - Notes",
            "assigned_to": "Person - Owner",
            "created_at": "Person - Person created | Person - Add time | Person - Creation date",
        },
        (
            {
                "address": "Person - Postal address",
                "zip_code": "Person - Postal address - ZIP/Postal code",
                "city": "Person - Postal address - City/town/village/locality",
                "country": "Person - Postal address - Country",
            },
        ),
        "Person - Update time",
        _all(
            "Person",
            f"{_COUNTS} | {_TIMES} | Job title | Birthday | Instant messenger | Marketing status | Followers",
        ),
    ),
    Export(
        "Pipedrive",
        "organizations",
        "customers",
        "Pipedrive organizations",
        (
            (
                "Organization - Name",
                "Organization - Address | Organization - Owner | Organization - ID | Organization - Labels",
            ),
        ),
        "{Organization - Name}",
        {
            "external_id": "Organization - ID | Organization - Pipedrive System ID",
            "phone": "Organization - Phone",
            "website": "Organization - Website",
            "industry": "Organization - Industry",
            "tags": "Organization - Labels | Organization - Label",
            "notes": "Organization - Notes",
            "assigned_to": "Organization - Owner",
            "created_at": "Organization - Organization created | Organization - Add time"
            " | Organization - Creation date",
        },
        (
            {
                "address": "Organization - Address",
                "zip_code": "Organization - Address - ZIP/Postal code of Address",
                "city": "Organization - Address - City/town/village/locality of Address",
                "state": "Organization - Address - State/county of Address",
                "country": "Organization - Address - Country of Address",
            },
        ),
        "Organization - Update time",
        _all(
            "Organization",
            f"{_COUNTS} | {_TIMES} | People | Annual revenue | Number of employees | Followers",
        )
        + " | Person name",
        {"customer_type": "business"},
    ),
    Export(
        "Pipedrive",
        "deals",
        "deals",
        "Pipedrive deals",
        (("Deal - Title",),),
        "{Deal - Title}",
        {
            "external_id": "Deal - ID | Deal - Pipedrive System ID",
            "customer_id": "Deal - Organization | Organization | Organization - Name | Deal - Contact person"
            " | Contact person | Person - Name",
            "deal_value": "Deal - Value",
            "currency": "Deal - Currency of Value | Deal - Currency",
            "stage": "Deal - Stage | Deal - Stage (pipeline)",
            "status": "Deal - Status",
            "probability": "Deal - Probability",
            "expected_close_date": "Deal - Expected close date",
            "actual_close_date": "Deal - Closed on | Deal - Deal closed on | Deal - Won time"
            " | Deal - Lost time",
            "loss_reason": "Deal - Lost reason",
            "assigned_to": "Deal - Owner",
            "source": "Deal - Source channel | Deal - Lead Source | Deal - Source origin",
            "created_at": "Deal - Deal created | Deal - Add time | Deal - Creation date",
        },
        (),
        "Deal - Update time",
        _all(
            "Deal",
            f"{_TIMES} | Pipeline | Label | Labels | Weighted value | Product quantity | Product amount"
            " | Product name"
            " | Last stage change | Creator | Total activities | Done activities | Activities to do"
            " | Email messages count | Source origin ID",
        ),
    ),
    Export(
        "Pipedrive",
        "leads",
        "leads",
        "Pipedrive leads",
        (("Lead - Title",),),
        "{Lead - Title} | {Lead - Contact person} | {Lead - Organization}",
        {
            "external_id": "Lead - ID | Lead - Pipedrive System ID",
            "customer_id": "Lead - Organization | Organization | Lead - Contact person | Contact person",
            "email": "Person - Email - Work | Person - Email",
            "phone": "Person - Phone - Work | Person - Phone",
            "estimated_value": "Lead - Value",
            "source": "Lead - Source channel | Lead - Source origin | Lead - Source",
            "notes": "Lead - Note | Lead - Notes",
            "assigned_to": "Lead - Owner",
            "created_at": "Lead - Lead created | Lead - Add time | Lead - Creation date",
        },
        (),
        "Lead - Update time",
        _all(
            "Lead",
            "Labels | Label | Currency of Value | Expected close date | Next activity | Visible to"
            " | Archive status",
        ),
    ),
    Export(
        "Pipedrive",
        "activities",
        "tasks",
        "Pipedrive activities",
        _ACTIVITY_SIGNS,
        "{Activity - Subject} | {Activity - Type}",
        _ACTIVITY
        | {
            "task_type": "Activity - Type",
            "priority": "Activity - Priority",
            "status": "Activity - Done",
            "due_date": "Activity - Due date",
            "assigned_to": "Activity - Assigned to user",
        },
        (),
        "Activity - Update time",
        f"Activity - Duration | Activity - Marked as done time | {_OF_ACTIVITIES}",
    ),
    Export(
        "Pipedrive",
        "activities",
        "activities",
        "Pipedrive activities",
        _ACTIVITY_SIGNS,
        "{Activity - Subject} | {Activity - Type}",
        _ACTIVITY
        | {
            "activity_type": "Activity - Type",
            "activity_date": "Activity - Due date | Activity - Marked as done time",
            "user_id": "Activity - Assigned to user",
        },
        (),
        "Activity - Update time",
        f"Activity - Priority | Activity - Done | Activity - Duration | {_OF_ACTIVITIES}",
    ),
)
