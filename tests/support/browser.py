"""The Chromium that the browser tests drive: the machine's own, or one that this module installs when run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

# The same engine without windows comes first: it starts and draws with little more than half the processor.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
NONE = (
    "The browser tests need Chromium or Chrome, and none could be found or installed:"
    " install either, or run make test as root on Debian or with access to the network."
)

# --no-sandbox because tests also run as root in containers; the rest keeps the browser quiet.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find() -> str | None:
    """The path of the machine's own Chromium or Chrome that starts, or None."""
    found = [path for path in map(shutil.which, NAMES) if path]
    return next((path for path in [*found, str(MAC)] if _starts(path)), None)


def ensure() -> str:
    """The path of a browser, installed if need be; ends the program with a sentence when none can be had."""
    with sync_playwright() as playwright:
        playwrights_own = playwright.chromium.executable_path
    debian = os.geteuid() == 0 and shutil.which("apt-get")
    if debian and not shutil.which(SHELL) and not _starts(playwrights_own):
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", SHELL, "fonts-liberation")
    if path := find() or _starts(playwrights_own):
        return path
    if debian:  # a release whose Chromium comes whole
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation")
    if not find():
        with_deps = ["--with-deps"] if debian else []
        _run(sys.executable, "-m", "playwright", "install", *with_deps, "chromium")
    return find() or _starts(playwrights_own) or sys.exit(NONE)


def launch(playwright: Playwright) -> Browser:
    """Start the browser, headless. Raises RuntimeError with one sentence when there is none."""
    path = find() or _starts(playwright.chromium.executable_path)
    if not path:
        raise RuntimeError(NONE)
    return playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))


def _starts(path: str) -> str | None:
    """The path, if it runs: some systems have a file of that name that only tells where to get one."""
    if not Path(path).exists():
        return None
    done = subprocess.run([path, "--version"], capture_output=True, stdin=subprocess.DEVNULL)
    return None if done.returncode else path


def _run(*command: str) -> None:
    print("Installing a browser for the tests:", *command, flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    print("The browser tests use", ensure())
