"""The settings: what is made of an address, and what is refused with the variable's name."""

from types import SimpleNamespace

import pytest

from crm_data.cli.common import link
from crm_data.errors import NotReady
from crm_data.settings import settings
from dashboard import runtime
from dashboard.parts import links


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("", "http://127.0.0.1:8501"),
        ("https://crm.example.com", "https://crm.example.com"),
        ("HTTPS://CRM.Example.com:443/", "https://crm.example.com"),
        (" https://crm.example.com:8443 ", "https://crm.example.com:8443"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_links_begin_with_the_public_address(said: str, address: str) -> None:
    wanted = settings({"CRM_PUBLIC_URL": said})
    assert wanted.address == address
    assert link(wanted, "abc") == f"{address}/?link=abc"


def test_links_on_screen_begin_with_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = settings({"CRM_PUBLIC_URL": "https://crm.example.com"})
    monkeypatch.setattr(runtime, "running", lambda: SimpleNamespace(settings=wanted))
    assert links.address("abc") == "https://crm.example.com/?link=abc"


def test_without_it_links_begin_with_what_is_listened_on() -> None:
    assert settings({"CRM_HOST": "::1", "CRM_PORT": "9000"}).address == "http://[::1]:9000"


@pytest.mark.parametrize(
    "said",
    [
        "crm.example.com",
        "https://",
        "ftp://crm.example.com",
        "https://ann@crm.example.com",
        "https://crm.example.com/foyer",
        "https://crm.example.com/?a=b",
        "https://crm.example.com#a",
        "https://crm.example.com:99999",
        "https://crm example.com",
        "https://crm..example.com",
        "https://[::1",
        "https://crm.example.com\\@evil.example",
    ],
)
def test_what_is_no_public_address_is_refused(said: str) -> None:
    with pytest.raises(NotReady, match="CRM_PUBLIC_URL must be an address like"):
        settings({"CRM_PUBLIC_URL": said})
