"""Salesforce: accounts, contacts, leads, opportunities, tasks and events, of reports and of the data export."""

from crm_data.transfer.systems.export import Export

_RAW = " | IsDeleted | SystemModstamp | CreatedById | LastModifiedById | LastActivityDate | LastViewedDate"
_CHANGED = "LastModifiedDate | Last Modified Date"


def _place(raw: str, said: str) -> dict[str, str]:
    """An address: headings of the data export, and those of a report."""
    before, shown = (raw, f"{said} ") if said else ("", "")
    return {
        "address": f"{before}Street | {shown}Street | {shown}Address Line 1",
        "city": f"{before}City | {shown}City",
        "state": f"{before}State | {shown}State/Province | {shown}State",
        "zip_code": f"{before}PostalCode | {shown}Zip/Postal Code",
        "country": f"{before}Country | {shown}Country",
    }


EXPORTS = (
    Export(
        "Salesforce",
        "accounts",
        "customers",
        "Salesforce",
        (
            ("BillingStreet | BillingCity | BillingCountry | NumberOfEmployees", "OwnerId | Id", "Name"),
            (
                "Account Name",
                "Account Owner",
                "Billing State/Province | Billing Zip/Postal Code | Account ID | Last Activity",
            ),
        ),
        "{Name} | {Account Name}",
        {
            "external_id": "Id | Account ID",
            "customer_code": "AccountNumber | Account Number",
            "phone": "Phone | Account Phone",
            "website": "Website",
            "industry": "Industry",
            "status": "Type",
            "priority": "Rating",
            "source": "AccountSource | Account Source",
            "notes": "Description | Account Description",
            "assigned_to": "Account Owner | OwnerId",
            "created_at": "CreatedDate | Created Date",
        },
        (_place("Billing", "Billing"), _place("Shipping", "Shipping")),
        _CHANGED,
        "MasterRecordId | ParentId | Parent Account | Fax | AnnualRevenue | Annual Revenue"
        " | NumberOfEmployees"
        " | Employees | Ownership | TickerSymbol | Site | Last Activity" + _RAW,
        {"customer_type": "business"},
    ),
    Export(
        "Salesforce",
        "contacts",
        "customers",
        "Salesforce",
        (
            ("LastName", "MailingStreet | MailingCity | MailingCountry | AccountId"),
            ("Last Name", "Mailing State/Province | Mailing Zip/Postal Code | Contact ID"),
            ("Last Name", "Account Name", "Contact Owner", "Mailing Street | Mailing City | Title"),
        ),
        "{FirstName} {MiddleName} {LastName} | {First Name} {Last Name} | {Name} | {Account Name} | {Email}",
        {
            "external_id": "Id | Contact ID",
            "email": "Email",
            "phone": "Phone | HomePhone | OtherPhone",
            "secondary_phone": "MobilePhone | Mobile | HomePhone | OtherPhone",
            "company_name": "Account Name",
            "source": "LeadSource | Lead Source",
            "notes": "Description",
            "assigned_to": "Contact Owner | OwnerId",
            "created_at": "CreatedDate | Created Date",
        },
        (_place("Mailing", "Mailing"), _place("Other", "Other")),
        _CHANGED,
        "AccountId | Salutation | Title | Department | Fax | Birthdate | ReportsToId | AssistantName"
        " | AssistantPhone"
        " | Account Owner | HasOptedOutOfEmail" + _RAW,
    ),
    Export(
        "Salesforce",
        "leads",
        "leads",
        "Salesforce",
        (
            ("LastName", "Company", "LeadSource | IsConverted | Status"),
            ("Lead Owner", "Company / Account | Lead Source | Rating", "Last Name"),
        ),
        "{FirstName} {LastName} | {First Name} {Last Name} | {Name} | {Company} | {Company / Account}",
        {
            "external_id": "Id | Lead ID",
            "email": "Email",
            "phone": "Phone | MobilePhone | Mobile",
            "customer_id": "Company / Account | Company",
            "source": "LeadSource | Lead Source",
            "status": "Status | Lead Status",
            "priority": "Rating",
            "notes": "Description",
            "assigned_to": "Lead Owner | OwnerId",
            "created_at": "CreatedDate | Created Date | Create Date",
        },
        (),
        _CHANGED,
        "Title | Salutation | Street | City | State | State/Province | PostalCode | Zip/Postal Code"
        " | Country | Fax"
        " | Website | Industry | AnnualRevenue | Annual Revenue | NumberOfEmployees | IsConverted"
        " | ConvertedDate"
        " | ConvertedAccountId | ConvertedContactId | ConvertedOpportunityId | Unread By Owner" + _RAW,
    ),
    Export(
        "Salesforce",
        "opportunities",
        "deals",
        "Salesforce",
        (
            ("StageName", "CloseDate"),
            (
                "Opportunity Name",
                "Stage",
                "Opportunity Owner | Fiscal Period | Probability (%) | Opportunity ID",
            ),
        ),
        "{Name} | {Opportunity Name}",
        {
            "external_id": "Id | Opportunity ID",
            "customer_id": "Account Name | AccountId",
            "deal_value": "Amount",
            "currency": "CurrencyIsoCode | Amount Currency",
            "stage": "StageName | Stage",
            "probability": "Probability | Probability (%)",
            "actual_close_date": "CloseDate | Close Date",
            "loss_reason": "Loss Reason | Lost Reason",
            "notes": "Description",
            "assigned_to": "Opportunity Owner | OwnerId",
            "source": "LeadSource | Lead Source",
            "created_at": "CreatedDate | Created Date",
        },
        (),
        _CHANGED,
        "ExpectedRevenue | Expected Revenue | Expected Revenue Currency | TotalOpportunityQuantity"
        " | Type | NextStep"
        " | Next Step | IsClosed | IsWon | ForecastCategory | ForecastCategoryName | FiscalYear"
        " | FiscalQuarter | Fiscal"
        " | Fiscal Period | Age | Owner Role | CampaignId | Primary Campaign Source" + _RAW,
    ),
    Export(
        "Salesforce",
        "tasks",
        "tasks",
        "Salesforce",
        (
            ("Subject", "WhoId | WhatId", "ActivityDate | Priority"),
            ("Subject", "Assigned", "Task | Company / Account", "Priority"),
        ),
        "{Subject}",
        {
            "external_id": "Id | Activity ID",
            "description": "Description | Full Comments | Comments",
            "task_type": "TaskSubtype | Type | Task Subtype",
            "priority": "Priority",
            "status": "Status",
            "due_date": "ActivityDate | Date | Due Date",
            "customer_id": "Company / Account",
            "deal_id": "Opportunity",
            "assigned_to": "Assigned | OwnerId",
            "created_at": "CreatedDate | Created Date",
        },
        (),
        _CHANGED,
        "WhoId | WhatId | AccountId | Contact | Lead | Task | IsClosed | IsHighPriority"
        " | CallDurationInSeconds"
        " | CallType | CallDisposition | ReminderDateTime | CompletedDateTime" + _RAW,
    ),
    Export(
        "Salesforce",
        "events",
        "activities",
        "Salesforce",
        (("Subject", "StartDateTime | ActivityDateTime", "DurationInMinutes | EndDateTime"),),
        "{Subject}",
        {
            "external_id": "Id | Activity ID",
            "description": "Description",
            "activity_date": "StartDateTime | ActivityDateTime",
            "duration": "DurationInMinutes",
            "user_id": "Assigned | OwnerId",
            "created_at": "CreatedDate",
        },
        (),
        _CHANGED,
        "WhoId | WhatId | AccountId | Location | IsAllDayEvent | EndDateTime | ActivityDate | ShowAs | Type"
        + _RAW,
        {"activity_type": "meeting"},
    ),
)
