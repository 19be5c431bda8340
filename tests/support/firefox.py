"""Firefox for the tests, Debian's or the machine's own: `FOYER_ENGINE=firefox`, or `make firefox`.

Playwright drives an unchanged Firefox by WebDriver BiDi, but asks every context for commands that a Firefox with
long support may not know yet. So it starts this module instead, which starts Firefox and answers those itself.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

ASKED = os.environ.get("FOYER_ENGINE") == "firefox"
NAMES = ("firefox-esr", "firefox")
NONE = (
    "The tests in Firefox need firefox-esr or firefox on the PATH: install either and run make firefox again."
)
# Without these the colour scheme and the size of the screen are the machine's own, and nothing else changes.
UNKNOWN = {"emulation.setMediaFeaturesOverride", "emulation.setScreenSettingsOverride"}
SAID = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
# The clipboard can be read without a person who allows it.
PREFERENCES = {"dom.events.testing.asyncClipboard": True}


def chromium_alone(why: str) -> pytest.MarkDecorator:
    """Marks a test that no Firefox can run, with the reason."""
    return pytest.mark.skipif(ASKED, reason=why)


def find() -> str | None:
    """The path of the machine's own Firefox, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def ensure() -> str:
    """The path of Firefox, installed if need be; ends the program with a sentence when none can be had."""
    if not find() and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in ("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", NAMES[0]):
            subprocess.run(("apt-get", *command), env=quiet, stdin=subprocess.DEVNULL, check=False)
    return find() or sys.exit(NONE)


def launch(playwright: Playwright, folder: Path) -> Browser:
    """Start Firefox, headless, by a program written into `folder`. Raises RuntimeError when there is none."""
    if not find():
        raise RuntimeError(NONE)
    program = folder / "firefox"
    root = Path(__file__).resolve().parents[2]
    program.write_text(f'#!/bin/sh\ncd "{root}" && exec "{sys.executable}" -m tests.support.firefox "$@"\n')
    program.chmod(0o700)
    return playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=program,
        firefox_user_prefs=dict(PREFERENCES),
    )


async def _between(near: ServerConnection, address: str) -> None:
    """Carries every message both ways, but for those that this Firefox would refuse: they are done already."""
    async with connect(address, max_size=None, compression=None) as far:

        async def to_firefox() -> None:
            async for message in near:
                said = json.loads(message)
                if said["method"] in UNKNOWN:
                    await near.send(json.dumps({"id": said["id"], "type": "success", "result": {}}))
                else:
                    await far.send(message)
            await far.close()

        async def to_playwright() -> None:
            async for message in far:
                await near.send(message)
            await near.close()

        await asyncio.gather(to_firefox(), to_playwright())


async def _run(arguments: list[str]) -> int:
    """Runs Firefox until it ends; what it says goes on, with the address between in place of its own."""
    path = ensure()
    firefox = await asyncio.create_subprocess_exec(path, *arguments, stderr=asyncio.subprocess.PIPE)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, firefox.terminate)
    assert firefox.stderr
    async for line in firefox.stderr:
        text = line.decode(errors="replace")
        if found := SAID.search(text):
            address = f"{found[1]}/session"
            server = await serve(
                lambda near, to=address: _between(near, to),  # type: ignore[misc]
                "127.0.0.1",
                0,
                max_size=None,
                compression=None,
            )
            port = next(iter(server.sockets)).getsockname()[1]
            text = text.replace(found[1], f"ws://127.0.0.1:{port}")
        print(text, end="", file=sys.stderr, flush=True)
    return await firefox.wait()


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print("The tests in Firefox use", ensure())
    else:
        sys.exit(asyncio.run(_run(sys.argv[1:])))
