"""HubSpot: contacts, companies, deals and tasks as its exports have them."""

from crm_data.transfer.systems.export import Export

_PLACE = {
    "address": "Street Address | Street Address 2",
    "city": "City",
    "state": "State/Region",
    "zip_code": "Postal Code",
    "country": "Country/Region | Country",
}
_ACTIVITY = (
    " | Last Activity Date | Last Contacted | Next Activity Date | Number of times contacted"
    " | Number of Sales Activities"
)
_CONTACT = {
    "external_id": "Record ID | Record ID - Contact",
    "email": "Email | Work email | Additional email addresses",
    "phone": "Phone Number",
    "assigned_to": "Contact owner",
    "source": "Original Source | Original Traffic Source | Lead Source",
    "created_at": "Create Date",
}
_OF_CONTACTS = (
    "Job Title | Associated Company IDs | Marketing contact status | HubSpot Score | Persona"
    " | Time Zone | Message"
    " | Became a Customer Date | First Deal Created Date | Number of Associated Deals | Twitter Username"
    " | Preferred language | Unsubscribed from all email" + _ACTIVITY
)
_NAME = "{First Name} {Last Name} | {Company Name} | {Associated Company} | {Email}"
_SIGNS = (
    ("Contact owner", "First Name | Last Name | Email"),
    ("Record ID | Record ID - Contact", "Lead Status | Lifecycle Stage", "First Name | Last Name"),
    ("Marketing contact status", "Email"),
    ("Lifecycle Stage", "Associated Company | Phone Number", "First Name | Last Name"),
)

EXPORTS = (
    Export(
        "HubSpot",
        "contacts",
        "customers",
        "HubSpot contacts",
        _SIGNS,
        _NAME,
        _CONTACT
        | {
            "company_name": "Company Name | Associated Company | Primary Associated Company",
            "secondary_phone": "Mobile Phone Number",
            "website": "Website URL",
            "industry": "Industry",
            "status": "Lifecycle Stage",
        },
        (_PLACE,),
        "Last Modified Date",
        "Lead Status | " + _OF_CONTACTS,
    ),
    Export(
        "HubSpot",
        "contacts",
        "leads",
        "HubSpot contacts",
        _SIGNS,
        _NAME,
        _CONTACT
        | {
            "phone": "Phone Number | Mobile Phone Number",
            "customer_id": "Company Name | Associated Company | Primary Associated Company",
            "status": "Lead Status",
        },
        (),
        "Last Modified Date",
        "Lifecycle Stage | Street Address | City | State/Region | Postal Code | Country/Region"
        " | Website URL | Industry | " + _OF_CONTACTS,
    ),
    Export(
        "HubSpot",
        "companies",
        "customers",
        "HubSpot companies",
        (
            ("Company owner", "Company name | Name"),
            ("Company Domain Name", "Company name", "Record ID | Phone Number | Number of Employees"),
        ),
        "{Company name} | {Name} | {Company Domain Name}",
        {
            "external_id": "Record ID | Record ID - Company",
            "phone": "Phone Number",
            "website": "Company Domain Name | Website URL",
            "industry": "Industry",
            "status": "Lifecycle Stage | Type",
            "assigned_to": "Company owner",
            "source": "Original Source Type | Original Traffic Source",
            "notes": "Description",
            "created_at": "Create Date",
        },
        (_PLACE,),
        "Last Modified Date",
        "Lead Status | Number of Employees | Annual Revenue | Total Revenue | Number of Associated Contacts"
        " | Associated Contact | Associated Contact IDs | Parent Company | Year Founded"
        " | LinkedIn Company Page" + _ACTIVITY,
        {"customer_type": "business"},
    ),
    Export(
        "HubSpot",
        "deals",
        "deals",
        "HubSpot deals",
        (("Deal Name", "Deal Stage", "Deal owner | Pipeline | Record ID"), ("Deal owner", "Deal Name")),
        "{Deal Name}",
        {
            "external_id": "Record ID | Record ID - Deal",
            "customer_id": "Associated Company | Primary Associated Company | Associated Contact",
            "deal_value": "Amount | Amount in company currency",
            "currency": "Currency | Deal Currency Code",
            "stage": "Deal Stage",
            "probability": "Deal probability | Deal Probability",
            "actual_close_date": "Close Date",
            "loss_reason": "Closed Lost Reason",
            "notes": "Deal Description",
            "assigned_to": "Deal owner",
            "source": "Original Source Type | Original Traffic Source",
            "created_at": "Create Date",
        },
        (),
        "Last Modified Date",
        "Pipeline | Deal Type | Priority | Closed Won Reason | Associated Company IDs"
        " | Associated Contact IDs"
        " | Weighted amount | Forecast amount | Forecast category | Next step" + _ACTIVITY,
    ),
    Export(
        "HubSpot",
        "tasks",
        "tasks",
        "HubSpot tasks",
        (("Task Title", "Task Status | Task Type | Due date"),),
        "{Task Title}",
        {
            "external_id": "Record ID | Record ID - Task",
            "description": "Task Notes | Notes",
            "task_type": "Task Type",
            "priority": "Priority | Task Priority",
            "status": "Task Status",
            "due_date": "Due date",
            "customer_id": "Associated Company | Associated Contact",
            "deal_id": "Associated Deal",
            "assigned_to": "Assigned to",
            "created_at": "Create Date | Created at",
        },
        (),
        "Last Modified Date",
        "Associated Contact IDs | Associated Company IDs | Associated Deal IDs | Queue | Completed at",
    ),
)
