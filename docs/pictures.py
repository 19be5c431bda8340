"""Takes the pictures of the README and the guide from the running product, with demo data: `make pictures`."""

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from crm_data.demo import fill
from crm_data.store.store import Store
from tests.support import browser as chromium
from tests.support import run
from tests.support.databases import fresh
from tests.support.serving import serving

PICTURES = Path(__file__).resolve().parent / "pictures"
_QUIET = """() => !document.querySelector('[data-testid="stSkeleton"], [data-test-script-state="running"]')"""
PASSWORD = "a picture of the product"
SETTLE = 2_000  # milliseconds for charts and canvases to be drawn, once the last skeleton is gone
ADMIN, MANAGER, SELLER = 0, 1, 3  # places in the list of demo people

# name -> (address, dark, width, height, who is signed in)
SHOTS = {
    "overview": ("/", False, 1280, 800, SELLER),
    "customers": ("/customers", False, 1280, 800, MANAGER),
    "pipeline": ("/pipeline", False, 1280, 800, MANAGER),
    "charts": ("/pipeline?tab=insights", False, 1280, 1180, MANAGER),
    "pipeline-dark": ("/pipeline", True, 1280, 800, MANAGER),
    "review": ("/pipeline?tab=review", False, 1280, 760, MANAGER),
    "forecast": ("/pipeline?tab=forecast", False, 1280, 800, MANAGER),
    "dashboards": ("/dashboards", False, 1280, 960, MANAGER),
    "deals": ("/pipeline?tab=deals", False, 1280, 800, MANAGER),
    "tasks": ("/tasks", False, 1280, 800, SELLER),
    "timeline": ("/timeline", False, 1280, 800, MANAGER),
    "record": ("/record?kind=customer&id=1", False, 1280, 800, MANAGER),
    "history": ("/history", False, 1280, 640, MANAGER),
    "admin": ("/admin", False, 1280, 800, ADMIN),
    "phone": ("/tasks", False, 400, 800, SELLER),
}


def main() -> None:
    """Fill a database of its own, serve it, and take every picture as its operator sees it."""
    run.begin()
    database = fresh("sqlite")
    store = Store(database.url)
    people = fill(store, PASSWORD)
    store.close()
    PICTURES.mkdir(exist_ok=True)
    with serving(database.url) as served, sync_playwright() as playwright:
        opened = chromium.launch(playwright)
        for name, (address, dark, width, height, who) in SHOTS.items():
            context = opened.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if dark else "light",
            )
            page = context.new_page()
            _sign_in(page, f"{served.url}{address}", people[who].email)
            page.wait_for_function(_QUIET, timeout=60_000)
            page.wait_for_timeout(SETTLE)
            page.screenshot(path=PICTURES / f"{name}.png")
            print(f"docs/pictures/{name}.png", flush=True)
            context.close()
        opened.close()
    database.drop()
    run.remove(run.folder())


def _sign_in(page: Page, address: str, email: str) -> None:
    page.goto(address)
    page.get_by_role("textbox", name="E-mail").fill(email)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="E-mail").wait_for(state="detached", timeout=30_000)


if __name__ == "__main__":
    main()
