"""What a screen reader hears of a field is what the eye reads, whatever signs are in it."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import RUTH, Door
from tests.support.screen import SLOW, at_rest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = (
    "ann@b.example",
    "*x* [a](http://c.example)",
    r"back\slash \* \\",
    "www.d.example",
    ":material/home:",
)
# Whatever is read aloud of an element in place of its text, on the whole page.
_HEARD = (
    """() => [...document.querySelectorAll("[aria-label]")].map((one) => one.getAttribute("aria-label"))"""
)


def marked(page: Page) -> list[str]:
    """What is heard with signs that nobody typed."""
    return [said for said in page.evaluate(_HEARD) if ":color[" in said or "\\" in said]


def test_headings_of_a_file_are_heard_as_they_stand_in_it(enter: Door) -> None:
    page = enter(RUTH, "/customers")
    page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog")
    data = ",".join(["Name", *HOSTILE]) + "\n" + ",".join(["First"] + ["1"] * len(HOSTILE)) + "\n"
    file = {"name": "signs.csv", "mimeType": "text/csv", "buffer": data.encode()}
    dialog.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    dialog.get_by_text("Rows that are here already").wait_for(timeout=SLOW)
    at_rest(page)
    heard = page.evaluate(_HEARD)
    for heading in HOSTILE:
        assert any(f"{heading} goes to" in said for said in heard), (heading, heard)
    # Drawn once more, they stay as they are.
    dialog.get_by_role("combobox", name=f"{HOSTILE[0]} goes to").click()
    page.get_by_role("option", name="City", exact=True).click()
    at_rest(page)
    heard = page.evaluate(_HEARD)
    assert [said for said in marked(page) if HOSTILE[2] not in said] == []
    assert any(f"{HOSTILE[2]} goes to" in said for said in heard)
