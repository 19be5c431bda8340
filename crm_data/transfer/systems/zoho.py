"""Zoho CRM: leads, accounts, contacts, deals, tasks, calls and meetings."""

from crm_data.transfer.systems.export import Export

_RAW = (
    " | Created By | Created By.id | Modified By | Modified By.id | Last Activity Time | Unsubscribed Mode"
    " | Unsubscribed Time | Change Log Time | Locked"
)
_CHANGED = "Modified Time"
_CREATED = {"created_at": "Created Time"}


def _place(before: str, code: str) -> dict[str, str]:
    return {
        "address": f"{before}Street",
        "city": f"{before}City",
        "state": f"{before}State",
        "zip_code": f"{before}{code}",
        "country": f"{before}Country",
    }


EXPORTS = (
    Export(
        "Zoho",
        "leads",
        "leads",
        "Zoho",
        (
            ("Record Id", "Lead Status | Lead Owner | Lead Owner.id"),
            ("Lead Owner", "Lead Status", "Created Time | Email Opt Out"),
        ),
        "{First Name} {Last Name} | {Lead Name} | {Company} | {Email}",
        {
            "external_id": "Record Id | Lead ID",
            "email": "Email | Secondary Email",
            "phone": "Phone | Mobile",
            "customer_id": "Company",
            "source": "Lead Source",
            "status": "Lead Status",
            "priority": "Rating",
            "notes": "Description",
            "assigned_to": "Lead Owner | Lead Owner.id",
        }
        | _CREATED,
        (),
        _CHANGED,
        "Salutation | Title | Fax | Website | Industry | No. of Employees | Annual Revenue"
        " | Email Opt Out | Skype ID"
        " | Twitter | Street | City | State | Zip Code | Country | Tag | Is Converted | Converted Account.id"
        " | Converted Contact.id | Converted Deal.id" + _RAW,
    ),
    Export(
        "Zoho",
        "accounts",
        "customers",
        "Zoho",
        (
            (
                "Account Name",
                "Account Owner | Account Owner.id",
                "Billing Code | Account Site | SIC Code | Ownership",
            ),
            ("Record Id", "Account Owner | Account Owner.id"),
        ),
        "{Account Name}",
        {
            "external_id": "Record Id | Account ID",
            "customer_code": "Account Number",
            "phone": "Phone",
            "website": "Website",
            "industry": "Industry",
            "status": "Account Type",
            "priority": "Rating",
            "notes": "Description",
            "tags": "Tag",
            "assigned_to": "Account Owner | Account Owner.id",
        }
        | _CREATED,
        (_place("Billing ", "Code"), _place("Shipping ", "Code")),
        _CHANGED,
        "Account Site | Fax | Parent Account | Parent Account.id | Ticker Symbol | Ownership | Employees"
        " | Annual Revenue | SIC Code" + _RAW,
        {"customer_type": "business"},
    ),
    Export(
        "Zoho",
        "contacts",
        "customers",
        "Zoho",
        (
            ("Contact Owner | Contact Owner.id", "Record Id"),
            ("Contact Owner", "Mailing Zip | Vendor Name | Asst Phone"),
        ),
        "{First Name} {Last Name} | {Full Name} | {Account Name} | {Email}",
        {
            "external_id": "Record Id | Contact ID",
            "email": "Email | Secondary Email",
            "phone": "Phone | Home Phone | Other Phone",
            "secondary_phone": "Mobile | Home Phone | Other Phone",
            "company_name": "Account Name",
            "source": "Lead Source",
            "notes": "Description",
            "tags": "Tag",
            "assigned_to": "Contact Owner | Contact Owner.id",
        }
        | _CREATED,
        (_place("Mailing ", "Zip"), _place("Other ", "Zip")),
        _CHANGED,
        "Salutation | Title | Department | Account Name.id | Vendor Name | Fax | Date of Birth"
        " | Assistant | Asst Phone"
        " | Reporting To | Email Opt Out | Skype ID | Twitter" + _RAW,
    ),
    Export(
        "Zoho",
        "deals",
        "deals",
        "Zoho",
        (
            ("Deal Name", "Closing Date"),
            ("Potential Name", "Closing Date"),
            ("Record Id", "Deal Owner | Deal Owner.id"),
        ),
        "{Deal Name} | {Potential Name}",
        {
            "external_id": "Record Id | Deal ID",
            "customer_id": "Account Name | Contact Name",
            "deal_value": "Amount",
            "currency": "Currency",
            "stage": "Stage",
            "probability": "Probability (%) | Probability",
            "actual_close_date": "Closing Date",
            "loss_reason": "Reason For Loss",
            "notes": "Description",
            "source": "Lead Source",
            "assigned_to": "Deal Owner | Deal Owner.id | Potential Owner",
        }
        | _CREATED,
        (),
        _CHANGED,
        "Expected Revenue | Type | Next Step | Campaign Source | Account Name.id | Contact Name.id"
        " | Tag | Exchange Rate"
        " | Lead Conversion Time | Sales Cycle Duration | Overall Sales Duration" + _RAW,
    ),
    Export(
        "Zoho",
        "tasks",
        "tasks",
        "Zoho",
        (("Task Owner | Task Owner.id", "Subject"),),
        "{Subject}",
        {
            "external_id": "Record Id | Task ID",
            "description": "Description",
            "priority": "Priority",
            "status": "Status",
            "due_date": "Due Date",
            "customer_id": "Contact Name",
            "assigned_to": "Task Owner | Task Owner.id",
        }
        | _CREATED,
        (),
        _CHANGED,
        "Related To | Related To.id | Contact Name.id | Closed Time | Reminder | Repeat | Tag" + _RAW,
    ),
    Export(
        "Zoho",
        "calls",
        "activities",
        "Zoho",
        (("Call Type | Call Start Time", "Subject", "Call Duration | Call Owner | Call Purpose"),),
        "{Subject}",
        {
            "external_id": "Record Id",
            "description": "Description | Call Agenda",
            "activity_date": "Call Start Time",
            "outcome": "Call Result",
            "customer_id": "Contact Name",
            "user_id": "Call Owner | Call Owner.id",
        }
        | _CREATED,
        (),
        _CHANGED,
        "Call Type | Call Purpose | Call Duration | Call Duration (in seconds) | Related To"
        " | Related To.id | Call Status"
        " | Tag" + _RAW,
        {"activity_type": "call"},
    ),
    Export(
        "Zoho",
        "meetings",
        "activities",
        "Zoho",
        (("From | Start DateTime", "To | End DateTime", "Host | Host.id", "Title | Event Title"),),
        "{Title} | {Event Title}",
        {
            "external_id": "Record Id",
            "description": "Description",
            "activity_date": "From | Start DateTime",
            "customer_id": "Contact Name",
            "user_id": "Host | Host.id",
        }
        | _CREATED,
        (),
        _CHANGED,
        "To | End DateTime | Location | All day | Related To | Related To.id | Participants | Tag" + _RAW,
        {"activity_type": "meeting"},
    ),
)
