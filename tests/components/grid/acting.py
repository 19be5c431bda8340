"""What a person does in the drawn grid, and what can be seen of it."""

from typing import Any

from playwright.sync_api import Locator, Page

from tests.support import firefox

COLUMNS = "name stage value due customer owner tags email chance urgent notes made".split()  # noqa: SIM905


class Grid:
    """One page with a grid; `heard` are the messages that its server got."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.faults.append(said.text))

    def open(self, asked: str = "") -> "Grid":
        """Opens the page; `asked` are rows=, columns=, place=."""
        self.page.goto(f"{self.address}/harness/page.html?{asked}")
        self.page.wait_for_selector("body[data-ready]")
        return self

    def cell(self, at: int, name: str) -> Locator:
        """The cell of a row, from 0, and a field, where the columns stand as they came."""
        col = COLUMNS.index(name) if name in COLUMNS else int(name.removeprefix("f"))
        return self.page.locator(f".row[aria-rowindex='{at + 2}'] > [aria-colindex='{col + 3}']")

    def text(self, at: int, name: str) -> str:
        return self.cell(at, name).inner_text()

    def column(self, name: str, rows: range) -> list[str]:
        return [self.text(at, name) for at in rows]

    def press(self, *keys: str) -> "Grid":
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def type(self, text: str) -> "Grid":
        self.page.keyboard.type(text)
        return self

    def button(self, name: str) -> Locator:
        return self.page.locator(f".bar [data-name='{name}']")

    def status(self) -> str:
        return self.page.locator(".status").inner_text()

    def say(self, change: str = "{}") -> None:
        """The server says something more."""
        self.page.evaluate(f"() => play.say({change})")

    def heard(self, name: str) -> list[Any]:
        """The messages of this name, when there is one."""
        self.page.wait_for_function(
            "name => play.heard.some(([one]) => one === name)", arg=name, timeout=5_000
        )
        return [said for one, said in self.page.evaluate("() => play.heard") if one == name]

    def has_heard(self, name: str) -> bool:
        return any(one == name for one, _ in self.page.evaluate("() => play.heard"))

    def copied(self) -> str:
        return str(self.page.evaluate("() => navigator.clipboard.readText()"))

    def paste(self, text: str) -> None:
        """Pastes as the browser does it: by an event, which needs no https (Firefox names its text otherwise)."""
        self.page.evaluate(
            """text => { const held = new DataTransfer(); held.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste",
                { clipboardData: held, dataType: "text/plain", data: text,
                  bubbles: true, cancelable: true })); }""",
            text,
        )

    def active(self) -> tuple[int, int]:
        """The row and the column, from 0, of the cell that has the focus."""
        found = self.page.evaluate(
            """() => { const node = document.activeElement; return [
            +node.parentElement.getAttribute("aria-rowindex") - 2, +node.getAttribute("aria-colindex") - 3]; }"""
        )
        return found[0], found[1]

    def click_twice(self, what: Locator) -> None:
        """A double click; Playwright's clicks count singly in Firefox, where the second one is Enter."""
        if firefox.ASKED:
            what.click()
            self.press("Enter")
        else:
            what.dblclick()

    def drag(self, what: Locator, to: tuple[float, float]) -> None:
        """Draws something with the mouse to a point."""
        self.page.mouse.move(*self.middle(what))
        self.page.mouse.down()
        self.page.mouse.move(*to, steps=4)
        self.page.mouse.up()

    def middle(self, of: Locator) -> tuple[float, float]:
        """The point in the middle of what is drawn."""
        box = of.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
