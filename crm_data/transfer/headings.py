"""What columns are called: our own export's headings, and the names that other systems use for the same."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm_data.store.records import Records
from crm_data.tables import one_of, title_of
from crm_data.tables.fields import Field, Kind
from crm_data.transfer import tongues

OWN_ID = "Id"
REFUSED = ("Row", "Reason")
# Never taken from a file: they say who owns a row and who made it.
IGNORED = frozenset({"companyid", "createdby", "createdbyid"})

_SHARED = {
    "email": "email emailaddress mail emailid primaryemail workemail contactemail emails emailaddresses",
    "phone": "telephone tel phonenumber telephonenumber phones phoneno telephoneno telno"
    " workphone businessphone mobile cell mobilephone cellphone"
    f" {tongues.TELEPHONES} {tongues.MOBILES}",
    "notes": "note comment comments remark remarks description",
    "assigned_to": "owner assignee assigned salesagent salesrep salesperson accountmanager agent owneremail"
    " accountowner leadowner dealowner opportunityowner taskowner responsible",
    "source": "leadsource origin channel",
    "status": "state",
    "external_id": "externalid recordid sourceid",
    "external_system": "idscomefrom sourcesystem externalsystem",
    "created_at": "createdat createdon createddate createdate datecreated creationdate",
    "customer_id": "account customer accountname customername company companyname organisation organization"
    " client accountid customerid",
    "lead_id": "lead leadname leadid",
    "deal_id": "deal dealname opportunity opportunityname dealid opportunityid",
}
_BY_TABLE: dict[str, dict[str, str]] = {
    "customers": {
        "name": "account accountname customer customername client clientname fullname displayname organisation"
        " organization organisationname organizationname company contact contactname",
        "company_name": "company employer firm organisation organization organisationname organizationname"
        " companyorganization associatedcompany primarycompany account accountname",
        "customer_code": "code accountnumber accountno customernumber customerno customercode clientcode",
        "industry": "sector branch vertical",
        "country": "officelocation location nation countryregion billingcountry",
        "state": "province region county billingstate stateprovince stateregion stateprovincecounty",
        "city": "town billingcity place",
        "zip_code": "zip zipcode postcode postalcode billingzip zippostalcode zippostcode postalcodezip",
        "address": "street streetaddress addressline1 addressline address1 billingstreet mailingaddress"
        " fulladdress",
        "secondary_phone": "phone2 otherphone mobile mobilephone cell cellphone secondphone homephone",
        "website": "url homepage web site domain webaddress webpage websiteurl companydomainname",
        "customer_type": "kind accounttype customertype",
        "credit_limit": "limit creditlimit",
        "tags": "labels keywords categories groupmembership",
        "external_id": "id customerid accountid clientid contactid",
    },
    "leads": {
        "lead_name": "name lead fullname contact contactname",
        "estimated_value": "value amount budget expectedrevenue estimatedvalue",
        "status": "leadstatus stage",
        "external_id": "id leadid",
    },
    "deals": {
        "deal_name": "opportunity opportunityname deal dealname title",
        "deal_value": "value amount closevalue dealamount expectedrevenue",
        "stage": "dealstage opportunitystage salesstage",
        "actual_close_date": "closedate closedon closed closeddate",
        "expected_close_date": "expectedclose expectedclosedate targetdate",
        "loss_reason": "lostreason reasonlost closedlostreason",
        "external_id": "id dealid opportunityid",
        "created_at": "created createdat createdon createddate datecreated engagedate opened openedon opendate",
    },
    "tasks": {
        "title": "subject task taskname todo",
        "due_date": "due duedate deadline dueon",
        "task_type": "tasktype kind",
        "external_id": "id taskid",
    },
    "activities": {
        "title": "subject activity",
        "activity_type": "activitytype kind",
        "activity_date": "date activitydate happened on time start",
        "duration": "minutes durationminutes length",
        "outcome": "result",
        "user_id": "owner person agent salesagent salesrep madeby user username",
        "external_id": "id activityid",
    },
}

# Asked once, and offered so, for new records of a file that does not say.
DEFAULTS: dict[str, dict[str, str]] = {"deals": {"deal_value": "0", "loss_reason": "Not recorded"}}
# A title under one of these headings is a firm's.
_FIRMS = (
    "account accountname company companyname organisation organization organisationname organizationname firm"
    " employer customer customername client clientname associatedcompany firma"
)
FIRMS = frozenset(_FIRMS.split())
# A person's two names, where a file has no other name for a row.
FIRST = frozenset(f"firstname givenname forename first {tongues.FIRST}".split())
LAST = frozenset(f"lastname surname familyname last {tongues.LAST}".split())
_NUMBERS = "phone telephone tel phonenumber telephonenumber phones phoneno telephoneno telno"
TELEPHONES = frozenset(f"{_NUMBERS} {tongues.TELEPHONES}".split())
MOBILES = frozenset(f"mobile cell mobilenumber cellnumber {tongues.MOBILES}".split())


def refused_tail(headings: Sequence[str]) -> tuple[str, ...]:
    """The last two headings where they are the row and the reason that a file of refused rows ends with.

    In a file that has such columns of its own, ours bear a number.
    """
    last = tuple(headings[-2:])
    return last if tuple(re.sub(r" \(\d+\)$", "", heading) for heading in last) == REFUSED else ()


@dataclass(frozen=True)
class Own:
    """One column of our own export. `part`: 'value', 'name' of a colleague or record, or its 'id'."""

    heading: str
    field: Field
    part: str


def own_columns(records: Records) -> list[Own]:
    """The columns of an export, in order, without the record's own id."""
    found = []
    for field in records.fields.values():
        if not field.export:
            continue
        if field.kind in (Kind.MEMBER, Kind.LINK):
            found += [Own(field.label, field, "name"), Own(f"{field.label} id", field, "id")]
        else:
            found.append(Own(field.label, field, "value"))
    return found


def squeezed(heading: str) -> str:
    """A heading by its letters and digits alone: 'E-Mail Address' -> 'emailaddress'."""
    return "".join(c for c in unicodedata.normalize("NFKC", heading).casefold() if c.isalnum())


def _unnamed(table: str) -> dict[str, str]:
    """What others call the title and the id of a kind that has no names of its own above."""
    one = squeezed(one_of(table))
    return {title_of(table): f"{one} {one}name name title subject", "external_id": f"id {one}id"}


def other_names(table: str) -> Mapping[str, list[str]]:
    """Field -> what others call it, the likeliest first; the table's own list goes before the shared one."""
    special = _BY_TABLE.get(table) or _unnamed(table)
    names = {field: said.split() for field, said in special.items()}
    for shared in (_SHARED, tongues.NAMES):
        for field, said in shared.items():
            names[field] = names.get(field, []) + said.split()
    return names
