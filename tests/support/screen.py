"""What a person does on a screen: sign in, edit a grid by keyboard, read a toast; and waiting without sleeping."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from dashboard.parts.grid import SIGN_WIDTH, TICK_WIDTH

SLOW = 15_000  # milliseconds; the machine may be busy

# Resolves once the script has rested for a while and nothing moves: between a click and its rerun it rests too,
# and what is clicked while a box opens may have moved on before the button is up again.
_AT_REST = """
([quiet, most]) => new Promise((done, refuse) => {
  const began = performance.now();
  let since = began;
  const look = () => {
    const app = document.querySelector("[data-testid=stApp]");
    const moving = !app ? "there is no app"
      : app.dataset.testScriptState !== "notRunning" ? `the script is ${app.dataset.testScriptState}`
      : app.dataset.testConnectionState !== "CONNECTED" ? app.dataset.testConnectionState
      : document.querySelector("[data-stale=true], [data-testid=stSkeleton]") ? "something is still to be drawn"
      : document.getAnimations().find((one) => one.playState === "running"
          && Number.isFinite(one.effect?.getComputedTiming().endTime)) ? "something moves" : "";
    const now = performance.now();
    if (moving) since = now;
    if (now - since > quiet) done(true);
    else if (now - began > most) refuse(new Error(`The screen does not come to rest: ${moving}.`));
    else setTimeout(look, 25);
  };
  look();
})
"""


def sign_in(page: Page, url: str, email: str, password: str, path: str = "/") -> None:
    """Open an address as somebody who is not signed in, fill in the form, and wait for the screen behind it."""
    page.goto(f"{url}{path}")
    page.get_by_role("textbox", name="E-mail").fill(email, timeout=SLOW)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    arrived(page)


def arrived(page: Page) -> None:
    """Wait until somebody is signed in on this page and the screen is drawn."""
    expect(page.locator(".st-key-who")).to_be_visible(timeout=SLOW)
    at_rest(page)


def at_rest(page: Page, quiet: int = 200) -> None:
    """Wait until no script has run for `quiet` milliseconds; what never rests is a failure."""
    page.evaluate(_AT_REST, [quiet, 4 * SLOW])


def toast(page: Page, sentence: str) -> None:
    """Wait for a toast that says this, and put it away so that it covers nothing."""
    shown = page.get_by_test_id("stToast").filter(has_text=sentence).first
    expect(shown).to_be_visible(timeout=SLOW)
    at_rest(page)
    # By script, which waits for nothing: on a busy machine it may have gone by itself.
    shown.get_by_role("button", name="Close").evaluate_all("all => all.forEach((one) => one.click())")
    expect(shown).to_be_hidden(timeout=SLOW)
    at_rest(page)


def until(page: Page, true: Callable[[], bool], sentence: str) -> None:
    """Look again and again until something is true; for what Playwright's own `expect` cannot ask in one look."""
    tries = SLOW // 50
    for _ in range(tries):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError(sentence)


def says(where: Page | Locator, sentence: str) -> None:
    """Wait until this is to be read there."""
    expect(where.get_by_text(sentence).first).to_be_visible(timeout=SLOW)


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a select box: open it, click the option."""
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()
    at_rest(page)


def unfold(page: Page, label: str) -> None:
    """Open a box that folds, and wait until it lies still."""
    page.get_by_text(label).click()
    at_rest(page)


def menu(page: Page, button: str, item: str) -> None:
    """Choose in a menu, as the one with the person's name in the header."""
    page.get_by_role("button", name=button).first.click()
    page.get_by_role("menuitem", name=item).or_(page.get_by_role("option", name=item)).first.click()


