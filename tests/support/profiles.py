"""Browsers of several people at once, used again by the next test: emptied, but for the scripts they have read."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.support.screen import followed

# What a page can be told after it was opened; everything else belongs to the browser it is opened in.
_OF_A_PAGE = ("viewport", "color_scheme")


@dataclass
class Profiles:
    """Reading and compiling Streamlit's script takes a new browser longer than all else that a test does in it."""

    browser: Browser
    _rest: list[tuple[dict[str, Any], BrowserContext]] = field(default_factory=list)
    _taken: list[tuple[dict[str, Any], BrowserContext]] = field(default_factory=list)

    def page(self, **wanted: Any) -> Page:
        """A page of somebody who has nothing open, no cookie and nothing kept, in a browser nobody else has now.

        `wanted`: as Playwright names what a context can be.
        """
        options = {name: value for name, value in wanted.items() if name not in _OF_A_PAGE}
        kept = next((one for one in self._rest if one[0] == options), None)
        if kept:
            self._rest.remove(kept)
        else:
            kept = (options, followed(self.browser.new_context(**options)))
        self._taken.append(kept)
        return self.dressed(kept[1], wanted)

    def dressed(self, context: BrowserContext, wanted: dict[str, Any]) -> Page:
        """One more page in a browser, as wide and as dark as is wanted."""
        page = context.new_page()
        if "viewport" in wanted:
            page.set_viewport_size(wanted["viewport"])
        if "color_scheme" in wanted:
            page.emulate_media(color_scheme=wanted["color_scheme"])
        return page

    def give_back(self) -> None:
        """Empty all that were taken: pages, what they kept, cookies, permissions."""
        while self._taken:
            kept = self._taken.pop()
            try:
                _emptied(kept[1])
            except Error:  # its test broke it
                with suppress(Error):
                    kept[1].close()
            else:
                self._rest.append(kept)


def _emptied(context: BrowserContext) -> None:
    for page in context.pages:
        if page.url.startswith("http"):
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.close()
    context.clear_cookies()
    context.clear_permissions()
    context.set_offline(False)
