"""What becomes a link on a record, and what never does, whatever was typed into it or imported."""

import pytest

from crm_data import Field, Kind
from crm_data.errors import Invalid
from crm_data.store.values import parse
from dashboard.parts import reach

KINDS = {kind: Field("It", kind, name="it", length=255) for kind in Kind}

LEADS = [
    (Kind.PHONE, "+1 (206) 555-0124", "tel:+12065550124"),
    (Kind.PHONE, "020 7946 0018", "tel:02079460018"),
    (Kind.PHONE, "206.555.0124 x12", "tel:2065550124"),
    (Kind.PHONE, "206 555 0124 ext. 12", "tel:2065550124"),
    (Kind.EMAIL, "jane.flynn@mail.example", "mailto:jane.flynn@mail.example"),
    (Kind.EMAIL, "o'hara+beans@mail.example", "mailto:o%27hara%2Bbeans@mail.example"),
    (Kind.URL, "https://mill.example/tea?x=1&y=2#top", "https://mill.example/tea?x=1&y=2#top"),
    (Kind.URL, "HTTPS://mill.example", "HTTPS://mill.example"),
]
NOWHERE = [
    (Kind.PHONE, "-"),
    (Kind.PHONE, "javascript:alert(1)"),
    (Kind.EMAIL, "a@b.example?bcc=all@other.example"),
    (Kind.EMAIL, "a@b.example&cc=c@d.example"),
    (Kind.EMAIL, "a@b.example%0Abcc:c@d.example"),
    (Kind.EMAIL, "javascript:alert(1)"),
    (Kind.EMAIL, "a@b"),
    (Kind.URL, "http://mill.example"),
    (Kind.URL, "javascript:alert(1)"),
    (Kind.URL, "data:text/html,<script>alert(1)</script>"),
    (Kind.URL, "https://bank.example@thief.example/"),
    (Kind.URL, "https://"),
    (Kind.URL, "https://[::1"),
    (Kind.URL, "https://mill.example:port"),
    (Kind.URL, "//mill.example"),
    (Kind.TEXT, "https://mill.example"),
]
HOSTILE = [
    'https://mill.example/"onmouseover="alert(1)',
    "https://mill.example/'><img src=x onerror=alert(1)>",
    "https://mill.example/<script>alert(1)</script>",
    "https://mill.example/`{${alert(1)}}`",
    "https://mill.example/\u202egpj.exe",
    'x"onclick="alert(1)@mill.example',
    "<b>a</b>@mill.example",
    '+1 206 555 0124"><script>',
]


@pytest.mark.parametrize(("kind", "raw", "to"), LEADS)
def test_it_leads_there(kind: Kind, raw: str, to: str) -> None:
    assert reach.address(KINDS[kind], raw) == to


@pytest.mark.parametrize(("kind", "raw"), NOWHERE)
def test_it_leads_nowhere(kind: Kind, raw: str) -> None:
    assert reach.address(KINDS[kind], raw) is None


@pytest.mark.parametrize("raw", dict.fromkeys([case[1] for case in (*LEADS, *NOWHERE)] + HOSTILE))
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_kept_leads_by_one_of_three_ways_or_nowhere(kind: Kind, raw: str) -> None:
    """What leads somewhere leads by one of three ways, in signs that mean themselves in an attribute."""
    try:
        kept = parse(KINDS[kind], raw)
    except Invalid:
        kept = raw  # older rows and files may hold what nobody can type today
    to = reach.address(KINDS[kind], kept)
    if to is None:
        return
    assert to.isascii()
    assert to.lower().startswith(("tel:", "mailto:", "https:"))
    assert not set(to) & set("\"'<>` \n\\")