@dataclass(frozen=True)
class Sheet:
    """A grid on a page. It is a picture; what is in it is read from the table it keeps for screen readers.

    Rows are counted from 0. `pinned`: the widths in pixels of the columns at the left that have no heading.
    """

    page: Page
    pinned: dict[str, int]

    ROW = HEADER = 34

    @property
    def canvas(self) -> Locator:
        """The picture."""
        return self.page.get_by_test_id("data-grid-canvas").first

    def ready(self) -> "Sheet":
        """Wait until it is drawn and the script rests."""
        expect(self.canvas.locator("td").first).to_be_attached(timeout=SLOW)
        at_rest(self.page)
        return self

    def count(self) -> int:
        """How many rows it has."""
        return int(self.canvas.locator("table").get_attribute("aria-rowcount") or 1) - 1

    def texts(self, heading: str) -> list[str]:
        """A column from top to bottom, as far as it is on screen."""
        column = self._column(heading)
        return self.canvas.locator(f"td[aria-colindex='{column + 1}']").all_text_contents()

    def cell(self, row: int, heading: str) -> Locator:
        """A cell on screen."""
        return self._cell(row, self._column(heading))

    def row(self, text: str) -> int:
        """The row on screen that has a cell with exactly this text."""
        found = self.canvas.locator("td").filter(has_text=re.compile(f"^{re.escape(text)}$")).first
        expect(found).to_be_attached(timeout=SLOW)
        return self._place(found)[1]

    def edit(self, row: int, heading: str, value: str) -> None:
        """Type a value into a cell: click the row, go right with the arrows, Enter, type, Enter.

        In a column of choices the value is typed to find the choice. The value must be another than before.
        """
        self.select(row, heading)
        cell = self.cell(row, heading)
        before = cell.text_content() or ""
        self.page.keyboard.press("Enter")
        box = self.page.locator("#portal").locator("input, textarea").first
        expect(box).to_be_focused()
        self.page.keyboard.press("Control+A")
        # As fast as fingers: the grid takes in what was typed a moment after the key.
        self.page.keyboard.type(value, delay=20)
        self.page.wait_for_timeout(80)
        self.page.keyboard.press("Enter")
        expect(box).to_be_hidden()
        expect(cell).not_to_have_text(before)
        at_rest(self.page)

    def select(self, row: int, heading: str) -> None:
        """Put the keyboard's place on a cell."""
        self._click(row, sum(self.pinned.values()) + 60)
        self.page.keyboard.press("Control+ArrowLeft")
        for column in range(40):
            # The table for screen readers follows the picture a moment later.
            expect(self._cell(row, column)).to_have_attribute("aria-selected", "true")
            if self._headings().get(heading) == column:
                return
            self.page.keyboard.press("ArrowRight")

    def press(self, row: int, button: str) -> None:
        """Click one of the pinned columns of a row: 'tick', or a button by its name."""
        before = list(self.pinned)[: list(self.pinned).index(button)]
        self._click(row, sum(self.pinned[name] for name in before) + self.pinned[button] // 2)

    def _click(self, row: int, x: int) -> None:
        expect(self._cell(row, 0)).to_be_attached(timeout=SLOW)
        self.canvas.scroll_into_view_if_needed()
        box = self.canvas.bounding_box()
        assert box is not None
        # By the mouse itself: a layer for scrolling lies over the picture.
        self.page.mouse.click(box["x"] + x, box["y"] + self.HEADER + self.ROW * row + self.ROW // 2)
        at_rest(self.page)

    def _column(self, heading: str) -> int:
        # Both in one look: the grid may be drawn anew between two.
        found: list[int] = []

        def there() -> bool:
            found[:] = [at for name, at in self._headings().items() if name == heading]
            return bool(found)

        until(self.page, there, f"There is no column {heading}.")
        return found[0]

    def _headings(self) -> dict[str, int]:
        found = self.canvas.locator("th").evaluate_all(
            "all => all.map(one => [one.textContent, Number(one.ariaColIndex)])"
        )
        return {heading.removesuffix(" *"): at - 1 for heading, at in found if heading}

    def _cell(self, row: int, column: int) -> Locator:
        return self.canvas.locator(f"#glide-cell-{column}-{row}")

    def _place(self, cell: Locator) -> tuple[int, int]:
        found = re.fullmatch(r"glide-cell-(\d+)-(\d+)", cell.get_attribute("id") or "")
        assert found, "this is no cell"
        return int(found[1]), int(found[2])


def customers(page: Page, archives: bool = True) -> Sheet:
    """The grid of a list of records; with ticks for somebody who may archive, with locks for others."""
    return Sheet(page, _pinned(archives, {"open": 56})).ready()


def tasks(page: Page, archives: bool = True) -> Sheet:
    """The grid of tasks."""
    return Sheet(page, _pinned(archives, {"open": 56, "done": 56, "later": 60})).ready()


def _pinned(archives: bool, buttons: dict[str, int]) -> dict[str, int]:
    """A manager may tick rows; to others a lock shows which are not theirs, but in a list of their own."""
    return {"tick": TICK_WIDTH} | buttons if archives else buttons | {"lock": SIGN_WIDTH}
