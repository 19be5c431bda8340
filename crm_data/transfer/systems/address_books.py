"""Address books and lists of addresses: Google contacts, Outlook and Mailchimp, as customers or as leads."""

from collections.abc import Mapping
from dataclasses import replace

from crm_data.transfer.systems.export import OR, Export, headings_of, in_title

_LEADS = ("email", "phone", "source", "notes", "created_at", "external_id")


def _as_leads(export: Export, **fields: str) -> Export:
    """The same file as leads: what only customers have stays beside the record."""
    said: Mapping[str, str] = {name: h for name, h in export.fields.items() if name in _LEADS} | fields
    taken = {heading for headings in said.values() for heading in headings_of(headings)}
    taken |= {heading for way in export.title.split(OR) for heading in in_title(way)}
    beside = [heading for heading in export.headings() if heading not in taken]
    return replace(
        export,
        table="leads",
        fields=said,
        places=(),
        fill={},
        beside=" | ".join(beside),
        changed=export.changed,
    )


def _several(before: str, after: str, most: int = 4) -> str:
    return " | ".join(f"{before} {number} - {after}" for number in range(1, most + 1))


def _google_place(number: int) -> dict[str, str]:
    at = f"Address {number} - "
    return {
        "address": f"{at}Street | {at}Formatted",
        "city": f"{at}City",
        "state": f"{at}Region",
        "zip_code": f"{at}Postal Code",
        "country": f"{at}Country",
    }


def _outlook_place(before: str) -> dict[str, str]:
    return {
        "address": f"{before} Street | {before} Address PO Box",
        "city": f"{before} City",
        "state": f"{before} State",
        "zip_code": f"{before} Postal Code",
        "country": f"{before} Country/Region | {before} Country",
    }


