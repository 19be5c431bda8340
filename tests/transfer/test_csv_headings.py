"""Headings as other systems write them: numbered, with a place, of persons, of firms, in other tongues."""

from collections.abc import Iterator

import pytest

from crm_data import Workspace
from crm_data.transfer.csv_read import read
from crm_data.transfer.mapping import guess
from crm_data.transfer.plan import KEEP, LEAVE, Plan
from tests.transfer.files import csv_bytes, firm


@pytest.fixture
def engine_kind() -> str:
    """Guessing asks no database; the Workspace only names the fields."""
    return "sqlite"


@pytest.fixture
def my(database_url: str) -> Iterator[Workspace]:
    with firm(database_url) as made:
        yield made.at()


def planned(my: Workspace, headings: list[str], *rows: list[str]) -> Plan:
    return guess(read(csv_bytes([headings, *(rows or [["x"] * len(headings)])]), "x.csv"), my.customers)


def goes(plan: Plan) -> dict[str, str]:
    """Field -> the heading that fills it."""
    return {column.to: column.heading for column in plan.columns if column.to not in (KEEP, LEAVE)}


OUTLOOK = (
    "First Name,Middle Name,Last Name,Company,Department,Job Title,Business Street,Business Street 2,"
    "Business City,Business State,Business Postal Code,Business Country/Region,Home Street,Home City,"
    "Home Postal Code,Assistant's Phone,Business Fax,Business Phone,Business Phone 2,Company Main Phone,"
    "Home Phone,Mobile Phone,Pager,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,"
    "Web Page,Notes,Categories,Account,Priority"
)
GOOGLE = (
    "First Name,Last Name,Organization Name,Organization Title,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,"
    "E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Formatted,"
    "Address 1 - Street,Address 1 - City,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,"
    "Website 1 - Value,Custom Field 1 - Value"
)
SALESFORCE = (
    "First Name,Last Name,Account Name,Email,Phone,Mobile,Mailing Street,Mailing City,Mailing State/Province,"
    "Mailing Zip/Postal Code,Mailing Country,Contact Owner"
)
HUBSPOT = "Company name,Company Domain Name,Phone Number,Street Address,City,State/Region,Postal Code,Country"
MAILCHIMP = "Email Address,First Name,Last Name,Address,Phone Number,Birthday,TAGS,MEMBER_RATING"
GERMAN = (
    "Vorname,Nachname,Firma,Straße geschäftlich,Ort geschäftlich,Telefon geschäftlich,"
    "Mobiltelefon,E-Mail-Adresse"
)
FRENCH = "Prénom,Nom,Société,Rue (bureau),Ville (bureau),Téléphone (bureau),Adresse de messagerie"
FILES: dict[str, tuple[str, dict[str, str]]] = {
    "Outlook": (
        OUTLOOK,
        {
            "company_name": "Company",
            "address": "Business Street",
            "city": "Business City",
            "state": "Business State",
            "zip_code": "Business Postal Code",
            "country": "Business Country/Region",
            "phone": "Business Phone",
            "secondary_phone": "Mobile Phone",
            "email": "E-mail Address",
            "website": "Web Page",
            "notes": "Notes",
            "tags": "Categories",
        },
    ),
    "Google": (
        GOOGLE,
        {
            "company_name": "Organization Name",
            "email": "E-mail 1 - Value",
            "phone": "Phone 1 - Value",
            "secondary_phone": "Phone 2 - Value",
            "address": "Address 1 - Street",
            "city": "Address 1 - City",
            "state": "Address 1 - Region",
            "zip_code": "Address 1 - Postal Code",
            "country": "Address 1 - Country",
            "website": "Website 1 - Value",
            "tags": "Labels",
        },
    ),
    "Salesforce": (
        SALESFORCE,
        {
            "company_name": "Account Name",
            "email": "Email",
            "phone": "Phone",
            "secondary_phone": "Mobile",
            "address": "Mailing Street",
            "city": "Mailing City",
            "state": "Mailing State/Province",
            "zip_code": "Mailing Zip/Postal Code",
            "country": "Mailing Country",
        },
    ),
    "HubSpot's companies": (
        HUBSPOT,
        {
            "name": "Company name",
            "website": "Company Domain Name",
            "phone": "Phone Number",
            "address": "Street Address",
            "city": "City",
            "state": "State/Region",
            "zip_code": "Postal Code",
            "country": "Country",
        },
    ),
    "Mailchimp": (
        MAILCHIMP,
        {"email": "Email Address", "address": "Address", "phone": "Phone Number", "tags": "TAGS"},
    ),
    "numbered": (
        "Name,Phone 1,Phone 2,Email 1,Email 2",
        {"name": "Name", "phone": "Phone 1", "secondary_phone": "Phone 2", "email": "Email 1"},
    ),
    "the same heading twice": (
        "Name,Phone,Phone,E-mail,E-mail,Street,City,City",
        {
            "name": "Name",
            "phone": "Phone",
            "secondary_phone": "Phone (2)",
            "email": "E-mail",
            "city": "City",
        },
    ),
    "German": (
        GERMAN,
        {
            "company_name": "Firma",
            "address": "Straße geschäftlich",
            "city": "Ort geschäftlich",
            "phone": "Telefon geschäftlich",
            "secondary_phone": "Mobiltelefon",
            "email": "E-Mail-Adresse",
        },
    ),
    "French": (
        FRENCH,
        {
            "company_name": "Société",
            "address": "Rue (bureau)",
            "city": "Ville (bureau)",
            "phone": "Téléphone (bureau)",
            "email": "Adresse de messagerie",
        },
    ),
}


