"""Pictures of the main pages at phone and desk width, from a demo of its own: `make screenshots`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from app.clock import BERLIN
from tests.pictures.photographer import Photographer
from tests.servers.chromium import FLAGS, find_chromium
from tests.servers.stack import Stack

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=BERLIN)
FOLDER = Path("screenshots")


def main() -> int:
    """Start a demo, take the pictures, end it; 2 without a browser."""
    chromium = find_chromium()
    if chromium is None:
        print("There is no Chromium here: apt install chromium, or set CHROMIUM to its path.", file=sys.stderr)
        return 2
    stack = Stack(MONDAY)
    try:
        stack.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            photographer = Photographer(browser, stack, FOLDER)
            print(f"{photographer.take_all()} pictures lie in {FOLDER}/")
            for name in photographer.wide:
                print(f"scrolls sideways: {name}", file=sys.stderr)
            browser.close()
    finally:
        stack.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