_GOOGLE = Export(
    "Google",
    "contacts",
    "customers",
    "Google contacts",
    (
        ("E-mail 1 - Value | Phone 1 - Value", "Given Name | First Name | Name"),
        (
            "E-mail 1 - Label | E-mail 1 - Type | Phone 1 - Label | Phone 1 - Type",
            "Given Name | First Name | Name",
        ),
        ("Organization Name", "File As", "Labels"),
    ),
    "{Name} | {Given Name} {Additional Name} {Family Name} | {First Name} {Middle Name} {Last Name}"
    " | {Organization 1 - Name} | {Organization Name} | {E-mail 1 - Value}",
    {
        "email": _several("E-mail", "Value"),
        "phone": _several("Phone", "Value"),
        "secondary_phone": " | ".join(f"Phone {number} - Value" for number in (2, 3, 4)),
        "company_name": "Organization Name | Organization 1 - Name",
        "website": _several("Website", "Value", 2),
        "notes": "Notes",
        "tags": "Labels | Group Membership",
    },
    (_google_place(1), _google_place(2)),
    "",
    " | ".join(
        [
            "Name Prefix | Name Suffix | Nickname | File As | Phonetic First Name"
            " | Phonetic Middle Name | Phonetic Last Name",
            "Organization Title | Organization Department | Organization 1 - Title"
            " | Organization 1 - Department",
            "Birthday | Photo | Yomi Name | Initials | Short Name | Maiden Name | Gender | Location"
            " | Occupation | Hobby",
            "Language | Priority | Sensitivity | Subject | Relation 1 - Label | Relation 1 - Value"
            " | Event 1 - Label",
            "Event 1 - Value | Custom Field 1 - Label | Custom Field 1 - Value | Address 1 - PO Box",
            "Address 1 - Extended Address | Organization 1 - Type | Website 1 - Label | Website 1 - Type",
            *(_several(what, end) for what in ("E-mail", "Phone") for end in ("Label", "Type")),
            _several("Address", "Label", 2),
            _several("Address", "Type", 2),
        ]
    ),
)
_OUTLOOK = Export(
    "Outlook",
    "contacts",
    "customers",
    "Outlook contacts",
    (
        (
            "E-mail Address | E-mail Display Name",
            "Business Phone | Business Street | Home Phone | Business Fax",
        ),
        ("E-mail 2 Address", "E-mail Address"),
        ("Business Country/Region | Home Country/Region", "First Name | Last Name"),
    ),
    "{First Name} {Middle Name} {Last Name} | {E-mail Display Name} | {Company} | {E-mail Address}",
    {
        "email": "E-mail Address | E-mail 2 Address | E-mail 3 Address",
        "phone": "Business Phone | Primary Phone | Business Phone 2 | Company Main Phone | Home Phone"
        " | Home Phone 2"
        " | Other Phone",
        "secondary_phone": "Mobile Phone | Home Phone | Business Phone 2 | Home Phone 2 | Other Phone"
        " | Car Phone",
        "company_name": "Company",
        "website": "Web Page | Personal Web Page",
        "notes": "Notes",
        "tags": "Categories",
        "priority": "Priority",
    },
    (_outlook_place("Business"), _outlook_place("Home"), _outlook_place("Other")),
    "",
    "Title | Suffix | Given Yomi | Surname Yomi | Nickname | Department | Job Title | Office Location"
    " | Business Street 2"
    " | Business Street 3 | Home Street 2 | Home Street 3 | Other Street 2 | Other Street 3"
    " | Assistant's Phone"
    " | Business Fax | Callback | Home Fax | ISDN | Other Fax | Pager | Radio Phone | TTY/TDD Phone | Telex"
    " | E-mail Type | E-mail 2 Type | E-mail 2 Display Name | E-mail 3 Type | E-mail 3 Display Name"
    " | Anniversary"
    " | Assistant's Name | Manager's Name | Spouse | Children | Birthday | Gender | Hobby | Initials"
    " | Language | Location"
    " | Profession | Referred By | Sensitivity | Private | Account | Billing Information | Mileage | Keywords"
    " | Government ID Number | Directory Server | Internet Free Busy | User 1 | User 2 | User 3 | User 4",
)
_MAILCHIMP = Export(
    "Mailchimp",
    "audience",
    "customers",
    "Mailchimp",
    (("MEMBER_RATING | OPTIN_TIME | CONFIRM_TIME | LEID | EUID", "Email Address | Email"),),
    "{First Name} {Last Name} | {Name} | {Company} | {Email Address} | {Email}",
    {
        "external_id": "EUID",
        "email": "Email Address | Email",
        "phone": "Phone Number | Phone | SMS Phone Number",
        "address": "Address",
        "state": "REGION",
        "country": "Country | CC",
        "company_name": "Company",
        "notes": "NOTES",
        "tags": "TAGS",
        "created_at": "OPTIN_TIME | CONFIRM_TIME",
    },
    (),
    "LAST_CHANGED",
    "Birthday | MEMBER_RATING | OPTIN_IP | CONFIRM_IP | LATITUDE | LONGITUDE | GMTOFF | DSTOFF"
    " | TIMEZONE | LEID"
    " | UNSUB_TIME | UNSUB_CAMPAIGN_TITLE | UNSUB_CAMPAIGN_ID | UNSUB_REASON | UNSUB_REASON_OTHER"
    " | CLEAN_TIME"
    " | CLEAN_CAMPAIGN_TITLE | CLEAN_CAMPAIGN_ID",
)

EXPORTS = (
    _GOOGLE,
    _as_leads(_GOOGLE, customer_id="Organization Name | Organization 1 - Name"),
    _OUTLOOK,
    _as_leads(
        _OUTLOOK,
        customer_id="Company",
        phone="Business Phone | Mobile Phone | Primary Phone | Home Phone | Other Phone",
        priority="Priority",
    ),
    _MAILCHIMP,
    _as_leads(_MAILCHIMP, customer_id="Company"),
)