@pytest.mark.parametrize("system", FILES)
def test_the_files_of_other_systems_find_their_fields(my: Workspace, system: str) -> None:
    headings, wanted = FILES[system]
    found = goes(planned(my, headings.split(",")))
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("system", ["Outlook", "Google", "Salesforce", "Mailchimp", "German", "French"])
def test_persons_are_named_by_their_own_names(my: Workspace, system: str) -> None:
    headings = FILES[system][0].split(",")
    first = next(h for h in headings if h in ("First Name", "Vorname", "Prénom"))
    last = next(h for h in headings if h in ("Last Name", "Nachname", "Nom"))
    middle = " {Middle Name}" if "Middle Name" in headings else ""
    assert planned(my, headings).fill["name"] == f"{{{first}}}{middle} {{{last}}}"


@pytest.mark.parametrize("heading", ["account", "company", "Company Name", "Customer", "Client", "Firma"])
def test_no_column_of_firms_names_a_person(my: Workspace, heading: str) -> None:
    plan = planned(my, ["first_name", "last_name", "email", heading])
    assert "name" not in goes(plan)
    assert plan.fill["name"] == "{first_name} {last_name}"


def test_who_has_no_name_is_called_by_the_firm_or_the_address(my: Workspace) -> None:
    plan = planned(
        my, ["First Name", "Last Name", "Company", "E-mail"], ["Ann", "Ace", "Acme", ""], ["", "", "Beta", ""]
    )
    assert plan.fill["name"] == "{First Name} {Last Name} | {Company} | {E-mail}"


def test_a_column_in_which_nothing_stands_gives_way(my: Workspace) -> None:
    headings = ["Name", "Business Phone", "Home Phone", "Mobile Phone", "Business City", "Home City"]
    found = goes(planned(my, headings, ["A", "", "1", "2", "", "Bern"]))
    assert (found["phone"], found["secondary_phone"], found["city"]) == (
        "Mobile Phone",
        "Home Phone",
        "Home City",
    )
    found = goes(planned(my, ["Name", "Mobile"], ["A", "1"]))
    assert found["phone"] == "Mobile"


def test_a_column_without_heading_that_counts_the_rows_is_left_out(my: Workspace) -> None:
    plan = planned(my, ["", "name", "city", ""], ["0", "Ann", "", ""], ["1", "Bob", "Bern", "x"])
    assert {c.heading: c.to for c in plan.columns} == {
        "Column 1": LEAVE,
        "name": "name",
        "city": "city",
        "Column 4": KEEP,
    }
    plan = planned(my, ["", "name"], ["7", "Ann"], ["9", "Bob"])
    assert plan.column("Column 1").to == KEEP
