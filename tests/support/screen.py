"""What a person does on a screen: sign in, edit a grid by keyboard, read a toast; and waiting without sleeping."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Error, Locator, Page, expect

SLOW = 15_000  # milliseconds; the machine may be busy

# Remembers when the page last told its server something that no answer has followed yet: between a click and
# the run that it leads to, the page itself says that nothing runs.
_TELLS = """(() => {
  const send = WebSocket.prototype.send, known = new WeakSet();
  WebSocket.prototype.send = function (said) {
    if (!known.has(this)) {
      known.add(this);
      for (const one of ["message", "close"]) this.addEventListener(one, () => { window.toldAt = 0; });
    }
    window.toldAt = performance.now();
    return send.call(this, said);
  };
})()"""
# Resolves once what was told is answered, the script has rested for a while and nothing moves: what is clicked
# while a box opens may have moved on before the button is up again. Not everything that is told has an answer.
_AT_REST = """
([quiet, most, patience]) => new Promise((done, refuse) => {
  const began = performance.now();
  let since = began;
  const look = () => {
    const app = document.querySelector("[data-testid=stApp]");
    const moving = !app ? "there is no app"
      : app.dataset.testScriptState !== "notRunning" ? `the script is ${app.dataset.testScriptState}`
      : app.dataset.testConnectionState !== "CONNECTED" ? app.dataset.testConnectionState
      : window.toldAt && performance.now() - window.toldAt < patience ? "an answer is waited for"
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


def followed(context: BrowserContext) -> BrowserContext:
    """The same browser, whose pages from now on know whether the server has answered them."""
    context.add_init_script(_TELLS)
    return context


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
    """Wait until all is answered and nothing has run for `quiet` milliseconds; what never rests is a failure."""
    while True:
        try:
            page.evaluate(_AT_REST, [quiet, 4 * SLOW, SLOW / 3])
        except Error as failed:
            if "because of a navigation" not in str(failed):
                raise
            page.wait_for_load_state()  # it was loaded anew meanwhile: it is no more at rest than before
        else:
            return


_COVERS_THE_UNDO = """() => {
  const boxes = (of) => [...document.querySelectorAll(of)].map((one) => one.getBoundingClientRect());
  return boxes('[data-testid="stToast"]').some((t) => boxes('.st-key-undo-button button').some((b) =>
    t.left < b.right && b.left < t.right && t.top < b.bottom && b.top < t.bottom));
}"""


def toast(page: Page, sentence: str, within: float = SLOW) -> None:
    """Wait for a toast that says this, and put it away. `within`: milliseconds.

    Raises AssertionError where it covers the button that undoes the act of which it tells.
    """
    shown = page.get_by_test_id("stToast").filter(has_text=sentence).first
    expect(shown).to_be_visible(timeout=within)
    at_rest(page)
    assert not page.evaluate(_COVERS_THE_UNDO)
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
    """The grid of a list, which is read and typed in as it stands on the page. Rows are counted from 0."""

    page: Page

    @property
    def box(self) -> Locator:
        """All of it, with its bar and its cards."""
        return self.page.locator(".foyer-grid")

    @property
    def status(self) -> Locator:
        """What it says of the last act, or of the chosen cell."""
        return self.box.get_by_role("status")

    def ready(self) -> "Sheet":
        """Wait until rows are drawn."""
        expect(self.box.locator(".lines [role=gridcell]").first).to_be_attached(timeout=SLOW)
        return self

    def count(self) -> int:
        """How many rows the list has, in sight or not."""
        grid = self.box.get_by_role("grid")
        return int(grid.get_attribute("aria-rowcount") or 1) - 1 - int(grid.get_attribute("data-made") or 0)

    def texts(self, heading: str) -> list[str]:
        """A column from top to bottom, as far as it is drawn."""
        return self.box.locator(
            f".lines .row:not(.made) [aria-colindex='{self._column(heading)}']"
        ).all_text_contents()

    def cell(self, row: int, heading: str) -> Locator:
        """A cell that is drawn."""
        return self._row(row).locator(f"[aria-colindex='{self._column(heading)}']")

    def shows(self, heading: str, texts: list[str]) -> None:
        """Wait until a column is this from top to bottom, as far as it is drawn."""
        expect(
            self.box.locator(f".lines .row:not(.made) [aria-colindex='{self._column(heading)}']")
        ).to_have_text(texts)

    def row(self, text: str) -> int:
        """The row that has a cell with exactly this text."""
        found = (
            self.box.locator(".lines [role=gridcell]")
            .filter(has_text=re.compile(f"^{re.escape(text)}$"))
            .first
        )
        index = found.locator("..").get_attribute("aria-rowindex", timeout=SLOW)
        return int(index or 0) - 2

    def select(self, row: int, heading: str) -> None:
        """Put the keyboard's place on a cell."""
        self.cell(row, heading).click()
        expect(self.cell(row, heading)).to_be_focused()

    def edit(self, row: int, heading: str, value: str) -> None:
        """Type a value into a cell in place of what is there; in a column of choices it finds the choice."""
        self.select(row, heading)
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(value)
        self.page.keyboard.press("Enter")

    def save(self, changes: int = 1) -> None:
        """Save so many, and wait for the answer."""
        many = f"{changes} change{'s' if changes > 1 else ''}"
        self.box.get_by_role("button", name=f"Save {many}").click()
        self.says(f"Saved {many}.")

    def save_some(self, saved: int) -> None:
        """Save what can be saved, and wait until only what is wrong waits."""
        before = int((self.box.locator("[data-name=save]").text_content() or "").split()[1])
        self.box.locator("[data-name=save]").click()
        self.waits(before - saved)

    def says(self, words: str) -> None:
        """Wait until it says this."""
        expect(self.status).to_contain_text(words, timeout=SLOW)

    def waits(self, changes: int) -> None:
        """Wait until so many changes are to be saved."""
        button = self.box.locator("[data-name=save]")
        if changes:
            expect(button).to_have_text(f"Save {changes} change{'s' if changes > 1 else ''}")
        else:
            expect(button).to_have_count(0)

    def tick(self, row: int) -> None:
        """Tick a row."""
        box = self._row(row).get_by_role("checkbox")
        box.click()
        expect(box).to_be_checked()

    def open(self, row: int) -> None:
        """Go to the page of a row's record."""
        self._row(row).locator("[role=gridcell]:not(:has(input, button))").first.click()
        self.page.keyboard.press("Control+Enter")
        at_rest(self.page)

    def beside(self, row: int) -> Locator:
        """Open a row's record beside the list; gives back where it stands."""
        self._row(row).locator(".open").click()
        at_rest(self.page)
        return self.page.locator(".st-key-beside")

    def press(self, row: int, button: str) -> None:
        """Click a button in a row."""
        self._row(row).locator(".act", has_text=button).click()

    def choose(self, item: str) -> None:
        """Choose in the menu that is open."""
        self.box.get_by_role("menuitem", name=item, exact=True).click()

    def _row(self, row: int) -> Locator:
        return self.box.locator(f".lines [aria-rowindex='{row + 2}']")

    def _column(self, heading: str) -> int:
        head = self.box.locator(".head").get_by_role(
            "columnheader", name=re.compile(f"^{re.escape(heading)}( \\*)?[ ↑↓0-9]*$")
        )
        return int(head.get_attribute("aria-colindex", timeout=SLOW) or 0)


def listed(page: Page) -> Sheet:
    """The grid of the list on this page."""
    return Sheet(page).ready()
